import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import fc from "fast-check";
import { crc32, gzip } from "../../../src/output/export/gzip.ts";

const seed = 20260101;
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  // With something to find again.
  fc
    .array(fc.constantFrom("abc", "abcd", "\0\0\0\0\0\0", "xyzzy", "a"), { maxLength: 2000 })
    .map((parts) => new TextEncoder().encode(parts.join(""))),
);

test("the system unpacks what was packed", () => {
  fc.assert(
    fc.property(bytes, (data) => {
      expect(new Uint8Array(gunzipSync(gzip(data)))).toEqual(data);
    }),
    { seed, numRuns: 300 },
  );
});

test("matches as far back and as long as the format has them", () => {
  const data = new Uint8Array(70_000);
  for (let i = 0; i < data.length; i++) data[i] = (i % 32_768) ** 2 % 251;
  expect(new Uint8Array(gunzipSync(gzip(data)))).toEqual(data);
  const zeros = new Uint8Array(100_000);
  expect(new Uint8Array(gunzipSync(gzip(zeros)))).toEqual(zeros);
  expect(gzip(zeros).length).toBeLessThan(1000);
});

test("the check sum is gzip's", () => {
  expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
});
