import { expect, test } from "vitest";
import { body, hir, maps, problems } from "./support.ts";

test.each([
  ["row 3.02 smallest signed type", "$a = 1; $b = 200; $c = 70000; $d = 5000000000;", ["$a: int8", "$b: int16", "$c: int32", "$d: int64"]],
  ["row 3.02 above 2^63-1", "$a = 9223372036854775808;", ["$a: uint64"]],
  ["row 3.02 negative", "$a = -128; $b = -129;", ["$a: int8", "$b: int16"]],
  ["row 3.03 a literal adopts the variable's sign", "$a = nsecs; $a = 5;", ["$a: uint64"]],
  ["row 3.03 in either order", "$a = 5; $a = nsecs;", ["$a: uint64"]],
  ["row 3.04 integers widen, also by what comes later", "$a = 1; $a = 300;", ["$a: int16"]],
  ["row 3.04 strings widen", '$a = "x"; $a = "abcdef";', ["$a: string[7]"]],
  ["row 3.04 members of tuples widen", '$a = (1, "x"); $a = (300, "abc");', ["$a: (int16,string[4])"]],
  ["row 3.05 mixed signs that fit a larger type", "$a = (uint8)1; $a = (int8)1;", ["$a: int16"]],
  ["row 3.05 a larger signed type", "$a = (uint8)1; $a = (int32)1;", ["$a: int32"]],
  ["row 3.05 mixed signs of 64 bits", "$a = nsecs; $a = -1;", ["$a: int64"]],
  ["row 2.49 field order of the first assignment", "$a = (x=1, y=2); $a = (y=300, x=5);", ["$a: record { .x = int8, .y = int16 }"]],
  ["row 3.57 increments", "@ = 1; $a = 1; $a++;", ["$a: int64"]],
  ["row 3.09 decrements are signed", "$a = nsecs; $a--;", ["$a: int64"]],
  ["increments keep an unsigned variable", "$a = nsecs; $a++;", ["$a: uint64"]],
  ["row 3.06 declared", "let $a: uint8 = 5;", ["$a: uint8"]],
  ["declared without a size", 'let $a: string = "ab"; $a = "abcd";', ["$a: string[5]"]],
  ["types flow through variables", '$a = "x"; $b = $a; $a = "abc";', ["$a: string[4]", "$b: string[4]"]],
  ["rows 4.01 to 4.28", "$a = pid; $b = cpu; $c = comm; $d = rand;", ["$a: uint32", "$b: uint64", "$c: string[16]", "$d: uint32"]],
])("%s", (_, statements, expected) => {
  expect(body(statements).slice(0, expected.length)).toEqual(expected);
});

test.each([
  ["row 3.04 values widen over probes", "begin { @x = 1 } end { @x = 300 }", ["@x: int16"]],
  [
    "row 3.43 keys widen, integers and strings inside",
    'begin { @["a", 1] = 1 } end { @["abc", pid] = 1 }',
    ["@[(string[4],uint32)]: int8"],
  ],
  ["row 3.43 reading widens a key too", 'begin { @["a"] = 1; print(@["abc"]) }', ["@[string[4]]: int8"]],
  [
    "row 3.57 width of what is assigned",
    "begin { @a = 5; @b = nsecs; @c++; @d--; @e += 1 }",
    ["@a: int8", "@b: uint64", "@c: int64", "@d: int64", "@e: int64"],
  ],
  ["a map that feeds itself adopts the sign", "begin { @ += nsecs }", ["@: uint64"]],
  ["copying", "begin { @a[pid] = @b; @b = comm }", ["@a[uint32]: string[16]", "@b: string[16]"]],
  [
    "rows 6.01 to 6.07",
    "begin { @a = count(); @b = sum(nsecs); @c = min(-1); @d = max(pid); @e = avg(1); @f = stats(cpu) }",
    ["@a: count", "@b: sum uint64", "@c: min int64", "@d: max uint64", "@e: avg int64", "@f: stats uint64"],
  ],
  [
    "rows 6.06, 6.07",
    "begin { @a = hist(nsecs); @b = hist(1, 3); @c[pid] = lhist(cpu, 0, 100, 5) }",
    ["@a: hist(0)", "@b: hist(3)", "@c[uint32]: lhist(0, 100, 5)"],
  ],
  ["row 3.47 a literal adopts the sign of the others", "begin { @ = sum(5); @ = sum(nsecs) }", ["@: sum uint64"]],
  ["row 3.47 mixed signs are signed", "begin { @ = sum(nsecs); @ = sum(-5) }", ["@: sum int64"]],
  ["row 6.09 last expression of a block", "begin { @ = { $x = 5; sum($x) } }", ["@: sum int64"]],
  [
    "row 3.46 aggregates as numbers",
    "begin { @c = count(); @s = sum(-1); @x = @c + 1; @y = -@s; @[@c] = 1 }",
    ["@c: count", "@s: sum int64", "@x: uint64", "@y: int64", "@[uint64]: int8"],
  ],
  ["row 3.45 into integers", "begin { @a = count(); @b = 1; @b = @a }", ["@a: count", "@b: uint64"]],
  ["bool and tuple", "begin { @a = pid == 1; @b = (1, comm) }", ["@a: bool", "@b: (int8,string[16])"]],
])("%s", (_, text, expected) => {
  expect(maps(text)).toEqual(expected);
});

