/** Linux helpers, `bpf_<name>` as in include/uapi/linux/bpf.h: i64 arguments, i64 result, negative errno. */
import {
  CURRENT_BLOCK,
  CURRENT_CPU,
  CURRENT_HOST,
  CURRENT_TAI_OFFSET,
  CURRENT_TID,
  CURRENT_TS,
  EINVAL,
  ID_KIND_GID,
  ID_KIND_UID,
  LIMITS_COMM_BYTES,
  MISSING_CGROUP,
  MISSING_GID,
  MISSING_KERNEL_MEMORY,
  MISSING_NUMA,
  MISSING_UID,
  MISSING_USER_MEMORY,
  TASK_CGROUP,
} from "./layout";
import { idOf, knowsCgroup } from "./identity";
import { lookup, lookupPercpu, remove, update } from "./maps";
import { countMissing } from "./missing";
import { functionAddress } from "./probed";
import { nextRandom32 } from "./random";
import { readMemory, readString, readUser, readUserString } from "./read";
import { commitRecord, outputRecord, queryRing, reserveRecord } from "./ring";
import { stackId, stackInto } from "./stacks";
import { taskStruct } from "./task-struct";
import { currentComm, currentTgid, findTask } from "./tasks";

/** The recording does not say the tick rate: Debian, Fedora, Ubuntu and Arch x86 kernels of the last years use (or used) 250. */
const JIFFY_NS: u64 = 4_000_000;
/** Linux INITIAL_JIFFIES: the counter wraps five minutes after boot. */
const INITIAL_JIFFIES: u64 = 4_294_892_296;

function now(): u64 {
  return load<u64>(CURRENT_BLOCK, CURRENT_TS);
}

export function bpf_map_lookup_elem(map: u64, key: u64): u64 {
  return lookup(<usize>map, <usize>key);
}

export function bpf_map_update_elem(map: u64, key: u64, value: u64, flags: u64): i64 {
  return update(<usize>map, <usize>key, <usize>value, flags);
}

export function bpf_map_delete_elem(map: u64, key: u64): i64 {
  return remove(<usize>map, <usize>key);
}

export function bpf_map_lookup_percpu_elem(map: u64, key: u64, cpu: u64): u64 {
  return lookupPercpu(<usize>map, <usize>key, <u32>cpu);
}

/** Kernel addresses have the top bit set (or lie in our memory); what is left is user memory. */
function sideOf(address: u64): usize {
  return address >> 63 ? MISSING_KERNEL_MEMORY : MISSING_USER_MEMORY;
}

export function bpf_probe_read(to: u64, size: u64, from: u64): i64 {
  return readMemory(<usize>to, <u32>size, from, sideOf(from));
}

export function bpf_probe_read_str(to: u64, size: u64, from: u64): i64 {
  return readString(<usize>to, <u32>size, from, sideOf(from));
}

export function bpf_probe_read_kernel(to: u64, size: u64, from: u64): i64 {
  return readMemory(<usize>to, <u32>size, from, MISSING_KERNEL_MEMORY);
}

export function bpf_probe_read_kernel_str(to: u64, size: u64, from: u64): i64 {
  return readString(<usize>to, <u32>size, from, MISSING_KERNEL_MEMORY);
}

export function bpf_probe_read_user(to: u64, size: u64, from: u64): i64 {
  return readUser(<usize>to, <u32>size, from, MISSING_USER_MEMORY);
}

export function bpf_probe_read_user_str(to: u64, size: u64, from: u64): i64 {
  return readUserString(<usize>to, <u32>size, from, MISSING_USER_MEMORY);
}

/** The recording has one clock: what it counts from boot, and from 1970 if the time of the boot is known. */
export function bpf_ktime_get_ns(): u64 {
  return now();
}

export function bpf_ktime_get_boot_ns(): u64 {
  return now();
}

export function bpf_ktime_get_tai_ns(): u64 {
  return now() + load<u64>(CURRENT_BLOCK, CURRENT_TAI_OFFSET);
}

