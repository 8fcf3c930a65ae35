/** The events that strace's lines become, and where their fields are. Names and types are the kernel's; what strace does not tell is left out. */
import type { EventSource } from "../../catalogue.ts";
import { allSyscalls, type Syscall, type SyscallArchitecture } from "../../kernel/syscalls/syscalls.ts";
import { rawIds } from "./scanner-layout.ts";

/** Low numbers are those of ftrace's own events, which other tools know by number. */
export const eventIds = {
  userStack: 13,
  rawEnter: rawIds.enter,
  rawExit: rawIds.exit,
  fork: 103,
  exec: 104,
  exit: 105,
  newTask: 106,
  rename: 107,
  signal: 108,
  task: 110,
} as const;
const FIRST_SYSCALL_ID = 128;

export const FIRST_FIELD = 8;
/** Where the arguments of an entry are. */
export const FIRST_ARGUMENT = 16;
/** Where an exit has the pointers that its call was given. */
export const FIRST_POINTER = 24;
export const COMM_BYTES = 16;

type Field = readonly [decl: string, sizeBytes: number, signed?: "signed"];

function formatText(name: string, id: number, fields: readonly Field[], padTo: readonly number[] = []): string {
  let offset = FIRST_FIELD;
  const lines = fields.map(([decl, sizeBytes, sign], i) => {
    offset = padTo[i] ?? offset;
    const line = `\tfield:${decl};\toffset:${offset};\tsize:${sizeBytes};\tsigned:${sign === "signed" ? 1 : 0};\n`;
    offset += sizeBytes;
    return line;
  });
  return `name: ${name}\nID: ${id}\nformat:\n${COMMON}\n${lines.join("")}\nprint fmt: ""\n`;
}

const COMMON = `\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;
`;

const comm = (name: string): Field => [`char ${name}[16]`, COMM_BYTES];
const pid = (name: string): Field => [`pid_t ${name}`, 4, "signed"];

const FIXED: readonly (readonly [category: string, name: string, id: number, fields: readonly Field[]])[] = [
  [
    "raw_syscalls",
    "sys_enter",
    eventIds.rawEnter,
    [
      ["long id", 8, "signed"],
      ["unsigned long args[6]", 48],
    ],
  ],
  [
    "raw_syscalls",
    "sys_exit",
    eventIds.rawExit,
    [
      ["long id", 8, "signed"],
      ["long ret", 8, "signed"],
    ],
  ],
  ["sched", "sched_process_fork", eventIds.fork, [comm("parent_comm"), pid("parent_pid"), comm("child_comm"), pid("child_pid")]],
  ["sched", "sched_process_exec", eventIds.exec, [["__data_loc char[] filename", 4, "signed"], pid("pid"), pid("old_pid")]],
  ["sched", "sched_process_exit", eventIds.exit, [comm("comm"), pid("pid")]],
  ["task", "task_newtask", eventIds.newTask, [pid("pid"), comm("comm"), ["unsigned long clone_flags", 8]]],
  ["task", "task_rename", eventIds.rename, [pid("pid"), comm("oldcomm"), comm("newcomm")]],
  [
    "signal",
    "signal_deliver",
    eventIds.signal,
    [
      ["int sig", 4, "signed"],
      ["int errno", 4, "signed"],
      ["int code", 4, "signed"],
    ],
  ],
  [
    "ftrace",
    "user_stack",
    eventIds.userStack,
    [
      ["unsigned int tgid", 4],
      ["unsigned long caller[8]", 64],
    ],
  ],
  // What is known of a task that no other event tells: its process, and its name (-Y).
  ["strace", "task", eventIds.task, [["unsigned int tgid", 4], comm("comm")]],
];

/** How an argument's number is laid into its 8 bytes. */
export const argumentKinds = {
  /** 32 bits or less: the upper half of the register is zero. */
  word: 0,
  /** 64 bits with a sign. */
  signedLong: 1,
  /** 64 bits; a negative number was printed as an int, and was one. */
  long: 2,
  pointer: 3,
} as const;

