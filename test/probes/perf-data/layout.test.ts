/** What the transcoder and TypeScript share: no field lies on another one. */
import { expect, test } from "vitest";
import { attr, state } from "../../../probes/formats/perf-data/transcoder-layout.ts";

/** Fields of 8 bytes, and names that are no fields. */
const WIDE = new Set(["brokenAt", "lost", "denseBase"]);
const NOT_FIELDS = new Set(["countersEnd", "sizeBytes"]);

test.each([
  ["state", state],
  ["attr", attr],
])("%s", (name, fields) => {
  const places = Object.entries(fields)
    .filter(([field]) => !NOT_FIELDS.has(field) && !(name === "attr" && field === "slots"))
    .map(([field, at]) => ({ field, at, end: at + (WIDE.has(field) ? 8 : 4) }))
    .sort((a, b) => a.at - b.at);
  const overlaps = places.filter(({ at }, i) => i > 0 && places[i - 1]!.end > at).map(({ field }) => field);
  expect(overlaps).toEqual([]);
  expect(places.at(-1)!.end).toBeLessThanOrEqual(fields.sizeBytes);
});
