/** What is another value than at the instant that was looked at before. */
import type { Cell, MapDump, MapEntry } from "../../session/map-dump.ts";
import { keyId } from "./map-table.ts";

/** Maps with more keys are not compared; while it plays, with many more than can be seen. */
const MOST_KEYS = 4096;
const MOST_WHILE_BUSY = 256;

/** Equal cells have equal texts. */
function fingerprint(cell: Cell): string {
  switch (cell.kind) {
    case "int":
      return String(cell.value);
    case "average":
      return `${String(cell.total)}/${String(cell.count)}`;
    case "buckets":
      return [...cell.counts]
        .map(([bucket, count]) => `${bucket}:${String(count)}`)
        .sort()
        .join();
    case "series":
      return [...cell.values]
        .map(([epoch, value]) => `${String(epoch)}:${String(value)}`)
        .sort()
        .join();
    case "plain":
      return String.fromCharCode(...new Uint8Array(cell.value.buffer, cell.value.byteOffset, cell.value.byteLength));
  }
}

type Values = ReadonlyMap<string, ReadonlyMap<string, { readonly print: string; readonly count: bigint | null }>>;

const valuesOf = (maps: readonly MapDump[], most: number): Values =>
  new Map(
    maps
      .filter(({ entries }) => entries.length <= most)
      .map(({ name, entries }) => [
        name,
        new Map(
          entries.map((entry) => [
            keyId(entry),
            { print: fingerprint(entry.cell), count: entry.cell.kind === "int" ? entry.cell.value : null },
          ]),
        ),
      ]),
  );

/** null: the same as before. `by`: how much a number has grown (or shrunk); null: it is new, or no number. */
export type Change = { readonly by: bigint | null } | null;

export interface Changes {
  /** Maps as they are at another position; the same position changes nothing. */
  look(position: string, maps: readonly MapDump[], isBusy: boolean): void;
  of(map: MapDump, entry: MapEntry): Change;
}

export function newChanges(): Changes {
  let place: string | null = null;
  let before: Values | null = null;
  let now: Values = new Map();
  return {
    look(position, maps, isBusy) {
      if (position === place) return;
      before = place === null ? null : now;
      now = valuesOf(maps, isBusy ? MOST_WHILE_BUSY : MOST_KEYS);
      place = position;
    },
    of(map, entry) {
      const id = keyId(entry);
      const is = now.get(map.name)?.get(id);
      const known = before?.get(map.name);
      if (is === undefined || known === undefined) return null;
      const was = known.get(id);
      if (was === undefined) return { by: null };
      if (was.print === is.print) return null;
      return { by: was.count === null || is.count === null ? null : is.count - was.count };
    },
  };
}
