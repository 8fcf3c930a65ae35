/** Opcode bytes (RFC 9669 sections 3 to 5; linux include/uapi/linux/bpf.h). */
import type { AluOp, AtomicOp, JmpOp, Size } from "./insn.ts";

export const BPF_CLASS = { LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, JMP: 5, JMP32: 6, ALU64: 7 } as const;
export const BPF_MODE = { IMM: 0x00, MEM: 0x60, MEMSX: 0x80, ATOMIC: 0xc0 } as const;
/** Bit 3 of ALU and JMP opcodes: the second operand is a register. */
export const BPF_X = 0x08;
export const BPF_FETCH = 0x01;

/** sdiv and smod share the code of div and mod and are told apart by offset 1. */
export const aluCode: Readonly<Record<AluOp, number>> = {
  add: 0x00,
  sub: 0x10,
  mul: 0x20,
  div: 0x30,
  sdiv: 0x30,
  or: 0x40,
  and: 0x50,
  lsh: 0x60,
  rsh: 0x70,
  mod: 0x90,
  smod: 0x90,
  xor: 0xa0,
  mov: 0xb0,
  arsh: 0xc0,
};
export const ALU_NEG = 0x80;
export const ALU_END = 0xd0;

export const jmpCode: Readonly<Record<JmpOp, number>> = {
  eq: 0x10,
  gt: 0x20,
  ge: 0x30,
  set: 0x40,
  ne: 0x50,
  sgt: 0x60,
  sge: 0x70,
  lt: 0xa0,
  le: 0xb0,
  slt: 0xc0,
  sle: 0xd0,
};
export const JMP_JA = 0x00;
export const JMP_CALL = 0x80;
export const JMP_EXIT = 0x90;

export const sizeCode: Readonly<Record<Size, number>> = { 1: 0x10, 2: 0x08, 4: 0x00, 8: 0x18 };

/** imm of the atomic instruction, without BPF_FETCH where that is optional. */
export const atomicCode: Readonly<Record<AtomicOp, number>> = { add: 0x00, or: 0x40, and: 0x50, xor: 0xa0, xchg: 0xe1, cmpxchg: 0xf1 };

/** src_reg of the two-slot load: what its immediate names. */
export const PSEUDO = { IMM64: 0, MAP_FD: 1, MAP_VALUE: 2, FUNC: 4, MAP_IDX: 5, MAP_IDX_VALUE: 6 } as const;
/** src_reg of a call. */
export const CALL = { HELPER: 0, LOCAL: 1 } as const;
