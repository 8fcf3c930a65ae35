/** Bytes to instructions. Reserved fields must be zero, as the kernel requires; the reasons are worded like the kernel's. */
import { SLOT_BYTES, type RawSlot } from "./encode.ts";
import type { AluOp, AtomicOp, Insn, InsnIndex, JmpOp, LddwValue, Operand, Reg, Size } from "./insn.ts";
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

/** What is wrong with the bytes, and in which slot. */
export interface Damage {
  readonly slot: number;
  readonly reason: string;
}

export type Decoded = { readonly ok: true; readonly insns: Insn[] } | { readonly ok: false; readonly damage: Damage };

const inverse = <K extends string>(table: Readonly<Record<K, number>>): ReadonlyMap<number, K> =>
  new Map((Object.entries(table) as [K, number][]).map(([name, code]) => [code, name]));

const { sdiv: _sdiv, smod: _smod, ...plainAlu } = aluCode;
const aluOf: ReadonlyMap<number, AluOp> = inverse(plainAlu);
const jmpOf: ReadonlyMap<number, JmpOp> = inverse(jmpCode);
const atomicOf: ReadonlyMap<number, AtomicOp> = inverse(atomicCode);
const sizeOf: ReadonlyMap<number, Size> = new Map(([1, 2, 4, 8] as const).map((size) => [sizeCode[size], size]));

/** An insn whose target is still a slot number, or the reason why there is none. */
type Parsed = { readonly insn: Insn; readonly targetSlot?: number } | string;

export function decode(bytes: Uint8Array): Decoded {
  const slots = bytes.length / SLOT_BYTES;
  if (!Number.isInteger(slots)) return damage(Math.floor(slots), "truncated instruction");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const insns: Insn[] = [];
  const indexOfSlot = new Map<number, number>();
  const jumps: { readonly insn: number; readonly slot: number; readonly target: number }[] = [];
  for (let at = 0; at < slots;) {
    const raw = readSlot(view, at);
    const parsed = parseSlot(raw, at, at + 1 < slots ? readSlot(view, at + 1) : null);
    if (typeof parsed === "string") return damage(at, parsed);
    if (parsed.targetSlot !== undefined) jumps.push({ insn: insns.length, slot: at, target: parsed.targetSlot });
    indexOfSlot.set(at, insns.length);
    insns.push(parsed.insn);
    at += parsed.insn.kind === "lddw" ? 2 : 1;
  }
  for (const jump of jumps) {
    const target = indexOfSlot.get(jump.target);
    if (target !== undefined) {
      insns[jump.insn] = retarget(insns[jump.insn]!, target as InsnIndex);
      continue;
    }
    const inside = jump.target >= 0 && jump.target < slots;
    return damage(jump.slot, inside ? `jump into the middle of ldimm64 insn ${jump.target - 1}` : outOfRange(jump));
  }
  return { ok: true, insns };
}

function outOfRange(jump: { readonly slot: number; readonly target: number }): string {
  return `jump out of range from insn ${jump.slot} to ${jump.target}`;
}

function damage(slot: number, reason: string): Decoded {
  return { ok: false, damage: { slot, reason } };
}

function readSlot(view: DataView, slot: number): RawSlot {
  const at = slot * SLOT_BYTES;
  const regs = view.getUint8(at + 1);
  return {
    opcode: view.getUint8(at),
    dst: regs & 0x0f,
    src: regs >> 4,
    off: view.getInt16(at + 2, true),
    imm: view.getInt32(at + 4, true),
  };
}

function retarget(insn: Insn, target: InsnIndex): Insn {
  if (insn.kind === "jump" || insn.kind === "branch" || insn.kind === "call_local") return { ...insn, target };
  if (insn.kind === "lddw") return { ...insn, value: { kind: "func", target } };
  return insn;
}

const UNRESOLVED = -1 as InsnIndex;

