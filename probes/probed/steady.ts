/**
 * Memory that a call is given to read: what was recorded of it at the entry is what it is until the return, unless somebody else changes it
 * meanwhile. Buffers that a call fills are none, nor are structures that it may change.
 */
import { argumentRegisters } from "../../lang/registers.ts";
import { allSyscalls } from "../kernel/syscalls/syscalls.ts";
import type { FetchPath } from "./fetch.ts";

/** Pointers that are not declared as const though system calls only read through them (Linux man pages, section 2). */
const READ: Readonly<Record<string, readonly string[]>> = {
  ...{ bind: ["umyaddr"], connect: ["uservaddr"], sendto: ["buff", "addr"], sendmsg: ["msg"], setsockopt: ["optval"] },
  ...{ mount: ["dev_name", "dir_name", "type", "data"], umount: ["name"], init_module: ["umod"], openat2: ["how"] },
  ...{ utime: ["filename", "times"], utimes: ["filename", "utimes"], futimesat: ["utimes"], utimensat: ["utimes"] },
  ...{ sethostname: ["name"], setdomainname: ["name"], settimeofday: ["tv", "tz"], setitimer: ["value"], setrlimit: ["rlim"] },
  ...{ epoll_ctl: ["event"], nanosleep: ["rqtp"], semop: ["tsops"], semtimedop: ["tsops"], msgsnd: ["msgp"] },
};

/** When they succeed, the caller's memory is another program's. */
const REPLACING: ReadonlySet<string> = new Set(["execve", "execveat"]);

const ENTRY = "sys_enter_";
const EXIT = "sys_exit_";

const isPointerToConst = (declaration: string): boolean => /^const\b.*\*/.test(declaration);

/** Of a system call's entry event, parameters whose memory the call only reads; of any other event: none. */
export function steadyParameters(category: string, event: string): ReadonlySet<string> {
  const name = category === "syscalls" && event.startsWith(ENTRY) ? event.slice(ENTRY.length) : "";
  if (name === "" || REPLACING.has(name)) return new Set();
  const read = Object.hasOwn(READ, name) ? READ[name]! : [];
  const parameters = allSyscalls().find((call) => call.name === name)?.parameters ?? [];
  return new Set(parameters.filter((one) => isPointerToConst(one.type) || read.includes(one.name)).map((one) => one.name));
}

/** Name of the event of a system call's return by that of its entry. */
export const returnOf = (entry: string): string => `${EXIT}${entry.slice(ENTRY.length)}`;

/** Number of the argument that a path begins with; -1: none. */
function argumentOf({ base }: FetchPath): number {
  if (base.kind === "argument") return base.index;
  return base.kind === "register" ? argumentRegisters.indexOf(base.name) : -1;
}

/** Memory that an event of a function fetched. `isUser`: the function is a program's. */
export interface RecordedPiece {
  readonly path: FetchPath;
  readonly isText: boolean;
  readonly isUser: boolean;
}

/**
 * Whether a function only reads what is directly behind an argument at its entry: memory behind a pointer to const, where its declaration (by
 * the number of the argument) is known. Of functions of programs nobody knows those: there it is text, as names are that they are given.
 */
export function isSteadyArgument({ path, isText, isUser }: RecordedPiece, declarationOf: (argument: number) => string | null): boolean {
  const argument = argumentOf(path);
  if (argument < 0 || path.derefs.length !== 1) return false;
  const declaration = declarationOf(argument);
  return declaration === null ? isText && isUser : isPointerToConst(declaration);
}
