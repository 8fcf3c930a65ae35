/** Instructions to their bytes: 8 a slot, little-endian (RFC 9669 section 3). */
import type { Insn, InsnIndex, LddwValue, Operand, Reg } from "./insn.ts";
import {
  ALU_END,
  ALU_NEG,
  BPF_CLASS,
  BPF_FETCH,
  BPF_MODE,
  BPF_X,
  CALL,
  JMP_CALL,
  JMP_EXIT,
  JMP_JA,
  PSEUDO,
  aluCode,
  atomicCode,
  jmpCode,
  sizeCode,
} from "./opcodes.ts";

export const SLOT_BYTES = 8;

/** One 8-byte slot, unpacked. imm is signed. */
export interface RawSlot {
  readonly opcode: number;
  readonly dst: number;
  readonly src: number;
  readonly off: number;
  readonly imm: number;
}

export function slotCount(insn: Insn): 1 | 2 {
  return insn.kind === "lddw" ? 2 : 1;
}

/** Slot index at which each insn starts. */
export function slotOffsets(insns: readonly Insn[]): number[] {
  let slot = 0;
  return insns.map((insn) => {
    const at = slot;
    slot += slotCount(insn);
    return at;
  });
}

/**
 * The program's bytes. Maps are written as pseudo file descriptors that hold the map's index; a loader or the ELF writer replaces them.
 * Throws RangeError when a value does not fit its field: whoever made the instructions has to respect the fields' widths.
 */
export function encode(insns: readonly Insn[]): Uint8Array {
  const slotOf = slotOffsets(insns);
  const last = insns.at(-1);
  const total = last ? slotOf[insns.length - 1]! + slotCount(last) : 0;
  const bytes = new Uint8Array(total * SLOT_BYTES);
  const view = new DataView(bytes.buffer);
  insns.forEach((insn, index) => {
    const at = slotOf[index]!;
    encodeInsn(insn, at, slotOf).forEach((slot, half) => {
      writeSlot(view, (at + half) * SLOT_BYTES, slot);
    });
  });
  return bytes;
}

/** The one or two slots of `insn`, which starts at slot `at`. */
export function encodeInsn(insn: Insn, at: number, slotOf: readonly number[]): readonly RawSlot[] {
  const distance = (target: InsnIndex): number => {
    const slot = slotOf[target];
    if (slot === undefined) throw new RangeError(`slot ${at}: no insn ${target} to go to`);
    return slot - at - 1;
  };
  switch (insn.kind) {
    case "alu": {
      const code = (insn.wide ? BPF_CLASS.ALU64 : BPF_CLASS.ALU) | aluCode[insn.op];
      return [withOperand(code, insn.dst, insn.src, insn.op === "sdiv" || insn.op === "smod" ? 1 : 0)];
    }
    case "neg":
      return [slot((insn.wide ? BPF_CLASS.ALU64 : BPF_CLASS.ALU) | ALU_NEG, { dst: insn.dst })];
    case "movsx":
      return [slot((insn.wide ? BPF_CLASS.ALU64 : BPF_CLASS.ALU) | aluCode.mov | BPF_X, { dst: insn.dst, src: insn.src, off: insn.bits })];
    case "end": {
      const code = (insn.order === "swap" ? BPF_CLASS.ALU64 : BPF_CLASS.ALU) | ALU_END | (insn.order === "be" ? BPF_X : 0);
      return [slot(code, { dst: insn.dst, imm: insn.bits })];
    }
    case "load": {
      const mode = insn.signed ? BPF_MODE.MEMSX : BPF_MODE.MEM;
      if (insn.signed && insn.size === 8) throw new RangeError(`slot ${at}: there is no sign-extending load of 8 bytes`);
      return [slot(BPF_CLASS.LDX | mode | sizeCode[insn.size], { dst: insn.dst, src: insn.base, off: insn.off })];
    }
    case "store": {
      const code = BPF_MODE.MEM | sizeCode[insn.size];
      return "reg" in insn.src
        ? [slot(BPF_CLASS.STX | code, { dst: insn.base, src: insn.src.reg, off: insn.off })]
        : [slot(BPF_CLASS.ST | code, { dst: insn.base, off: insn.off, imm: insn.src.imm })];
    }
    case "atomic": {
      const code = BPF_CLASS.STX | BPF_MODE.ATOMIC | sizeCode[insn.size];
      return [slot(code, { dst: insn.base, src: insn.src, off: insn.off, imm: atomicCode[insn.op] | (insn.fetch ? BPF_FETCH : 0) })];
    }
    case "lddw":
      return encodeLddw(insn.dst, insn.value, distance);
    case "jump": {
      const away = distance(insn.target);
      return fits16(away) ? [slot(BPF_CLASS.JMP | JMP_JA, { off: away })] : [slot(BPF_CLASS.JMP32 | JMP_JA, { imm: away })];
    }
    case "branch": {
      const code = (insn.wide ? BPF_CLASS.JMP : BPF_CLASS.JMP32) | jmpCode[insn.op];
      return [withOperand(code, insn.dst, insn.src, distance(insn.target))];
    }
    case "call":
      return [slot(BPF_CLASS.JMP | JMP_CALL, { src: CALL.HELPER, imm: insn.helper })];
    case "call_local":
      return [slot(BPF_CLASS.JMP | JMP_CALL, { src: CALL.LOCAL, imm: distance(insn.target) })];
    case "exit":
      return [slot(BPF_CLASS.JMP | JMP_EXIT, {})];
  }
}

function encodeLddw(dst: Reg, value: LddwValue, distance: (target: InsnIndex) => number): readonly RawSlot[] {
  const code = BPF_CLASS.LD | BPF_MODE.IMM | sizeCode[8];
  const pair = (src: number, low: number, high: number): readonly RawSlot[] => [slot(code, { dst, src, imm: low }), slot(0, { imm: high })];
  switch (value.kind) {
    case "imm64":
      return pair(PSEUDO.IMM64, Number(BigInt.asIntN(32, value.value)), Number(BigInt.asIntN(32, value.value >> 32n)));
    case "map":
      return pair(PSEUDO.MAP_FD, value.map, 0);
    case "map_value":
      return pair(PSEUDO.MAP_VALUE, value.map, value.off);
    case "func":
      return pair(PSEUDO.FUNC, distance(value.target), 0);
  }
}

function withOperand(code: number, dst: Reg, operand: Operand, off: number): RawSlot {
  return "reg" in operand ? slot(code | BPF_X, { dst, src: operand.reg, off }) : slot(code, { dst, off, imm: operand.imm });
}

function slot(opcode: number, fields: Partial<Omit<RawSlot, "opcode">>): RawSlot {
  return { opcode, dst: 0, src: 0, off: 0, imm: 0, ...fields };
}

function fits16(value: number): boolean {
  return value >= -0x8000 && value <= 0x7fff;
}

function writeSlot(view: DataView, at: number, raw: RawSlot): void {
  if (!fits16(raw.off)) throw new RangeError(`slot ${at / SLOT_BYTES}: offset ${raw.off} does not fit 16 bits`);
  if ((raw.imm | 0) !== raw.imm) throw new RangeError(`slot ${at / SLOT_BYTES}: immediate ${raw.imm} does not fit 32 bits`);
  view.setUint8(at, raw.opcode);
  view.setUint8(at + 1, (raw.src << 4) | raw.dst);
  view.setInt16(at + 2, raw.off, true);
  view.setInt32(at + 4, raw.imm, true);
}
