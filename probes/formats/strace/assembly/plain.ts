/** Lines of calls that began and ended there and have nothing odd: most of them, and they are read in one go. */
import { call } from "./call";
import {
  KIND_CALL,
  STATE,
  STATE_END,
  STATE_HAS_CUT,
  STATE_IP_HIGH,
  STATE_IP_LOW,
  STATE_IS_VALUE,
  STATE_NAME,
  STATE_NAME_END,
  STATE_UNSURE,
} from "./layout";
import { line } from "./line";
import { at, BLANK, DOT, GREATER } from "./text";

const RETURN: u32 = 0x0d;
const LETTER_D: u32 = 0x64;
/** The memory of a longer text may not fit into a record. */
const SHORT_TEXT: usize = 2048;

/** The line feed at or behind `start`: there is one. */
function lineFeed(start: usize): usize {
  let place = start;
  while (true) {
    const x = load<u64>(place) ^ 0x0a0a0a0a0a0a0a0a;
    const found = (x - 0x0101010101010101) & ~x & 0x8080808080808080;
    if (found) return place + <usize>(ctz<u64>(found) >>> 3);
    place += 8;
  }
}

/** Reads the head of the line at `start`, and where it is plain its call too. The text ends before `filled`, with a line feed there. */
export function plain(start: usize, filled: usize): bool {
  const feed = lineFeed(start);
  const end = feed > start && at(feed - 1) == RETURN ? feed - 1 : feed;
  store<u32>(STATE, end, STATE_END);
  const kind = line(start, end);
  // What is cut at the end of the window is looked at again.
  if (kind != KIND_CALL || feed >= filled || end - start > SHORT_TEXT) return false;
  // Stacks are behind the line, or in it.
  if (at(feed + 1) == BLANK || (load<u32>(STATE, STATE_IP_LOW) | load<u32>(STATE, STATE_IP_HIGH)) != 0) return false;
  const last = at(end - 1);
  // `attached`, `<unfinished ...>`
  if (last == LETTER_D || (last == GREATER && at(end - 2) == DOT) || load<i32>(STATE, STATE_NAME) < 0) return false;
  call(load<u32>(STATE, STATE_NAME_END) + 1, end);
  return load<u32>(STATE, STATE_IS_VALUE) != 0 && (load<u32>(STATE, STATE_HAS_CUT) | load<u32>(STATE, STATE_UNSURE)) == 0;
}
