/** reg(NAME) (row 5.45): a register at the probe, as far as the recording has it. */
import { registerSlots, type RegisterName } from "../../../registers.ts";
import type { HirExpr } from "../../../hir/hir.ts";
import { uint64 } from "../../../types/type.ts";
import type { CallExpr, Context } from "../context.ts";
import { stringLiteral } from "./arguments.ts";

/** pt_regs of the two machines, by the names that bpftrace takes. */
const NAMES: Readonly<Record<"x86_64" | "arm64", RegExp>> = {
  x86_64: /^(r1[0-5]|r[89]|[abcd]x|[sd]i|[bs]p|ip|cs|ss|flags|orig_ax)$/,
  arm64: /^(r[12]?[0-9]|r30|sp|pc|pstate)$/,
};

/** Where the registers of an arm64 recording are: those of the same meaning of x86-64 (lang/registers.ts). */
const ARM64: Readonly<Partial<Record<string, RegisterName>>> = {
  r0: "di",
  r1: "si",
  r2: "dx",
  r3: "cx",
  r4: "r8",
  r5: "r9",
  r29: "bp",
  sp: "sp",
  pc: "ip",
};

/** Probe types whose programs get the registers. */
const WITH_REGISTERS: ReadonlySet<string> = new Set([
  "kprobe",
  "kretprobe",
  "uprobe",
  "uretprobe",
  "software",
  "hardware",
  "profile",
  "watchpoint",
]);

const isSlot = (name: string): name is RegisterName => Object.hasOwn(registerSlots, name);

export function regCall(cx: Context, call: CallExpr): HirExpr | null {
  const name = stringLiteral(cx, call, 0);
  if (name === null) return null;
  const { architecture = "x86_64" } = cx.inference.env;
  const text = new TextDecoder().decode(name);
  const { span } = call;
  if (!NAMES[architecture].test(text)) {
    cx.report.error("invalidArgument", span, `'${text}' is not a valid register on this architecture (${architecture})`);
    return null;
  }
  const provider = cx.points[0]?.provider ?? "none";
  if (!WITH_REGISTERS.has(provider)) {
    cx.report.error("unavailableHere", span, `reg can not be used with "${provider}" probes`);
    return null;
  }
  if (cx.loops.includes("for")) {
    cx.report.error("unavailableHere", span, "'reg' is not allowed in a for-loop", { hint: "copy it to a variable before the loop" });
    return null;
  }
  const register = architecture === "arm64" ? ARM64[text] : isSlot(text) ? text : undefined;
  if (register !== undefined) return { kind: "context_word", span, offset: registerSlots[register], what: `reg("${text}")`, type: uint64 };
  cx.report.error("notRecorded", span, `the register ${text} is in no recording`);
  return null;
}
