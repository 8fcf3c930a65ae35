/**
 * Memory layouts that the AssemblyScript runtime and the TypeScript around it share (the public ones are in ../memory.ts).
 * Offsets in bytes from the start of the structure; u32 unless said otherwise; addresses are offsets into the linear memory, 0 is none.
 * tooling/build-runtime.mjs turns every table into constants of assembly/layout.ts: `map.keySize` becomes MAP_KEY_SIZE.
 */

export * from "./call-memory-layout.ts";

/** Linux enum bpf_map_type. */
export const mapType = {
  hash: 1,
  array: 2,
  stackTrace: 7,
  percpuHash: 5,
  percpuArray: 6,
  lruHash: 9,
  lruPercpuHash: 10,
  ringbuf: 27,
} as const;

/** include/uapi/asm-generic/errno-base.h; ENOTSUPP is the kernel's own. As helpers return them. */
export const errno = {
  enoent: -2,
  e2big: -7,
  enomem: -12,
  eagain: -11,
  efault: -14,
  eexist: -17,
  einval: -22,
  enotsupp: -524,
} as const;

/** Element flags of bpf_map_update_elem. */
export const elem = { any: 0, noexist: 1, exist: 2, lock: 4 } as const;

/** A map descriptor: what an `lddw` of the map loads. */
export const map = {
  type: 0,
  keySize: 4,
  valueSize: 8,
  maxEntries: 12,
  /** Value size rounded up to 8: bytes of one cell. */
  cellBytes: 16,
  /** Cells of an element: CPUs for per-CPU maps, else 1. */
  cells: 20,
  /** cellBytes for per-CPU maps, 0 for others: the current CPU's cell is at cpu × cellStride. */
  cellStride: 24,
  /** First element (hash: slab of elements; array: row of values; ringbuf: data). */
  elements: 28,
  elementBytes: 32,
  /** Offset of the first cell in an element. */
  valueOffset: 36,
  /** Hash: table of element addresses, 2^(32 - shift) of them; a bucket is the top bits of the 32-bit hash. */
  buckets: 40,
  shift: 44,
  /** Hash: elements now; slots ever used; list of free slots; oldest and newest element. */
  count: 48,
  used: 52,
  free: 56,
  head: 60,
  tail: 64,
  /** Hash: elementFlags.referenced for LRU types, else 0. */
  touch: 68,
  /** Array: key that map_iter_key points to. */
  iterKey: 72,
  /** Ringbuf: 1 if its records go to the session. */
  output: 76,
  /** Ringbuf, u64 each: positions as the kernel counts them. Data of the ring start at `elements`, at the consumer's position. */
  produced: 80,
  consumed: 88,
  sizeBytes: 96,
} as const;

/** An element of a hash map. It never moves: value pointers stay valid until it is deleted. */
export const element = {
  /** Next in its bucket, or in the list of free slots. */
  chain: 0,
  /** 32-bit hash of the key with elementFlags in place of its two lowest bits; 0 in a free slot. */
  hash: 4,
  /** Neighbours in insertion order. */
  prev: 8,
  next: 12,
  /** Key padded with zeros to 8, then the cells. */
  key: 16,
} as const;

export const elementFlags = { live: 1, referenced: 2 } as const;

/** An element of a stack trace map, whose id is its place: hash, 1 + id of the next in its bucket, then the frames, zero behind the last. */
export const stackElement = { hash: 0, chain: 4, frames: 8 } as const;

/** Ringbuf record header (linux kernel/bpf/ringbuf.c): length and these bits, then here the address of the map's descriptor. */
export const ring = { headerBytes: 8, length: 0, map: 4, busy: 0x80000000, discard: 0x40000000, maxRecordBytes: 0x3fffffff } as const;

