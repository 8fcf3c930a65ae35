import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readBtf, type Btf } from "../../../probes/kernel/btf/btf.ts";
import { findType, functionPrototype, memberAt, tracepointPrototype } from "../../../probes/kernel/btf/lookup.ts";
import { btfTypes } from "../../../probes/kernel/btf/type-source.ts";
import { btfBlob } from "../../support/btf-blob.ts";
import { dumpBtf, withoutUnread } from "../../support/btf-dump.ts";
import { fixtureBytes } from "../../support/fixtures.ts";
import { openedBtf } from "../../support/kernel-types.ts";

function sameAsBpftool(btf: Btf, dump: string): void {
  const want = dump.trimEnd().split("\n").map(withoutUnread);
  const signed = new Set(want.flatMap((line) => /^\[(\d+)\] ENUM(?:64)? .* encoding=SIGNED/.exec(line)?.[1] ?? []));
  const have = dumpBtf(btf, (id) => signed.has(String(id)));
  expect(have.length).toBe(want.length);
  const differs = have.findIndex((line, i) => line !== want[i]!.replace(/^(\[\d+\]) ENUM64 /, "$1 ENUM "));
  expect(differs < 0 ? null : [have[differs], want[differs]]).toBeNull();
}

test.each(["types.btf", "types-big-endian.btf"])("%s, made by clang, has the types that bpftool sees", (name) => {
  const dump = new TextDecoder().decode(fixtureBytes("btf/types.txt"));
  sameAsBpftool(openedBtf(fixtureBytes(`btf/${name}`)), dump);
});

const KERNEL = "/sys/kernel/btf/vmlinux";

function bpftoolDump(): string | null {
  if (!existsSync(KERNEL)) return null;
  try {
    return execFileSync("bpftool", ["btf", "dump", "file", KERNEL, "format", "raw"], { encoding: "utf8", maxBuffer: 1 << 28 });
  } catch {
    return null;
  }
}

const kernelDump = bpftoolDump();
if (kernelDump === null) console.log("skipped: no kernel BTF, or no bpftool, on this machine");

test.skipIf(kernelDump === null)("the BTF of this machine's kernel has the types that bpftool sees", () => {
  sameAsBpftool(openedBtf(readFileSync(KERNEL)), kernelDump!);
});

test.each(["types.btf", "types-big-endian.btf"])("bit-fields of %s are counted in the order of its machine", (name) => {
  const outer = btfTypes(openedBtf(fixtureBytes(`btf/${name}`))).compound("struct", "outer");
  expect(outer?.members.find((member) => member.name === "mode")).toMatchObject({ offset: 88, bits: { shift: 1, count: 5 } });
});

test("members are found by path, through anonymous structs and unions", () => {
  const btf = openedBtf(fixtureBytes("btf/types.btf"));
  const outer = findType(btf, "struct", "outer")!;
  const at = (...path: string[]): unknown => {
    const member = memberAt(btf, outer, path);
    return member === null ? null : [member.bitOffset, member.bitSize];
  };
  expect(at("id")).toEqual([0, 0]);
  expect(at("word", "high")).toEqual([48, 0]);
  expect(at("x")).toEqual([64, 0]);
  expect(at("y")).toEqual([96, 0]);
  expect(at("z")).toEqual([96, 0]);
  expect(at("mode")).toEqual([705, 5]);
  expect(at("count", "counter")).toEqual([640, 0]);
  expect(at("nothing")).toBeNull();
  expect(at("id", "of")).toBeNull();
  expect(at()).toBeNull();
});

test("functions have their parameters", () => {
  const btf = openedBtf(fixtureBytes("btf/types.btf"));
  expect(functionPrototype(btf, "serve")?.params.map(({ name }) => name)).toEqual(["request", "name", "flags"]);
  expect(functionPrototype(btf, "outer")).toBeNull();
  expect(functionPrototype(btf, "")).toBeNull();
});

