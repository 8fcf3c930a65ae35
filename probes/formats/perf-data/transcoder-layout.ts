/**
 * Memory layouts that the transcoder (assembly/) and the TypeScript around it share. Offsets in bytes from the start of the structure; u32 unless
 * said otherwise. tooling/build-runtime.mjs turns every table into constants: `state.attrs` becomes STATE_ATTRS.
 */

/** At STATE: what the transcoder is told, then what it counts. */
export const STATE = 1024;
export const state = {
  /** Table of `attr`, and how many. */
  attrs: 0,
  attrCount: 4,
  /** Open addressing by event id: `idSlot`s, a power of two. */
  ids: 8,
  idMask: 12,
  /** Offset of the event id in a sample record; 0: all samples are of attr 0. */
  idAt: 16,
  /** Offset of the time in every sample record; 0: it is elsewhere from attr to attr. */
  sampleTimeAt: 20,
  /** u32 addresses of attrs by event id, where the ids are close together: how many, and the least id (u64). */
  dense: 168,
  denseCount: 172,
  denseBase: 144,
  /** Where all samples have RAW, the task and the CPU, if each is a tracepoint's and holds nothing else of variable length; 0: not so. */
  plainRawAt: 152,
  plainTidAt: 156,
  plainCpuAt: 160,
  /** As many bytes of a tracepoint's record as somebody reads, a multiple of four and at least the common fields. */
  wantedBytes: 180,
  /** u8 for each block of the arena, used while a free one is looked for. */
  blockMarks: 176,
  /** Event ids of the records that the transcoder makes. */
  tgidEvent: 24,
  commEvent: 28,
  forkEvent: 32,
  exitEvent: 36,
  kernelStack: 40,
  userStack: 44,
  wordBytes: 48,
  /** u32 by thread id: 1 + the process id that was told last. */
  told: 52,
  runs: 56,
  heap: 60,
  out: 64,
  outBytes: 68,
  arena: 72,
  /** Bytes of records that may wait for their round's end. */
  mostPending: 76,
  /** Counters. */
  damaged: 80,
  unknownIds: 84,
  late: 88,
  throttled: 92,
  stackDumps: 96,
  /** Of user stacks that were copied, those whose innermost frame the registers have. */
  innermostFrames: 124,
  withoutTime: 100,
  deferredChains: 104,
  /** u64: position in the stream of records where it cannot be read on; valid when `isBroken`. */
  brokenAt: 112,
  isBroken: 120,
  /** u64: lost events, of LOST records. */
  lost: 128,
  /** u64: lost samples by event, of LOST_SAMPLES records. */
  lostSamples: 136,
  countersEnd: 144,
  cgroupEvent: 164,
  sizeBytes: 184,
} as const;

/** How the samples and other records of a perf_event_attr are read. Offsets from the start of the record; 0: not there. */
export const attr = {
  /** common_type of its samples. */
  eventId: 0,
  /** 1: samples are tracepoint records, in RAW; 2: of a tracepoint, without its record; 0: of no tracepoint. */
  isTracepoint: 4,
  ipAt: 8,
  tidAt: 12,
  timeAt: 16,
  addrAt: 20,
  cpuAt: 24,
  periodAt: 28,
  /** Where the fields of variable length begin. */
  variableAt: 32,
  /** Of a tracepoint's samples that have nothing of variable length but RAW, behind all that is asked for: where its bytes begin; else 0. */
  onlyRawAt: 60,
  sampleType: 36,
  readFormat: 40,
  branchFlags: 44,
  /** How many registers each sample has, if it has any. */
  userRegs: 48,
  intrRegs: 52,
  /** Which of them go into the record: 1 those of the interrupted context, 2 those of user code, 0 none. */
  regsFrom: 56,
  /** u8 each: slot in the record's registers of the n-th one that was sampled. */
  slots: 64,
  /** In other records, from their end. */
  trailerTimeFromEnd: 128,
  trailerIdFromEnd: 132,
  /** 1: a sample is one of each event of its group whose count moved. */
  isOfGroup: 136,
  /** Where the user stack is copied: 1 + the place of the instruction pointer among the registers of user code; 0: it is not there. */
  userIp: 140,
  sizeBytes: 144,
} as const;

