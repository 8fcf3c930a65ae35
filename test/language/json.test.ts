/** Output as JSON: section 9 of the language's table. */
import { expect, test } from "vitest";
import type { Host } from "../../src/output/host.ts";
import { runScript, type RunOptions } from "../support/run-script.ts";

/** Lines after the one about attached probes. */
async function json(body: string, options: RunOptions = {}): Promise<string[]> {
  const { stdout } = await runScript(/^(begin|enum|struct) /.test(body) ? body : `begin { ${body} }`, { ...options, format: "json" });
  const [attached, ...rest] = stdout.split("\n");
  expect(attached).toBe('{"type": "attached_probes", "count": 1, "data": {"probes": 1}}');
  expect(rest.pop()).toBe("");
  for (const line of rest) expect(() => JSON.parse(Buffer.from(line, "latin1").toString()) as unknown).not.toThrow();
  return rest;
}

test("row 9.01: attached probes; row 9.31: nothing at the end", async () => {
  const { stdout } = await runScript("begin { } end { } interval:1s { exit(); }", { format: "json" });
  expect(stdout).toBe('{"type": "attached_probes", "count": 3, "data": {"probes": 3}}\n');
});

test("row 9.02: printf, a line for each call; row 9.03: values", async () => {
  expect(await json('printf("a %d\\n", 1); printf("b"); print(7); print("x"); print((1, "a"));')).toEqual([
    '{"type": "printf", "data": "a 1\\n"}',
    '{"type": "printf", "data": "b"}',
    '{"type": "value", "data": 7}',
    '{"type": "value", "data": "x"}',
    '{"type": "value", "data": [1,"a"]}',
  ]);
});

test("row 9.04: scalar maps; row 9.05: keyed maps, their keys without blanks", async () => {
  expect(await json('@n = 7; @c = count(); @k["k1", 2] = 3; @k["k2", 5] = 4; @b["a b"] = (1, "x y");')).toEqual([
    '{"type": "map", "data": {"@b": {"ab": [1,"x y"]}}}',
    '{"type": "map", "data": {"@c": 1}}',
    '{"type": "map", "data": {"@k": {"k1,2": 3, "k2,5": 4}}}',
    '{"type": "map", "data": {"@n": 7}}',
  ]);
});

test("row 9.06: histograms, with bounds that a double cannot hold as strings", async () => {
  expect(await json("@h = hist(-3); @h = hist(1); @h = hist(1);")).toEqual([
    '{"type": "hist", "data": {"@h": [{"max": -1, "count": 1},{"min": 0, "max": 0, "count": 0},{"min": 1, "max": 1, "count": 2}]}}',
  ]);
  expect(await json("@ = hist(9007199254740992);")).toEqual([
    '{"type": "hist", "data": {"@": [{"min": 9007199254740992, "max": "18014398509481983", "count": 1}]}}',
  ]);
  expect(await json("@ = hist((int64)9223372036854775807);")).toEqual([
    '{"type": "hist", "data": {"@": [{"min": 4611686018427387904, "max": "9223372036854775807", "count": 1}]}}',
  ]);
});

test("row 9.07: keyed histograms; row 9.08: linear ones", async () => {
  expect(await json('@h["key"] = hist(2); @l = lhist(-1, 0, 20, 10); @l = lhist(5, 0, 20, 10); @l = lhist(50, 0, 20, 10);')).toEqual([
    '{"type": "hist", "data": {"@h": {"key": [{"min": 2, "max": 3, "count": 1}]}}}',
    '{"type": "hist", "data": {"@l": [{"max": -1, "count": 1},{"min": 0, "max": 9, "count": 1},{"min": 10, "max": 19, "count": 0},{"min": 20, "count": 1}]}}',
  ]);
});

test("row 9.09: zeroed and empty maps", async () => {
  expect(
    await json(
      "@h = hist(1); zero(@h); print(@h); clear(@h); print(@h); @s = stats(1); @a[1] = avg(1); print(@s); clear(@s); clear(@a); print(@s); @p = 1; clear(@p);",
    ),
  ).toEqual([
    '{"type": "hist", "data": {"@h": []}}',
    '{"type": "stats", "data": {"@s": {"count": 1, "average": 1, "total": 1}}}',
    '{"type": "stats", "data": {"@s": {"count": 0, "average": 0, "total": 0}}}',
    '{"type": "stats", "data": {"@a": {}}}',
    '{"type": "stats", "data": {"@s": {}}}',
  ]);
});

test("row 9.10: stats; row 9.11: avg", async () => {
  expect(await json('@s = stats(2); @s = stats(10); @k["k"] = stats(-1); @a = avg(5); @b["k"] = avg(5);')).toEqual([
    '{"type": "stats", "data": {"@a": 5}}',
    '{"type": "stats", "data": {"@b": {"k": 5}}}',
    '{"type": "stats", "data": {"@k": {"k": {"count": 1, "average": -1, "total": -1}}}}',
    '{"type": "stats", "data": {"@s": {"count": 2, "average": 6, "total": 12}}}',
  ]);
});

