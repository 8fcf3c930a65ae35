/** The fields of variable length of a sample: where they are. Source: perf_event_open(2), PERF_RECORD_SAMPLE. */
import {
  ATTR_BRANCH_FLAGS,
  ATTR_INTR_REGS,
  ATTR_READ_FORMAT,
  ATTR_SAMPLE_TYPE,
  ATTR_USER_IP,
  ATTR_USER_REGS,
  ATTR_VARIABLE_AT,
  BRANCH_BIT_COUNTERS,
  BRANCH_BIT_HW_INDEX,
  READ_BIT_ENABLED,
  READ_BIT_GROUP,
  READ_BIT_ID,
  READ_BIT_LOST,
  READ_BIT_RUNNING,
  SAMPLE_BIT_BRANCH_STACK,
  SAMPLE_BIT_CALLCHAIN,
  SAMPLE_BIT_CGROUP,
  SAMPLE_BIT_DATA_SRC,
  SAMPLE_BIT_PHYS_ADDR,
  SAMPLE_BIT_RAW,
  SAMPLE_BIT_READ,
  SAMPLE_BIT_REGS_INTR,
  SAMPLE_BIT_REGS_USER,
  SAMPLE_BIT_STACK_USER,
  SAMPLE_BIT_TRANSACTION,
  SAMPLE_BIT_WEIGHT,
} from "./layout";
import { long, word } from "./order";

/** PERF_SAMPLE_WEIGHT_STRUCT is the other form of WEIGHT. */
const WEIGHT_STRUCT: u32 = 1 << 24;

/** Of the sample at hand; 0: it has none. */
export let chainAt: usize = 0;
export let chainLength: u32 = 0;
export let rawAt: usize = 0;
export let rawBytes: u32 = 0;
export let userRegsAt: usize = 0;
/** Of the instruction pointer among those, where the user stack is copied. */
export let userIpAt: usize = 0;
export let intrRegsAt: usize = 0;
export let stackBytes: u32 = 0;
export let cgroupAt: usize = 0;
/** Counts of a group: where, how many, bytes from one to the next; 0: none, or they do not tell whose they are. */
export let groupAt: usize = 0;
export let groupCount: u32 = 0;
export let groupEach: u32 = 0;

let at: usize = 0;
let end: usize = 0;

function flag(set: u32, bit: u32): u32 {
  return (set & bit) != 0 ? 1 : 0;
}

/** Moves on, if so much is there. */
function skip(bytes: u64): bool {
  if (bytes > <u64>(end - at)) return false;
  at += <usize>bytes;
  return true;
}

/** A count of u64 elements that has to be followed by them. */
function count<Order>(): u64 {
  const value = at + 8 <= end ? long<Order>(at) : u64.MAX_VALUE;
  at += 8;
  return value > 8192 ? u64.MAX_VALUE >>> 8 : value;
}

function readValues<Order>(format: u32): bool {
  const each = 8 + 8 * flag(format, READ_BIT_ID) + 8 * flag(format, READ_BIT_LOST);
  const times = 8 * (flag(format, READ_BIT_ENABLED) + flag(format, READ_BIT_RUNNING));
  if (!(format & READ_BIT_GROUP)) return skip(<u64>(each + times));
  const members = count<Order>();
  const isThere = at <= end && skip(<u64>times + members * <u64>each);
  if (isThere && format & READ_BIT_ID) {
    groupCount = <u32>members;
    groupEach = each;
    groupAt = at - groupCount * each;
  }
  return isThere;
}

function registers<Order>(each: u32): usize {
  if (at + 8 > end) {
    at = end + 1;
    return 0;
  }
  const abi = long<Order>(at);
  at += 8;
  if (!abi) return 0;
  const found = at;
  return skip(<u64>each * 8) ? found : 0;
}

/** Finds the fields of a sample that end at `recordEnd`. False: they do not fit into it. */
export function findFields<Order>(attr: usize, record: usize, recordEnd: usize): bool {
  const type = load<u32>(attr, ATTR_SAMPLE_TYPE);
  at = record + load<u32>(attr, ATTR_VARIABLE_AT);
  end = recordEnd;
  chainAt = 0;
  chainLength = 0;
  rawAt = 0;
  rawBytes = 0;
  userRegsAt = 0;
  userIpAt = 0;
  intrRegsAt = 0;
  stackBytes = 0;
  cgroupAt = 0;
  groupCount = 0;
  if (at > end) return false;
  if (type & SAMPLE_BIT_READ && !readValues<Order>(load<u32>(attr, ATTR_READ_FORMAT))) return false;
  if (type & SAMPLE_BIT_CALLCHAIN) {
    const length = count<Order>();
    if (at > end) return false;
    chainAt = at;
    if (!skip(length * 8)) return false;
    chainLength = <u32>length;
  }
  if (type & SAMPLE_BIT_RAW) {
    if (at + 4 > end) return false;
    rawBytes = word<Order>(at);
    rawAt = at + 4;
    if (!skip(<u64>rawBytes + 4)) return false;
  }
  // What follows matters to samples of other events only.
  if (type < SAMPLE_BIT_BRANCH_STACK) return true;
  if (type & SAMPLE_BIT_BRANCH_STACK) {
    const branches = count<Order>();
    const flags = load<u32>(attr, ATTR_BRANCH_FLAGS);
    const each: u64 = flags & BRANCH_BIT_COUNTERS ? 32 : 24;
    if (at > end || !skip(branches * each + (flags & BRANCH_BIT_HW_INDEX ? 8 : 0))) return false;
  }
  if (type & SAMPLE_BIT_REGS_USER) {
    userRegsAt = registers<Order>(load<u32>(attr, ATTR_USER_REGS));
    const userIp = load<u32>(attr, ATTR_USER_IP);
    if (userRegsAt && userIp) userIpAt = userRegsAt + ((userIp - 1) << 3);
  }
  if (at > end) return false;
  if (type & SAMPLE_BIT_STACK_USER) {
    if (at + 8 > end) return false;
    const size = long<Order>(at);
    at += 8;
    if (size && (size > 65_536 || !skip(size + 8))) return false;
    stackBytes = <u32>size;
  }
  if (type & (SAMPLE_BIT_REGS_INTR | SAMPLE_BIT_CGROUP)) {
    const words = flag(type, SAMPLE_BIT_WEIGHT | WEIGHT_STRUCT) + flag(type, SAMPLE_BIT_DATA_SRC) + flag(type, SAMPLE_BIT_TRANSACTION);
    if (!skip(<u64>words * 8)) return false;
    if (type & SAMPLE_BIT_REGS_INTR) intrRegsAt = registers<Order>(load<u32>(attr, ATTR_INTR_REGS));
    if (at > end) return false;
  }
  if (type & SAMPLE_BIT_CGROUP) {
    if (!skip(<u64>flag(type, SAMPLE_BIT_PHYS_ADDR) * 8)) return false;
    cgroupAt = at;
    if (!skip(8)) return false;
  }
  return true;
}
