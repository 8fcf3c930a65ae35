import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteReader } from "../../../src/bpf/jit/wasm/byte-reader.ts";
import { ByteWriter } from "../../../src/bpf/jit/wasm/byte-writer.ts";

const written = (write: (out: ByteWriter) => void): number[] => {
  const out = new ByteWriter(1);
  write(out);
  return [...out.view()];
};

/** Values that the specification's examples and the widths of the encoding suggest. */
test.each([
  [0n, [0]],
  [63n, [0x3f]],
  [64n, [0xc0, 0]],
  [-1n, [0x7f]],
  [-64n, [0x40]],
  [-65n, [0xbf, 0x7f]],
  [-123_456n, [0xc0, 0xbb, 0x78]],
  [1n << 31n, [0x80, 0x80, 0x80, 0x80, 0x08]],
  [(1n << 63n) - 1n, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0]],
  [1n << 63n, [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f]],
  [(1n << 64n) - 1n, [0x7f]],
])("s64 %d", (value, bytes) => {
  expect(written((out) => out.s64(value))).toEqual(bytes);
});

/** Shortest signed LEB128, the plain way. */
function signed(value: bigint): number[] {
  if (value >= -64n && value < 64n) return [Number(value & 127n)];
  return [Number(value & 127n) | 128, ...signed(value >> 7n)];
}

test("numbers of all widths are written in the shortest form", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), fc.nat(63), (value, shift) => {
      const shifted = value >> BigInt(shift);
      expect(written((out) => out.s64(shifted))).toEqual(signed(shifted));
      const narrow = BigInt.asIntN(32, shifted);
      expect(written((out) => out.s32(Number(narrow)))).toEqual(signed(narrow));
    }),
    { seed: 3, numRuns: 2000 },
  );
});

test("what u32 writes, the reader reads", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), fc.nat(31), (value, shift) => {
      const number = value >>> shift;
      expect(new ByteReader(Uint8Array.from(written((out) => out.u32(number)))).u32()).toBe(number);
    }),
    { seed: 3, numRuns: 2000 },
  );
});

test("a section that ends early is our bug", () => {
  expect(() => new ByteReader(Uint8Array.of(0x80)).u32()).toThrow("ends early");
  expect(() => new ByteReader(Uint8Array.of(3, 65)).name()).toThrow("ends early");
});
