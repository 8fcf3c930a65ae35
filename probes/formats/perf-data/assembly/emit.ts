/** Turns one record into what the pump reads. A record may take several: what is done of it is remembered, for when there was no room for the rest. */
import {
  ATTR_ADDR_AT,
  ATTR_CPU_AT,
  ATTR_EVENT_ID,
  ATTR_IP_AT,
  ATTR_IS_OF_GROUP,
  ATTR_IS_TRACEPOINT,
  ATTR_ONLY_RAW_AT,
  ATTR_PERIOD_AT,
  ATTR_REGS_FROM,
  ATTR_SLOTS,
  ATTR_TID_AT,
  ATTR_INTR_REGS,
  ATTR_USER_REGS,
  COMPACT_CPU,
  COMPACT_PID,
  COMPACT_RAW,
  ID_SLOT_ATTR,
  ID_SLOT_COUNT,
  RECORD_TYPE_CALLCHAIN_DEFERRED,
  RECORD_TYPE_COMM,
  RECORD_TYPE_EXIT,
  RECORD_TYPE_FORK,
  RECORD_TYPE_KSYMBOL,
  RECORD_TYPE_LOST,
  RECORD_TYPE_LOST_SAMPLES,
  RECORD_TYPE_MMAP,
  RECORD_TYPE_MMAP2,
  RECORD_TYPE_THROTTLE,
  SAMPLE_ADDR,
  SAMPLE_CS,
  SAMPLE_IP,
  SAMPLE_PERIOD,
  SAMPLE_REGS,
  SAMPLE_REGS_BYTES,
  SAMPLE_SIZE_BYTES,
  STATE,
  STATE_DAMAGED,
  STATE_DEFERRED_CHAINS,
  STATE_INNERMOST_FRAMES,
  STATE_LOST,
  STATE_LOST_SAMPLES,
  STATE_STACK_DUMPS,
  STATE_THROTTLED,
  STATE_UNKNOWN_IDS,
} from "./layout";
import { attrOfSample, slotOfId } from "./attrs";
import { sideband } from "./env";
import { half, long, putHalf, putLong, putWord, word } from "./order";
import { addLost, begin, beginNext, copyAtLeast, cpuNow, MOST_RECORD_BYTES } from "./pages";
import { kernelAt, kernelEvent, kernelFrames, putStack, setUserFrame, splitChain, userAt, userEvent, userFrames } from "./stacks";
import { tellCgroup, tellComm, tellExit, tellFork, tellProcess } from "./tasks";
import {
  cgroupAt,
  chainAt,
  chainLength,
  findFields,
  groupAt,
  groupCount,
  groupEach,
  intrRegsAt,
  rawAt,
  rawBytes,
  stackBytes,
  userIpAt,
  userRegsAt,
} from "./variable";

const NO_PID: u32 = 0xffffffff;
const BODY: usize = 8;
const MISC: usize = 4;
/** PERF_RECORD_MISC_LOST_SAMPLES_BPF: left out by a filter, so not lost (tools/lib/perf/include/perf/event.h). */
const MISC_FILTERED: u32 = 0x8000;
const CPUMODE: u32 = 7;
const CPUMODE_USER: u32 = 2;
/** Of ATTR_IS_TRACEPOINT. */
const WITH_RECORD: u32 = 1;
/** Selectors of code, whose lowest bits are the privilege level. */
const USER_CS: u64 = 0x33;
const KERNEL_CS: u64 = 0x10;
const COMMON_FLAGS: usize = 2;
const COMMON_PID: usize = 4;
const COMMON_BYTES: u32 = 8;
const NO_SLOT: u32 = 255;
const FROM_INTERRUPT: u32 = 1;

/** Records of the sample at hand that are written: its own, the kernel's stack. */
let written: u32 = 0;
/** Members of the sample's group that are done. */
let member: u32 = 0;

export function count(field: usize): void {
  store<u32>(STATE + field, load<u32>(STATE + field) + 1);
}

