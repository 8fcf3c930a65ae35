/** Fields of a system call's entry, fetched where the kernel enters the call. */
import type { Tracepoint } from "../../lang/catalogue.ts";
import type { Architecture } from "../../lang/check/env.ts";
import { syscallFunction } from "../../probes/probed/syscall-entries.ts";
import type { PlanMachine } from "./machine.ts";

interface SavedRegisters {
  readonly arguments: readonly number[];
  readonly callNumber: number;
}

/** Offsets in struct pt_regs (Linux arch/x86/include/asm/ptrace.h and syscall.h: di, si, dx, r10, r8, r9; arch/arm64/include/asm/ptrace.h: x0 to x5). */
const SAVED: Readonly<Record<Architecture, SavedRegisters>> = {
  x86_64: { arguments: [112, 104, 96, 56, 72, 64], callNumber: 120 },
  arm64: { arguments: [0, 8, 16, 24, 32, 40], callNumber: 280 },
};

export interface SyscallEntry {
  readonly func: string;
  /** The fetch argument of a field. */
  readonly fieldText: (name: string) => string;
}

const EVENT = /^sys_enter_(\w+)$/;
const CALL_NUMBERS: ReadonlySet<string> = new Set(["__syscall_nr", "nr"]);

/** Null: the event is none of a system call, or this kernel has no such function. */
export function syscallEntry(
  { category, name, fields }: Tracepoint,
  { architecture, functions }: Pick<PlanMachine, "architecture" | "functions">,
): SyscallEntry | null {
  const call = category === "syscalls" ? EVENT.exec(name)?.[1] : undefined;
  if (call === undefined) return null;
  const func = syscallFunction(architecture, call);
  // Where nobody can tell, the kernel is taken for one of Linux 4.17 (arm64: 4.19) or newer.
  const known = functions();
  if (known !== null && !known.some((one) => one.name === func)) return null;
  const saved = SAVED[architecture];
  const parameters = fields.map((field) => field.name).filter((field) => !field.startsWith("common_") && !CALL_NUMBERS.has(field));
  return {
    func,
    fieldText(field) {
      const offset = CALL_NUMBERS.has(field) ? saved.callNumber : saved.arguments[parameters.indexOf(field)];
      return `+${offset ?? 0}($arg1)`;
    },
  };
}