test.each([
  ["row 3.07 unsigned", "pid + nsecs", "(uint64(pid) + nsecs):uint64"],
  ["row 3.07 flexible literal", "nsecs * 2", "(nsecs * 2:uint64):uint64"],
  ["row 3.09 minus is signed", "pid - 1", "(int64(pid) - 1:int64):int64"],
  ["row 3.12 shifts", "nsecs >> 3", "(nsecs >> 3:uint64):uint64"],
  ["row 3.13 narrow operands are extended first", "~pid", "~uint64(pid)"],
  ["row 3.14 minus keeps the sign type", "-nsecs", "-nsecs"],
  ["row 3.15 common type", "pid == 1", "(pid == 1:uint32)"],
  ["row 3.15 uint32 with a negative literal", "pid == -1", "(int64(pid) == -1:int64)"],
  ["row 3.16", "pid && !nsecs", "(pid && !nsecs)"],
  ["row 3.18 bool with int", "(pid == 1) + 1", "(uint64(uint8((pid == 1:uint32))) + 1:uint64):uint64"],
  [
    "row 3.18 two bools give a bool",
    "(pid == 1) + (tid == 1)",
    "((uint64(uint8((pid == 1:uint32))) + uint64(uint8((tid == 1:uint32)))):uint64 != 0:uint64)",
  ],
  ["row 3.20 strings of any sizes", 'comm == "bash"', '(comm === "bash")'],
  ["row 3.20 not equal", 'comm != "bash"', '(comm !== "bash")'],
  ["row 3.40 tuples", "(1, pid) == (300, 2)", "((1:int16, pid) === (300:int16, 2:uint32))"],
  ["row 3.26 cast of a literal wraps", "(uint8)300", "44:uint8"],
  ["row 3.26 cast", "(int8)nsecs", "int8(nsecs)"],
  ["row 3.17 cast to bool", "(bool)nsecs", "(nsecs != 0:uint64)"],
  ["row 3.17 cast of a string to bool", "(bool)comm", '(comm !== "")'],
  ["row 2.52 cast of a string to a larger one", '(string[8])"ab"', 'string[8]("ab")'],
  ["row 3.53 strings of different length", 'pid ? "a" : "bcd"', '((pid != 0:uint32) ? string[4]("a") : "bcd")'],
  ["row 3.53 integers", "pid ? 1 : nsecs", "((pid != 0:uint32) ? 1:uint64 : nsecs)"],
  ["row 2.18 if as a value", "if pid { 1 } else { 300 }", "((pid != 0:uint32) ? 1:int16 : 300:int16)"],
  ["row 2.48 members of tuples", "(1, (comm, 2)).1.0", "(1:int8, (comm, 2:int8)).1.0"],
  ["row 2.48 tuple index", "(1, comm)[1]", "(1:int8, comm).1"],
  ["row 2.49 members of records", "(a=1, b=comm).b", "(a=1:int8, b=comm).1"],
  ["row 3.24 string index", "comm[0]", "comm[0:uint64]"],
])("%s: %s", (_, expr, expected) => {
  expect(body(`$r = ${expr};`).slice(1)).toEqual([`$r = ${expected}`]);
});

const DIVISION = "can lead to undefined behavior (cast to unsigned to silence warning)";
const CAST = "warning: Expression of type: uint64 being cast to type: int64. This may cause unexpected results. @";

