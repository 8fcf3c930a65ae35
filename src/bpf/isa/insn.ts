/**
 * eBPF instructions as data (RFC 9669). Jump targets and call targets are indices into the program's insn array
 * (an `lddw` is one insn and two slots); encode.ts turns them into slot offsets.
 */
export type Reg = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;
export type InsnIndex = number & { readonly of: "insn" };
export type Size = 1 | 2 | 4 | 8;

/** imm is a signed 32-bit integer, sign-extended to 64 bits where the operation is 64 bits wide. */
export type Operand = { readonly reg: Reg } | { readonly imm: number };

export type AluOp = "add" | "sub" | "mul" | "div" | "mod" | "sdiv" | "smod" | "or" | "and" | "xor" | "lsh" | "rsh" | "arsh" | "mov";
export type JmpOp = "eq" | "ne" | "gt" | "ge" | "lt" | "le" | "sgt" | "sge" | "slt" | "sle" | "set";
export type AtomicOp = "add" | "or" | "and" | "xor" | "xchg" | "cmpxchg";

export type LddwValue =
  | { readonly kind: "imm64"; readonly value: bigint } // 0 … 2^64-1
  /** Index into the maps of the object that the program belongs to. */
  | { readonly kind: "map"; readonly map: number }
  | { readonly kind: "map_value"; readonly map: number; readonly off: number }
  /** Address of a subprogram (callbacks). */
  | { readonly kind: "func"; readonly target: InsnIndex };

export type Insn =
  | { readonly kind: "alu"; readonly op: AluOp; readonly wide: boolean; readonly dst: Reg; readonly src: Operand }
  | { readonly kind: "neg"; readonly wide: boolean; readonly dst: Reg }
  | { readonly kind: "movsx"; readonly wide: boolean; readonly bits: 8 | 16 | 32; readonly dst: Reg; readonly src: Reg }
  /** le/be convert from or to that order (and truncate); swap is v4's unconditional bswap. */
  | { readonly kind: "end"; readonly order: "le" | "be" | "swap"; readonly bits: 16 | 32 | 64; readonly dst: Reg }
  | { readonly kind: "load"; readonly size: Size; readonly signed: boolean; readonly dst: Reg; readonly base: Reg; readonly off: number }
  | { readonly kind: "store"; readonly size: Size; readonly base: Reg; readonly off: number; readonly src: Operand }
  | {
      readonly kind: "atomic";
      readonly op: AtomicOp;
      readonly fetch: boolean;
      readonly size: 4 | 8;
      readonly base: Reg;
      readonly off: number;
      readonly src: Reg;
    }
  | { readonly kind: "lddw"; readonly dst: Reg; readonly value: LddwValue }
  | { readonly kind: "jump"; readonly target: InsnIndex }
  | {
      readonly kind: "branch";
      readonly op: JmpOp;
      readonly wide: boolean;
      readonly dst: Reg;
      readonly src: Operand;
      readonly target: InsnIndex;
    }
  | { readonly kind: "call"; readonly helper: number }
  | { readonly kind: "call_local"; readonly target: InsnIndex }
  | { readonly kind: "exit" };
