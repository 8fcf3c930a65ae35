import fc from "fast-check";
import { expect, test } from "vitest";
import { printed, record, runText, s32Bytes, s64Bytes, textAt, valuesOf } from "./support.ts";

const MAX = (1n << 63n) - 1n;

test.each<[string, readonly bigint[]]>([
  ["$a = 7; $b = 2; print($a + $b); print($a - 9); print($a * $b); print($a / $b); print($a % $b);", [9n, -2n, 14n, 3n, 1n]],
  // row 3.10: unsigned at run time
  ["$a = -7; print($a / 2);", [9223372036854775804n]],
  // row 3.12: logical shift
  ["$a = -8; print($a >> 1); print($a << 1);", [9223372036854775804n, -16n]],
  ["$a = 12; print($a & 10); print($a | 3); print($a ^ 5); print(~$a); print(-$a);", [8n, 15n, 9n, -13n, -12n]],
  ["$a = (uint8)300; print((int64)$a); $b = (int8)200; print((int64)$b); print((uint64)$b);", [44n, -56n, -56n]],
  ["$a = (int32)-1; print((int64)(uint32)$a); print((uint64)$a); print((int64)(uint16)$a);", [4294967295n, -1n, 65535n]],
  ["$a = 5; print($a++); print($a); print(++$a); print($a--); print(--$a);", [5n, 6n, 7n, 7n, 5n]],
  ["$a = 5; print($a + $a++); print($a++ + $a);", [10n, 13n]],
  ["$a = 5; $b = $a > 3 ? ($a > 4 ? 1 : 2) : 3; print((int64)$b); print((int64)($a < 3 ? 7 : 8));", [1n, 8n]],
  ["$a = 1; $b = 0; print((int64)($a && $b)); print((int64)($a || $b)); print((int64)!$a); print((int64)!$b);", [0n, 1n, 0n, 1n]],
  ["$a = -1; $b = 1; print((int64)($a < $b)); print((int64)((uint64)$a < (uint64)$b)); print((int64)($a != $b));", [1n, 0n, 1n]],
])("%s", (statements, expected) => {
  expect(printed(statements)).toEqual(expected);
});

test("the right side of && and || runs only when it is needed", () => {
  expect(printed("$n = 0; if ($n && $n++) { $n = 100; } if ($n == 0 || $n++) { $n += 10; } print($n);")).toEqual([10n]);
});

test("division and modulo by zero give 1 and a warning that names no helper (row 3.11)", () => {
  const machine = runText("begin { $z = 0; print(5 / $z); print(5 % $z); }");
  expect(machine.records.map((r) => r.byteLength)).toEqual([16, 16, 16, 16]);
  expect([machine.records[1]!, machine.records[3]!].map((r) => r.getBigInt64(8, true))).toEqual([1n, 1n]);
});

test("locals start as zero when a path may read them first", () => {
  expect(printed("let $x; if (pid == 99) { $x = 5; } print((int64)$x);")).toEqual([0n]);
});

test("pid, tid, cpu, nsecs", () => {
  const machine = runText("begin { print((int64)pid); print((int64)tid); print(cpu); print(nsecs); print(ncpus); }", undefined, {
    pid: 11,
    tid: 12,
    cpu: 1,
    nsecs: 77n,
  });
  expect(valuesOf(machine)).toEqual([11n, 12n, 1n, 77n, 2n]);
});

test("elapsed counts from what user space put into start_ns", () => {
  const machine = runText("begin { print(elapsed); }", undefined, { nsecs: 1000n });
  expect(valuesOf(machine)).toEqual([1000n]);
  machine.set("start_ns", s32Bytes(0), s64Bytes(400n));
  machine.run(0);
  expect(valuesOf(machine)).toEqual([1000n, 600n]);
});

const numbers =
  "t:test:numbers { print((int64)args.u8); print((int64)args.s16); print((int64)args.u32); print(args.s64); print(args.u64); print((int64)args.array[1]); print(args.odd64); }";

test("record fields of every size and sign, aligned or not", () => {
  const bytes = record({
    8: Uint8Array.of(0xff),
    10: Uint8Array.of(0xfe, 0xff),
    12: Uint8Array.of(0, 0, 0, 0x80),
    16: s64Bytes(-5n),
    24: s64Bytes(-1n),
    36: s32Bytes(-9),
    44: s64Bytes(-MAX),
  });
  expect(valuesOf(runText(numbers, bytes))).toEqual([255n, -2n, 2147483648n, -5n, -1n, -9n, -MAX]);
});

test("big-endian records give the same numbers", () => {
  const swapped = (bytes: Uint8Array): Uint8Array => bytes.slice().reverse();
  const bytes = record({
    8: Uint8Array.of(0xff),
    10: Uint8Array.of(0xff, 0xfe),
    12: Uint8Array.of(0x80, 0, 0, 0),
    16: swapped(s64Bytes(-5n)),
    24: swapped(s64Bytes(-1n)),
    36: swapped(s32Bytes(-9)),
    44: swapped(s64Bytes(-MAX)),
  });
  expect(valuesOf(runText(numbers, bytes, {}, { byteOrder: "big" }))).toEqual([255n, -2n, 2147483648n, -5n, -1n, -9n, -MAX]);
});

test("big-endian arrays are copied in our byte order", () => {
  const bytes = record({ 32: Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3) });
  const machine = runText("t:test:numbers { $a = args.array; print((int64)$a[0]); print((int64)$a[2]); }", bytes, {}, { byteOrder: "big" });
  expect(valuesOf(machine)).toEqual([1n, 3n]);
});

test("array elements by a variable index; out of bounds gives zero and a warning (row 10.17)", () => {
  const bytes = record({ 24: s64Bytes(2n), 32: s32Bytes(4), 36: s32Bytes(5), 40: s32Bytes(6) });
  const text = "t:test:numbers { $a = args.array; print((int64)$a[args.u64]); print((int64)$a[args.u64 + 1]); }";
  expect(valuesOf(runText(text, bytes))).toEqual([6n, 0n, 0n]);
});

test("dynamic strings: from the record's start, or from behind the field", () => {
  // data_loc: length << 16 | offset; rel_loc: from the end of the field itself
  const bytes = record({ 8: s32Bytes((6 << 16) | 100), 12: s32Bytes((4 << 16) | 64), 100: "hello\0", 80: "rel\0" });
  const machine = runText('t:sched:sched_process_exec { printf("%s %s", str(args.filename), str(args.rel)); }', bytes);
  const [out] = machine.records;
  expect([textAt(out!, 8, 1024), textAt(out!, 1032, 1024)]).toEqual(["hello", "rel"]);
});

test("any two 64-bit numbers: arithmetic wraps, division is unsigned", () => {
  const number = fc.bigInt({ min: -MAX - 1n, max: MAX });
  const bytesOf = (a: bigint, b: bigint): Uint8Array => record({ 16: s64Bytes(a), 44: s64Bytes(b) });
  const text =
    "t:test:numbers { $a = args.s64; $b = args.odd64; print($a + $b); print($a - $b); print($a * $b); print($a / $b); print((int64)($a < $b)); }";
  fc.assert(
    fc.property(number, number, (a, b) => {
      fc.pre(b !== 0n);
      const [u, v] = [BigInt.asUintN(64, a), BigInt.asUintN(64, b)];
      const expected = [a + b, a - b, a * b, u / v, a < b ? 1n : 0n].map((n) => BigInt.asIntN(64, n));
      expect(valuesOf(runText(text, bytesOf(a, b)))).toEqual(expected);
    }),
    { numRuns: 50 },
  );
});
