/** Programs cut into their functions, with references between functions and to maps kept apart from the bytes. */
import { encode, slotCount, slotOffsets, SLOT_BYTES } from "../isa/encode.ts";
import type { ProgramSpec } from "../spec.ts";

export interface ObjectFunction {
  readonly name: string;
  /** References are zero. */
  readonly bytes: Uint8Array;
  readonly maps: readonly { readonly offBytes: number; readonly map: number }[];
  /** `callee`: index of the function in its program. */
  readonly calls: readonly { readonly offBytes: number; readonly callee: number; readonly kind: "lddw" | "call" }[];
  readonly lines: readonly { readonly offBytes: number; readonly start: number }[];
}

/** Of a slot's bytes. */
const REGS = 1;
export const IMM = 4;

/** In the order of `program.funcs`: the main function first. */
export function functionsOf(program: ProgramSpec): ObjectFunction[] {
  const { insns, funcs } = program;
  const bytes = encode(insns);
  const view = new DataView(bytes.buffer);
  const slots = slotOffsets(insns);
  const lastSlot = insns.length === 0 ? 0 : slots.at(-1)! + slotCount(insns.at(-1)!);
  const callees = new Map<number, number>(funcs.map((func, index) => [func.start, index]));
  let line = 0;
  return funcs.map((func, index) => {
    const end = funcs[index + 1]?.start ?? insns.length;
    const from = slots[func.start]! * SLOT_BYTES;
    const to = (slots[end] ?? lastSlot) * SLOT_BYTES;
    const maps: { offBytes: number; map: number }[] = [];
    const calls: { offBytes: number; callee: number; kind: "lddw" | "call" }[] = [];
    for (let at: number = func.start; at < end; at++) {
      const insn = insns[at]!;
      const offBytes = slots[at]! * SLOT_BYTES;
      if (insn.kind === "call_local") {
        calls.push({ offBytes: offBytes - from, callee: callees.get(insn.target)!, kind: "call" });
        view.setInt32(offBytes + IMM, 0, true);
      }
      if (insn.kind !== "lddw" || insn.value.kind === "imm64") continue;
      if (insn.value.kind === "func") calls.push({ offBytes: offBytes - from, callee: callees.get(insn.value.target)!, kind: "lddw" });
      else maps.push({ offBytes: offBytes - from, map: insn.value.map });
      // The loader fills in the kind of reference along with its value.
      view.setUint8(offBytes + REGS, insn.dst);
      view.setInt32(offBytes + IMM, 0, true);
    }
    const lines: { offBytes: number; start: number }[] = [];
    for (; line < program.lines.length && program.lines[line]!.insn < end; line++) {
      const { insn, start } = program.lines[line]!;
      lines.push({ offBytes: slots[insn]! * SLOT_BYTES - from, start });
    }
    return { name: func.name, bytes: bytes.subarray(from, to), maps, calls, lines };
  });
}