test.each([
  ["row 3.05", "begin { @ = nsecs; @ = -1 }", [`${CAST} nsecs`]],
  ["row 3.07 once per operand", "begin { $a = -1; print($a + nsecs) }", [`${CAST} nsecs`]],
  ["row 3.09 two warnings", "begin { @s[tid] = nsecs; print(nsecs - @s[tid]) }", [`${CAST} nsecs`, `${CAST} @s[tid]`]],
  ["row 3.09 uint32 is silent", "begin { print(pid - tid) }", []],
  ["row 3.09 decrements are silent", "begin { $a = 1; $a--; @--; }", []],
  ["row 3.10 different signed types", "begin { $a = -1000; print($a / 2) }", [`warning: signed operands for '/' ${DIVISION} @ $a / 2`]],
  ["row 3.10 equal types are silent", "begin { $a = -7; print($a / 2) }", []],
  ["row 3.10 adopted sign", "begin { print(nsecs / 2) }", []],
  ["row 3.10 modulo", "begin { print(-1 % nsecs) }", [`warning: signed operands for '%' ${DIVISION} @ -1 % nsecs`, `${CAST} nsecs`]],
  ["row 3.11 a run-time zero divisor compiles", "begin { print(nsecs / 0) }", []],
  ["row 3.15 uint64 with a negative literal", "begin { print(nsecs < -1) }", [`${CAST} nsecs`]],
  ["row 3.15 uint32 with int32 is silent", "tracepoint:sched:sched_switch { print(args.pid == pid) }", []],
  [
    "row 3.06 a wider variable truncates",
    "begin { let $a: uint8; $a = nsecs; print($a) }",
    ["warning: Expression of type: uint64 being cast to type: uint8. This may cause unexpected results. @ nsecs"],
  ],
  ["row 3.27", "begin { print((uint64)nsecs) }", ["warning: Unnecessary cast: expression is already of type uint64 @ (uint64)nsecs"]],
  ["row 3.47 mixed signs", "begin { @ = sum(nsecs); @ = sum(-5) }", [`${CAST} nsecs`]],
  ["histograms are signed by rule", "begin { @ = hist(nsecs); @l = lhist(nsecs, 0, 10, 1) }", []],
])("%s: %s", (_, text, expected) => {
  expect(problems(text)).toEqual(expected);
});

