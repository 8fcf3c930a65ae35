/**
 * Registers at a probe, as its program's context has them: struct pt_regs of x86-64 (arch/x86/include/asm/ptrace.h), whatever machine was
 * recorded; the registers of an arm64 recording are put where x86-64 has those of the same meaning.
 */
export const PT_REGS_BYTES = 168;

export const registerSlots = {
  r15: 0,
  r14: 8,
  r13: 16,
  r12: 24,
  bp: 32,
  bx: 40,
  r11: 48,
  r10: 56,
  r9: 64,
  r8: 72,
  ax: 80,
  cx: 88,
  dx: 96,
  si: 104,
  di: 112,
  orig_ax: 120,
  ip: 128,
  cs: 136,
  flags: 144,
  sp: 152,
  ss: 160,
} as const;

export type RegisterName = keyof typeof registerSlots;

/** Argument registers of the System V ABI, in order: arg0 to arg5. */
export const argumentRegisters: readonly RegisterName[] = ["di", "si", "dx", "cx", "r8", "r9"];

/** Slot of argN; undefined: no register passes it. */
export const argumentSlot = (index: number): number | undefined => {
  const name = argumentRegisters[index];
  return name === undefined ? undefined : registerSlots[name];
};

export const RETURN_SLOT = registerSlots.ax;

/** Number of arguments that a raw_tracepoint or fentry context can hold: its u64 words, of which fentry and fexit have one more for `func`. */
export const MAX_TYPED_ARGUMENTS = 11;

/** Arguments of a static probe (systemtap includes/sys/sdt.h: STAP_PROBE12), which has no `func`. */
export const MAX_STATIC_ARGUMENTS = 12;

/** Word of a fentry or fexit context with the address of the function (what bpf_get_func_ip would give a program of that type). */
export const FUNCTION_WORD = 11;

/** Behind pt_regs in the context of a program on a sample (struct bpf_perf_event_data, include/uapi/linux/bpf_perf_event.h). */
export const PERF_EVENT_DATA = { samplePeriod: 168, addr: 176 } as const;