export function bpf_jiffies64(): u64 {
  return INITIAL_JIFFIES + now() / JIFFY_NS;
}

export function bpf_get_prandom_u32(): u64 {
  return nextRandom32();
}

export function bpf_get_smp_processor_id(): u64 {
  return load<u32>(CURRENT_BLOCK, CURRENT_CPU);
}

export function bpf_get_current_pid_tgid(): u64 {
  return ((<u64>currentTgid()) << 32) | load<u32>(CURRENT_BLOCK, CURRENT_TID);
}

/** 0 where it is not known, and counted. Programs of the session are no task of the recording. */
function currentId(id: u32, kind: usize): u64 {
  const known = load<u32>(CURRENT_BLOCK, CURRENT_HOST) ? -1 : idOf(load<u32>(CURRENT_BLOCK, CURRENT_TID), id);
  if (known >= 0) return known;
  countMissing(kind);
  return 0;
}

export function bpf_get_current_uid_gid(): u64 {
  return (currentId(ID_KIND_GID, MISSING_GID) << 32) | currentId(ID_KIND_UID, MISSING_UID);
}

export function bpf_get_numa_node_id(): u64 {
  countMissing(MISSING_NUMA);
  return 0;
}

export function bpf_get_current_cgroup_id(): u64 {
  const task = load<u32>(CURRENT_BLOCK, CURRENT_HOST) ? 0 : findTask(load<u32>(CURRENT_BLOCK, CURRENT_TID));
  if (task && knowsCgroup(task)) return load<u64>(task, TASK_CGROUP);
  countMissing(MISSING_CGROUP);
  return 0;
}

export function bpf_get_current_task(): u64 {
  return taskStruct(load<u32>(CURRENT_BLOCK, CURRENT_TID));
}

/** strscpy_pad: at most size - 1 bytes, then zeros to the end. */
export function bpf_get_current_comm(to: u64, size: u64): i64 {
  const bytes = <u32>size;
  if (!bytes) return EINVAL;
  const copied = min<u32>(bytes - 1, LIMITS_COMM_BYTES);
  memory.fill(<usize>to + copied, 0, bytes - copied);
  memory.copy(<usize>to, currentComm(), copied);
  return 0;
}

export function bpf_get_stackid(_ctx: u64, map: u64, flags: u64): i64 {
  return stackId(<usize>map, flags);
}

export function bpf_get_stack(_ctx: u64, to: u64, size: u64, flags: u64): i64 {
  return stackInto(<usize>to, <u32>size, flags);
}

/** Of a return probe: the function that returned. */
export function bpf_get_func_ip(_ctx: u64): u64 {
  return functionAddress();
}

export function bpf_ringbuf_output(ring: u64, data: u64, size: u64, flags: u64): i64 {
  return outputRecord(<usize>ring, <usize>data, size, flags);
}

export function bpf_ringbuf_reserve(ring: u64, size: u64, flags: u64): u64 {
  return flags ? 0 : reserveRecord(<usize>ring, size);
}

export function bpf_ringbuf_submit(data: u64, _flags: u64): u64 {
  commitRecord(<usize>data, false);
  return 0;
}

export function bpf_ringbuf_discard(data: u64, _flags: u64): u64 {
  commitRecord(<usize>data, true);
  return 0;
}

export function bpf_ringbuf_query(ring: u64, what: u64): u64 {
  return queryRing(<usize>ring, what);
}

/** strncmp(s1, s2, s1_sz) of lib/string.c: -1, 0 or 1. */
export function bpf_strncmp(a: u64, size: u64, b: u64): i64 {
  const bytes = <u32>size;
  for (let i: u32 = 0; i < bytes; i++) {
    const left = load<u8>(<usize>a + i);
    const right = load<u8>(<usize>b + i);
    if (left != right) return left < right ? -1 : 1;
    if (!left) return 0;
  }
  return 0;
}
