/** Keys and values of maps of every type (rows 3.43 to 3.49, 6.24 to 6.38, 9.25 to 9.29). */
import { expect, test } from "vitest";
import { complaints, printed, prints } from "../support/printed.ts";

test.each<[string, string, readonly string[]]>([
  ["row 3.43: integers and strings in keys widen", '@[1, "a"] = 1; @[70000, "abc"] = 2;', ["@[1, a]: 1", "@[70000, abc]: 2"]],
  [
    "row 3.43: whatever names the key",
    '@["a"] = 1; print(@["abcdef"]); print(has_key(@, "abc")); print(has_key(@, "a"));',
    ["0", "false", "true", "@[a]: 1"],
  ],
  [
    "row 3.44: aggregates as keys are numbers",
    "@c = count(); @s = sum(-5); @k[@c] = 1; @m[@s, 1] = 2;",
    ["@c: 1", "@k[1]: 1", "@m[-5, 1]: 2", "@s: -5"],
  ],
  ["row 3.45: into a map of integers", "@a = count(); @b = 5; @b = @a;", ["@a: 1", "@b: 1"]],
  ["row 3.45: by a cast", "@a = count(); @b = (int64)@a;", ["@a: 1", "@b: 1"]],
  [
    "row 3.46: aggregates read as numbers",
    "@c = count(); @c = count(); @s = sum(7); @i = min(-3); @x = max(9); @v = avg(-10); @v = avg(-5); @v = avg(5);" +
      " print((@c, @s, @i, @x, @v)); print(@c * 2); print(sizeof(@c));",
    ["(2, 7, -3, 9, -3)", "4", "8", "@c: 2", "@i: -3", "@s: 7", "@v: -3", "@x: 9"],
  ],
  [
    "row 3.46: of a key",
    '@[1] = sum(5); @[1] = sum(6); print(@[1]); print(@[2]); if (@[1] > 10) { print("over") }',
    ["11", "0", "over", "@[1]: 11"],
  ],
  [
    "row 3.46: by the sign of the argument",
    "$u = (uint64)1; @u = max($u); @i = max(-1); print(@u + 2); print(@i < 0);",
    ["3", "true", "@i: -1", "@u: 1"],
  ],
  ["row 3.47: signs within one map promote", "@ = sum((uint8)200); @ = sum(-1);", ["@: 199"]],
  [
    "row 3.48: unset elements are zero",
    '@n[1] = 5; @s[1] = "x"; @t[1] = (1, "a"); @b[1] = true; print(@n[2]); print(@s[2]); print(@t[2]); print(@b[2]); clear(@n); clear(@s); clear(@t); clear(@b);',
    ["0", "(0, )", "false"],
  ],
  [
    "row 6.24: keys of several parts",
    '@[1, "a", true] = 1; @x[(1, 2)] = 2; @y[(1,)] = 3; @z["(a)"] = 4;',
    ["@[1, a, true]: 1", "@x[1, 2]: 2", "@y[1]: 3", "@z[a]: 4"],
  ],
  ["row 6.25: tuples in keys", '@m["hi", ("long", 2)] = 1;', ["@m[hi, (long, 2)]: 1"]],
  ["row 6.26: records as keys", '@m[(a = 1, b = "x")] = 1;', ["@m[{ .a = 1, .b = x }]: 1"]],
  [
    "row 6.27: bools, pointers, buffers as keys",
    '@b[true] = 1; @p[(int8 *)31] = 2; @u[buf("a\\x01", 2)] = 3;',
    ["@b[true]: 1", "@p[0x1f]: 2", "@u[a\\x01]: 3"],
  ],
  ["row 6.29: strings as values", '@ = "a b \\"c\\""; @m[1] = "";', ['@: a b "c"', "@m[1]: "]],
  ["row 6.32: arrays as values", "@a = (int8[4])0x04010203; @b = (int8[1])5;", ["@a: [3,2,1,4]", "@b: [5]"]],
  ["row 6.33: buffers as values", '@ = buf("a\\x00b", 3);', ["@: a\\x00b"]],
  ["row 6.34: pointers as values", "@p = (int8 *)255; @n = (int8 *)0;", ["@n: 0x0", "@p: 0xff"]],
  ["row 6.35: bools as values", "@t = true; @f = 1 == 2;", ["@f: false", "@t: true"]],
  ["row 6.37: symbols that nobody knows", "@k = ksym(1); @u = usym(1);", ["@k: 0x1", "@u: 0x1"]],
])("%s", async (_, statements, expected) => {
  expect((await printed(`begin { ${statements} }`)).map((line) => line)).toEqual(expected);
});

test("row 6.36: enums as values: the name, or the number when there is none", async () => {
  const text = "enum e { ONE = 1 };\nbegin { $x = 7; @[1] = ONE; @[2] = (enum e)$x; @k[ONE] = 1; }";
  expect(await printed(text)).toEqual(["@[1]: ONE", "@[2]: 7", "@k[ONE]: 1"]);
});

