/** Ring buffers: framing, limits and positions of Linux kernel/bpf/ringbuf.c. */
import { expect, test } from "vitest";
import { CURRENT_BLOCK, current, currentFlags } from "../../../src/bpf/memory.ts";
import { drainRing } from "../../../src/bpf/runtime/drain.ts";
import { bareRuntime, mapSpec, u64Value, type BareRuntime } from "../../support/runtime.ts";

const ringOf = (output: boolean): BareRuntime & { ring: number; output: (size: number, flags?: number) => bigint } => {
  const bare = bareRuntime([mapSpec("ringbuf")], { output: output ? 0 : -1 });
  const ring = bare.layouts[0]!.address;
  return { ...bare, ring, output: (size, flags = 0) => bare.helper("ringbuf_output", ring, bare.put(u64Value(0, 1, 2, 3)), size, flags) };
};
const yields = ({ view }: BareRuntime): boolean => (view.getUint32(CURRENT_BLOCK + current.flags, true) & currentFlags.yield) !== 0;
const lost = ({ view }: BareRuntime): number => view.getUint32(CURRENT_BLOCK + current.outputLost, true);

function drain(bare: BareRuntime): number[][] {
  const records: number[][] = [];
  drainRing(bare.view, bare.layouts[0]!, (record) => {
    records.push([...new Uint8Array(record.buffer, record.byteOffset, record.byteLength)]);
    return true;
  });
  return records;
}

test("records come out in order and at their length", () => {
  const bare = ringOf(true);
  for (const data of [[1], [1, 2, 3, 4, 5, 6, 7, 8], [9, 9, 9]]) {
    expect(bare.helper("ringbuf_output", bare.ring, bare.put(Uint8Array.from(data)), data.length, 0)).toBe(0n);
  }
  expect(drain(bare)).toEqual([[1], [1, 2, 3, 4, 5, 6, 7, 8], [9, 9, 9]]);
  expect(drain(bare)).toEqual([]);
});

test("a ring of 4096 bytes takes 4088 with the header, not 4096", () => {
  const bare = ringOf(true);
  expect(bare.output(4081)).toBe(-11n);
  expect(lost(bare)).toBe(1);
  expect(bare.output(4080)).toBe(0n);
  expect(bare.output(0)).toBe(-11n);
  expect(lost(bare)).toBe(2);
  drain(bare);
  expect(bare.output(4080)).toBe(0n);
});

test("records of other rings are not counted as lost output", () => {
  const bare = ringOf(false);
  expect(bare.output(5000)).toBe(-11n);
  expect(lost(bare)).toBe(0);
  expect(yields(bare)).toBe(false);
});

test("sizes beyond the limit of a record and unknown flags are refused", () => {
  const bare = ringOf(true);
  for (const size of [0x40000000n, 1n << 32n, (1n << 64n) - 8n]) {
    expect(bare.helper("ringbuf_output", bare.ring, 2048, size, 0)).toBe(-11n);
    expect(bare.helper("ringbuf_reserve", bare.ring, size, 0)).toBe(0n);
  }
  expect(bare.output(8, 4)).toBe(-22n);
  expect(bare.output(8, 3)).toBe(0n);
  expect(bare.helper("ringbuf_reserve", bare.ring, 8, 1)).toBe(0n);
});

test("reserved records come out when submitted, not when discarded or left busy", () => {
  const bare = ringOf(true);
  const reserve = (byte: number): bigint => {
    const at = bare.helper("ringbuf_reserve", bare.ring, 4, 0);
    bare.bytes.fill(byte, Number(at), Number(at) + 4);
    return at;
  };
  const [a, b, , d] = [reserve(1), reserve(2), reserve(3), reserve(4)];
  bare.helper("ringbuf_submit", d, 0);
  bare.helper("ringbuf_discard", b, 0);
  bare.helper("ringbuf_submit", a, 0);
  expect(drain(bare)).toEqual([
    [1, 1, 1, 1],
    [4, 4, 4, 4],
  ]);
});

test("draining ends when the session has enough, and drops the rest", () => {
  const bare = ringOf(true);
  for (let i = 0; i < 3; i++) bare.output(8);
  let seen = 0;
  drainRing(bare.view, bare.layouts[0]!, () => ++seen < 2);
  expect(seen).toBe(2);
  expect(drain(bare)).toEqual([]);
});

test("query: positions go on counting over drains", () => {
  const bare = ringOf(true);
  const query = (): bigint[] => [0, 1, 2, 3, 4].map((what) => bare.helper("ringbuf_query", bare.ring, what));
  bare.output(5);
  expect(query()).toEqual([16n, 4096n, 0n, 16n, 0n]);
  drain(bare);
  bare.output(16);
  expect(query()).toEqual([24n, 4096n, 16n, 40n, 0n]);
});

test("bit 0 of a record's second word asks for user space, whichever way the record came", () => {
  const record = (flags: number): Uint8Array => Uint8Array.of(7, 0, 0, 0, flags, 0, 0, 0);
  const outputs = ringOf(true);
  outputs.helper("ringbuf_output", outputs.ring, outputs.put(record(2)), 8, 0);
  expect(yields(outputs)).toBe(false);
  outputs.helper("ringbuf_output", outputs.ring, outputs.put(record(1)), 8, 0);
  expect(yields(outputs)).toBe(true);

  const reserves = ringOf(true);
  const at = Number(reserves.helper("ringbuf_reserve", reserves.ring, 8, 0));
  reserves.bytes.set(record(1), at);
  expect(yields(reserves)).toBe(false);
  reserves.helper("ringbuf_submit", at, 0);
  expect(yields(reserves)).toBe(true);
});

test("a ring that is more than half full asks for user space", () => {
  const bare = ringOf(true);
  bare.output(2040);
  expect(yields(bare)).toBe(false);
  bare.output(0);
  expect(yields(bare)).toBe(true);
});