const SIGNED_LONGS: ReadonlySet<string> = new Set(["long", "loff_t", "off_t", "ssize_t", "__s64"]);
const LONGS: ReadonlySet<string> = new Set(["unsigned long", "size_t", "__u64", "u64", "aio_context_t", "const size_t"]);

function kindOf(type: string): number {
  if (type.includes("*")) return argumentKinds.pointer;
  if (SIGNED_LONGS.has(type)) return argumentKinds.signedLong;
  return LONGS.has(type) ? argumentKinds.long : argumentKinds.word;
}

/** Arrays of what strace prints as numbers between brackets. */
function elementBytesOf(type: string): 4 | 8 {
  return /\b(long|size_t|loff_t|u64|__u64|off_t)\b/.test(type) ? 8 : 4;
}

/** Memory that the kernel fills: its content is known at the exit. Of other pointers it is known at the entry too. */
const FILLED: Readonly<Record<string, readonly string[]>> = {
  ...{ read: ["buf"], pread64: ["buf"], readv: ["vec"], preadv: ["vec"], preadv2: ["vec"], recvfrom: ["ubuf", "addr"], readlink: ["buf"] },
  ...{ readlinkat: ["buf"], getcwd: ["buf"], getrandom: ["buf", "ubuf"], pipe: ["fildes"], pipe2: ["fildes"], socketpair: ["usockvec"] },
  ...{ getxattr: ["value"], lgetxattr: ["value"], fgetxattr: ["value"], listxattr: ["list"], llistxattr: ["list"], flistxattr: ["list"] },
  ...{ getsockname: ["usockaddr"], getpeername: ["usockaddr"], accept: ["upeer_sockaddr"], accept4: ["upeer_sockaddr"] },
  ...{ getsockopt: ["optval"], wait4: ["stat_addr"], clock_gettime: ["tp"], clock_getres: ["tp"], gettimeofday: ["tv"], time: ["tloc"] },
  ...{ nanosleep: ["rmtp"], clock_nanosleep: ["rmtp"], getresuid: ["ruidp", "euidp", "suidp"], getresgid: ["rgidp", "egidp", "sgidp"] },
  ...{ getgroups: ["grouplist"], getcpu: ["cpup", "nodep"], sched_getaffinity: ["user_mask_ptr"], syslog: ["buf"], eventfd: [] },
  ...{
    clone: ["parent_tidptr", "child_tidptr"],
    mq_timedreceive: ["u_msg_ptr"],
    process_vm_readv: ["lvec"],
    sched_rr_get_interval: ["interval"],
  },
};
/** Memory behind what the kernel calls a number: the name that prctl(PR_SET_NAME) gives. */
const POINTED: Readonly<Record<string, string>> = { prctl: "arg2" };

/** Calls that change what is known of tasks. */
export type CallEffect = "fork" | "exec" | "prctl";
const EFFECTS: Readonly<Record<string, CallEffect>> = {
  ...{ clone: "fork", clone3: "fork", fork: "fork", vfork: "fork" },
  ...{ execve: "exec", execveat: "exec", prctl: "prctl" },
};

/** The two events of a system call. */
export interface CallEvents {
  readonly syscall: Syscall;
  readonly effect: CallEffect | null;
  /** Its arguments are written with names, in an order of strace's own. */
  readonly isClone: boolean;
  readonly enterId: number;
  readonly exitId: number;
  /** argumentKinds, one each. */
  readonly kinds: readonly number[];
  /** Of numbers in an array. */
  readonly elementBytes: readonly (4 | 8)[];
  /** Index of the argument's data_loc in the entry's record, -1: its memory is not known there. */
  readonly enterMemory: readonly number[];
  /** The same in the exit's record; there its pointer has that index too. */
  readonly exitMemory: readonly number[];
  /** Bytes before the memory. */
  readonly enterBytes: number;
  readonly exitBytes: number;
}

/** Where the data_loc number `index` of an entry or exit is. */
export const enterLocation = (call: CallEvents, index: number): number => FIRST_ARGUMENT + 8 * call.kinds.length + 4 * index;
export const exitLocation = (call: CallEvents, index: number): number => call.exitBytes - 4 * (countOf(call.exitMemory) - index);