export function resetEmit(): void {
  written = 0;
  member = 0;
}

// @inline
function putTracepoint<Order>(attr: usize, ns: u64, cpu: u32, tid: u32, raw: usize, bytes: u32): bool {
  if (bytes < COMMON_BYTES || bytes > MOST_RECORD_BYTES) {
    count(STATE_DAMAGED);
    return true;
  }
  const at = beginNext<Order>(ns, cpu, bytes);
  if (!at) return false;
  copyAtLeast(at, raw, bytes);
  putHalf<Order>(at, load<u32>(attr, ATTR_EVENT_ID));
  // As the recorder saw it, who may have been in a namespace, like everything else that is told of tasks.
  if (tid != NO_PID) putWord<Order>(at + COMMON_PID, tid);
  return true;
}

// @inline
function fieldOf<Order>(record: usize, attr: usize, field: usize): u64 {
  const at = load<u32>(attr + field);
  return at ? long<Order>(record + at) : 0;
}

function putRegisters<Order>(attr: usize, to: usize): void {
  memory.fill(to, 0, SAMPLE_REGS_BYTES);
  const isInterrupt = load<u32>(attr, ATTR_REGS_FROM) == FROM_INTERRUPT;
  const from = isInterrupt ? intrRegsAt : userRegsAt;
  if (!from) return;
  const all = load<u32>(attr + (isInterrupt ? ATTR_INTR_REGS : ATTR_USER_REGS));
  for (let i: u32 = 0; i < all; i++) {
    const slot = <u32>load<u8>(attr + ATTR_SLOTS + i);
    if (slot != NO_SLOT) store<u64>(to + (slot << 3), load<u64>(from + (i << 3)));
  }
}

/** `event`: the attr that it is a sample of, in the form of `attr`. */
function putSample<Order>(record: usize, attr: usize, event: usize, period: u64, ns: u64, cpu: u32, tid: u32): bool {
  const hasRegs = load<u32>(attr, ATTR_REGS_FROM) != 0;
  const at = begin<Order>(ns, cpu, hasRegs ? SAMPLE_REGS + SAMPLE_REGS_BYTES : SAMPLE_SIZE_BYTES);
  if (!at) return false;
  putWord<Order>(at, 0);
  putHalf<Order>(at, load<u32>(event, ATTR_EVENT_ID));
  putWord<Order>(at + COMMON_PID, tid == NO_PID ? 0 : tid);
  putLong<Order>(at + SAMPLE_IP, fieldOf<Order>(record, attr, ATTR_IP_AT));
  putLong<Order>(at + SAMPLE_ADDR, fieldOf<Order>(record, attr, ATTR_ADDR_AT));
  putLong<Order>(at + SAMPLE_PERIOD, period);
  putLong<Order>(at + SAMPLE_CS, (half<Order>(record + MISC) & CPUMODE) == CPUMODE_USER ? USER_CS : KERNEL_CS);
  if (hasRegs) putRegisters<Order>(attr, at + SAMPLE_REGS);
  return true;
}

/** A tracepoint that only its group's leader tells of: it was there, with which fields is not known. */
function putCounted<Order>(event: usize, ns: u64, cpu: u32, tid: u32): bool {
  const at = begin<Order>(ns, cpu, COMMON_BYTES);
  if (!at) return false;
  putWord<Order>(at, 0);
  putHalf<Order>(at, load<u32>(event, ATTR_EVENT_ID));
  putWord<Order>(at + COMMON_PID, tid == NO_PID ? 0 : tid);
  return true;
}

function putStacks<Order>(record: usize, ns: u64, cpu: u32, tid: u32, pid: u32, flags: u32): bool {
  splitChain<Order>(chainAt, chainLength, half<Order>(record + MISC) & CPUMODE);
  if (!userFrames && userIpAt) setUserFrame(userIpAt);
  if (kernelFrames && written < 2) {
    if (!putStack<Order>(kernelEvent(), ns, cpu, tid, flags, kernelFrames, kernelAt, kernelFrames)) return false;
    written = 2;
  }
  return !userFrames || putStack<Order>(userEvent(), ns, cpu, tid, flags, pid, userAt, userFrames);
}

