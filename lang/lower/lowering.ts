/** What the parts of the lowering share: the program being built, the function being built, and the way back to each other. */
import type { Span } from "../diagnostics/diagnostic.ts";
import type { HirBlock, HirExpr, HirFunction, HirMap, HirMapId, HirLocal, LocalId } from "../hir/hir.ts";
import type { Action, Address, BlockId, FuncId, IrFunction, IrMap, MapId, Operand, VReg } from "../ir/ir.ts";
import type { FunctionBuilder, InsnBody } from "./builder.ts";
import { emptyCache, meetCaches, type Cache } from "./cache.ts";
import type { LocalUse, LoopPath } from "./locals.ts";
import { imm, pointee, reg, shift } from "./operand.ts";
import type { OwnAddresses } from "./own-addresses.ts";

export interface LowerOptions {
  /** Possible CPUs of the recording: per-CPU cells are read over all of them. */
  readonly ncpus: number;
  /** Byte order of the recorded fields. */
  readonly byteOrder: "little" | "big";
  /** Size of the output ring: a power of two, at least a page. */
  readonly outputRingBytes: number;
  /** -k: failed reads and lookups that find nothing are warned about. */
  readonly keepWarnings?: boolean;
}

type WithoutSpan<T> = T extends unknown ? Omit<T, "span"> : never;
export type ActionBody = WithoutSpan<Action>;

export interface ProgramState {
  readonly options: LowerOptions;
  /** Stacks keep how many frames they have. */
  readonly countsFrames: boolean;
  readonly ownAddresses: OwnAddresses;
  readonly hirMaps: readonly HirMap[];
  readonly hirFunctions: readonly HirFunction[];
  /** Script maps first, with the numbers of their HirMapId; internal ones behind. */
  readonly maps: IrMap[];
  readonly actions: Action[];
  /** null: reserved, being built. */
  readonly functions: (IrFunction | null)[];
  readonly internalMaps: Map<string, MapId>;
  readonly internalFunctions: Map<string, FuncId>;
  /** Functions of the script that are called, by their number. */
  readonly scriptFunctions: Map<number, FuncId>;
  /** Actions by the node that causes them: a statement that is lowered twice (unroll) has one. */
  readonly actionIds: Map<object, number>;
}

/** Memory of the main function that loop callbacks reach through their argument: one 8-byte field each. */
export interface Frame {
  /** Offset of the field; `init` gives the instructions that set it at the start of the main function. */
  offset(field: string, init?: (at: Address) => readonly InsnBody[]): number;
  readonly isUsed: () => boolean;
  readonly slot: () => Address;
}

export type Storage =
  | { readonly kind: "reg"; readonly reg: VReg }
  /** A scalar takes 8 bytes there. */
  | { readonly kind: "memory"; readonly addr: Address };

/** A probe, or a function of the script: what its loops share. */
export interface ProbeState {
  readonly main: FunctionBuilder;
  readonly uses: ReadonlyMap<LocalId, LocalUse>;
  readonly frame: Frame;
  readonly localTypes: readonly HirLocal[];
  /** Variables that may hold addresses of the script's own memory (own-addresses.ts). */
  readonly ownLocals: ReadonlySet<LocalId>;
  /** The verifier is to know nothing about variables (hiding.ts). */
  readonly hidesVariables: boolean;
}

/** Where `break` and `continue` go: to a block, or out of the callback with its answer (1 stop, 0 go on). */
export interface LoopTargets {
  readonly onBreak: BlockId | "stop";
  readonly onContinue: BlockId | "next";
}

/** The mutually recursive parts; each lives in a file of its own. */
export interface Rules {
  /** A scalar, extended to 64 bits by the sign of its type. */
  value(l: Lowering, expr: HirExpr): Operand;
  /** Writes all sizeOf(type) bytes of the value. Strings are zero behind their NUL, padding is zero. */
  into(l: Lowering, expr: HirExpr, to: Address): void;
  /** Memory, not to be written, that holds the value as `into` leaves it. */
  place(l: Lowering, expr: HirExpr): Address;
  /** The same, but what is part of a copied union is there as it was copied (overlaid.ts): to take a member or an element of it. */
  keptPlace(l: Lowering, expr: HirExpr): Address;
  /** Jumps by the truth of a condition; tells what each side may reuse. */
  branch(l: Lowering, cond: HirExpr, then: BlockId, otherwise: BlockId): Branches;
  /** For its effects alone. */
  effect(l: Lowering, expr: HirExpr): void;
  block(l: Lowering, block: HirBlock): void;
}

export interface Branches {
  readonly then: Cache;
  readonly otherwise: Cache;
}