function parseSlot(raw: RawSlot, at: number, next: RawSlot | null): Parsed {
  const insnClass = raw.opcode & 0x07;
  // In pseudo uses of src_reg (lddw, call) the numbers stay small, so the register check holds for every class.
  if (raw.dst > 10) return `R${raw.dst} is invalid`;
  if (raw.src > 10) return `R${raw.src} is invalid`;
  switch (insnClass) {
    case BPF_CLASS.ALU:
    case BPF_CLASS.ALU64:
      return parseAlu(raw, insnClass === BPF_CLASS.ALU64);
    case BPF_CLASS.JMP:
    case BPF_CLASS.JMP32:
      return parseJump(raw, at, insnClass === BPF_CLASS.JMP);
    case BPF_CLASS.LDX:
      return parseLoad(raw);
    case BPF_CLASS.LD:
      return parseLddw(raw, at, next);
    default:
      return parseStore(raw, insnClass === BPF_CLASS.STX);
  }
}

/** The second operand, or null if the fields of the unused form are not zero. */
function operandOf(raw: RawSlot): Operand | null {
  if (raw.opcode & BPF_X) return raw.imm === 0 ? { reg: raw.src as Reg } : null;
  return raw.src === 0 ? { imm: raw.imm } : null;
}

function parseAlu(raw: RawSlot, wide: boolean): Parsed {
  const code = raw.opcode & 0xf0;
  const dst = raw.dst as Reg;
  if (code === ALU_END) return parseEnd(raw, wide);
  if (code === ALU_NEG) {
    if (raw.opcode & BPF_X || raw.src !== 0 || raw.off !== 0 || raw.imm !== 0) return "BPF_NEG uses reserved fields";
    return { insn: { kind: "neg", wide, dst } };
  }
  const op = aluOf.get(code);
  if (!op) return `invalid BPF_ALU opcode ${raw.opcode.toString(16)}`;
  const src = operandOf(raw);
  const reserved = op === "mov" ? "BPF_MOV uses reserved fields" : "BPF_ALU uses reserved fields";
  if (!src) return reserved;
  if (raw.off === 0) return { insn: { kind: "alu", op, wide, dst, src } };
  if (raw.off === 1 && op === "div") return { insn: { kind: "alu", op: "sdiv", wide, dst, src } };
  if (raw.off === 1 && op === "mod") return { insn: { kind: "alu", op: "smod", wide, dst, src } };
  if (op !== "mov" || !("reg" in src)) return reserved;
  if (raw.off === 8 || raw.off === 16 || (raw.off === 32 && wide)) {
    return { insn: { kind: "movsx", wide, bits: raw.off, dst, src: src.reg } };
  }
  return reserved;
}

function parseEnd(raw: RawSlot, swap: boolean): Parsed {
  const bits = raw.imm;
  if (raw.src !== 0 || raw.off !== 0 || (bits !== 16 && bits !== 32 && bits !== 64)) return "BPF_END uses reserved fields";
  if (swap && raw.opcode & BPF_X) return "BPF_END uses reserved fields";
  const order = swap ? "swap" : raw.opcode & BPF_X ? "be" : "le";
  return { insn: { kind: "end", order, bits, dst: raw.dst as Reg } };
}

function parseJump(raw: RawSlot, at: number, wide: boolean): Parsed {
  const code = raw.opcode & 0xf0;
  const op = jmpOf.get(code);
  if (op) {
    const src = operandOf(raw);
    if (!src) return "BPF_JMP/JMP32 uses reserved fields";
    return { insn: { kind: "branch", op, wide, dst: raw.dst as Reg, src, target: UNRESOLVED }, targetSlot: at + 1 + raw.off };
  }
  if (raw.opcode & BPF_X || (!wide && code !== JMP_JA)) return `unknown opcode ${hex(raw.opcode)}`;
  if (code === JMP_JA) {
    const unused = wide ? raw.imm : raw.off;
    if (raw.dst !== 0 || raw.src !== 0 || unused !== 0) return "BPF_JA uses reserved fields";
    return { insn: { kind: "jump", target: UNRESOLVED }, targetSlot: at + 1 + (wide ? raw.off : raw.imm) };
  }
  if (code === JMP_CALL) return parseCall(raw, at);
  if (code !== JMP_EXIT) return `unknown opcode ${hex(raw.opcode)}`;
  if (raw.dst !== 0 || raw.src !== 0 || raw.off !== 0 || raw.imm !== 0) return "BPF_EXIT uses reserved fields";
  return { insn: { kind: "exit" } };
}