test.each([
  [
    "row 3.04",
    '$x = 1; $x = "a"',
    `Type mismatch for $x: trying to assign value of type 'string[2]' when variable already has a type 'int8' @ $x = "a"`,
  ],
  [
    "row 3.04 maps",
    '@x = 1; @x = "a"',
    `Type mismatch for @x: trying to assign value of type 'string[2]' when map already has a type 'int8' @ @x = "a"`,
  ],
  [
    "row 3.06 literal out of range",
    "let $x: uint8 = 300",
    "Type mismatch for $x: trying to assign value of type 'int16' when variable already has a type 'uint8' @ let $x: uint8 = 300",
  ],
  [
    "row 3.06 negative literal",
    "let $x: uint8; $x = -1",
    "Type mismatch for $x: trying to assign value of type 'int8' when variable already has a type 'uint8' @ $x = -1",
  ],
  [
    "a string longer than declared",
    'let $x: string[2]; $x = "abc"',
    `Type mismatch for $x: trying to assign value of type 'string[4]' when variable already has a type 'string[2]' @ $x = "abc"`,
  ],
  ["row 3.20", 'print(comm < "x")', `The < operator can not be used on expressions of types string[16], string[2] @ comm < "x"`],
  ["different kinds", "print(comm == 1)", "Type mismatch for '==': comparing string[16] with int8 @ comm == 1"],
  ["arithmetic on strings", "print(comm + pid)", "Type mismatch for '+': comparing string[16] with uint32 @ comm + pid"],
  ["unary on strings", "print(-comm)", "The - operator can not be used on expressions of type 'string[16]' @ -comm"],
  ["row 3.52", "if (comm) { exit() }", "Invalid condition: string @ comm"],
  [
    "row 3.53",
    'print(pid ? 1 : "a")',
    `Branches must return the same type or compatible types: have 'int8' and 'string[2]' @ pid ? 1 : "a"`,
  ],
  ["row 2.48", "print((1, 2).2)", "Invalid tuple index: 2. Found 2 elements in tuple. @ (1, 2).2"],
  ["tuple index of an integer", "$x = 1; print($x.0)", "Can not access index '0' on expression of type 'int8' @ $x.0"],
  ["row 2.49 unknown field", "print((a=1).b)", "Record does not contain a field named 'b' @ (a=1).b"],
  ["row 2.50 out of range", "print(comm[16])", "the index 16 is out of bounds for array of size 16 @ comm[16]"],
  [
    "row 2.50 signed index",
    "$i = 1; $i--; print(comm[$i])",
    "The array index operator [] only accepts non-negative integer indices. Got: int64 @ comm[$i]",
  ],
  [
    "row 3.43",
    '@x[1] = 1; @x["a"] = 1',
    `Type mismatch for @x: trying to assign key of type 'string[2]' when map already has a key type 'int8' @ @x["a"]`,
  ],
  [
    "row 3.43 has_key",
    '@x[1] = 1; print(has_key(@x, "a"))',
    `Argument mismatch for @x: trying to access with arguments: 'string[2]' when map expects arguments: 'int8' @ has_key(@x, "a")`,
  ],
  [
    "row 2.56 keyed then scalar",
    "@x[1] = 1; @x = 1",
    "@x used as a map without an explicit key (scalar map), previously used with an explicit key (non-scalar map) @ @x",
  ],
  [
    "row 2.56 scalar then keyed",
    "@x = 1; @x[1] = 1",
    "@x used as a map with an explicit key (non-scalar map), previously used without an explicit key (scalar map) @ @x[1]",
  ],
  ["row 3.49", "print(@x)", "Undefined map: @x @ @x"],
  ["row 3.49 in an expression", "$y = @x[1] + 1", "Undefined map: @x @ @x"],
  [
    "row 3.45 one map one function",
    "@x = count(); @x = sum(1)",
    "Type mismatch for @x: trying to assign value of type 'sum_t' when map already has a type 'count_t' @ sum(1)",
  ],
  [
    "row 3.45 aggregate over integers",
    "@x = 1; @x = count()",
    "Type mismatch for @x: trying to assign value of type 'count_t' when map already has a type 'int8' @ count()",
  ],
  [
    "row 3.45 integers over an aggregate",
    "@x = count(); @x = 1",
    "Type mismatch for @x: trying to assign value of type 'int8' when map already has a type 'count_t' @ @x = 1",
  ],
  [
    "row 3.45 increment of an aggregate",
    "@x = sum(nsecs); @x++",
    "Type mismatch for @x: trying to assign value of type 'int64' when map already has a type 'usum_t' @ @x++",
  ],
  [
    "row 3.45 copying",
    "@a = count(); @b = @a",
    "Map value 'count_t' cannot be assigned from one map to another. The function that returns this type must be called directly e.g. `@b = count();`. @ @b = @a",
  ],
  ["row 3.45 never readable", "@h[1] = hist(1); $x = @h[1]", "Value of @h (hist_t) can not be read; only printed as a whole @ @h[1]"],
  ["row 6.06", "@ = hist(1); @ = hist(1, 2)", "Different bits in a single hist unsupported @ hist(1, 2)"],
  ["row 6.09", "$x = count()", "count() must be assigned directly to a map @ count()"],
  ["row 3.22", `print("${"x".repeat(1024)}")`, `String is too long (over 1024 bytes): ${"x".repeat(1024)} @ "${"x".repeat(1024)}"`],
  ["casts", '$x = (int8)"abc"', `Cannot cast from "string[4]" to "int8" @ (int8)"abc"`],
  ["unknown type", "$x = (int33)1", `Cannot resolve unknown type "int33" @ int33`],
])("%s: %s", (_, statements, expected) => {
  expect(problems(`begin { ${statements} }`).filter((problem) => problem.startsWith("error"))).toEqual([`error: ${expected}`]);
});

test("row 2.14 declarations without a value are zero", () => {
  expect(body('let $a; let $b; let $c: uint8; $a = 5; $b = "ab"; print($c)')).toEqual([
    "$a: int8",
    "$b: string[3]",
    "$c: uint8",
    "$a = 0:int8",
    '$b = string[3]("")',
    "$c = 0:uint8",
    "$a = 5:int8",
    '$b = "ab"',
    "print($c)",
  ]);
});

test("row 2.49 fields in another order are evaluated as written, then put in place", () => {
  expect(body("$a = (x=1, y=2); $a = (y=nsecs, x=pid);").slice(-1)).toEqual(["$a = { whole = (y=nsecs, x=pid) (x=whole.1, y=whole.0) }"]);
});

test("row 3.43 a key is converted to the final type everywhere", () => {
  expect(hir('begin { @["a"] = 1 } end { @["abc"] = 2 }')).toContain('@[string[4]("a")] = 1:int8');
});
