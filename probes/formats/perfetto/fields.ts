/** Numbers of the fields that are read. Source: Perfetto protos/perfetto/trace/ (trace_packet.proto and what it names), read up to v54. */

export const packet = {
  ftraceEvents: 1,
  processTree: 2,
  clockSnapshot: 6,
  sequenceId: 10,
  internedData: 12,
  sequenceFlags: 13,
  ftraceStats: 34,
  stateCleared: 41,
  previousDropped: 42,
  systemInfo: 45,
  compressed: 50,
  machineId: 98,
  zstdCompressed: 133,
} as const;

/** SEQ_INCREMENTAL_STATE_CLEARED. */
export const STATE_CLEARED = 1;

export const bundle = {
  cpu: 1,
  event: 2,
  lostEvents: 3,
  compactSched: 4,
  clock: 5,
  clockTime: 6,
  bootTime: 7,
  error: 8,
  /** Of the recorder's last reading of the CPU's buffer (v44 to v46). */
  lastReadTime: 9,
  /** Of the last event in the CPU's bundle before (v47 on); 0: there is none. */
  previousEnd: 10,
  eventDescriptor: 11,
} as const;

/** Of FtraceEvent; every other field is the event itself. */
export const event = { timestamp: 1, pid: 2, flags: 5, generic: 327, kprobe: 542 } as const;

export const generic = { name: 1, field: 2, fieldName: 1, text: 3, signed: 4, unsigned: 5 } as const;
export const kprobe = { name: 1, type: 2 } as const;
/** Of KprobeType, the one that a return has; the others are of entries. */
export const KPROBE_END = 2;

/** A description that the recording itself has of an event: its number in FtraceEvent, a DescriptorProto, and its group. */
export const descriptor = {
  id: 1,
  message: 2,
  group: 3,
  name: 1,
  field: 2,
  fieldName: 1,
  fieldId: 3,
  fieldLabel: 4,
  fieldType: 5,
} as const;

export const compact = {
  switchTime: 1,
  switchState: 2,
  switchPid: 3,
  switchPrio: 4,
  text: 5,
  switchComm: 6,
  wakingTime: 7,
  wakingPid: 8,
  wakingCpu: 9,
  wakingPrio: 10,
  wakingComm: 11,
  wakingFlags: 12,
} as const;

export const tree = { process: 1, thread: 2 } as const;
export const process = { pid: 1, cmdline: 3, uid: 5, startFromBoot: 7, cmdlineIsComm: 9 } as const;
export const thread = { tid: 1, name: 2, tgid: 3 } as const;

export const interned = { kernelSymbols: 26, iid: 1, text: 2 } as const;

export const snapshot = { clock: 1, clockId: 1, timestamp: 2 } as const;
export const stats = {
  phase: 1,
  cpu: 2,
  unknownEvents: 6,
  failedEvents: 7,
  cpuNumber: 1,
  overrun: 3,
  commitOverrun: 4,
  dropped: 8,
} as const;
export const STATS_START = 1;
export const STATS_END = 2;
export const systemInfo = { utsname: 1, cpus: 8, sysname: 1, version: 2, release: 3, machine: 4 } as const;

/** Builtin clocks of snapshots. */
export const clockId = { realtime: 1, monotonic: 3, monotonicRaw: 5, boottime: 6 } as const;