/** A tracepoint's sample of the usual form. */
// @inline
function emitPlain<Order>(record: usize, size: u32, ns: u64, attr: usize, only: usize): bool {
  const cpu = word<Order>(record + load<u32>(attr, ATTR_CPU_AT));
  const tidAt = record + load<u32>(attr, ATTR_TID_AT);
  const tid = word<Order>(tidAt + 4);
  if (!tellProcess<Order>(ns, cpu, word<Order>(tidAt), tid)) return false;
  const raw = record + only;
  const bytes = word<Order>(raw - 4);
  if (bytes > size - only) {
    count(STATE_DAMAGED);
    return true;
  }
  return putTracepoint<Order>(attr, ns, cpu, tid, raw, bytes);
}

/** The same made smaller (compact.ts). */
export function emitCompact<Order>(at: usize, size: u32, ns: u64): bool {
  const cpu = half<Order>(at + COMPACT_CPU);
  const raw = at + COMPACT_RAW;
  if (!tellProcess<Order>(ns, cpu, word<Order>(at + COMPACT_PID), word<Order>(raw + COMMON_PID))) return false;
  const bytes = size - <u32>COMPACT_RAW;
  const to = beginNext<Order>(ns, cpu, bytes);
  if (!to) return false;
  copyAtLeast(to, raw, bytes);
  return true;
}

/** What is not known of the user stack of a sample whose stacks are written. */
function countCopies(): void {
  if (userIpAt && userAt == userIpAt) count(STATE_INNERMOST_FRAMES);
  else if (stackBytes) count(STATE_STACK_DUMPS);
}

/** The sample's record as one of `event`, and its stacks. */
function emitAs<Order>(record: usize, attr: usize, event: usize, period: u64, ns: u64, cpu: u32, pid: u32, tid: u32): bool {
  const isRecord = load<u32>(attr, ATTR_IS_TRACEPOINT) == WITH_RECORD;
  if (!written) {
    const isPut = !load<u32>(event, ATTR_IS_TRACEPOINT)
      ? putSample<Order>(record, attr, event, period, ns, cpu, tid)
      : event == attr && isRecord
        ? putTracepoint<Order>(attr, ns, cpu, tid, rawAt, rawBytes)
        : putCounted<Order>(event, ns, cpu, tid);
    if (!isPut) return false;
    written = 1;
  }
  if (chainLength || userIpAt) {
    const hasRaw = isRecord && rawBytes >= COMMON_BYTES;
    const flags = hasRaw ? <u32>load<u8>(rawAt, COMMON_FLAGS) : 0;
    if (tid == NO_PID) tid = hasRaw ? word<Order>(rawAt + COMMON_PID) : 0;
    if (!putStacks<Order>(record, ns, cpu, tid, pid, flags)) return false;
  }
  if (event == attr) countCopies();
  written = 0;
  return true;
}

/**
 * A leader's sample holds what each member of its group has counted: it is one of every member that moved since the sample before, and what it
 * moved by is the period (tools/perf/util/session.c, deliver_sample_group).
 */
function emitGroup<Order>(record: usize, attr: usize, ns: u64, cpu: u32, pid: u32, tid: u32): bool {
  for (; member < groupCount; member++) {
    const value = groupAt + member * groupEach;
    const slot = slotOfId(long<Order>(value + 8));
    if (!slot) {
      count(STATE_UNKNOWN_IDS);
      continue;
    }
    const now = long<Order>(value);
    const period = now - load<u64>(slot, ID_SLOT_COUNT);
    if (!period) continue;
    if (!emitAs<Order>(record, attr, load<u32>(slot, ID_SLOT_ATTR), period, ns, cpu, pid, tid)) return false;
    store<u64>(slot, now, ID_SLOT_COUNT);
  }
  member = 0;
  return true;
}

