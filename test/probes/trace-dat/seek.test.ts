/** A stream that was sought to goes on as if it had been read from the start up to there. */
import { expect, test } from "vitest";
import fc from "fast-check";
import { openRecordingBytes } from "../../../probes/open.ts";
import { traceDatBytes } from "../../../tooling/trace-dat/writer.ts";
import { spec } from "./written.ts";

const seed = 20260101;

test.each(["none", "zlib"] as const)("compression %s", async (compression) => {
  const bytes = traceDatBytes(spec(compression === "none" ? { version: 6 } : { compression }));
  const opened = await openRecordingBytes("written.dat", bytes);
  if (!opened.ok) expect.fail(opened.message);
  for (const stream of opened.recording.streams) {
    const { pageBytes } = stream;
    const whole = new Uint8Array(1 << 20);
    const length = stream.read(whole);
    expect(length).toBeGreaterThan(3 * pageBytes);
    const pages = length / pageBytes;
    expect(stream.consumed!()).toMatchObject({ bytes: stream.consumed!().of });
    const place = fc.integer({ min: 0, max: pages });
    fc.assert(
      fc.property(fc.array(fc.tuple(place, fc.integer({ min: 1, max: 3 })), { maxLength: 8 }), (moves) => {
        for (const [page, count] of moves) {
          stream.seek!(page * pageBytes);
          const into = new Uint8Array(count * pageBytes);
          const got = stream.read(into);
          expect(into.subarray(0, got)).toEqual(whole.subarray(page * pageBytes, Math.min(length, (page + count) * pageBytes)));
        }
        stream.rewind();
        expect(stream.consumed!().bytes).toBeLessThan(pageBytes);
      }),
      { seed, numRuns: 60 },
    );
  }
  expect(opened.recording.info.warnings).toEqual([]);
  opened.recording.close();
});
