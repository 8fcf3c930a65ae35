/** One function body being written: instructions, and how many labels are open. */
import { ByteWriter } from "./byte-writer.ts";
import { op, type, type Op } from "./opcodes.ts";

export type BlockResult = "none" | "i32" | "i64";
const resultCode = { none: type.empty, i32: type.i32, i64: type.i64 } as const;

export class Code {
  readonly out = new ByteWriter(1024);
  /** Open blocks, loops and ifs: a branch to the label opened at depth d goes out `depth - d` labels (1-based depths). */
  depth = 0;

  emit(...ops: readonly Op[]): void {
    for (const code of ops) this.out.u8(code);
  }

  get(local: number): void {
    this.out.u8(op.localGet);
    this.out.u32(local);
  }

  set(local: number): void {
    this.out.u8(op.localSet);
    this.out.u32(local);
  }

  tee(local: number): void {
    this.out.u8(op.localTee);
    this.out.u32(local);
  }

  /** Any 32 bits, signed or not. */
  i32(value: number): void {
    this.out.u8(op.i32Const);
    this.out.s32(value | 0);
  }

  /** Taken modulo 2^64; a number must be an integer. */
  i64(value: number | bigint): void {
    this.out.u8(op.i64Const);
    if (typeof value === "number" && value === (value | 0)) this.out.s32(value);
    else this.out.s64(BigInt(value));
  }

  /** Loads and stores; no alignment is promised. */
  memory(code: Op, offset: number): void {
    this.out.u8(code);
    this.out.u8(0);
    this.out.u32(offset);
  }

  call(func: number): void {
    this.out.u8(op.call);
    this.out.u32(func);
  }

  callIndirect(typeIndex: number): void {
    this.out.u8(op.callIndirect);
    this.out.u32(typeIndex);
    this.out.u8(0);
  }

  /** Opens a label; returns its depth, to be given to `br` and `brIf`. */
  open(code: typeof op.block | typeof op.loop | typeof op.if, result: BlockResult = "none"): number {
    this.out.u8(code);
    this.out.u8(resultCode[result]);
    return ++this.depth;
  }

  else(): void {
    this.out.u8(op.else);
  }

  close(): void {
    this.out.u8(op.end);
    this.depth--;
  }

  br(label: number): void {
    this.out.u8(op.br);
    this.out.u32(this.depth - label);
  }

  brIf(label: number): void {
    this.out.u8(op.brIf);
    this.out.u32(this.depth - label);
  }

  /** Goes out as many labels as the i32 on the stack says, 0 … count - 1 (the last also for anything larger). */
  brTable(count: number): void {
    this.out.u8(op.brTable);
    this.out.u32(count - 1);
    for (let label = 0; label < count; label++) this.out.u32(label);
  }
}
