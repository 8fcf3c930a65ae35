/** The callchain of a sample as records of kernel_stack and user_stack. */
import { LIMITS_FRAMES, STATE, STATE_KERNEL_STACK, STATE_USER_STACK, STATE_WORD_BYTES } from "./layout";
import { isBig, long, putHalf, putLong, putWord } from "./order";
import { begin } from "./pages";

/** PERF_CONTEXT_MAX: values from here on are markers and no addresses. */
const FIRST_MARKER: u64 = <u64>-4095;
const KERNEL: u64 = <u64>-128;
const USER: u64 = <u64>-512;
const CPUMODE_KERNEL: u32 = 1;
const COMMON_BYTES: usize = 8;

/** The first part of each kind. */
export let kernelAt: usize = 0;
export let kernelFrames: u32 = 0;
export let userAt: usize = 0;
export let userFrames: u32 = 0;

/** Splits a chain at its markers; a chain without any is of the mode that the sample was taken in. */
export function splitChain<Order>(chain: usize, length: u32, cpumode: u32): void {
  kernelFrames = 0;
  userFrames = 0;
  let marker: u64 = cpumode == CPUMODE_KERNEL ? KERNEL : USER;
  let start: u32 = 0;
  for (let i: u32 = 0; i <= length; i++) {
    const isEnd = i == length;
    const value: u64 = isEnd ? FIRST_MARKER : long<Order>(chain + (i << 3));
    if (value < FIRST_MARKER) continue;
    if (marker == KERNEL && !kernelFrames) {
      kernelAt = chain + (start << 3);
      kernelFrames = i - start;
    } else if (marker == USER && !userFrames) {
      userAt = chain + (start << 3);
      userFrames = i - start;
    }
    marker = value;
    start = i + 1;
  }
}

/** The one frame of user code that is known: nobody recorded others. */
export function setUserFrame(at: usize): void {
  userAt = at;
  userFrames = 1;
}

/** `first`: what is in front of the frames, the number of frames or the process id. False: no room. */
export function putStack<Order>(event: u32, ns: u64, cpu: u32, tid: u32, flags: u32, first: u32, frames: usize, all: u32): bool {
  const wordBytes = load<u32>(STATE, STATE_WORD_BYTES);
  const count = min<u32>(all, LIMITS_FRAMES);
  const at = begin<Order>(ns, cpu, COMMON_BYTES + wordBytes + count * wordBytes);
  if (!at) return false;
  putLong<Order>(at, 0);
  putHalf<Order>(at, event);
  store<u8>(at, <u8>flags, 2);
  putWord<Order>(at + 4, tid);
  putWord<Order>(at + COMMON_BYTES, first);
  if (wordBytes == 8) store<u32>(at + COMMON_BYTES, 0, 4);
  let to = at + COMMON_BYTES + wordBytes;
  for (let i: u32 = 0; i < count; i++) {
    const word = load<u64>(frames + (i << 3));
    if (wordBytes == 8) store<u64>(to, word);
    else putWord<Order>(to, <u32>(isBig<Order>() ? bswap<u64>(word) : word));
    to += wordBytes;
  }
  return true;
}

export function kernelEvent(): u32 {
  return load<u32>(STATE, STATE_KERNEL_STACK);
}

export function userEvent(): u32 {
  return load<u32>(STATE, STATE_USER_STACK);
}
