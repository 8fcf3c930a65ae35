/**
 * How often each line of a script has run: the script compiled once more, with a counter in front of every basic block. The counters are a map
 * like any other, so they follow a replay to any instant. It does what the script does, more slowly.
 */
import type { Span } from "../../lang/diagnostics/diagnostic.ts";
import type { Block, BlockId, FuncId, IrFunction, IrProgram, MapId, SlotId, VReg } from "../../lang/ir/ir.ts";
import { codegen } from "../codegen/codegen.ts";
import type { Compilation } from "./compile.ts";
import type { ScriptMaps } from "./script-maps.ts";
import { verifyScript } from "./verify-script.ts";

export interface CountedLines {
  readonly compilation: Compilation;
  /** By line, from 1; lines without code are not in it. */
  readonly counts: (maps: ScriptMaps) => ReadonlyMap<number, bigint>;
}

/** A basic block: whose it is, and the lines that it is made of. */
interface Counter {
  readonly func: FuncId;
  readonly lines: readonly number[];
}

const HELPER_LOOKUP = 1;
const MAP = { name: "block_counts", kind: "array", keyBytes: 4, valueBytes: 8, script: null } as const;

/** Line of an offset; null: it is in no line of the script's own text. */
function lineFinder({ source }: Compilation): (span: Span) => number | null {
  const end = source.files?.[0]?.start ?? source.text.length;
  const starts = [0, ...[...source.text.slice(0, end).matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (span) => {
    // Of macros, the place where they were called.
    let place = span;
    while (place.from !== undefined) place = place.from;
    if (place.start >= end) return null;
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= place.start) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}

/** Every block with lines becomes three: look the counter up, add to it, and what it was. */
function countBlocks(func: IrFunction, map: MapId, counterOf: (block: Block) => number | null): IrFunction {
  const slot = func.slots.length as SlotId;
  const found = func.vregCount as VReg;
  const blocks: Block[] = [...func.blocks];
  for (const [index, block] of func.blocks.entries()) {
    const counter = counterOf(block);
    if (counter === null) continue;
    const { span } = block.insns[0] ?? block.end;
    const [add, rest] = [blocks.length as BlockId, (blocks.length + 1) as BlockId];
    const key = { kind: "slot", slot, off: 0 } as const;
    blocks[index] = {
      insns: [
        { span, op: "store", to: key, size: 4, src: { kind: "imm", value: BigInt(counter) } },
        {
          span,
          op: "helper",
          dst: found,
          helper: HELPER_LOOKUP,
          args: [
            { kind: "map", map },
            { kind: "addr", addr: key },
          ],
        },
      ],
      end: { span, op: "branch", cond: "ne", a: { kind: "reg", reg: found }, b: { kind: "imm", value: 0n }, then: add, else: rest },
    };
    blocks.push(
      {
        insns: [{ span, op: "addTo", to: { kind: "ptr", reg: found, off: 0 }, src: { kind: "imm", value: 1n } }],
        end: { span, op: "jump", to: rest },
      },
      block,
    );
  }
  return { ...func, blocks, vregCount: func.vregCount + 1, slots: [...func.slots, { name: "counter", sizeBytes: 4, align: 4 }] };
}

function withCounters(ir: IrProgram, lineOf: (span: Span) => number | null): { readonly ir: IrProgram; readonly counters: Counter[] } {
  const counters: Counter[] = [];
  const map = ir.maps.length as MapId;
  const functions = ir.functions.map((func, index) =>
    countBlocks(func, map, (block) => {
      const lines = [...block.insns, block.end].map(({ span }) => lineOf(span)).filter((line) => line !== null);
      if (lines.length === 0) return null;
      return counters.push({ func: index as FuncId, lines: [...new Set(lines)] }) - 1;
    }),
  );
  const maps = [...ir.maps, { ...MAP, maxEntries: Math.max(1, counters.length) }];
  return { ir: { ...ir, functions, maps }, counters };
}

/** A line of a function has run as often as the busiest of its blocks; of several functions (probes on one line) all count. */
function sumLines(counters: readonly Counter[], cells: readonly bigint[]): Map<number, bigint> {
  const most = new Map<string, { readonly line: number; count: bigint }>();
  for (const [i, { func, lines }] of counters.entries()) {
    const count = cells[i] ?? 0n;
    for (const line of lines) {
      const known = most.get(`${func} ${line}`);
      if (known === undefined) most.set(`${func} ${line}`, { line, count });
      else if (count > known.count) known.count = count;
    }
  }
  const sums = new Map<number, bigint>();
  for (const { line, count } of most.values()) sums.set(line, (sums.get(line) ?? 0n) + count);
  return sums;
}

/** Null: the compilation has errors, or with counters the programs are too large for the verifier. */
export function countLines(compilation: Compilation, ncpus: number): CountedLines | null {
  if (compilation.ir === null || compilation.hir === null || compilation.script === null) return null;
  const { ir, counters } = withCounters(compilation.ir, lineFinder(compilation));
  const script = codegen(ir, { license: compilation.config.license });
  const { diagnostics, contextBytes } = verifyScript(script, compilation.hir, ncpus);
  if (diagnostics.length > 0) return null;
  const map = compilation.ir.maps.length;
  return {
    compilation: { ...compilation, ir, script, contextBytes },
    counts(maps) {
      const cells = maps.rawEntries(map).map(({ value }) => new DataView(value.buffer, value.byteOffset).getBigUint64(0, true));
      return sumLines(counters, cells);
    },
  };
}
