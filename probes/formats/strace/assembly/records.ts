/** Records of nothing but the common fields, as they are in ring-buffer pages (stream/page-writer.ts). */
import { STATE, STATE_LAST_TIME, STATE_RECORDS, STATE_ROOM, STATE_WRITTEN } from "./layout";

const TIME_EXTEND: u32 = 30;
const TIME_STAMP: u32 = 31;
const DELTA_LIMIT: f64 = 134_217_728;
/** A record of two words in its header, and one ns below the header's delta. */
const HEADER: u32 = 2;
const DELTA_SHIFT: u32 = 5;

/** Bytes of one record at most: with a time in front of it. */
export const RECORD_BYTES: u32 = 20;

// @inline
export function hasRoom(bytes: u32): bool {
  return load<u32>(STATE, STATE_WRITTEN) + bytes <= load<u32>(STATE, STATE_ROOM);
}

/** There is room for it. */
export function record(time: f64, eventId: u32, pid: i32): void {
  const written = load<u32>(STATE, STATE_WRITTEN);
  let at = <usize>load<u32>(STATE, STATE_RECORDS) + written;
  const start = at;
  let delta = time - load<f64>(STATE, STATE_LAST_TIME);
  if (delta < 0 || delta >= DELTA_LIMIT) {
    // A step of more than 2^53 ns would be rounded.
    const isWhole = delta < 0 || delta > f64.MAX_SAFE_INTEGER;
    const ns = <u64>(isWhole ? time : delta);
    store<u32>(at, (isWhole ? TIME_STAMP : TIME_EXTEND) | ((<u32>ns) << DELTA_SHIFT));
    store<u32>(at, <u32>(ns >>> 27), 4);
    at += 8;
    delta = 0;
  }
  store<f64>(STATE, time, STATE_LAST_TIME);
  store<u32>(at, HEADER | ((<u32>delta) << DELTA_SHIFT));
  store<u32>(at, eventId, 4);
  store<i32>(at, pid, 8);
  store<u32>(STATE, written + <u32>(at + 12 - start), STATE_WRITTEN);
}
