/** Readers that share the pages of a CPU: together they read each page once, and each its own again after a rewind. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { writeBigTrace } from "../../../bench/trace-writer.ts";
import { openRecording } from "../../../probes/open.ts";
import type { PageStream } from "../../../probes/recording.ts";

const folder = mkdtempSync(join(tmpdir(), "hindsight-shared-pages-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "plain.dat");
writeBigTrace(path, 20_000);

/** Pages as text, in the order in which they come; `rooms`: of each read, in pages. */
function pagesOf(stream: PageStream, rooms: number): string[] {
  const window = new Uint8Array(rooms * stream.pageBytes);
  const got = stream.read(window);
  return Array.from({ length: got / stream.pageBytes }, (_, i) =>
    Buffer.from(window.subarray(i * stream.pageBytes, (i + 1) * stream.pageBytes)).toString("latin1"),
  );
}

test("in any order of reads", async () => {
  const opened = await openRecording(path);
  if (!opened.ok) expect.fail(opened.message);
  const [stream] = opened.recording.streams;
  const all: string[] = [];
  for (let some = pagesOf(stream!, 8); some.length > 0; some = pagesOf(stream!, 8)) all.push(...some);
  expect(all.length).toBeGreaterThan(30);
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat(2)), fc.integer({ min: 1, max: 9 }), (who, rooms) => {
      let taken = 0;
      const next = (pages: number): number => (taken += pages) - pages;
      const readers = [0, 1, 2].map(() => ({ stream: stream!.inTurns!(next), pages: [] as string[], isDone: false }));
      for (const i of who) {
        const reader = readers[i]!;
        const some = pagesOf(reader.stream, rooms);
        reader.pages.push(...some);
        reader.isDone ||= some.length === 0;
        if (readers.some(({ isDone }) => isDone)) break;
      }
      expect(readers.flatMap(({ pages }) => pages).sort()).toEqual([...all].sort());
      for (const { stream: again, pages } of readers) {
        again.rewind();
        expect(pages.flatMap((_, n) => (n % rooms === 0 ? pagesOf(again, rooms) : []))).toEqual(pages);
      }
    }),
    { numRuns: 20 },
  );
  opened.recording.close();
});