function parseCall(raw: RawSlot, at: number): Parsed {
  if (raw.dst !== 0 || raw.off !== 0) return "BPF_CALL uses reserved fields";
  if (raw.src === CALL.HELPER) return { insn: { kind: "call", helper: raw.imm } };
  if (raw.src !== CALL.LOCAL) return "BPF_CALL uses reserved fields";
  return { insn: { kind: "call_local", target: UNRESOLVED }, targetSlot: at + 1 + raw.imm };
}

function parseLoad(raw: RawSlot): Parsed {
  const mode = raw.opcode & 0xe0;
  const size = sizeOf.get(raw.opcode & 0x18)!;
  const signed = mode === BPF_MODE.MEMSX;
  if ((mode !== BPF_MODE.MEM && !signed) || (signed && size === 8)) return `unknown opcode ${hex(raw.opcode)}`;
  if (raw.imm !== 0) return "BPF_LDX uses reserved fields";
  return { insn: { kind: "load", size, signed, dst: raw.dst as Reg, base: raw.src as Reg, off: raw.off } };
}

function parseStore(raw: RawSlot, fromRegister: boolean): Parsed {
  const mode = raw.opcode & 0xe0;
  const size = sizeOf.get(raw.opcode & 0x18)!;
  const base = raw.dst as Reg;
  if (fromRegister && mode === BPF_MODE.ATOMIC) return parseAtomic(raw, size);
  if (mode !== BPF_MODE.MEM) return `unknown opcode ${hex(raw.opcode)}`;
  if (fromRegister ? raw.imm !== 0 : raw.src !== 0) return `${fromRegister ? "BPF_STX" : "BPF_ST"} uses reserved fields`;
  const src: Operand = fromRegister ? { reg: raw.src as Reg } : { imm: raw.imm };
  return { insn: { kind: "store", size, base, off: raw.off, src } };
}

function parseAtomic(raw: RawSlot, size: Size): Parsed {
  if (size !== 4 && size !== 8) return "invalid atomic operand size";
  const base = raw.dst as Reg;
  const src = raw.src as Reg;
  const whole = atomicOf.get(raw.imm);
  const op = whole ?? atomicOf.get(raw.imm & ~BPF_FETCH);
  if (!op) return `BPF_ATOMIC uses invalid atomic opcode ${(raw.imm >>> 0).toString(16).padStart(2, "0")}`;
  return { insn: { kind: "atomic", op, fetch: (raw.imm & BPF_FETCH) !== 0, size, base, off: raw.off, src } };
}

function parseLddw(raw: RawSlot, at: number, next: RawSlot | null): Parsed {
  if (raw.opcode !== (BPF_CLASS.LD | BPF_MODE.IMM | sizeCode[8])) return `unknown opcode ${hex(raw.opcode)}`;
  if (!next || next.opcode !== 0 || next.dst !== 0 || next.src !== 0 || next.off !== 0) return "invalid bpf_ld_imm64 insn";
  if (raw.off !== 0) return "BPF_LD_IMM64 uses reserved fields";
  const dst = raw.dst as Reg;
  const lddw = (value: LddwValue): Parsed => ({ insn: { kind: "lddw", dst, value } });
  switch (raw.src) {
    case PSEUDO.IMM64:
      return lddw({ kind: "imm64", value: BigInt.asUintN(64, (BigInt(next.imm) << 32n) | BigInt(raw.imm >>> 0)) });
    case PSEUDO.MAP_FD:
    case PSEUDO.MAP_IDX:
      if (next.imm !== 0 || raw.imm < 0) return "unrecognized bpf_ld_imm64 insn";
      return lddw({ kind: "map", map: raw.imm });
    case PSEUDO.MAP_VALUE:
    case PSEUDO.MAP_IDX_VALUE:
      if (raw.imm < 0) return "unrecognized bpf_ld_imm64 insn";
      return lddw({ kind: "map_value", map: raw.imm, off: next.imm });
    case PSEUDO.FUNC:
      if (next.imm !== 0) return "unrecognized bpf_ld_imm64 insn";
      return { insn: { kind: "lddw", dst, value: { kind: "func", target: UNRESOLVED } }, targetSlot: at + 1 + raw.imm };
    default:
      return "unrecognized bpf_ld_imm64 insn";
  }
}

function hex(opcode: number): string {
  return opcode.toString(16).padStart(2, "0");
}
