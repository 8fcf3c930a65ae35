/** The smallest module that the JIT can append programs to, written with its own emitter; and a way to run one program in it. */
import { assemble } from "../../../src/bpf/isa/asm.ts";
import type { Insn } from "../../../src/bpf/isa/insn.ts";
import type { JitEnv, MapPlan } from "../../../src/bpf/jit/env.ts";
import { jitModule } from "../../../src/bpf/jit/jit.ts";
import { ByteWriter } from "../../../src/bpf/jit/wasm/byte-writer.ts";
import { Code } from "../../../src/bpf/jit/wasm/code.ts";
import { writeSections } from "../../../src/bpf/jit/wasm/module.ts";
import { externKind, op, sectionId, type } from "../../../src/bpf/jit/wasm/opcodes.ts";
import type { ProgramSpec } from "../../../src/bpf/spec.ts";

const body = (write: (out: ByteWriter) => void): Uint8Array => {
  const out = new ByteWriter();
  write(out);
  return out.view();
};
const name = (out: ByteWriter, text: string): void => out.sized(new TextEncoder().encode(text));

/** Helper 1000 + n takes n arguments and gives a1 + 10 a2 + 100 a3 + …, so that their order shows. */
function digits(arguments_: number): Uint8Array {
  const code = new Code();
  code.i64(0);
  for (let i = 0; i < arguments_; i++) {
    code.get(i);
    code.i64(10 ** i);
    code.emit(op.i64Mul, op.i64Add);
  }
  return body((out) => {
    out.u32(0);
    out.bytes(code.out.view());
    out.u8(op.end);
  });
}

export function tinyRuntime(): Uint8Array {
  const counts = [0, 1, 2, 3, 4, 5];
  const known = new Map([
    [
      sectionId.type,
      body((out) => {
        out.u32(counts.length);
        for (const count of counts) {
          out.u8(type.func);
          out.sized(new Uint8Array(count).fill(type.i64));
          out.sized(Uint8Array.of(type.i64));
        }
      }),
    ],
    [
      sectionId.import,
      body((out) => {
        out.u32(2);
        // An imported function comes before ours in the index space.
        name(out, "env");
        name(out, "spy");
        out.bytes(Uint8Array.of(externKind.func, 1));
        name(out, "env");
        name(out, "memory");
        out.bytes(Uint8Array.of(externKind.memory, 0, 1));
      }),
    ],
    [
      sectionId.function,
      body((out) => {
        out.u32(counts.length);
        counts.forEach((count) => out.u32(count));
      }),
    ],
    [sectionId.table, Uint8Array.of(1, type.funcref, 1, 3, 3)],
    [
      sectionId.export,
      body((out) => {
        out.u32(counts.length + 2);
        name(out, "table");
        out.bytes(Uint8Array.of(externKind.table, 0));
        for (const count of counts) {
          name(out, `digits${count}`);
          out.bytes(Uint8Array.of(externKind.func, count + 1));
        }
        name(out, "spy");
        out.bytes(Uint8Array.of(externKind.func, 0));
      }),
    ],
    [
      sectionId.code,
      body((out) => {
        out.u32(counts.length);
        for (const count of counts) out.sized(digits(count));
      }),
    ],
  ]);
  return writeSections({ known, custom: [] });
}

/** Helper 14 has a body that is never what the current block says, so a test sees whether it was called. */
function helperExport(id: number): string | null {
  if (id === 14) return "digits0";
  if (id === 1) return "digits2";
  if (id === 2000) return "spy";
  return id >= 1000 && id <= 1005 ? `digits${id - 1000}` : null;
}

export const CTX = 32768;

export interface RunOptions {
  readonly maps?: readonly MapPlan[];
  /** Writes the memory before the run; ctx is at CTX. */
  readonly prepare?: (memory: DataView) => void;
  /** Helper 2000. */
  readonly spy?: (value: bigint) => bigint;
}

export interface Run {
  /** Unsigned. */
  readonly r0: bigint;
  readonly memory: DataView;
}

export function program(insns: readonly Insn[]): ProgramSpec {
  return { name: "test", type: "tracepoint", section: "tracepoint/a/b", insns, funcs: [], lines: [], license: "GPL" };
}

export function insnsOf(text: string): Insn[] {
  const result = assemble(text);
  if (!result.ok) throw new Error(`line ${result.line}: ${result.reason}`);
  return result.insns;
}

export function envOf(maps: readonly MapPlan[]): JitEnv {
  return { map: (index) => maps[index]!, helperExport };
}

/** Compiles into the tiny runtime, checks that the module is valid, and hands over the programs. */
export function load(programs: readonly (readonly Insn[])[], options: RunOptions = {}) {
  const { bytes, tableBase } = jitModule(tinyRuntime(), programs.map(program), envOf(options.maps ?? []));
  if (!WebAssembly.validate(bytes)) new WebAssembly.Module(bytes); // throws, and says what is wrong
  const memory = new WebAssembly.Memory({ initial: 1 });
  const view = new DataView(memory.buffer);
  options.prepare?.(view);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: { memory, spy: options.spy ?? ((value: bigint) => value) },
  });
  const table = exports["table"] as WebAssembly.Table;
  const run = (index: number, ctx: number): bigint =>
    BigInt.asUintN(64, (table.get(tableBase + index) as (ctx: bigint) => bigint)(BigInt(ctx)));
  return { run, memory: view, bytes, tableBase, table };
}

export function run(source: string | readonly Insn[], options: RunOptions = {}): Run {
  const loaded = load([typeof source === "string" ? insnsOf(source) : source], options);
  return { r0: loaded.run(0, CTX), memory: loaded.memory };
}