/** At memory.ts PUMP_BLOCK. */
export const pump = {
  /** u64: what is due next among the timers (2^64-1: nothing), and the bounds of the events that fire. */
  due: 0,
  fromNs: 8,
  toNs: 16,
  /** u64 counters. */
  events: 24,
  fired: 32,
  lost: 40,
  /** u64: least and greatest time of a data record; valid when `seen` is 1. */
  firstTs: 48,
  lastTs: 56,
  lostUnknown: 64,
  damaged: 68,
  seen: 72,
  /** 1 when a stream was cut off at toNs. */
  limited: 76,
  /** Work left until the pump returns for the session to have a look. */
  budget: 80,
  /** 1: the winner's event is done, but its stream not yet advanced. */
  pending: 84,
  /** 1: programs run in the interpreter, through env.run_program. */
  interp: 88,
  /** Table slot of program 0. */
  tableBase: 92,
  /** 65,536 addresses of eventPlan by event id, for each layout; 0 for events that nobody wants. The other one knows only events with task rules. */
  dispatch: 96,
  ruleDispatch: 100,
  streams: 104,
  /** Cursors in the order of (CPU, index), and the loser tree over them: `streams` addresses of cursors, the winner first. */
  cursors: 108,
  tree: 112,
  timers: 116,
  timerCount: 120,
  /** Context of programs that have no record: zeroed registers. */
  hostContext: 124,
  hostContextBytes: 128,
  /** Thread id of begin, end and interval programs. */
  hostTid: 132,
  /** Memory that bpf_probe_read_kernel may read beside the stack and the record: maps and their scratch. */
  mapsStart: 136,
  mapsEnd: 140,
  /** Tasks: address of each pid's task (u32 by pid), the slab, tasks in use, and how many fit. */
  taskIndex: 144,
  tasks: 148,
  taskCount: 152,
  taskCapacity: 156,
  /** A name being decoded: 16 bytes. */
  comm: 160,
  /** Streams that stand at their first event; the merge begins when all do. */
  primed: 176,
  /** The stream whose events are being handled. */
  cursor: 180,
  /** Rebuilt pt_regs, and rebuilt arguments. */
  registers: 184,
  args: 188,
  /** Memory that the event at hand brought: `region`s, how many, and the event (current.serial) that they are of. */
  regions: 192,
  regionCount: 196,
  regionSerial: 200,
  /** 1: some program asks for stacks, so a page is kept behind the one that is walked. */
  keepsPage: 204,
  /** Stack records: see machine-types.ts StackRecords. */
  /** One `stackLayout` per layout; TAG_WINDOW.bytes of tag per recording. */
  stacks: 208,
  tags: 212,
  /** Pairs of u64. */
  tracerCode: 232,
  tracerRanges: 236,
  /** The probedEvent at hand, and the event (current.serial) that it is of. */
  probed: 240,
  probedSerial: 244,
  /** A stack being looked at: limits.frames of u64. */
  frames: 248,
  /** limits.calls of keptCall. */
  calls: 252,
  /**
   * The session may want to come up for air more often than it has something to do: it is given the budget in slices, of which the current
   * one is in `budget` and the rest here. `paused` 1: the slice was used up, so the rest is what the next call goes on with.
   */
  slice: 256,
  rest: 260,
  paused: 264,
  /** `running`, one for each CPU (as many as there are cells) of each recording. */
  running: 268,
  /** A `spaceTable`; 0: nobody tells, or no program asks. */
  spaces: 272,
  sizeBytes: 280,
} as const;

/**
 * At memory.ts WATCH_BLOCK: where pump_watch stops, which is nobody's state, then what it notes, which is (stateStart on). Firings:
 * assembly/watch.ts.
 */
