/** Memory that the events of a perf.data fetched on a big-endian machine: structures in it read as they do on a little-endian one. */
import { expect, test } from "vitest";
import { attrType } from "../../../probes/formats/perf-data/attr.ts";
import { noSideData } from "../../../src/session/recorded-machine.ts";
import { byteList } from "../../../tooling/perf-data/bytes.ts";
import { perfDataBytes, recordsOf, type ByteOrder } from "../../../tooling/perf-data/writer.ts";
import { encodeRecord, type FieldValue } from "../../../tooling/trace-dat/record.ts";
import { entryIp, madeEvent, type MadeEvent } from "../../support/made-recording.ts";
import { opened, printed, WORK_SAMPLE } from "./made.ts";

/** A recording of one record of an event. */
function recorded(byteOrder: ByteOrder, event: MadeEvent, id: number, values: Readonly<Record<string, FieldValue>>): Uint8Array {
  const record = encodeRecord(event.format, { common_pid: 51, ...values }, byteOrder);
  const padding = (8 - ((record.length + 4) % 8)) % 8;
  const list = byteList(byteOrder).u32(record.length + padding);
  const rest = list.bytes(record).bytes(new Uint8Array(padding)).done();
  const name = `${event.category}:${event.name}`;
  return perfDataBytes({
    byteOrder,
    attrs: [{ name, type: attrType.tracepoint, config: id, sampleType: WORK_SAMPLE, ids: [11] }],
    formats: [{ category: event.category, text: event.format }],
    records: [recordsOf(byteOrder, WORK_SAMPLE).sample({ id: 11, pid: 50, tid: 51, ns: 100, cpu: 0, rest })],
  });
}

const ORDERS = ["little", "big"] as const;

test.each(ORDERS)("a structure with bit-fields and a union, behind a pointer and as a copy: %s-endian", async (byteOrder) => {
  const little = byteOrder === "little";
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, -70_000, little);
  view.setUint16(4, little ? 5 | (9 << 3) : (5 << 13) | 9, little);
  view.setInt16(6, -2, little);
  view.setBigUint64(8, 0x0102030405060708n, little);
  const event = madeEvent("hs", "do_call", 607, [entryIp, ["u64 arg0", 8, 0], ["u8 m0_0[16]", 16, 0]]);
  const values = { __probe_ip: 0xffffffff81000200n, arg0: 0xffff888000002000n, m0_0: bytes };
  const script = `struct s { int n; unsigned short low : 3, high : 13; short last; union { unsigned long whole; unsigned int part; }; };
kprobe:do_call { $s = (struct s *)arg0; print(($s->n, $s->low, $s->high, $s->last, $s->whole, $s->part)); print(*$s); @ = *$s; }`;
  const part = little ? 0x05060708 : 0x01020304;
  const whole = `{ .n = -70000, .low = 5, .high = 9, .last = -2, .whole = 72623859790382856, .part = ${part} }`;
  expect(await printed(await opened(recorded(byteOrder, event, 607, values)), script)).toEqual([
    `(-70000, 5, 9, -2, 72623859790382856, ${part})`,
    whole,
    `@: ${whole}`,
  ]);
});

test.each(ORDERS)("an event probe and pointers that were not recorded: %s-endian", async (byteOrder) => {
  const event = madeEvent("hs", "sys_enter_execve", 608, [
    ["u64 argv", 8, 0],
    ["__data_loc char[] s_argv_8", 4, 0],
  ]);
  const definitions = ["e:hs/sys_enter_execve syscalls/sys_enter_execve argv=$argv:u64 s_argv_8=+0(+8($argv)):ustring\n"];
  const recording = await opened(recorded(byteOrder, event, 608, { argv: 0x3ff_f000n, s_argv_8: "-l" }));
  const script = "tracepoint:syscalls:sys_enter_execve { print(str(*(uptr((uint64)args.argv) + 8))); }";
  expect(await printed(recording, script, { side: { ...noSideData, definitions } })).toEqual(["-l"]);
});
