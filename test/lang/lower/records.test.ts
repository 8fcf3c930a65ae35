import { expect, test } from "vitest";
import { RECORD_FLAG_YIELD } from "../../../lang/ir/ir.ts";
import { lowerText, record, runText, s32Bytes, textAt } from "./support.ts";

const headers = (text: string): [number, number, number][] =>
  runText(`begin { ${text} }`).records.map((r) => [r.getUint32(0, true), r.getUint32(4, true), r.byteLength]);

test("records begin with the action and its flags", () => {
  expect(headers('printf("%d\\n", 1); @[1] = 1; print(@); clear(@); zero(@); time("%H"); exit();')).toEqual([
    [0, 0, 16],
    // 1 is the warning that the map is full
    [2, RECORD_FLAG_YIELD, 8],
    [3, RECORD_FLAG_YIELD, 8],
    [4, RECORD_FLAG_YIELD, 8],
    [5, RECORD_FLAG_YIELD, 16],
    [6, RECORD_FLAG_YIELD, 16],
  ]);
});

test("the action table says what each record is", () => {
  const { actions } = lowerText('begin { printf("a %s", "xyz"); @m[1] = 1; print(@m, 3, 2); time("%H"); exit(7); print((1, "a")); }');
  expect(actions.map(({ span: _, ...action }) => action)).toMatchObject([
    { kind: "printf", format: "a %s", args: [{ offset: 8, type: { kind: "string", sizeBytes: 4 } }], sizeBytes: 16 },
    { kind: "helper_error", helper: "map_update_elem", sizeBytes: 16 },
    { kind: "print_map", map: 0, top: 3, div: 2, sizeBytes: 8 },
    { kind: "time", format: "%H", sizeBytes: 16 },
    { kind: "exit", sizeBytes: 16 },
  ]);
});

test("a map without keys is never full: nothing is there to warn of it", () => {
  expect(lowerText("begin { @ = 1; @++; @ += 2; }").actions).toEqual([]);
});

test("time carries the event's nsecs, exit its code", () => {
  const { records } = runText("begin { time(); exit(-3); }", undefined, { nsecs: 5_000_000_001n });
  expect(records.map((r) => r.getBigInt64(8, true))).toEqual([5_000_000_001n, -3n]);
});

test("arguments of all kinds lie at multiples of 8, with zeroes between", () => {
  const text = 't:sched:sched_switch { printf("%d %s %s %d %s", (int8)-1, "abc", args.prev_comm, args.prev_pid, comm); }';
  const { records } = runText(text, record({ 8: "prev\0", 24: s32Bytes(-5) }), { comm: "me" });
  const [out] = records;
  expect(out!.byteLength).toBe(8 + 8 + 8 + 16 + 8 + 16);
  expect(out!.getInt8(8)).toBe(-1);
  expect(textAt(out!, 16, 8)).toBe("abc");
  expect(textAt(out!, 24, 16)).toBe("prev");
  expect(out!.getInt32(40, true)).toBe(-5);
  expect(textAt(out!, 48, 16)).toBe("me");
  expect([...new Uint8Array(out!.buffer, 16, 8)]).toEqual([97, 98, 99, 0, 0, 0, 0, 0]);
});

test("tuples and records are laid out as C structs, strings zero-filled", () => {
  const { records } = runText('begin { $t = ((int8)1, (int64)2, "ab"); print($t); print((x=(int16)3, y="c")); }');
  expect([...new Uint8Array(records[0]!.buffer, 8)]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 97, 98, 0, 0, 0, 0, 0, 0]);
  expect([...new Uint8Array(records[1]!.buffer, 8, 4)]).toEqual([3, 0, 99, 0]);
});

test("a tuple assigned from its own members is read before it is written", () => {
  const { records } = runText("begin { $t = (1, 2); $t = ($t.1, $t.0); print($t); }");
  expect([...new Uint8Array(records[0]!.buffer, 8, 2)]).toEqual([2, 1]);
});

test("warnings have a record of their own, with the result at 8", () => {
  const { records } = runText("begin { delete(@, 3); @[1] = 1; }");
  expect(records.map((r) => [r.byteLength, r.getBigInt64(8, true)])).toEqual([[16, -2n]]);
});