export interface Lowering {
  readonly program: ProgramState;
  readonly probe: ProbeState;
  readonly rules: Rules;
  readonly b: FunctionBuilder;
  /** The loops whose bodies this function is; empty in the main function. */
  readonly path: LoopPath;
  /** Register with the frame's address; null in the main function, whose slot the frame is. */
  readonly frameReg: VReg | null;
  /** The function around the loop that this one is the body of. */
  readonly outer: Lowering | null;
  readonly locals: Map<LocalId, Storage>;
  /** Shared locals in memory that this function clears at its start. */
  readonly zeroed: Set<LocalId>;
  /** Slot of the current comm, once it was asked for. */
  comm: Address | null;
  /** A loop body: some path in it ends the whole probe. */
  mayReturn: boolean;
  cache: Cache;
  targets: LoopTargets | null;
}

/** At the start of a program, or of a function of the script. */
export const functionBody = (program: ProgramState, rules: Rules, probe: ProbeState): Lowering => ({
  program,
  probe,
  rules,
  b: probe.main,
  path: [],
  frameReg: null,
  outer: null,
  locals: new Map(),
  zeroed: new Set(),
  comm: null,
  mayReturn: false,
  cache: emptyCache,
  targets: null,
});

export function frameField(l: Lowering, field: string, init?: (at: Address) => readonly InsnBody[]): Address {
  const off = l.probe.frame.offset(field, init);
  return shift(l.frameReg === null ? l.probe.frame.slot() : pointee(reg(l.frameReg)), off);
}

export function createFrame(main: FunctionBuilder): Frame {
  const fields = new Map<string, number>();
  let slot: Address | null = null;
  const theSlot = (): Address => (slot ??= main.slot("frame", 0, "stack"));
  return {
    isUsed: () => slot !== null,
    slot: theSlot,
    offset(field, init) {
      const known = fields.get(field);
      if (known !== undefined) return known;
      const off = fields.size * 8;
      fields.set(field, off);
      main.growSlot(theSlot(), off + 8);
      if (init !== undefined) main.prologue(init(shift(theSlot(), off)));
      return off;
    },
  };
}

/** The value from the cache, or computed now and kept. */
export function cached(l: Lowering, key: string, compute: () => Operand): Operand {
  const known = l.cache.get(key);
  if (known !== undefined) return known;
  const value = compute();
  if (value.kind === "reg") l.b.pin(value.reg);
  l.cache = new Map(l.cache).set(key, value);
  return value;
}

/** The context pointer of the probe's program. */
export function contextPointer(l: Lowering): VReg {
  if (l.frameReg === null) return l.b.params[0]!;
  const pointer = cached(l, "ctx", () => {
    const program = l.probe.main.params[0]!;
    return l.b.load(
      frameField(l, "ctx", (at) => [{ op: "store", to: at, size: 8, src: reg(program) }]),
      8,
      false,
    );
  });
  if (pointer.kind !== "reg") throw new Error("constant context pointer");
  return pointer.reg;
}

/** Runs `body` with instructions attributed to `span`. */
export function at<T>(l: Lowering, span: Span, body: () => T): T {
  const outer = l.b.span;
  l.b.span = span;
  const result = body();
  l.b.span = outer;
  return result;
}

/** Continues in `block`, which paths with these caches reach. */
export function enter(l: Lowering, block: BlockId, ...from: readonly (Cache | null)[]): void {
  l.b.enter(block);
  l.cache = from.reduce<Cache | null>((a, b) => (a === null ? b : b === null ? a : meet(l, a, b)), null) ?? emptyCache;
}

/** What is known where paths with these caches meet. */
export const meet = (l: Lowering, a: Cache | null, b: Cache | null): Cache => meetCaches(a, b, (reg) => l.b.wasCompared(reg));

/** What is cached here, null where no path arrives: for `enter` of a later block. */
export const cacheHere = (l: Lowering): Cache | null => (l.b.isReachable() ? l.cache : null);

export const hirMap = (l: Lowering, map: HirMapId): HirMap => l.program.hirMaps[map]!;
/** Script maps keep their numbers. */
export const irMapId = (map: HirMapId): MapId => map as number as MapId;

export function internalMap(program: ProgramState, map: Omit<IrMap, "script">): MapId {
  const known = program.internalMaps.get(map.name);
  if (known !== undefined) return known;
  const id = (program.maps.push({ ...map, script: null }) - 1) as MapId;
  program.internalMaps.set(map.name, id);
  return id;
}

export const reserveFunction = (program: ProgramState): FuncId => (program.functions.push(null) - 1) as FuncId;

export const zero = imm(0);
