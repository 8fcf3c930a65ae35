/** Cuts a recording into shares of about one size. */
import type { PageStream } from "../../../probes/recording.ts";

/**
 * Streams by share. What cannot be cut goes to one of them as a whole. Null: nothing is gained, as one share would have it all.
 * Opening the same recording again and cutting it again gives the same shares.
 */
export function partition(streams: readonly PageStream[], shares: number): readonly (readonly PageStream[])[] | null {
  const parts: PageStream[][] = Array.from({ length: shares }, () => []);
  let whole = 0;
  for (const stream of streams) {
    const pieces = stream.split?.(shares) ?? null;
    if (pieces === null) parts[whole++ % shares]!.push(stream);
    else pieces.forEach((piece, i) => parts[i]!.push(piece));
  }
  return parts.filter((part) => part.length > 0).length > 1 ? parts : null;
}