/** u64 event id, u32 address of its attr, u64 count in the latest sample of its group. */
export const idSlot = { id: 0, attr: 8, count: 16, sizeBytes: 24 } as const;

/**
 * What waits of a plain sample: its type is `type` in either byte order; u16 CPU, u16 size, as in other records; u64 time (little-endian); the
 * process (u32); and of the tracepoint's record as much as somebody reads, with the sample's task in it. Numbers are in the recording's byte order
 * unless said otherwise. `leastRawAt`: where there is less in front of a sample's record, the copy could reach into what is behind it.
 */
export const compact = { type: 0xc0c0_c0c0, cpu: 4, size: 6, time: 8, pid: 16, raw: 24, leastRawAt: 40 } as const;

/** Records of one CPU, one behind the other in order of time, in the arena: u64 time of the next one. */
export const run = { position: 0, end: 4, time: 8, sizeBytes: 16 } as const;
/** Bytes behind the pages and behind the arena that may be touched when pieces of 64 bytes are copied. */
export const SLACK = 64;
export const limits = {
  runs: 65_536,
  attrs: 65_536,
  pids: 4_194_304,
  pageBytes: 65_536,
  pages: 4,
  frames: 1024,
  slots: 64,
  /** Of the arena: a piece of the stream and, in front of it, what was there of a record that it goes on with. */
  blockBytes: (1 << 20) + 65_536,
  /** More than what may wait takes, so that moving it together is seldom needed. */
  blocks: 96,
} as const;

/** The record of a sample that is no tracepoint's: u64 each behind the common fields; `regs` where the attr has registers, as pt_regs. */
export const sample = { ip: 8, addr: 16, period: 24, cs: 32, regs: 40, regsBytes: 168, sizeBytes: 40 } as const;
/** Records of the transcoder's own, for the task rules. */
export const tgidRecord = { tgid: 8, sizeBytes: 12 } as const;
export const commRecord = { tgid: 8, comm: 12, commBytes: 16, sizeBytes: 28 } as const;
/** u64 flags; u64 time of the birth, 0: not known. */
export const forkRecord = { child: 8, flags: 16, started: 24, sizeBytes: 32 } as const;
/** u64 id of the cgroup. */
export const cgroupRecord = { cgroup: 8, sizeBytes: 16 } as const;
export const exitRecord = { sizeBytes: 8 } as const;

/** What produce() gives: bytes of whole pages, or one of these. */
export const produced = { needsData: 0, done: 1 } as const;

/** enum perf_event_type and perf_user_event_type (include/uapi/linux/perf_event.h, tools/lib/perf/include/perf/event.h). */
export const recordType = {
  mmap: 1,
  lost: 2,
  comm: 3,
  exit: 4,
  throttle: 5,
  fork: 7,
  sample: 9,
  mmap2: 10,
  lostSamples: 13,
  ksymbol: 17,
  callchainDeferred: 22,
  firstUser: 64,
  attr: 64,
  tracingData: 66,
  buildId: 67,
  finishedRound: 68,
  auxtrace: 71,
  eventUpdate: 78,
  feature: 80,
  compressed: 81,
  compressed2: 83,
} as const;

/** Bits of perf_event_attr.sample_type. */
export const sampleBit = {
  ip: 0x1,
  tid: 0x2,
  time: 0x4,
  addr: 0x8,
  read: 0x10,
  callchain: 0x20,
  id: 0x40,
  cpu: 0x80,
  period: 0x100,
  streamId: 0x200,
  raw: 0x400,
  branchStack: 0x800,
  regsUser: 0x1000,
  stackUser: 0x2000,
  weight: 0x4000,
  dataSrc: 0x8000,
  identifier: 0x10000,
  transaction: 0x20000,
  regsIntr: 0x40000,
  physAddr: 0x80000,
  cgroup: 0x200000,
} as const;

/** Bits of read_format, and of branch_sample_type. */
export const readBit = { enabled: 1, running: 2, id: 4, group: 8, lost: 16 } as const;
export const branchBit = { hwIndex: 0x20000, counters: 0x80000 } as const;
