/** Runs generated programs in the interpreter, and IR in the evaluator, in equal worlds. */
import type { FuncId, IrProgram } from "../../lang/ir/ir.ts";
import { interpret } from "../../src/bpf/interp/interp.ts";
import type { CompiledScript } from "../../src/codegen/compiled.ts";
import { evaluate } from "./evaluate-ir.ts";
import { helpers } from "./random-ir.ts";

const MEMORY_BYTES = 1 << 20;
const CONTEXT = 0x1_0000;
const COUNTS = 0x1_1000;
const SCRATCH = 0x2_0000;
const EVALUATOR_SLOTS = 0x8_0000;
const PROBE_READ_KERNEL = 113;
const mapAddress = (map: number): bigint => BigInt(0x9000 + map * 16);

/** What a run leaves behind. */
export interface Outcome {
  readonly result: bigint;
  readonly counts: readonly bigint[];
  readonly table: readonly (readonly [bigint, bigint])[];
}

function world(rubbish: number) {
  const memory = new DataView(new ArrayBuffer(MEMORY_BYTES));
  const bytes = new Uint8Array(memory.buffer);
  bytes.fill(rubbish);
  for (let at = 0; at < 256; at++) memory.setUint8(CONTEXT + at, (at * 37 + 11) & 0xff);
  bytes.fill(0, COUNTS, COUNTS + 64);
  const table = new Map<bigint, bigint>();
  let time = 1000n;
  let random = 12345n;
  const helper = (id: number, args: readonly bigint[]): bigint => {
    const address = (n: number): number => Number(BigInt.asUintN(32, args[n]!));
    switch (id) {
      case helpers.ktime:
        return (time += 17n);
      case helpers.prandom:
        return (random = (random * 1103515245n + 12345n) & 0xffff_ffffn);
      case helpers.lookup: {
        const map = (address(0) - 0x9000) / 16;
        const index = memory.getUint32(address(1), true);
        if (map === 0) return index < 4 ? BigInt(COUNTS + index * 16) : 0n;
        return index === 0 ? BigInt(SCRATCH + (map - 2) * 0x8000) : 0n;
      }
      case helpers.update:
        table.set(memory.getBigUint64(address(1), true), memory.getBigUint64(address(2), true));
        return 0n;
      case PROBE_READ_KERNEL:
        if (args[2] === 0n) bytes.fill(0, address(0), address(0) + address(1));
        else bytes.copyWithin(address(0), address(2), address(2) + address(1));
        return 0n;
      default:
        throw new Error(`no helper ${id}`);
    }
  };
  const outcome = (result: bigint): Outcome => ({
    result,
    counts: [0, 1, 2, 3].map((cell) => memory.getBigUint64(COUNTS + cell * 16 + 8, true)),
    table: [...table],
  });
  return { memory, helper, outcome };
}

export function outcomeOfIr(ir: IrProgram): Outcome {
  const { memory, helper, outcome } = world(0x55);
  const result = evaluate(ir, 0 as FuncId, [BigInt(CONTEXT)], {
    memory,
    slotBase: EVALUATOR_SLOTS,
    mapAddress,
    helper: (id, args, call) => {
      if (id !== helpers.loop) return helper(id, args);
      for (let i = 0n; i < args[0]!; i++) call(args[1]!, [i, args[2]!]);
      return args[0]!;
    },
  });
  return outcome(result);
}

export function outcomeOfProgram(script: CompiledScript): Outcome {
  const { memory, helper, outcome } = world(0xaa);
  const result = interpret(
    script.programs[0]!,
    BigInt(CONTEXT),
    {
      memory,
      helpers: helper,
      mapAddress,
      mapValueAddress: () => {
        throw new Error("no direct map values");
      },
      elements: () => [],
    },
    { budget: 5_000_000 },
  );
  if (result.kind === "fault") throw new Error(`insn ${result.insn}: ${result.reason}`);
  return outcome(result.r0);
}
