/**
 * Tables of the maps, as fresh as can be afforded: reading and sorting a map of a million keys takes longer than a frame may, so while there is
 * other work it is read again only when its last reading has been paid for by much more of that.
 */
import type { MapDump } from "../../session/map-dump.ts";
import type { ScriptMaps } from "../../session/script-maps.ts";
import { mapTable, type MapTable, type TableOptions } from "./map-table.ts";

export interface MapSource {
  /** In the order in which maps print. `position`: tells instants apart. `isBusy`: there is other work, older tables will do. */
  read(position: string, options: TableOptions, isBusy: boolean): readonly MapTable[];
}

interface Known {
  readonly position: string;
  readonly dump: MapDump;
  readonly order: string;
  readonly table: MapTable;
  readonly readAtMs: number;
  readonly tookMs: number;
}

/** A reading is followed by so many times its time of other work. */
const WORK_PER_READING = 40;

/** `now`: ms, of any clock. */
export function newMapSource(maps: () => ScriptMaps, now: () => number): MapSource {
  const known = new Map<number, Known>();

  const readOne = (index: number, position: string, options: TableOptions, isBusy: boolean): MapTable => {
    const last = known.get(index);
    const order = `${options.sort} ${options.filter}`;
    const started = now();
    const isFresh = last?.position === position;
    const isAffordable = last === undefined || !isBusy || started >= last.readAtMs + last.tookMs * WORK_PER_READING;
    if (last !== undefined && last.order === order && (isFresh || !isAffordable)) return last.table;
    const keepDump = last !== undefined && (isFresh || !isAffordable);
    const dump = keepDump ? last.dump : maps().dump(index);
    const table = mapTable(dump, options);
    const readAtMs = now();
    known.set(index, { position: keepDump ? last.position : position, dump, order, table, readAtMs, tookMs: readAtMs - started });
    return table;
  };

  return { read: (position, options, isBusy) => maps().indices.map((index) => readOne(index, position, options, isBusy)) };
}
