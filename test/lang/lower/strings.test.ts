import fc from "fast-check";
import { expect, test } from "vitest";
import { irMachine } from "../../support/ir-machine.ts";
import { lowerText, printed, record, runText, textAt, valuesOf } from "./support.ts";

const isEqual = (a: string, b: string): bigint => (a === b ? 1n : 0n);

test.each<[string, readonly bigint[]]>([
  [
    '$s = "abc"; print((int64)($s == "abc")); print((int64)($s != "abc")); print((int64)($s == "ab")); print((int64)($s == "abcd"));',
    [1n, 0n, 0n, 0n],
  ],
  ['$s = ""; print((int64)($s == "")); print((int64)("" == $s));', [1n, 1n]],
  ['$s = "abcdefghijk"; $t = "abc"; $t = "abcdefghijk"; print((int64)($s == $t)); $t = "x"; print((int64)($s == $t));', [1n, 0n]],
  // row 5.30: 0 when equal up to n bytes or a NUL
  [
    '$s = "hello"; print(strncmp($s, "help", 3)); print(strncmp($s, "help", 4)); print(strncmp("hello", $s, 50)); print(strncmp($s, "x", 0));',
    [0n, 1n, 0n, 0n],
  ],
  ['$s = "hello"; print(strlen($s)); $t = ""; print(strlen($t));', [5n, 0n]],
  ['$s = "ab"; print((int64)$s[0]); print((int64)$s[1]); print((int64)$s[2]); $i = (uint64)1; print((int64)$s[$i]);', [97n, 98n, 0n, 98n]],
  [
    '$t = (1, "ab", (2, "c")); print((int64)$t.0); print((int64)($t.1 == "ab")); print((int64)($t.2.1 == "c")); $u = (1, "ab", (2, "c")); print((int64)($t == $u)); $u = (1, "ab", (2, "d")); print((int64)($t == $u));',
    [1n, 1n, 1n, 1n, 0n],
  ],
])("%s", (statements, expected) => {
  expect(printed(statements)).toEqual(expected);
});

const LONG = "0123456789".repeat(12);

test("long strings are compared and measured in loops", () => {
  const other = `${LONG.slice(0, -1)}!`;
  expect(
    printed(
      `$s = "${LONG}"; $t = "${LONG}"; print((int64)($s == $t)); print(strlen($s)); $t = "${other}"; print((int64)($s == $t)); print(strncmp($s, $t, 119));`,
    ),
  ).toEqual([1n, 120n, 0n, 0n]);
});

/** What a char array holds: text up to its NUL, then whatever was there before. */
const charArray = (size: number): fc.Arbitrary<Uint8Array> =>
  fc.array(fc.constantFrom(0, 0x61, 0x62, 0x80, 0xff, 1), { minLength: size, maxLength: size }).map((bytes) => Uint8Array.from(bytes));

const untilNul = (bytes: Uint8Array): Uint8Array => {
  const nul = bytes.indexOf(0);
  return nul < 0 ? bytes : bytes.subarray(0, nul);
};
const padded = (bytes: Uint8Array, size: number): number[] => [...bytes, ...new Uint8Array(size - bytes.length)];

test.each([
  ["sched:sched_switch", "prev_comm", 8, 16],
  ["test:numbers", "text10", 52, 10],
  ["test:numbers", "text70", 62, 70],
])("a char array as a key: %s %s ends at its NUL, with zeroes behind", (point, name, offset, size) => {
  const text = `t:${point} { @[args.${name}] = count(); }`;
  fc.assert(
    fc.property(charArray(size), (bytes) => {
      const machine = runText(text, record({ [offset]: bytes }));
      const key = machine.elements("@")[0]!.key;
      expect([...new Uint8Array(key.buffer)]).toEqual(padded(untilNul(bytes), size));
    }),
    { numRuns: 60 },
  );
});

test("fields equal literals by what stands before the NUL", () => {
  const literals = ["", "a", "ab", "abc", "abcd", "abcde", "abcdefg", "abcdefgh", "abcdefghi", "abcdefghijklmno"];
  const garbage = "\0zzzzzzzzzzzzzzz";
  for (const held of literals)
    for (const literal of literals) {
      const bytes = record({ 8: `${held}${garbage}`.slice(0, 16), 52: `${held}${garbage}`.slice(0, 10) });
      const text16 = `t:sched:sched_switch { print((int64)(args.prev_comm == "${literal}")); }`;
      expect(valuesOf(runText(text16, bytes))).toEqual([isEqual(held, literal)]);
    }
});