test("row 6.32: arrays of arrays", async () => {
  const text =
    "struct s { short m[2][2]; };\nbegin { $v = (uint64)0x0004000300020001; $p = (struct s *)&$v; @ = $p->m; print($p->m[1]); @k[$p->m] = $p->m[1][0]; }";
  expect(await printed(text)).toEqual(["[3,4]", "@: [[1,2],[3,4]]", "@k[[[1,2],[3,4]]]: 3"]);
});

test.each<[string, string, readonly string[]]>([
  ["row 9.25: bools", "@t = true; print(1 == 2);", ['{"type": "value", "data": false}', '{"type": "map", "data": {"@t": true}}']],
  [
    "row 9.26: tuples and arrays",
    '@t = (1, "x", (2, true)); print((int8[2])0x0102);',
    ['{"type": "value", "data": [2,1]}', '{"type": "map", "data": {"@t": [1,"x",[2,true]]}}'],
  ],
  ["row 9.27: records", "print((m = 2, n = (o = 3)));", ['{"type": "value", "data": {"m": 2, "n": {"o": 3}}}']],
  [
    "row 9.28: pointers",
    "@p = (int8 *)255; print((int8 *)-1);",
    ['{"type": "value", "data": "18446744073709551615"}', '{"type": "map", "data": {"@p": 255}}'],
  ],
  ["row 9.29: buffers, as signed bytes", '@b = buf("a\\x01\\xff", 3);', ['{"type": "map", "data": {"@b": [97,1,-1]}}']],
  [
    "row 9.05: keys without blanks",
    '@["a b", (1, 2)] = 1; @r[(a = 1, b = "x y")] = 2;',
    ['{"type": "map", "data": {"@": {"ab,(1,2)": 1}}}', '{"type": "map", "data": {"@r": {"{.a=1,.b=xy}": 2}}}'],
  ],
])("%s", async (_, statements, expected) => {
  expect((await prints(statements, { format: "json" })).slice(1)).toEqual(expected);
});

test("row 9.28: enums in JSON are numbers", async () => {
  const text = "enum e { ONE = 1, TWO };\nbegin { @e = TWO; print(ONE); }";
  expect((await printed(text, { format: "json" })).slice(1)).toEqual([
    '{"type": "value", "data": 1}',
    '{"type": "map", "data": {"@e": 2}}',
  ]);
});

test.each<[string, string, readonly string[]]>([
  [
    "row 3.43: another shape",
    '@["a"] = 1; @[1, 2] = 1;',
    ["ERROR: Type mismatch for @: trying to assign key of type '(int8,int8)' when map already has a key type 'string[2]'"],
  ],
  [
    "row 3.43: by has_key and delete",
    '@x[1] = 1; print(has_key(@x, "a")); delete(@x, (1, 2));',
    [
      "ERROR: Argument mismatch for @x: trying to access with arguments: 'string[2]' when map expects arguments: 'int8'",
      "ERROR: Argument mismatch for @x: trying to access with arguments: '(int8,int8)' when map expects arguments: 'int8'",
    ],
  ],
  [
    "row 3.44: histograms are no keys",
    "@h = hist(1); @x[@h] = 1;",
    ["ERROR: Value of @h (hist_t) can not be read; only printed as a whole"],
  ],
  [
    "row 3.45: copies of aggregates",
    "@a = sum(nsecs); @b = @a;",
    [
      "ERROR: Map value 'usum_t' cannot be assigned from one map to another. The function that returns this type must be called directly e.g. `@b = sum(retval);`.",
    ],
  ],
  [
    "row 3.45: one map, one function",
    "@x = count(); @x = avg(1);",
    ["ERROR: Type mismatch for @x: trying to assign value of type 'avg_t' when map already has a type 'count_t'"],
  ],
  [
    "row 3.45: stats are never readable",
    "@s = stats(1); $x = @s;",
    ["ERROR: Value of @s (stats_t) can not be read; only printed as a whole"],
  ],
  ["row 3.47: integers only", '@ = sum("a");', ["ERROR: sum() only supports integer arguments (string[2] provided)"]],
  ["row 3.49: never assigned", "print(@nope); print(@also[1]);", ["ERROR: Undefined map: @nope", "ERROR: Undefined map: @also"]],
  [
    "row 3.45: values of other types",
    "@x = (int8 *)1; @x = 5;",
    ["ERROR: Type mismatch for @x: trying to assign value of type 'int8' when map already has a type 'int8 *'"],
  ],
])("%s", async (_, statements, expected) => {
  expect((await complaints(`begin { ${statements} }`)).filter((text) => text.startsWith("ERROR"))).toEqual(expected);
});
