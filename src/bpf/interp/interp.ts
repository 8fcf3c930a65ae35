/** The reference interpreter: every instruction as RFC 9669 words it, on BigInts. The JIT is held to it. */
import { HELPER } from "../helpers/table.ts";
import type { Insn, InsnIndex, Operand, Size } from "../isa/insn.ts";
import { STACK_BASE, STACK_FRAMES, STACK_FRAME_BYTES } from "../memory.ts";
import type { ProgramSpec } from "../spec.ts";
import { atomicResult, computeAlu, isTaken, negate, signExtend, swapBytes } from "./alu.ts";

/** r1 … r5, unsigned 64-bit. */
export type HelperArgs = readonly [bigint, bigint, bigint, bigint, bigint];

/** Where a helper is called from. */
export interface HelperCall {
  readonly program: ProgramSpec;
  readonly insn: InsnIndex;
}

/** What the machine gives to a program. Addresses are offsets into `memory`, in the low 32 bits. */
export interface InterpHost {
  readonly memory: DataView;
  /** All helpers but bpf_loop and bpf_for_each_map_elem, which call back into the program. Returns r0; negative errnos may be given as such. */
  readonly helpers: (id: number, args: HelperArgs, call: HelperCall) => bigint;
  /** What `lddw map` loads. */
  readonly mapAddress: (map: number) => bigint;
  /** Address of the first byte of element 0, for `lddw map_value`. */
  readonly mapValueAddress: (map: number) => bigint;
  /** Elements of the map at that address, in the order in which bpf_for_each_map_elem visits them; value is the current CPU's. */
  readonly elements: (mapAddress: bigint) => Iterable<{ readonly key: bigint; readonly value: bigint }>;
}

export interface Access {
  readonly insn: InsnIndex;
  readonly kind: "read" | "write";
  readonly address: number;
  readonly sizeBytes: number;
  /** r10 of the running frame. */
  readonly framePointer: number;
}

export interface InterpOptions {
  /** Instructions after which the run is cut off. */
  readonly budget?: number;
  /** Sees each load and store of the program before it happens. */
  readonly onAccess?: (access: Access) => void;
  /** Sees each instruction before it happens, with r0 … r10 (the running function's own, to be copied). */
  readonly onInsn?: (insn: InsnIndex, registers: readonly bigint[]) => void;
}

/** A program that passed the verifier exits; the others can only come from unverified ones. */
export type InterpResult =
  | { readonly kind: "exit"; readonly r0: bigint; readonly executed: number }
  | { readonly kind: "fault"; readonly insn: InsnIndex; readonly reason: string };

const DEFAULT_BUDGET = 100_000_000;
/** Linux BPF_MAX_LOOPS. */
const MAX_LOOPS = 1n << 23n;
const EINVAL = -22n;
const E2BIG = -7n;

class Fault extends Error {
  readonly insn: number;
  constructor(insn: number, reason: string) {
    super(reason);
    this.insn = insn;
  }
}

interface Run {
  readonly program: ProgramSpec;
  readonly host: InterpHost;
  readonly options: InterpOptions;
  left: number;
}

/** Runs the main function with r1 = ctx. */
export function interpret(program: ProgramSpec, ctx: bigint, host: InterpHost, options: InterpOptions = {}): InterpResult {
  const budget = options.budget ?? DEFAULT_BUDGET;
  const run: Run = { program, host, options, left: budget };
  try {
    const r0 = runFunction(run, 0, 0, [ctx, 0n, 0n, 0n, 0n]);
    return { kind: "exit", r0, executed: budget - run.left };
  } catch (error) {
    if (error instanceof Fault) return { kind: "fault", insn: error.insn as InsnIndex, reason: error.message };
    throw error;
  }
}