test("a literal longer than the array equals what fills it (row 3.20: up to the smaller capacity)", () => {
  const bytes = record({ 52: "0123456789" });
  const text = (literal: string): string => `t:test:numbers { print((int64)(args.text10 == "${literal}")); }`;
  expect(valuesOf(runText(text("0123456789"), bytes))).toEqual([1n]);
  expect(valuesOf(runText(text("0123456780"), bytes))).toEqual([0n]);
  expect(valuesOf(runText(text("012345678"), bytes))).toEqual([0n]);
});

test("strings of any lengths in two fields", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 15 });
  const text =
    "t:sched:sched_switch { print((int64)(args.prev_comm == args.next_comm)); print(strlen(args.prev_comm)); print(strncmp(args.prev_comm, args.next_comm, 5)); }";
  fc.assert(
    fc.property(word, word, (a, b) => {
      const machine = runText(text, record({ 8: `${a}\0x`.slice(0, 16), 40: `${b}\0yy`.slice(0, 16) }));
      expect(valuesOf(machine)).toEqual([isEqual(a, b), BigInt(a.length), a.slice(0, 5) === b.slice(0, 5) ? 0n : 1n]);
    }),
    { numRuns: 60 },
  );
});

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`);
const pointers = (...addresses: readonly bigint[]): Uint8Array => new Uint8Array(BigUint64Array.from(addresses).buffer);

/** Runs a body on a sys_enter_execve with that filename: the printed values. */
function execve(text: string, filename: string): bigint[] {
  const machine = irMachine(lowerText(`t:syscalls:sys_enter_execve { ${text} }`), 2);
  machine.run(0, record({ 16: pointers(machine.remember(bytesOf(filename))) }));
  return valuesOf(machine);
}

test.each([
  ["/bin/ls", '"/bin/ls"', 1n],
  ["/bin/lsx", '"/bin/ls"', 0n],
  ["/bin/l", '"/bin/ls"', 0n],
  ["", '"/bin/ls"', 0n],
  ["", '""', 1n],
])("a user string %j == %s", (held, literal, expected) => {
  expect(execve(`print((int64)(str(args.filename) == ${literal}));`, held)).toEqual([expected]);
});

test("str() of a pointer: length, limit (row 5.27), and nothing but zeroes behind the text", () => {
  expect(execve("print(strlen(str(args.filename)));", "/usr/bin/env")).toEqual([12n]);
  expect(execve("$s = str(args.filename, 5); print(strlen($s));", "/usr/bin/env")).toEqual([4n]);
  expect(
    execve("$s = str(args.filename); $t = str(args.filename, 64); print((int64)($s == $t)); print(strlen($s));", "/etc/passwd"),
  ).toEqual([1n, 11n]);
});

test("an unreadable string is empty", () => {
  const machine = runText(
    't:syscalls:sys_enter_execve { print(strlen(str(args.filename))); printf("%s", str(args.filename)); }',
    record({ 16: Uint8Array.of(1) }),
  );
  expect(machine.records[0]!.getBigInt64(8, true)).toBe(0n);
  expect(textAt(machine.records[1]!, 8, 1024)).toBe("");
});

test("join reads strings until a null pointer; the rest is empty", () => {
  const machine = irMachine(lowerText("t:syscalls:sys_enter_execve { join(args.argv); }"), 2);
  const argv = machine.remember(pointers(...["ls", "-l", "/tmp"].map((arg) => machine.remember(bytesOf(arg))), 0n));
  machine.run(0, record({ 24: pointers(argv) }));
  const [out] = machine.records;
  expect(Array.from({ length: 16 }, (_, i) => textAt(out!, 8 + 1024 * i, 1024))).toEqual([
    "ls",
    "-l",
    "/tmp",
    ...new Array<string>(13).fill(""),
  ]);
});

test("join reads sixteen strings at most", () => {
  const machine = irMachine(lowerText("t:syscalls:sys_enter_execve { join(args.argv); }"), 2);
  const word = machine.remember(bytesOf("x"));
  machine.run(0, record({ 24: pointers(machine.remember(pointers(...new Array<bigint>(20).fill(word)))) }));
  expect(machine.records[0]!.byteLength).toBe(8 + 16 * 1024);
  expect(textAt(machine.records[0]!, 8 + 1024 * 15, 1024)).toBe("x");
});