const countOf = (indices: readonly number[]): number => indices.reduce((count, index) => count + (index >= 0 ? 1 : 0), 0);

/** 0, 1, 2 … where `isIn`, else -1. */
function numbered(count: number, isIn: (i: number) => boolean): number[] {
  let next = 0;
  return Array.from({ length: count }, (_, i) => (isIn(i) ? next++ : -1));
}

function callEvents(syscall: Syscall, index: number): CallEvents {
  const { name, parameters } = syscall;
  const kinds = parameters.map(({ type }) => kindOf(type));
  const pointed = POINTED[name];
  const hasMemory = (i: number): boolean => kinds[i] === argumentKinds.pointer || parameters[i]!.name === pointed;
  const filled = Object.hasOwn(FILLED, name) ? FILLED[name]! : [];
  const enterMemory = numbered(kinds.length, (i) => hasMemory(i) && !filled.includes(parameters[i]!.name));
  const exitMemory = numbered(kinds.length, hasMemory);
  return {
    syscall,
    effect: Object.hasOwn(EFFECTS, name) ? EFFECTS[name]! : null,
    isClone: name === "clone",
    enterId: FIRST_SYSCALL_ID + 2 * index,
    exitId: FIRST_SYSCALL_ID + 2 * index + 1,
    kinds,
    elementBytes: parameters.map(({ type }) => elementBytesOf(type)),
    enterMemory,
    exitMemory,
    enterBytes: FIRST_ARGUMENT + 8 * kinds.length + 4 * countOf(enterMemory),
    exitBytes: FIRST_POINTER + 12 * countOf(exitMemory),
  };
}

const NUMBER_FIELD: Field = ["int __syscall_nr", 4, "signed"];

/** `__NAME_val` is what kernels since 6.19 call the string behind the argument NAME. */
function enterFormat(call: CallEvents): string {
  const { name, parameters } = call.syscall;
  const values = parameters.map(({ type, name: parameter }): Field => [`${type} ${parameter}`, 8]);
  const memory = parameters
    .filter((_, i) => call.enterMemory[i]! >= 0)
    .map((p): Field => [`__data_loc char[] __${p.name}_val`, 4, "signed"]);
  const fields = [NUMBER_FIELD, ...values, ...memory];
  return formatText(`sys_enter_${name}`, call.enterId, fields, [FIRST_FIELD, ...(fields.length > 1 ? [FIRST_ARGUMENT] : [])]);
}

/** With the call's pointers, so that what a script kept of the entry can still be read. */
function exitFormat(call: CallEvents): string {
  const { name, parameters } = call.syscall;
  const own = parameters.filter((_, i) => call.exitMemory[i]! >= 0);
  const pointers = own.map((p): Field => [`unsigned long __${p.name}`, 8]);
  const memory = own.map((p): Field => [`__data_loc char[] ____${p.name}_val`, 4, "signed"]);
  const fields: Field[] = [NUMBER_FIELD, ["long ret", 8, "signed"], ...pointers, ...memory];
  return formatText(`sys_exit_${name}`, call.exitId, fields, [FIRST_FIELD, FIRST_ARGUMENT]);
}

/** Calls that the machine has. */
export function callsOf(architecture: SyscallArchitecture): readonly CallEvents[] {
  return allSyscalls()
    .filter(({ numbers, hasEvents }) => hasEvents && numbers[architecture] !== null)
    .map(callEvents);
}

export function eventSources(calls: readonly CallEvents[]): EventSource[] {
  const fixed = FIXED.map(([category, name, id, fields]): EventSource => ({
    category,
    name,
    id,
    formatText: () => formatText(name, id, fields, id === eventIds.userStack ? [8, 16] : []),
  }));
  const syscalls = calls.flatMap((call): EventSource[] => [
    { category: "syscalls", name: `sys_enter_${call.syscall.name}`, id: call.enterId, formatText: () => enterFormat(call) },
    { category: "syscalls", name: `sys_exit_${call.syscall.name}`, id: call.exitId, formatText: () => exitFormat(call) },
  ]);
  return [...fixed, ...syscalls];
}
