/** eBPF to WebAssembly: compiles programs into the runtime's module, so that both call each other directly in one instance. */
import { functionNamedBy } from "../isa/functions.ts";
import type { Insn } from "../isa/insn.ts";
import type { ProgramSpec } from "../spec.ts";
import type { JitEnv } from "./env.ts";
import { isLog2 } from "./log2.ts";
import type { HelperFunc, Linker } from "./lower/context.ts";
import { compileFunction, shapes } from "./lower/function.ts";
import { indexModule, readSections, type ModuleIndex } from "./wasm/module.ts";
import { type } from "./wasm/opcodes.ts";
import { splice, tableSize } from "./wasm/splice.ts";

export interface JitModule {
  /** One WebAssembly module: the runtime and the programs. */
  readonly bytes: Uint8Array;
  /** Program i is at table slot tableBase + i, as a function (ctx: i64) → i64. */
  readonly tableBase: number;
}

/** Added types, in this order after the runtime's. */
const MAIN = 0;
const SUBPROGRAM = 1;

/** A function to be compiled, and where it begins in its program. */
interface Piece {
  readonly program: number;
  readonly insns: readonly Insn[];
  readonly entry: number;
  readonly kind: keyof typeof shapes;
}

/**
 * `programs` must have passed the verifier: what it proves is not checked again. Throws where the runtime module does not fit
 * (no table, a helper that is not exported): that is our bug.
 */
export function jitModule(runtime: Uint8Array, programs: readonly ProgramSpec[], env: JitEnv): JitModule {
  const sections = readSections(runtime);
  const index = indexModule(sections);
  const tableBase = tableSize(sections);
  const firstFunc = index.funcTypes.length;

  const pieces: Piece[] = programs.map(({ insns }, program) => ({ program, insns, entry: 0, kind: "main" }));
  const callbacks: number[] = [];
  const linkers = programs.map(({ insns }, program): Linker => {
    const called = subprogramEntries(insns);
    const first = firstFunc + pieces.length;
    for (const entry of called) pieces.push({ program, insns, entry, kind: "subprogram" });
    const subprogram = (target: number): number => first + called.indexOf(target);
    return {
      helper: (id) => helperFunc(id, index, env),
      runtime: (name) => exportedFunc(name, index),
      subprogram,
      callbackSlot: (target) => tableBase + programs.length + slotOf(callbacks, subprogram(target)),
      subprogramType: index.types.length + SUBPROGRAM,
    };
  });

  const funcs = pieces.map(({ program, insns, entry, kind }) => ({
    type: kind === "main" ? MAIN : SUBPROGRAM,
    body: compileFunction(insns, entry, kind, env, linkers[program]!),
  }));
  const bytes = splice(sections, index, {
    types: [
      { params: shapes.main.params, results: [type.i64] },
      { params: shapes.subprogram.params, results: [type.i64] },
    ],
    funcs,
    elements: [...programs.map((_, i) => firstFunc + i), ...callbacks],
  });
  return { bytes, tableBase };
}

/** Where subprograms begin: what is called or has its address taken, but for the calls that become an instruction. */
function subprogramEntries(insns: readonly Insn[]): number[] {
  const entries = new Set<number>();
  for (const insn of insns) {
    const named = functionNamedBy(insn);
    if (named !== null && !(insn.kind === "call_local" && isLog2(insns, named))) entries.add(named);
  }
  return [...entries];
}

function slotOf(callbacks: number[], func: number): number {
  const slot = callbacks.indexOf(func);
  return slot === -1 ? callbacks.push(func) - 1 : slot;
}

function exportedFunc(name: string, module: ModuleIndex): number {
  const index = module.exports.get(name);
  if (index === undefined) throw new Error(`the runtime does not export ${name}`);
  return index;
}

function helperFunc(id: number, module: ModuleIndex, env: JitEnv): HelperFunc {
  const name = env.helperExport(id);
  if (name === null) throw new Error(`the runtime has no helper ${id}`);
  const index = exportedFunc(name, module);
  return { index, params: module.types[module.funcTypes[index]!]!.params.length };
}
