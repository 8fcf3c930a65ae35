/** Puts the runtime and the programs into one instance: compiled into one module (jit), or with the interpreter as an import (interp). */
import { HELPER, helpers } from "../helpers/table.ts";
import { interpret, type HelperArgs, type InterpHost, type InterpOptions } from "../interp/interp.ts";
import { jitModule } from "../jit/jit.ts";
import { wasmListing } from "../jit/listing.ts";
import type { MachineOptions } from "../machine-types.ts";
import type { MapLayout, MemoryPlan } from "../maps/plan.ts";
import { CURRENT_BLOCK, current } from "../memory.ts";
import type { ProgramSpec } from "../spec.ts";
import type { Onlooker } from "../travel/travel-types.ts";
import type { HelperExport, RuntimeExports } from "./exports.ts";
import { runtimeBytes } from "./runtime.wasm.ts";
import { threadIdOnly } from "./thread-id-only.ts";

export interface Loaded {
  readonly runtime: RuntimeExports;
  /** Table slot of program 0; 0 with the interpreter. */
  readonly tableBase: number;
}

const helperExport = (id: number): string | null => {
  const helper = helpers[id];
  return helper === undefined ? null : `bpf_${helper.name}`;
};

/** The WebAssembly that programs become, as text. */
export function programListing({ programs }: Pick<MachineOptions, "programs">, plan: MemoryPlan): string {
  return wasmListing(runtimeBytes(), programs, { map: (index) => plan.maps[index]!, helperExport });
}

/** What the verifier let pass comes to an end, however late. */
const UNBOUNDED = { budget: Infinity };

export interface LoadHost {
  /** Pages for a stream's window (streams.ts). */
  readonly fill: (stream: number, kept: number) => number;
  /** Who runs programs of the interpreter, if not we. */
  readonly onlooker: () => Onlooker | null;
}

export function loadPrograms(
  options: Pick<MachineOptions, "programs" | "backend">,
  plan: MemoryPlan,
  memory: WebAssembly.Memory,
  { fill, onlooker }: LoadHost,
): Loaded {
  const { programs, backend } = options;
  const map = (index: number): MapLayout => {
    const layout = plan.maps[index];
    if (layout === undefined) throw new Error(`there is no map ${index}`);
    return layout;
  };
  const { bytes, tableBase } =
    backend === "jit" ? jitModule(runtimeBytes(), programs, { map, helperExport }) : { bytes: runtimeBytes(), tableBase: 0 };

  let host: InterpHost | null = null;
  const runWith = (program: number, context: bigint, options: InterpOptions): bigint => {
    host ??= interpHost(instance.exports, memory, map);
    const result = interpret(programs[program]!, context, host, { ...UNBOUNDED, ...options });
    if (result.kind === "exit") return result.r0;
    throw new Error(`program ${programs[program]!.name}, instruction ${result.insn}: ${result.reason}`);
  };
  const run_program = (program: number, ctx: bigint): bigint => {
    const context = BigInt.asUintN(64, ctx);
    const run = (options: InterpOptions): bigint => runWith(program, context, options);
    return onlooker()?.(program, context, run) ?? run(UNBOUNDED);
  };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, fill, run_program } });
  return { runtime: instance.exports as unknown as RuntimeExports, tableBase };
}

function interpHost(exports: Record<string, unknown>, memory: WebAssembly.Memory, map: (index: number) => MapLayout): InterpHost {
  const runtime = exports as unknown as RuntimeExports;
  const called = new Map<number, HelperExport>();
  const helper = (id: number): HelperExport => {
    let found = called.get(id);
    if (found === undefined) {
      const name = helperExport(id);
      const exported = name === null ? undefined : (exports[name] as HelperExport | undefined);
      if (exported === undefined) throw new Error(`the runtime has no helper ${id} (${name ?? "unknown"})`);
      called.set(id, (found = exported));
    }
    return found;
  };
  const view = new DataView(memory.buffer);
  const ofPrograms = new Map<ProgramSpec, (index: number) => boolean>();
  const asksThreadIdOnly = (program: ProgramSpec, index: number): boolean => {
    let asks = ofPrograms.get(program);
    if (asks === undefined) ofPrograms.set(program, (asks = threadIdOnly(program.insns)));
    return asks(index);
  };
  return {
    memory: view,
    helpers: (id, args: HelperArgs, { program, insn }) => {
      if (id === HELPER.getCurrentPidTgid && asksThreadIdOnly(program, insn))
        return BigInt(view.getUint32(CURRENT_BLOCK + current.tid, true));
      const call = helper(id);
      return call(...args.slice(0, call.length));
    },
    mapAddress: (index) => BigInt(map(index).address),
    mapValueAddress: (index) => BigInt(map(index).elements),
    *elements(address) {
      const descriptor = Number(address);
      for (let at = runtime.map_iter_next(descriptor, 0); at !== 0; at = runtime.map_iter_next(descriptor, at)) {
        yield {
          key: BigInt(runtime.map_iter_key(descriptor, at) >>> 0),
          value: BigInt(runtime.map_iter_value(descriptor, at) >>> 0),
        };
      }
    },
  };
}