/** Runs one function in stack frame `frame` until it exits; gives its r0. */
function runFunction(run: Run, start: number, frame: number, args: HelperArgs): bigint {
  if (frame >= STACK_FRAMES) throw new Fault(start, `the call stack of ${frame + 1} frames is too deep !`);
  const framePointer = STACK_BASE + (frame + 1) * STACK_FRAME_BYTES;
  const regs: bigint[] = [0n, ...args, 0n, 0n, 0n, 0n, BigInt(framePointer)];
  const { insns } = run.program;
  const { onInsn } = run.options;
  const value = (operand: Operand): bigint => ("reg" in operand ? regs[operand.reg]! : BigInt.asUintN(64, BigInt(operand.imm)));
  for (let pc = start; ;) {
    const insn = insns[pc];
    if (!insn) throw new Fault(pc, "ran off the end of the program");
    if (run.left-- <= 0) throw new Fault(pc, "instruction budget used up");
    onInsn?.(pc as InsnIndex, regs);
    let next = pc + 1;
    switch (insn.kind) {
      case "alu":
        regs[insn.dst] = computeAlu(insn.op, insn.wide ? 64 : 32, regs[insn.dst]!, value(insn.src));
        break;
      case "neg":
        regs[insn.dst] = negate(insn.wide ? 64 : 32, regs[insn.dst]!);
        break;
      case "movsx":
        regs[insn.dst] = signExtend(insn.bits, insn.wide ? 64 : 32, regs[insn.src]!);
        break;
      case "end":
        // The machine is little-endian: le only truncates.
        regs[insn.dst] = insn.order === "le" ? BigInt.asUintN(insn.bits, regs[insn.dst]!) : swapBytes(insn.bits, regs[insn.dst]!);
        break;
      case "lddw":
        regs[insn.dst] = lddw(run, insn);
        break;
      case "load": {
        const raw = load(run, { pc, framePointer, at: regs[insn.base]! + BigInt(insn.off), size: insn.size });
        regs[insn.dst] = insn.signed ? BigInt.asUintN(64, BigInt.asIntN(insn.size * 8, raw)) : raw;
        break;
      }
      case "store":
        store(run, { pc, framePointer, at: regs[insn.base]! + BigInt(insn.off), size: insn.size }, value(insn.src));
        break;
      case "atomic": {
        const place: Place = { pc, framePointer, at: regs[insn.base]! + BigInt(insn.off), size: insn.size };
        const old = load(run, place);
        store(run, place, atomicResult(insn.op, old, regs[insn.src]!, BigInt.asUintN(insn.size * 8, regs[0]!)));
        if (insn.fetch) regs[insn.op === "cmpxchg" ? 0 : insn.src] = old;
        break;
      }
      case "jump":
        next = insn.target;
        break;
      case "branch":
        if (isTaken(insn.op, insn.wide ? 64 : 32, regs[insn.dst]!, value(insn.src))) next = insn.target;
        break;
      case "call":
        regs[0] = BigInt.asUintN(64, callHelper(run, insn.helper, pc, frame, argsOf(regs)));
        break;
      case "call_local":
        regs[0] = runFunction(run, insn.target, frame + 1, argsOf(regs));
        break;
      case "exit":
        return regs[0]!;
    }
    pc = next;
  }
}

function argsOf(regs: readonly bigint[]): HelperArgs {
  return [regs[1]!, regs[2]!, regs[3]!, regs[4]!, regs[5]!];
}

function lddw(run: Run, insn: Extract<Insn, { kind: "lddw" }>): bigint {
  const value = insn.value;
  switch (value.kind) {
    case "imm64":
      return value.value;
    case "map":
      return run.host.mapAddress(value.map);
    case "map_value":
      return run.host.mapValueAddress(value.map) + BigInt(value.off);
    case "func":
      return BigInt(value.target);
  }
}

function callHelper(run: Run, id: number, pc: number, frame: number, args: HelperArgs): bigint {
  if (id === HELPER.loop) return loop(run, frame, args);
  if (id === HELPER.forEachMapElem) return forEachElement(run, frame, args);
  return run.host.helpers(id, args, { program: run.program, insn: pc as InsnIndex });
}

/** bpf_loop(count, callback, callback_ctx, flags): the number of iterations done; a callback stops it with 1. */
function loop(run: Run, frame: number, [count64, callback, callbackCtx, flags]: HelperArgs): bigint {
  const count = BigInt.asUintN(32, count64);
  if (flags !== 0n) return EINVAL;
  if (count > MAX_LOOPS) return E2BIG;
  for (let i = 0n; i < count; i++) {
    if (runFunction(run, Number(callback), frame + 1, [i, callbackCtx, 0n, 0n, 0n]) !== 0n) return i + 1n;
  }
  return count;
}

/** bpf_for_each_map_elem(map, callback, callback_ctx, flags): the number of elements seen. */
function forEachElement(run: Run, frame: number, [map, callback, callbackCtx, flags]: HelperArgs): bigint {
  if (flags !== 0n) return EINVAL;
  let seen = 0n;
  for (const { key, value } of run.host.elements(map)) {
    seen++;
    if (runFunction(run, Number(callback), frame + 1, [map, key, value, callbackCtx, 0n]) !== 0n) break;
  }
  return seen;
}

interface Place {
  readonly pc: number;
  readonly framePointer: number;
  readonly at: bigint;
  readonly size: Size;
}

function addressOf(run: Run, place: Place, kind: "read" | "write"): number {
  const address = Number(BigInt.asUintN(32, place.at));
  const { pc, framePointer, size } = place;
  run.options.onAccess?.({ insn: pc as InsnIndex, kind, address, sizeBytes: size, framePointer });
  if (address + size > run.host.memory.byteLength) throw new Fault(pc, `${kind} of ${size} bytes at ${address} is outside of the memory`);
  return address;
}

function load(run: Run, place: Place): bigint {
  const address = addressOf(run, place, "read");
  const { memory } = run.host;
  switch (place.size) {
    case 1:
      return BigInt(memory.getUint8(address));
    case 2:
      return BigInt(memory.getUint16(address, true));
    case 4:
      return BigInt(memory.getUint32(address, true));
    case 8:
      return memory.getBigUint64(address, true);
  }
}

function store(run: Run, place: Place, value: bigint): void {
  const address = addressOf(run, place, "write");
  const { memory } = run.host;
  switch (place.size) {
    case 1:
      memory.setUint8(address, Number(value & 0xffn));
      break;
    case 2:
      memory.setUint16(address, Number(value & 0xffffn), true);
      break;
    case 4:
      memory.setUint32(address, Number(value & 0xffffffffn), true);
      break;
    case 8:
      memory.setBigUint64(address, value, true);
      break;
  }
}
