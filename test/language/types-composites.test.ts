/** Tuples and records (rows 2.48, 2.49, 3.40 to 3.42, 3.50). */
import { expect, test } from "vitest";
import { complaints, printed, prints } from "../support/printed.ts";
import { recordingOf } from "../support/written-events.ts";

test.each<[string, string, readonly string[]]>([
  ["row 2.48: tuples", 'print((1, "a", true)); print((1,)); print(()); print((1, (2, 3),));', ["(1, a, true)", "(1)", "()", "(1, (2, 3))"]],
  ["row 2.48: elements", '$t = (1, "a", (2, 3)); print($t.0); print($t.1); print($t.2.1); print($t[1]);', ["1", "a", "3", "a"]],
  [
    "row 2.49: records",
    'print((a = 1, b = "x")); $r = (a = 1, b = (c = 2)); print($r.a); print($r.b.c);',
    ["{ .a = 1, .b = x }", "1", "2"],
  ],
  [
    "row 2.49: evaluated as written, ordered as first assigned",
    "$i = 1; $r = (a = 5, b = 6); $r = (b = $i++, a = $i++); print($r);",
    ["{ .a = 2, .b = 1 }"],
  ],
  ["row 3.40: any elements", '$t = ((int8[2])0x0102, buf("ab", 2), (int8 *)16, true, (1,)); print($t);', ["([2,1], ab, 0x10, true, (1))"]],
  [
    "row 3.40: equality, element by element",
    '$a = (1, "ab"); print($a == (1, "ab")); print($a == (1, "abc")); print($a != (2, "ab")); print((1, 2) == (300, 2));',
    ["true", "false", "true", "false"],
  ],
  ["row 3.40: padding is no part of a key", "$x = (uint8)1; @[$x, (int64)2] = 1; @[$x, (int64)2] = 2;", ["@[1, 2]: 2"]],
  [
    "row 3.41: compatible in any order",
    "$r = (a = 1, b = 2); print($r == (b = 2, a = 1)); print($r == (b = 1, a = 2)); $r = (b = 700, a = 3); print($r);",
    ["true", "false", "{ .a = 3, .b = 700 }"],
  ],
  [
    "row 3.41: members widen",
    '$r = (a = 1, s = "x"); $r = (a = 70000, s = "long"); print($r); print(sizeof($r));',
    ["{ .a = 70000, .s = long }", "12"],
  ],
  [
    "row 3.42: C padding",
    "$x = (uint8)nsecs; $a = ($x, nsecs, $x, nsecs); print(sizeof($a)); print(sizeof(())); print(sizeof((1, nsecs)));",
    ["32", "0", "16"],
  ],
  ["row 3.42: byte arrays align to 1", 'print(sizeof((1, "abc", 2))); print(sizeof((1, (int8[3])1, (int32)nsecs)));', ["6", "8"]],
  ["row 6.30: values in maps", "@t = (1, (2, 3)); @u[1] = (1,); @e = ();", ["@e: ()", "@t: (1, (2, 3))", "@u[1]: (1)"]],
  [
    "row 6.31: records in maps",
    '@r = (x = 1, y = (z = 2)); @[(a = 1, b = "x")] = 1;',
    ["@[{ .a = 1, .b = x }]: 1", "@r: { .x = 1, .y = { .z = 2 } }"],
  ],
])("%s", async (_, statements, expected) => {
  expect(await prints(statements)).toEqual(expected);
});

test.each<[string, string, readonly string[]]>([
  ["row 2.48: out of range", "print((1, 2).2);", ["ERROR: Invalid tuple index: 2. Found 2 elements in tuple."]],
  ["row 2.48: not by a variable", "$i = 1; print((1, 2)[$i]);", ["ERROR: Tuples take only a literal index"]],
  ["row 2.49: a name twice", "print((a = 1, a = 2));", ["ERROR: syntax: Named argument list already contains name: a"]],
  ["row 2.49: no such name", "print((a = 1).b);", ["ERROR: Record does not contain a field named 'b'"]],
  [
    "row 3.40: tuples that cannot be compared",
    'print((1, "a") == ("a", 1));',
    ["ERROR: Type mismatch for '==': comparing (int8,string[2]) with (string[2],int8)"],
  ],
  [
    "row 3.40: of another length",
    "$t = (1, 2); $t = (1, 2, 3);",
    ["ERROR: Type mismatch for $t: trying to assign value of type '(int8,int8,int8)' when variable already has a type '(int8,int8)'"],
  ],
  [
    "row 3.41: other names",
    "$r = (a = 1); $r = (b = 1);",
    [
      "ERROR: Type mismatch for $r: trying to assign value of type 'record { .b = int8 }' when variable already has a type 'record { .a = int8 }'",
    ],
  ],
])("%s", async (_, statements, expected) => {
  expect((await complaints(`begin { ${statements} }`)).filter((text) => !/^ERROR: (?:left|right) /.test(text))).toEqual(expected);
});

test("row 3.50: args is a record of the event's fields", async () => {
  const recording = await recordingOf([
    { ns: 1, event: "task:task_newtask", pid: 7, fields: { pid: 9, comm: "init", clone_flags: 5, oom_score_adj: -1 } },
  ]);
  const record = "{ .pid = 9, .comm = init, .clone_flags = 5, .oom_score_adj = -1 }";
  const text =
    "t:task:task_newtask { print(args); print(args.pid); print(args->pid); print((*args).comm); $a = args; print($a.comm); @[args] = count(); @v = args; print(sizeof(args)); }";
  expect(await printed(text, { recording })).toEqual([record, "9", "9", "init", "init", "40", `@[${record}]: 1`, `@v: ${record}`]);
});

test("row 3.50: dynamic data of args as text", async () => {
  const recording = await recordingOf([{ ns: 1, event: "app:work", pid: 7, fields: { path: "/usr/bin/tool" } }]);
  const [line] = await printed("t:app:work { print(args); }", { recording });
  expect(line).toMatch(/\.path = \/usr\/bin\/tool \}$/);
});

test("row 3.50: what args cannot do", async () => {
  const recording = await recordingOf([{ ns: 1, event: "app:work", pid: 7 }]);
  expect(await complaints("begin { print(args); }")).toEqual(['ERROR: args can not be used with "begin" probes']);
  expect(await complaints("t:app:work { print(args.common_pid); }", { recording })).toEqual([
    "ERROR: BPF does not support accessing common tracepoint fields",
  ]);
  expect(await complaints("t:app:work { print(args.nope); }", { recording })).toEqual([
    "ERROR: Struct/union of type 'struct _tracepoint_app_work' does not contain a field named 'nope'",
  ]);
});

test("row 3.51: ctx is not for tracepoints, and nothing without recorded registers", async () => {
  const recording = await recordingOf([{ ns: 1, event: "app:work", pid: 7 }]);
  expect(await complaints("t:app:work { print(ctx); }", { recording })).toEqual(["ERROR: Use args instead of ctx in tracepoint"]);
  expect(await complaints("begin { print(ctx); }")).toEqual([
    "ERROR: ctx is not possible: the recording holds neither registers nor samples of begin probes",
  ]);
});