export const watch = {
  /** u64: stops before the first event or timer of this time or later, and behind the firing of this number; 2^64-1: never. */
  stopNs: 0,
  stopFiring: 8,
  /** A program that is run behind every firing; stops if it returns not 0 (in 32 bits). Its number + 1, 0: none. */
  condition: 16,
  /** Bit set of watchHits: why the pump came back. */
  hit: 20,
  /** One byte for each program, 1: stops behind a firing that runs it. One u64 for each program: how often it ran. */
  stops: 24,
  runs: 28,
  stateStart: 32,
  /** u64: timers that fired; time of the event or timer that was handled last. */
  ticks: 32,
  reached: 40,
  /** Programs that the last firing ran: how many, and their numbers, limits.ran at most. */
  ran: 48,
  ranPrograms: 52,
  sizeBytes: 308,
} as const;

export const watchHits = { time: 1, firing: 2, program: 4, condition: 8 } as const;

/** What is to be done for an event id: `programs`, then `before` and `after` addresses of task rules follow. */
export const eventPlan = {
  minBytes: 0,
  programs: 4,
  /** Number of task rules; eventFlags are in its upper bits, so that events without either cost one test. */
  before: 8,
  after: 12,
  /** Address of a probedEvent; meant by eventFlags.probed. */
  probed: 16,
  sizeBytes: 20,
} as const;

/** `programs` is 0 then: the probedEvent has them. */
export const eventFlags = { probed: 0x80000000, rules: 0x7fffffff } as const;

/** An event whose records are not what its programs get (machine-types.ts ProbedEvent). Addresses of lists; counts. */
export const probedEvent = {
  steps: 0,
  stepCount: 4,
  snippets: 8,
  snippetCount: 12,
  /** Of the field that picks the programs; size 0: none does. */
  keyOffset: 16,
  keyBytes: 20,
  /** Open addressing: `probedSlot`s by key; a power of two. */
  table: 24,
  mask: 28,
  /** The list of other keys; 0: none. */
  always: 32,
  /** Offsets of the probed function's address and of its caller's (0: not there); size 0: neither is. */
  frameIp: 36,
  frameCaller: 40,
  frameBytes: 44,
  /** Number of the pair + 1, 0: none; 1 at the entry. */
  pair: 48,
  isEntry: 52,
  /** What it does to calls whose memory is kept (call-memory-layout.ts callRole), and the number of the function. */
  callRole: 56,
  callNumber: 60,
  sizeBytes: 64,
} as const;

/** Argument registers of a call that is under way. `pid` and `pair` say whose. */
export const keptCall = { pid: 0, pair: 4, args: 8, sizeBytes: 64 } as const;

export const probedSlot = { key: 0, list: 8, sizeBytes: 16 } as const;
/** A list: u32 count, then these. `context`: address, 0 for the record; `counter`: address, 0 for none. */
export const probedProgram = { program: 0, context: 4, counter: 8, sizeBytes: 12 } as const;
/** A u64 that is put at `to`. */
export const probedStep = { value: 0, kind: 8, offset: 12, bytes: 16, signed: 20, to: 24, sizeBytes: 32 } as const;
/** Memory that comes with a record: address is a step's value (without `to`) + delta. `stays` 1: it is kept until the call returns. */
export const snippet = { base: 0, delta: 32, kind: 40, offset: 44, bytes: 48, stays: 52, pointer: 56, sizeBytes: 64 } as const;
export const valueKind = { field: 0, address: 1, constant: 2 } as const;
export const dataKind = { inline: 0, dataLoc: 1, pointer: 2 } as const;
/** u64 address of the traced machine, u32 length, u32 where the bytes are. */
export const region = { address: 0, length: 8, at: 12, sizeBytes: 16 } as const;

/** Stack records of one layout: see machine-types.ts StackLayout. */
export const stackLayout = { kernel: 0, kernelFrames: 4, kernelCount: 8, user: 12, userFrames: 16, wordBytes: 20, sizeBytes: 24 } as const;

