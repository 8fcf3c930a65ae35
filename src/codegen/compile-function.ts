/** One function from IR to instructions. */
import type { IrFunction, IrMap, Terminator } from "../../lang/ir/ir.ts";
import { allocate } from "./allocate.ts";
import type { Allocation } from "./allocate.ts";
import type { SpillHome } from "./emitter.ts";
import { emitFunction } from "./emit.ts";
import type { FunctionCode } from "./function-code.ts";
import { gatherFacts } from "./facts.ts";
import { planSlots } from "./frame.ts";
import { layOut } from "./layout.ts";
import { analyseLiveness } from "./liveness.ts";
import type { MBlock, MFunction, MReg } from "./mir.ts";
import { successors } from "./mir.ts";
import { loopStretches, reversePostorder } from "./order.ts";
import { traceProvenance } from "./provenance.ts";
import { placeOf, placeParts } from "./scratch.ts";
import type { ScratchPart } from "./scratch.ts";
import { select } from "./select.ts";

/** What a function is compiled for. */
export interface FunctionPlace {
  /** Its parameter is a program's context. */
  readonly isProgram: boolean;
  readonly stackBytes: number;
  readonly maps: readonly IrMap[];
  /** First byte of scratch memory that its callers leave (scratch.ts). */
  readonly scratchStart: number;
  /** Index among the object's maps of the nth scratch map. */
  readonly scratchMap: (n: number) => number;
}

export interface CompiledFunction extends FunctionCode {
  /** Scratch memory that it uses. */
  readonly scratch: readonly ScratchPart[];
}

const SPILL_BYTES = 8;
/** Stack left for spilled registers at the first attempt. */
const SPILL_RESERVE_BYTES = 64;
/** Spilled registers behind one scratch pointer: offsets of instructions are signed 16 bits. */
const SPILLS_PER_CHUNK = 4000;

/** How a function may use the stack. */
interface Attempt {
  readonly slotBytes: number;
  /** Registers that may be spilled to scratch memory. */
  readonly scratchSpills: number;
}

/** Slots get most of the stack; if that leaves too little for registers, they get less; after that registers go to scratch memory as well. */
export function compileFunction(func: IrFunction, place: FunctionPlace): CompiledFunction {
  const order = reversePostorder(0, func.blocks.length, (block) => irSuccessors(func.blocks[block]!.end));
  const loops = loopStretches(order, func.blocks.length, (block) => irSuccessors(func.blocks[block]!.end));
  const facts = gatherFacts(func, order);
  const provenance = traceProvenance(func, order, place.isProgram);

  /** The code, or how many registers had to be spilled where there was no room for so many. */
  const attempt = ({ slotBytes, scratchSpills }: Attempt): CompiledFunction | number => {
    const plan = planSlots(func, order, loops, provenance, slotBytes);
    const spillChunks = Array.from({ length: Math.ceil(scratchSpills / SPILLS_PER_CHUNK) }, (_, chunk) =>
      Math.min(SPILLS_PER_CHUNK, scratchSpills - chunk * SPILLS_PER_CHUNK),
    );
    const parts = placeParts([...plan.chunkBytes, ...spillChunks.map((count) => count * SPILL_BYTES)], place.scratchStart);
    const scratch = parts.filter((part) => part !== null);
    const { mir, scratchBases } = select({
      func,
      facts,
      order,
      maps: place.maps,
      homes: plan.homes,
      scratch: parts.map((part) => part && placeOf(part, place.scratchMap)),
      keyDepth: KEY_BYTES,
      pointers: provenance.pointers,
    });
    const spillBases = scratchBases.slice(plan.chunkBytes.length) as MReg[];
    const { laidOut, allocation } = allocateRegisters(mir, spillBases);
    // The key of the scratch lookups shares the bytes of slots, none of which is in use yet.
    const stackBytes = Math.max(plan.stackBytes, scratch.length > 0 ? KEY_BYTES : 0);
    const onStack = Math.max(Math.floor((place.stackBytes - stackBytes) / SPILL_BYTES), pointerSpills(allocation, mir.pointers));
    if (allocation.spillCount > onStack + scratchSpills) return allocation.spillCount;
    const spillHome = (slot: number): SpillHome => {
      if (slot < onStack) return { kind: "stack", off: -stackBytes - SPILL_BYTES * (slot + 1) };
      const chunk = Math.floor((slot - onStack) / SPILLS_PER_CHUNK);
      return { kind: "scratch", base: spillBases[chunk]!, off: SPILL_BYTES * ((slot - onStack) % SPILLS_PER_CHUNK) };
    };
    return { ...emitFunction(laidOut, allocation, spillHome), scratch };
  };

  let result = attempt({ slotBytes: place.stackBytes - SPILL_RESERVE_BYTES, scratchSpills: 0 });
  if (typeof result === "number")
    result = attempt({ slotBytes: Math.max(0, place.stackBytes - SPILL_BYTES * (result + 2)), scratchSpills: 0 });
  while (typeof result === "number") result = attempt({ slotBytes: 0, scratchSpills: result + 8 });
  return result;
}

const KEY_BYTES = 8;

/** Spill slots, from the first on, that hold pointers: those must be on the stack, or the verifier would forget what they point to. */
function pointerSpills({ spills }: Allocation, pointers: ReadonlySet<number>): number {
  let count = 0;
  for (const [reg, slot] of spills) if (pointers.has(reg)) count = Math.max(count, slot + 1);
  return count;
}

const irSuccessors = (end: Terminator): readonly number[] => {
  if (end.op === "jump") return [end.to];
  // `then` last, so that it is laid out first (order.ts).
  return end.op === "branch" ? [end.else, end.then] : [];
};

function allocateRegisters(mir: MFunction, everywhere: readonly MReg[]): { laidOut: MFunction; allocation: Allocation } {
  const blocks = layOut(mir.blocks);
  let laidOut: MFunction = { ...mir, blocks };
  let liveness = analyseLiveness(laidOut, everywhere);
  if (liveness.undefinedAtEntry.length > 0) {
    laidOut = { ...laidOut, blocks: zeroed(blocks, liveness.undefinedAtEntry) };
    liveness = analyseLiveness(laidOut, everywhere);
  }
  return { laidOut, allocation: allocate(laidOut, liveness, loopDepths(laidOut.blocks)) };
}

/** The verifier refuses reads of registers that were not written on every path. */
function zeroed(blocks: readonly MBlock[], regs: readonly MReg[]): MBlock[] {
  const [entry, ...rest] = blocks;
  const { insns, end } = entry!;
  const zeros = regs.map((dst) => ({ op: "mov", wide: true, dst, src: { imm: 0 }, span: end.span }) as const);
  return [{ insns: [...insns.slice(0, 1), ...zeros, ...insns.slice(1)], end }, ...rest];
}

function loopDepths(blocks: readonly MBlock[]): number[] {
  const order = blocks.map((_, index) => index);
  const change = new Int32Array(blocks.length + 1);
  for (const [first, last] of loopStretches(order, blocks.length, (block) => successors(blocks[block]!.end))) {
    change[first]!++;
    change[last + 1]!--;
  }
  let depth = 0;
  return order.map((index) => (depth += change[index]!));
}
