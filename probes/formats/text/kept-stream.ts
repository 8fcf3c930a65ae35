/** A stream whose pages are put aside while they are read for the first time, where somebody has said that they will be read again. */
import type { ByteSource } from "../../byte-source.ts";
import type { PageStream, WantedRecords } from "../../recording.ts";
import { pageStore, type PageStore } from "./store.ts";

export interface KeptStream<State> {
  readonly stream: PageStream;
  /** What `stateOf` gave when the pages were made that were handed out last. */
  state(): State;
  close(): void;
}

/** `text`: where the stream takes its records from. `stateOf`: what it has to say of all records so far. */
export function keptStream<State>(made: PageStream, text: ByteSource, stateOf: () => State): KeptStream<State> {
  let isWantedAgain = false;
  let isChanged = false;
  /** Of this pass; null: nothing is put aside. */
  let store: PageStore | null = null;
  let kept: ByteSource | null = null;
  /** Bytes that each read has made, and the state before and after it. */
  let pieces: number[] = [];
  let states: State[] = [];
  let next = 0;
  let offset = 0;

  const drop = (): void => {
    if (kept === null) store?.discard();
    kept?.close();
    kept = store = null;
  };
  const make = (into: Uint8Array): number => {
    const bytes = made.read(into);
    if (store === null) return bytes;
    if (bytes === 0) {
      kept = store.source();
      next = pieces.length;
    } else if (store.put(into.subarray(0, bytes))) {
      pieces.push(bytes);
      states.push(stateOf());
    } else drop();
    return bytes;
  };
  const readKept = (from: ByteSource, into: Uint8Array): number => {
    const bytes = pieces[next] ?? 0;
    if (bytes > into.length) throw new RangeError(`a window of ${into.length} bytes cannot hold what was read at once, ${bytes}`);
    next += bytes === 0 ? 0 : 1;
    offset += bytes;
    return from.readAt(offset - bytes, into.subarray(0, bytes));
  };

  return {
    stream: {
      ...made,
      read: (into) => (kept === null ? make(into) : readKept(kept, into)),
      rewind() {
        next = offset = 0;
        if (kept !== null && !isChanged) return;
        drop();
        made.rewind();
        isChanged = false;
        store = isWantedAgain ? pageStore(text) : null;
        pieces = [];
        states = [stateOf()];
      },
      want(wanted: WantedRecords | null) {
        isWantedAgain = wanted?.isReadAgain ?? false;
        isChanged = true;
        made.want?.(wanted);
      },
    },
    state: () => (kept === null ? stateOf() : states[next]!),
    close: drop,
  };
}
