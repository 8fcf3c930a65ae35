/** What each of several readers of one recording reads of it. */
import type { PageStream, Turns } from "../../../probes/recording.ts";

/**
 * The streams of share `share` of `shares`. Streams that can be shared are read by all, in turns: whoever is done with a piece takes the next one, so
 * that no thread waits for a slower one. Others go to one share as a whole. `turnsOf` gives the turns of a stream by its number. Null: nothing is gained, as
 * one share would have it all. Of the same recording each reader finds the same.
 */
export function partition(
  streams: readonly PageStream[],
  share: number,
  shares: number,
  turnsOf: (stream: number) => Turns,
): readonly PageStream[] | null {
  const parts = new Set<number>();
  const own: PageStream[] = [];
  let whole = 0;
  streams.forEach((stream, i) => {
    if (stream.inTurns !== undefined) {
      own.push(stream.inTurns(turnsOf(i)));
      for (let one = 0; one < shares; one++) parts.add(one);
      return;
    }
    const reader = whole++ % shares;
    parts.add(reader);
    if (reader === share) own.push(stream);
  });
  return parts.size > 1 ? own : null;
}