/** One per stream. */
export const cursor = {
  /** u64: time of the record, 2^64-1 at the end; then the rank among streams of the same time, with bit 31 at the end. The merge's key. */
  ts: 0,
  rank: 8,
  cpu: 12,
  record: 16,
  recordBytes: 20,
  plan: 24,
  /** Index for env.fill. */
  stream: 28,
  /** u64: unconverted time so far on this page. */
  raw: 32,
  /** Next record and end of the data on this page; next page. */
  position: 40,
  end: 44,
  page: 48,
  window: 52,
  windowEnd: 56,
  pageBytes: 60,
  headerBytes: 64,
  /** Bit set of cursorFlags. */
  flags: 68,
  /** u64: ns = ((raw × mult) >> shift) + offset. */
  offset: 72,
  mult: 80,
  shift: 84,
  /** u64: first unconverted time that is past toNs; 2^64-1: no bound. */
  rawLimit: 88,
  /** How often the window was filled. */
  fills: 96,
  /** The CPU's cell of per-CPU values. */
  cell: 100,
  /** Number of its recording, and of the layout of its records: which events its ids are of. */
  recording: 104,
  layout: 108,
  sizeBytes: 128,
} as const;

/**
 * dry: the source has no more pages. marksCpu: a padding of 4 bytes is no discarded event but the CPU of the records behind it
 * (probes/stream/page-writer.ts).
 */
export const cursorFlags = { bigEndian: 1, scaled: 2, ended: 4, dry: 8, marksCpu: 16 } as const;

/**
 * `cpus`: how many of pump.running a tick goes through, 0: it fires once, as the session. `next`: where it goes on; `counter`: address of what
 * goes up at each firing, 0: nothing does.
 */
export const timer = { due: 0, period: 8, program: 16, cpus: 20, next: 24, counter: 28, sizeBytes: 32 } as const;

/** What runs on a CPU, as the latest switch there told: `tid`, and the stream that told it. */
export const running = { state: 0, cpu: 4, tid: 8, cursor: 12, sizeBytes: 16 } as const;
/** absent: the recording has not that many CPUs. unknown: there has been no switch yet. */
export const runningState = { absent: 0, unknown: 1, known: 2 } as const;

/** A task rule (probes/recording.ts TaskRule). Offsets into the record; `none` where the rule has no such field. */
export const rule = {
  kind: 0,
  pid: 4,
  commOffset: 8,
  commBytes: 12,
  /** Bit set of commFlags. */
  commFlags: 16,
  parent: 20,
  child: 24,
  flags: 28,
  tgid: 32,
  /** 1: the event makes the name (exec, rename) and is no evidence of the name before it. */
  renames: 36,
  /** Low word of a system call's result. */
  result: 40,
  /** Of an id or a time. */
  value: 44,
  /** One of idKind. */
  id: 48,
  /** The hierarchy of a cgroup. */
  hierarchy: 52,
  /** 1: `flags` has 8 bytes of its own; else only the low word counts. */
  wideFlags: 56,
  /** 1: a call that succeeds may have left the id as it is. */
  unsure: 60,
  sizeBytes: 64,
  none: 0xffffffff,
} as const;

export const ruleKind = {
  comm: 1,
  oldComm: 2,
  fork: 3,
  exit: 4,
  tgid: 5,
  forkReturn: 6,
  exec: 7,
  running: 8,
  id: 9,
  toldId: 10,
  wantId: 11,
  gotId: 12,
  cgroup: 13,
  started: 14,
  seen: 15,
} as const;
export const idKind = { uid: 0, gid: 1 } as const;
export const commFlags = { dataLoc: 1, basename: 2 } as const;

/** A member of struct task_struct that is known: its place in there, and what it is. */
export const taskField = { offset: 0, bytes: 4, kind: 8, sizeBytes: 12 } as const;
/** pid, tgid, uid, gid: u32; comm: 16 bytes; parent, leader: u64 addresses of tasks; cred: that of credentials; started: u64 ns. */
export const taskFieldKind = { pid: 1, tgid: 2, comm: 3, parent: 4, leader: 5, cred: 6, uid: 7, gid: 8, started: 9 } as const;

