/** Compiles one function, a main program or a subprogram, to the body of a WebAssembly function. */
import type { Insn } from "../../isa/insn.ts";
import { STACK_FRAME_BYTES } from "../../memory.ts";
import type { JitEnv } from "../env.ts";
import { analyse } from "../facts/analyse.ts";
import { upperHalfOfR0 } from "../facts/demand.ts";
import { any, pointer, type Known } from "../facts/known.ts";
import { atBlockStart, emptyState } from "../facts/state.ts";
import { transfer } from "../facts/transfer.ts";
import { buildCfg, type Cfg } from "../flow/cfg.ts";
import { emitStructured } from "../flow/structure.ts";
import { ByteWriter } from "../wasm/byte-writer.ts";
import { Code } from "../wasm/code.ts";
import { op, type } from "../wasm/opcodes.ts";
import { lowerAlu, lowerEnd, lowerMovsx, lowerNeg } from "./alu.ts";
import { pushCondition } from "./branch.ts";
import { lowerHelperCall, lowerLocalCall } from "./call.ts";
import { pushReg, setReg, type Linker, type Lowering } from "./context.ts";
import { lowerAtomic, lowerLoad, lowerStore, pushLddw } from "./memory.ts";

/** Signature and locals of the two kinds of function. */
interface Shape extends Pick<Lowering, "regLocal" | "frame" | "i64Local" | "i64Locals" | "i32Local"> {
  readonly params: readonly number[];
  /** How many locals there are beside the parameters: first those of i64, then those of i32. */
  readonly i64Count: number;
  readonly i32Count: number;
  readonly pcLocal: number;
  /** Known of r0 … r9 at the start. */
  readonly entry: readonly Known[];
}

const known = (r1: Known): Known[] => Array.from({ length: 10 }, (_, reg) => (reg === 1 ? r1 : any));

const mainShape: Shape = {
  params: [type.i64],
  regLocal: [1, 0, 2, 3, 4, 5, 6, 7, 8, 9],
  frame: { kind: "fixed" },
  i64Count: 14,
  i64Local: 10,
  i64Locals: [11, 12, 13, 14],
  i32Count: 2,
  i32Local: 15,
  pcLocal: 16,
  entry: known(pointer),
};

const subprogramShape: Shape = {
  params: [type.i64, type.i64, type.i64, type.i64, type.i64, type.i32],
  regLocal: [6, 0, 1, 2, 3, 4, 7, 8, 9, 10],
  frame: { kind: "passed", endLocal: 5, startLocal: 18 },
  i64Count: 10,
  i64Local: 11,
  i64Locals: [12, 13, 14, 15],
  i32Count: 3,
  i32Local: 16,
  pcLocal: 17,
  entry: known(any),
};

export const shapes = { main: mainShape, subprogram: subprogramShape } as const;

export function compileFunction(insns: readonly Insn[], entry: number, kind: keyof typeof shapes, env: JitEnv, linker: Linker): Uint8Array {
  const shape = shapes[kind];
  const cfg = buildCfg(insns, entry);
  const code = new Code();
  const low: Lowering = {
    insns,
    code,
    env,
    linker,
    frame: shape.frame,
    regLocal: shape.regLocal,
    i64Local: shape.i64Local,
    i64Locals: shape.i64Locals,
    i32Local: shape.i32Local,
    demandsUpperHalf: lazily(() => upperHalfOfR0(insns, cfg)),
    state: emptyState(),
  };
  if (shape.frame.kind === "passed") {
    code.get(shape.frame.endLocal);
    code.i32(STACK_FRAME_BYTES);
    code.emit(op.i32Sub);
    code.set(shape.frame.startLocal);
  }
  emitBlocks(low, cfg, shape);
  return withLocals(shape, code);
}

/** Few programs ask, so the analysis waits until one does. */
function lazily(make: () => (index: number) => boolean): (index: number) => boolean {
  let made: ((index: number) => boolean) | null = null;
  return (index) => (made ??= make())(index);
}

function emitBlocks(low: Lowering, cfg: Cfg, shape: Shape): void {
  const starts = analyse(low.insns, cfg, shape.entry, low.env);
  const body = (number: number): void => {
    const block = cfg[number]!;
    low.state = atBlockStart(starts[number]!);
    for (let index = block.start; index < block.end; index++) {
      const insn = low.insns[index]!;
      lowerInsn(low, insn, index);
      transfer(low.state, insn, low.env);
    }
  };
  const condition = (number: number, sense: "taken" | "not taken"): void => {
    const insn = low.insns[cfg[number]!.end - 1]!;
    if (insn.kind === "branch") pushCondition(low, insn, sense);
  };
  const exit = (): void => {
    pushReg(low, 0);
    low.code.emit(op.return);
  };
  emitStructured(cfg, low.code, { body, condition, exit }, shape.pcLocal);
}

function lowerInsn(low: Lowering, insn: Insn, index: number): void {
  switch (insn.kind) {
    case "alu":
      return lowerAlu(low, insn);
    case "neg":
      return lowerNeg(low, insn);
    case "movsx":
      return lowerMovsx(low, insn);
    case "end":
      return lowerEnd(low, insn);
    case "load":
      return lowerLoad(low, insn);
    case "store":
      return lowerStore(low, insn);
    case "atomic":
      return lowerAtomic(low, insn);
    case "lddw":
      pushLddw(low, insn.value);
      return setReg(low, insn.dst);
    case "call":
      return lowerHelperCall(low, index, insn.helper);
    case "call_local":
      return lowerLocalCall(low, insn.target);
    case "jump":
    case "branch":
    case "exit":
      return; // control flow is the structure's
  }
}

function withLocals(shape: Shape, code: Code): Uint8Array {
  const body = new ByteWriter(code.out.length + 16);
  body.u32(2);
  body.u32(shape.i64Count);
  body.u8(type.i64);
  body.u32(shape.i32Count);
  body.u8(type.i32);
  body.bytes(code.out.view());
  body.u8(op.end);
  return body.view();
}