const host: Host = {
  readFile: (path) => (path === "/a" ? { content: 'x "y"\n' } : { error: "Permission denied" }),
  run: (command) => `${command}!\n`,
};

test("row 9.13: time; row 9.14: cat; row 9.15: join; row 9.16: system", async () => {
  expect(await json('time("%H:%M:%S\\n"); cat("/a"); cat("/b"); system("ls"); join((uint64)0);', { host, unsafe: true })).toEqual([
    '{"type": "time", "data": "00:00:01\\n"}',
    '{"type": "cat", "data": "x \\"y\\"\\n"}',
    '{"type": "syscall", "data": "ls!\\n"}',
    '{"type": "join", "data": ""}',
  ]);
});

test("row 9.17: errorf and warnf with their place", async () => {
  expect(await json('begin {\n  errorf("bad %d", 1); warnf("odd"); }')).toEqual([
    '{"type": "errorf", "msg": "bad 1", "filename": "stdin", "line": 2, "col": 3}',
    '{"type": "warnf", "msg": "odd", "filename": "stdin", "line": 2, "col": 24}',
  ]);
});

test("row 9.18: helper errors; row 9.19: other run-time errors", async () => {
  expect(await json("@m[1] = 1; delete(@m, 2); clear(@m);")).toEqual([
    '{"type": "helper_error", "msg": "Can\'t delete map element because it does not exist.", "helper": "map_delete_elem", "retcode": -2, "filename": "stdin", "line": 1, "col": 20}',
  ]);
  expect(await json("$z = cpu; print(8 / $z);")).toEqual([
    '{"type": "runtime_error", "msg": "Divide or modulo by 0 detected. This can lead to unexpected results. 1 is being used as the result.", "filename": "stdin", "line": 1, "col": 25}',
    '{"type": "value", "data": 1}',
  ]);
});

test("row 9.20: lost events", async () => {
  const lines = await json('for ($i : 0..100000) { printf("%d", $i); }');
  const lost = lines.map((line) => JSON.parse(line) as { type: string; count?: number }).filter(({ type }) => type === "lost_events");
  expect(lost).toHaveLength(1);
  const count = 100_000 - (lines.length - 1);
  expect(lines.at(-1)).toBe(`{"type": "lost_events", "count": ${count}, "data": {"events": ${count}}}`);
});

test("row 9.23: strings are escaped, bytes above 127 are as they are", async () => {
  expect(await json('print("a\\"b\\\\c\\n\\r\\t\\001\\x7f\\xc3\\xa9");')).toEqual([
    '{"type": "value", "data": "a\\"b\\\\c\\n\\r\\t\\u0001\x7f\xc3\xa9"}',
  ]);
});

test("row 9.24: integers that a double cannot hold are strings, counts are not", async () => {
  const values = [
    "18446744073709551615",
    "9223372036854775807",
    "9007199254740993",
    "9007199254740992",
    "-9007199254740993",
    "18446744073709549568",
  ];
  expect(await json(values.map((value) => `print(${value});`).join(" "))).toEqual(
    [
      '"18446744073709551615"',
      '"9223372036854775807"',
      '"9007199254740993"',
      "9007199254740992",
      '"-9007199254740993"',
      "18446744073709549568",
    ].map((value) => `{"type": "value", "data": ${value}}`),
  );
});

test("row 9.25: bools; row 9.26: tuples and arrays; row 9.27: records; row 9.28: pointers and enums", async () => {
  expect(
    await json(
      'enum E { TWO = 2 } begin { print(1 == 1); print((1, 2, "x", (4, 5))); print(pton("1.2.3.4")); print((m=2, n=(o=3))); print((int8*)255); print(TWO); }',
    ),
  ).toEqual(
    ["true", '[1,2,"x",[4,5]]', "[1,2,3,4]", '{"m": 2, "n": {"o": 3}}', "255", "2"].map((value) => `{"type": "value", "data": ${value}}`),
  );
});

test("row 9.29: buffers are arrays of signed bytes; row 9.30: addresses and times are strings", async () => {
  expect(
    await json(
      'print(buf("a\\x01\\xff", 3)); print(ksym(1)); print(ntop(0x0100007f)); print(macaddr(pton("1:2:3::"))); print(strftime("%Y", nsecs)); print(username);',
    ),
  ).toEqual(
    ["[97,1,-1]", '"0x1"', '"127.0.0.1"', '"00:01:00:02:00:03"', '"1970"', '""'].map((value) => `{"type": "value", "data": ${value}}`),
  );
});

test("row 9.32: diagnostics are never JSON", async () => {
  const { stdout, stderr } = await runScript("begin { print($x); }", { format: "json" });
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^stdin:1:15-17: ERROR: /);
});
