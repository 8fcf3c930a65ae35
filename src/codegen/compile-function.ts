/** One function from IR to instructions. */
import type { IrFunction, IrMap, Terminator } from "../../lang/ir/ir.ts";
import { allocate } from "./allocate.ts";
import type { Allocation } from "./allocate.ts";
import type { SpillHome } from "./emitter.ts";
import { emitFunction } from "./emit.ts";
import type { FunctionCode } from "./function-code.ts";
import { gatherFacts } from "./facts.ts";
import { SCRATCH_CHUNK_BYTES, SCRATCH_SPILL_BYTES, planSlots } from "./frame.ts";
import type { SlotPlan } from "./frame.ts";
import { layOut } from "./layout.ts";
import { analyseLiveness } from "./liveness.ts";
import type { MBlock, MFunction, MReg } from "./mir.ts";
import { successors } from "./mir.ts";
import { loopStretches, reversePostorder } from "./order.ts";
import { traceProvenance } from "./provenance.ts";
import { select } from "./select.ts";
import type { ScratchPlace } from "./select.ts";

/** What a function is compiled for. */
export interface FunctionPlace {
  /** Its parameter is a program's context. */
  readonly isProgram: boolean;
  readonly stackBytes: number;
  readonly maps: readonly IrMap[];
  /** First byte of scratch memory that its callers leave: map n has the bytes from n * SCRATCH_CHUNK_BYTES on. */
  readonly scratchStart: number;
  /** Index among the object's maps of the nth scratch map. */
  readonly scratchMap: (n: number) => number;
}

export interface CompiledFunction extends FunctionCode {
  /** Parts of scratch memory that it uses: bytes [start, end) in the sense of FunctionPlace.scratchStart. */
  readonly scratch: readonly { readonly start: number; readonly end: number }[];
}

/** Stack left for spilled registers at the first attempt. */
const SPILL_RESERVE_BYTES = 64;
const SPILL_BYTES = 8;

/** How a function may use the stack: the attempts get less and less generous to slots. */
interface Attempt {
  readonly slotBytes: number;
  /** Spilled registers may go to scratch memory. */
  readonly spillsToScratch: boolean;
}

export function compileFunction(func: IrFunction, place: FunctionPlace): CompiledFunction {
  const order = reversePostorder(0, func.blocks.length, (block) => irSuccessors(func.blocks[block]!.end));
  const loops = loopStretches(order, func.blocks.length, (block) => irSuccessors(func.blocks[block]!.end));
  const facts = gatherFacts(func, order);
  const provenance = traceProvenance(func, order, place.isProgram);

  const attempt = ({ slotBytes, spillsToScratch }: Attempt): { code: CompiledFunction | null; spillCount: number } => {
    const plan = planSlots(func, order, loops, provenance, slotBytes);
    const scratch = placeScratch(plan, place, spillsToScratch);
    const usesScratch = scratch.places.some((chunk) => chunk !== null);
    // The key of the scratch lookups shares the bytes of slots, none of which is in use yet.
    const stackBytes = Math.max(plan.stackBytes, usesScratch ? 8 : 0);
    const { mir, scratchBases } = select({
      func,
      facts,
      order,
      maps: place.maps,
      homes: plan.homes,
      scratch: scratch.places,
      keyDepth: 8,
      pointers: provenance.pointers,
    });
    const { laidOut, allocation } = allocateRegisters(mir, spillsToScratch ? [scratchBases[0]!] : []);
    const capacity = Math.floor((place.stackBytes - stackBytes) / SPILL_BYTES);
    if (allocation.spillCount > capacity && !spillsToScratch) return { code: null, spillCount: allocation.spillCount };
    const spillHome = (slot: number): SpillHome =>
      slot < capacity
        ? { kind: "stack", off: -stackBytes - SPILL_BYTES * (slot + 1) }
        : { kind: "scratch", base: scratchBases[0]!, off: (plan.chunkBytes[0] ?? 0) + SPILL_BYTES * (slot - capacity) };
    checkSpills(func, mir, allocation, capacity);
    return { code: { ...emitFunction(laidOut, allocation, spillHome), scratch: scratch.used }, spillCount: allocation.spillCount };
  };

  const generous = attempt({ slotBytes: place.stackBytes - SPILL_RESERVE_BYTES, spillsToScratch: false });
  if (generous.code !== null) return generous.code;
  const spillBytes = SPILL_BYTES * (generous.spillCount + 2);
  const modest = attempt({ slotBytes: Math.max(0, place.stackBytes - spillBytes), spillsToScratch: false });
  return modest.code ?? attempt({ slotBytes: 0, spillsToScratch: true }).code!;
}

const irSuccessors = (end: Terminator): readonly number[] => {
  if (end.op === "jump") return [end.to];
  // `then` last, so that it is laid out first (order.ts).
  return end.op === "branch" ? [end.else, end.then] : [];
};

/** Chunks one after the other behind the callers' memory, none across two maps. */
function placeScratch(
  plan: SlotPlan,
  place: FunctionPlace,
  withSpills: boolean,
): { readonly places: readonly (ScratchPlace | null)[]; readonly used: CompiledFunction["scratch"] } {
  const parts: { start: number; end: number }[] = [];
  let at = place.scratchStart;
  const sizes = withSpills && plan.chunkBytes.length === 0 ? [0] : plan.chunkBytes;
  const places = sizes.map((used, chunk) => {
    const sizeBytes = used + (withSpills && chunk === 0 ? SCRATCH_SPILL_BYTES : 0);
    if (sizeBytes === 0) return null;
    const left = SCRATCH_CHUNK_BYTES - (at % SCRATCH_CHUNK_BYTES);
    if (sizeBytes > left) at += left;
    const start = at;
    at += sizeBytes;
    parts.push({ start, end: at });
    return { map: place.scratchMap(Math.floor(start / SCRATCH_CHUNK_BYTES)), off: start % SCRATCH_CHUNK_BYTES };
  });
  return { places, used: parts };
}

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

function checkSpills(func: IrFunction, mir: MFunction, allocation: Allocation, stackSlots: number): void {
  for (const [reg, slot] of allocation.spills)
    if (slot >= stackSlots && mir.pointers.has(reg)) throw new Error(`${func.name} keeps more pointers than the stack has room for`);
  if ((allocation.spillCount - stackSlots) * SPILL_BYTES > SCRATCH_SPILL_BYTES) throw new Error(`${func.name} keeps too many values`);
}
