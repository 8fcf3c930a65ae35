/** System calls: numbers and parameters. */
import { SYSCALLS } from "./table.ts";

export type SyscallArchitecture = "x86_64" | "arm64";

export interface SyscallParameter {
  /** As event formats write it: `const char *`. */
  readonly type: string;
  readonly name: string;
}

export interface Syscall {
  /** Of its events: `newfstatat` of sys_enter_newfstatat. */
  readonly name: string;
  /** Null: the machine has no such call. */
  readonly numbers: Readonly<Record<SyscallArchitecture, number | null>>;
  /** False: the kernel has no event for it. */
  readonly hasEvents: boolean;
  readonly parameters: readonly SyscallParameter[];
}

function readLine(line: string): Syscall {
  const [name = "", x86 = "-", arm = "-", ...rest] = line.split(";");
  const hasEvents = rest[0] !== "!";
  const number = (text: string): number | null => (text === "-" ? null : Number(text));
  const parameters = (hasEvents ? rest : []).map((text) => {
    const [type = "", parameter = ""] = text.split("|");
    return { type, name: parameter };
  });
  return { name, numbers: { x86_64: number(x86), arm64: number(arm) }, hasEvents, parameters };
}

let calls: readonly Syscall[] | null = null;

/** All of them, by name. */
export function allSyscalls(): readonly Syscall[] {
  calls ??= SYSCALLS.trimEnd().split("\n").map(readLine);
  return calls;
}

/** System calls that are called otherwise than their events (SYSCALL_DEFINE). */
const EVENT_NAMES: Readonly<Record<string, string>> = {
  stat: "newstat",
  fstat: "newfstat",
  lstat: "newlstat",
  uname: "newuname",
  sendfile: "sendfile64",
  umount2: "umount",
};

/** Name of a call's events by its own name, which user programs know. */
export const eventNameOf = (name: string): string => (Object.hasOwn(EVENT_NAMES, name) ? EVENT_NAMES[name]! : name);
/** And back: names that strace prints for a call with these events. */
export function callNamesOf(eventName: string): readonly string[] {
  const others = Object.keys(EVENT_NAMES).filter((name) => EVENT_NAMES[name] === eventName);
  return [eventName, ...others];
}