/** `comm`: the name now; `saved`: the last one, as the recording saved it. 16 bytes each. `tgid`: the process, or with `inProcessOf` the thread whose process it is. */
export const task = {
  pid: 0,
  flags: 4,
  tgid: 8,
  parent: 12,
  comm: 16,
  saved: 32,
  /** u64: time of its birth, id of its cgroup (v2). */
  started: 48,
  cgroup: 56,
  /** Real ids by idKind, and those that a system call under way asks for. */
  ids: 64,
  wanted: 72,
  /** How often the process was moved to another cgroup, and how often it had been when `cgroup` was noted. */
  moves: 80,
  movesSeen: 84,
  /** How many tasks have had this pid, and how many the thread in `tgid` had when it was named there. */
  lives: 88,
  livesSeen: 92,
  sizeBytes: 96,
} as const;
export const taskFlags = {
  hasComm: 1,
  hasTgid: 2,
  exited: 4,
  /** Prescan only: the first name or tgid is settled. */
  commSettled: 8,
  tgidSettled: 16,
  hasSaved: 32,
  /** Still called like its parent: it is known to have been forked, but the parent's return, or its exec, is yet to come. */
  likeParent: 64,
  /** An event that knows the name has told of the exec (or rename) under way: the return from execve has nothing to add. */
  named: 128,
  /** Prescan only: the first evidence is an exec that does not tell the name; the task returned from its own fork. */
  execFirst: 256,
  forkReturned: 512,
  hasStart: 1024,
  hasCgroup: 2048,
  /** Two bits each, by idKind: the id is known; a call under way changes it, or may; prescan only: the first one is settled. */
  hasId: 4096,
  wantsId: 16384,
  mayWantId: 65_536,
  idSettled: 262_144,
  /** The recorder read the id, at a time that nobody knows. */
  toldId: 1_048_576,
  /** An event with clone flags told of its birth; the one without them, which follows, is of the same birth. */
  born: 4_194_304,
  /** In a user namespace of its own: what calls return there are no ids of the machine. */
  ownIds: 8_388_608,
  /** Something other than a saved name told of it, up to now. */
  told: 16_777_216,
  /** A thread of the same process as the one in `tgid`, of which nobody told the process either. */
  inProcessOf: 33_554_432,
} as const;

/** When addresses of processes changed their meaning: `spaceChange`s in order of process and time. u64 `ns`: from then on. */
export const spaceTable = { count: 0, changes: 8 } as const;
export const spaceChange = { pid: 0, space: 4, ns: 8, sizeBytes: 16 } as const;

export const limits = {
  /** Linux PID_MAX_LIMIT: no pid is as high. */
  pids: 4_194_304,
  commBytes: 16,
  taskFields: 16,
  spaceChanges: 262_144,
  /**
   * Clone flags (include/uapi/linux/sched.h): the child is a thread of its parent's process; has a user namespace of its own; goes, by the upper
   * word, to another cgroup. `cloneNotNowHigh`, there too, is ours: the record's time is not that of the birth.
   */
  cloneThread: 0x10000,
  cloneNewUser: 0x1000_0000,
  cloneIntoCgroupHigh: 2,
  cloneNotNowHigh: 0x8000_0000,
  /** Events (or timers) handled between two returns to the session; a filled window counts as `fillCost`. */
  budget: 65_536,
  fillCost: 1024,
  /** Pieces of memory that one event may bring. */
  regions: 64,
  /** Frames of the longest stack that is looked at. */
  frames: 1024,
  /** Records that are looked at for the stack of an event. */
  stackDistance: 256,
  /** Calls under way that are remembered: a power of two. Of two in one place the later one is. */
  calls: 4096,
  /** Programs of one firing that are told. */
  ran: 64,
} as const;

/** Event ids of one layout: common_type has 16 bits. */
export const layoutIds = { shift: 16, count: 65_536 } as const;

/** Results of pump_run. */
export const pumpResult = { drain: 0, done: 1, pause: 2 } as const;
