/** Exports of the transcoder. */
import { Big, Little } from "./order";
import { produce } from "./transcode";

export { reserve, reset, room, supply } from "./transcode";

export function produce_little(): u32 {
  return produce<Little>();
}

export function produce_big(): u32 {
  return produce<Big>();
}