/** What a sample becomes, at `ns`. False: there is no room; it has to be emitted again. */
export function emitSample<Order>(record: usize, size: u32, ns: u64): bool {
  const attr = attrOfSample<Order>(record);
  if (!attr) {
    count(STATE_UNKNOWN_IDS);
    return true;
  }
  const only = load<u32>(attr, ATTR_ONLY_RAW_AT);
  if (only && only <= size) return emitPlain<Order>(record, size, ns, attr, only);
  if (!findFields<Order>(attr, record, record + size)) {
    count(STATE_DAMAGED);
    return true;
  }
  const tidAt = load<u32>(attr, ATTR_TID_AT);
  const cpuAt = load<u32>(attr, ATTR_CPU_AT);
  const cpu = cpuAt ? word<Order>(record + cpuAt) : 0;
  let pid: u32 = NO_PID;
  let tid: u32 = NO_PID;
  if (tidAt) {
    pid = word<Order>(record + tidAt);
    tid = word<Order>(record + tidAt + 4);
    if (!tellProcess<Order>(ns, cpu, pid, tid)) return false;
    if (cgroupAt && !written && !member && !tellCgroup<Order>(ns, cpu, tid, long<Order>(cgroupAt))) return false;
  }
  if (groupCount && load<u32>(attr, ATTR_IS_OF_GROUP)) return emitGroup<Order>(record, attr, ns, cpu, pid, tid);
  return emitAs<Order>(record, attr, attr, fieldOf<Order>(record, attr, ATTR_PERIOD_AT), ns, cpu, pid, tid);
}

function lose<Order>(record: usize, size: u32): bool {
  if (BODY + 16 > size) return true;
  const lost = long<Order>(record + BODY + 8);
  store<u64>(STATE, load<u64>(STATE, STATE_LOST) + lost, STATE_LOST);
  addLost<Order>(lost);
  return true;
}

/** perf record asks each event at the end what it lost (PERF_FORMAT_LOST): mostly what LOST records told when it happened. */
function loseSamples<Order>(record: usize, size: u32): bool {
  if (BODY + 8 > size || half<Order>(record + MISC) & MISC_FILTERED) return true;
  store<u64>(STATE, load<u64>(STATE, STATE_LOST_SAMPLES) + long<Order>(record + BODY), STATE_LOST_SAMPLES);
  return true;
}

/** Behind the last record: the lost samples that no LOST record told of. */
export function loseUntold<Order>(): void {
  const told = load<u64>(STATE, STATE_LOST);
  const all = load<u64>(STATE, STATE_LOST_SAMPLES);
  if (all <= told) return;
  store<u64>(STATE, all, STATE_LOST);
  addLost<Order>(all - told);
}

/** The same of another record. */
export function emitOther<Order>(record: usize, size: u32, ns: u64): bool {
  const type = word<Order>(record);
  // On whichever CPU: it does not matter to what they tell.
  if (type == RECORD_TYPE_COMM || type == RECORD_TYPE_FORK) {
    const isTold = type == RECORD_TYPE_COMM ? tellComm<Order>(record, ns, cpuNow) : tellFork<Order>(record, ns, cpuNow);
    if (isTold) sideband(<u32>record);
    return isTold;
  }
  if (type == RECORD_TYPE_EXIT) return tellExit<Order>(record, ns, cpuNow);
  if (type == RECORD_TYPE_LOST) return lose<Order>(record, size);
  if (type == RECORD_TYPE_LOST_SAMPLES) return loseSamples<Order>(record, size);
  if (type == RECORD_TYPE_MMAP || type == RECORD_TYPE_MMAP2 || type == RECORD_TYPE_KSYMBOL) sideband(<u32>record);
  else if (type == RECORD_TYPE_THROTTLE) count(STATE_THROTTLED);
  else if (type == RECORD_TYPE_CALLCHAIN_DEFERRED) count(STATE_DEFERRED_CHAINS);
  return true;
}
