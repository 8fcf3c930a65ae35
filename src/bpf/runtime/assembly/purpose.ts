/** What a walk is for, as a type argument: what takes one is compiled once for each, with no test left in it. */

/** Events in a row are handled on the spot, and behind each is looked whether to stop there (watch.ts). */
export type Watch = u8;
/** Events in a row are handled on the spot. */
export type Run = u16;
/** To find the next event that the dispatch table wants. */
export type Find = u32;
/** To find the next data record, whatever it is. */
export type Any = u64;

export function handles<Purpose>(): bool {
  return sizeof<Purpose>() <= sizeof<Run>();
}

export function watches<Purpose>(): bool {
  return sizeof<Purpose>() == sizeof<Watch>();
}

export function wantsAny<Purpose>(): bool {
  return sizeof<Purpose>() == sizeof<Any>();
}
