import { expect, test } from "vitest";
import { checkText, problems } from "./support.ts";

const errors = (text: string): string[] => problems(text).filter((problem) => problem.startsWith("error"));

test("tuples that double with every line are refused", () => {
  const lines = Array.from({ length: 40 }, (_, i) => `$v${i + 1} = ($v${i}, $v${i});`);
  for (const first of ["1", "()"]) {
    const found = errors(`begin { $v0 = ${first}; ${lines.join(" ")} }`);
    expect(found[0]).toMatch(/^error: tuple is too large \(at most 1024 members and 65536 bytes\)/);
  }
});

test("row 2.19 nested ?: stays linear", () => {
  const nested = "(".repeat(60) + "pid" + " ?: tid)".repeat(60);
  expect(errors(`begin { print(${nested}) }`)).toEqual([]);
});

test("nested unroll is bounded", () => {
  const nested = "unroll(100) { ".repeat(3) + "@++;" + " }".repeat(3);
  expect(errors(`begin { ${nested} }`)[0]).toBe("error: nested unroll repeats its body 1000000 times (at most 10000) @ 100");
  expect(errors("begin { unroll(100) { unroll(100) { @++ } } unroll(100) { @++ } }")).toEqual([]);
});

test("statements in the key of a compound assignment are refused", () => {
  expect(errors("begin { @[{ $x = 1; $x }] += 1 }")[0]).toContain("not supported yet: a block in the key of +=");
});

test("long operator chains", () => {
  expect(errors(`begin { print(${Array.from({ length: 400 }, () => "pid").join(" + ")}) }`)).toEqual([]);
  expect(errors(`begin { print(${Array.from({ length: 50_000 }, () => "pid").join(" + ")}) }`)).toHaveLength(1);
});

test("a thousand probes with a body each", () => {
  const text = Array.from({ length: 1000 }, (_, i) => `interval:s:${i + 1} { @[probe, ${i}] = count(); @x = @y; @y = ${i} }`).join("\n");
  expect(checkText(text).program?.probes).toHaveLength(1000);
});

test("types that only meet in circles are found", () => {
  expect(errors("begin { @a = @b; @b = @c; @c = @a; }")).toEqual([]);
  expect(errors("begin { @a[@b] = @b; @b = @a[1]; for ($kv : @a) { @b = $kv.1 } }")).toEqual([]);
});
