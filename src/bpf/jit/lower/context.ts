/** What the lowering of one function works with, and how registers and memory are reached. */
import type { Insn, Operand, Reg } from "../../isa/insn.ts";
import { current, CURRENT_BLOCK, STACK_BASE, STACK_FRAME_BYTES } from "../../memory.ts";
import type { JitEnv } from "../env.ts";
import { knownOf, type State } from "../facts/state.ts";
import type { Code } from "../wasm/code.ts";
import { op } from "../wasm/opcodes.ts";

export interface HelperFunc {
  readonly index: number;
  readonly params: number;
}

/** Function and table indices of the module that the code goes into. */
export interface Linker {
  readonly helper: (id: number) => HelperFunc;
  /** Another function that the runtime exports. */
  readonly runtime: (name: string) => number;
  /** Function of the subprogram that begins at this insn. */
  readonly subprogram: (target: number) => number;
  /** Table slot through which the subprogram can be called indirectly: its address, as far as programs can see one. */
  readonly callbackSlot: (target: number) => number;
  /** Type of subprograms. */
  readonly subprogramType: number;
}

/**
 * Where r10 points. Main programs run in frame 0 only, so its addresses are constants; a subprogram gets the end of its frame as
 * its sixth parameter and keeps the start in a local, because WebAssembly's memory offsets are unsigned.
 */
export type Frame = { readonly kind: "fixed" } | { readonly kind: "passed"; readonly endLocal: number; readonly startLocal: number };

export const MAIN_FRAME_END = STACK_BASE + STACK_FRAME_BYTES;

export interface Lowering {
  readonly insns: readonly Insn[];
  readonly code: Code;
  readonly env: JitEnv;
  readonly linker: Linker;
  readonly frame: Frame;
  /** Local of each register r0 … r9. */
  readonly regLocal: readonly number[];
  /** Scratch locals. */
  readonly i64Local: number;
  readonly i64Locals: readonly number[];
  readonly i32Local: number;
  /** Whether anything after the insn depends on the upper half of r0. */
  readonly demandsUpperHalf: (index: number) => boolean;
  /** What is known before the insn that is being lowered. */
  state: State;
}

export function pushReg(low: Lowering, reg: Reg): void {
  const known = knownOf(low.state, reg);
  switch (known.kind) {
    case "const":
      return low.code.i64(known.value);
    case "map":
      return low.code.i64(low.env.map(known.map).address);
    case "func":
      return low.code.i64(low.linker.callbackSlot(known.target));
    case "frame":
      pushFrameAddress(low, known.off);
      return low.code.emit(op.i64ExtendI32U);
    default:
      return low.code.get(low.regLocal[reg]!);
  }
}

/** Low 32 bits. */
export function pushReg32(low: Lowering, reg: Reg): void {
  const known = knownOf(low.state, reg);
  if (known.kind === "const") return low.code.i32(lowWord(known.value));
  if (known.kind === "frame") return pushFrameAddress(low, known.off);
  pushReg(low, reg);
  low.code.emit(op.i32WrapI64);
}

export function pushOperand(low: Lowering, operand: Operand): void {
  if ("imm" in operand) low.code.i64(operand.imm);
  else pushReg(low, operand.reg);
}

export function pushOperand32(low: Lowering, operand: Operand): void {
  if ("imm" in operand) low.code.i32(operand.imm);
  else pushReg32(low, operand.reg);
}

export function setReg(low: Lowering, reg: Reg): void {
  low.code.set(low.regLocal[reg]!);
}

/** Pushes r10 + off as an i32. */
function pushFrameAddress(low: Lowering, off: number): void {
  if (low.frame.kind === "fixed") return low.code.i32(MAIN_FRAME_END + off);
  low.code.get(low.frame.endLocal);
  if (off === 0) return;
  low.code.i32(off);
  low.code.emit(op.i32Add);
}

/** Pushes the i32 address of a load or store at base + off, and returns the offset that the instruction itself must have. */
export function pushAddress(low: Lowering, base: Reg, off: number): number {
  const { code } = low;
  const known = knownOf(low.state, base);
  if (known.kind === "const") {
    code.i32(lowWord(known.value + off));
    return 0;
  }
  if (known.kind === "frame") {
    const fromStart = known.off + off + STACK_FRAME_BYTES;
    if (low.frame.kind === "passed" && fromStart >= 0) {
      code.get(low.frame.startLocal);
      return fromStart;
    }
    pushFrameAddress(low, known.off + off);
    return 0;
  }
  pushReg32(low, base);
  if (off === 0) return 0;
  // base + off may wrap around 2^32 where base itself is no address; the offset in a wasm instruction does not wrap.
  if (known.kind === "pointer" && known.disp >= 0 && off > 0) return off;
  code.i32(off);
  code.emit(op.i32Add);
  return 0;
}

/** Adds the current CPU's share of a per-CPU value's address to the i32 on the stack. */
export function addCpuCell(low: Lowering, cpuStride: number): void {
  const { code } = low;
  code.i32(CURRENT_BLOCK + current.cell);
  code.memory(op.i32Load, 0);
  code.i32(cpuStride);
  code.emit(op.i32Mul, op.i32Add);
}

const lowWord = (value: number): number => Number(BigInt.asIntN(32, BigInt(value)));
