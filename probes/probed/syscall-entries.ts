/**
 * System calls at the functions that the kernel enters them by, which get the caller's registers: `__x64_sys_openat(const struct pt_regs *)`
 * (Linux arch/x86/include/asm/syscall_wrapper.h, arch/arm64/include/asm/syscall_wrapper.h). A probe there that is named as the call's
 * tracepoint, `p:GROUP/sys_enter_openat __x64_sys_openat …`, stands for that: its arguments copy the event's fields and what those lead to.
 */
import type { ProbeDefinition } from "./definitions.ts";

const FUNCTIONS = { x86_64: "__x64_sys_", arm64: "__arm64_sys_" } as const;

/** The function that enters a system call. */
export const syscallFunction = (architecture: keyof typeof FUNCTIONS, call: string): string => `${FUNCTIONS[architecture]}${call}`;

/** CATEGORY/EVENT that the probe stands for; null: it stands for itself. */
export function syscallEntryOf({
  kind,
  at,
  symbol,
  offset,
  event,
}: Pick<ProbeDefinition, "kind" | "at" | "symbol" | "offset" | "event">): string | null {
  if (kind !== "kprobe" || at !== "entry" || offset !== 0n || symbol === null) return null;
  const prefix = Object.values(FUNCTIONS).find((one) => symbol.startsWith(one));
  return prefix !== undefined && event === `sys_enter_${symbol.slice(prefix.length)}` ? `syscalls/${event}` : null;
}