test("a tracepoint has its arguments without the first", () => {
  const blob = btfBlob();
  const int = blob.add(1, "int", 4, [32]);
  const pointer = blob.add(2, "", 0);
  const proto = blob.add(13, "", 0, [blob.name("__data"), pointer, blob.name("count"), int], 2);
  blob.add(8, "btf_trace_tick", blob.add(2, "", proto));
  expect(tracepointPrototype(openedBtf(blob.bytes()), "tick")?.params).toEqual([{ name: "count", type: int }]);
});

test("old bit-fields have their width in the type, ENUM64 and tags are read", () => {
  const blob = btfBlob();
  const old = blob.add(1, "int", 4, [(3 << 16) | 5]);
  blob.add(4, "flags", 4, [blob.name("three"), old, 8], 1);
  blob.add(19, "wide", 8, [blob.name("MOST"), 0xffffffff, 0xffffffff], 1);
  blob.add(19, "signed_wide", 8, [blob.name("LEAST"), 1, 0x80000000], 1, true);
  blob.add(17, "bpf_kfunc", old, [-1]);
  const btf = openedBtf(blob.bytes());
  expect(memberAt(btf, findType(btf, "struct", "flags")!, ["three"])).toEqual({ type: old, bitOffset: 11, bitSize: 5 });
  expect(btf.type(findType(btf, "enum", "wide")!)).toMatchObject({ values: [["MOST", (1n << 64n) - 1n]] });
  expect(btf.type(findType(btf, "enum", "signed_wide")!)).toMatchObject({ values: [["LEAST", 1n - (1n << 63n)]] });
  expect(btf.type(findType(btf, "decl_tag", "bpf_kfunc")!)).toMatchObject({ type: old, component: -1 });
  expect(btf.withConstant("LEAST")).toBe(findType(btf, "enum", "signed_wide"));
  expect(btf.withConstant("NOTHING")).toBeNull();
});

test("split BTF goes on with the ids and strings of its base", () => {
  const base = btfBlob();
  const int = base.add(1, "int", 4, [32]);
  base.add(4, "shared", 4, [base.name("value"), int, 0], 1);
  const bytes = base.bytes();
  const under = openedBtf(bytes);
  const stringBytes = bytes.length - 24 - (3 + 1 + 3 + 3) * 4;
  const split = btfBlob({ base: { count: under.count, stringBytes } });
  const own = split.add(4, "own", 8, [split.name("first"), int, 0, base.name("value"), int, 32], 2);
  const btf = openedBtf(split.bytes(), under);
  expect(own).toBe(3);
  expect(findType(btf, "struct", "shared")).toBe(2);
  expect(btf.type(findType(btf, "struct", "own")!)).toMatchObject({
    members: [
      { name: "first", type: int },
      { name: "value", type: int },
    ],
  });
  expect(readBtf(split.bytes())).toMatchObject({ ok: false });
});

test("kinds of a newer kernel are stepped over where the file tells their size", () => {
  const blob = btfBlob();
  blob.add(20, "", 0, [7, 7]);
  const int = blob.add(1, "int", 4, [32]);
  const plain = blob.bytes();
  expect(readBtf(plain)).toEqual({ ok: false, message: "BTF type 1 is of kind 20, which is not known" });
  // A longer header, and behind everything u8 fixed, u8 each, u16 flags of kinds 0 to 20.
  const longer = new Uint8Array(plain.length + 8 + 84);
  longer.set(plain.subarray(0, 24));
  longer.set(plain.subarray(24), 32);
  const view = new DataView(longer.buffer);
  view.setUint32(4, 32, true);
  view.setUint32(24, plain.length - 24, true);
  view.setUint32(28, 84, true);
  longer[plain.length + 8 + 80] = 8;
  const btf = openedBtf(longer);
  expect(btf.type(1 as never)).toEqual({ kind: "unknown", number: 20 });
  expect(findType(btf, "int", "int")).toBe(int);
});
