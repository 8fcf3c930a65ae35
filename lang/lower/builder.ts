/** Builds one IR function: blocks in the order they are entered, cold ones at the end. */
import type { Span } from "../diagnostics/diagnostic.ts";
import type { Address, BinFn, BlockId, CallArg, Cond, IrInsn, Operand, Slot, SlotId, Terminator, VReg } from "../ir/ir.ts";
import type { HelperName } from "../ir/helpers.ts";
import { helper } from "../ir/helpers.ts";
import { foldBin, holds, mirrored } from "./fold.ts";
import { isImm, reg, slotAt } from "./operand.ts";

type WithoutSpan<T> = T extends unknown ? Omit<T, "span"> : never;
export type InsnBody = WithoutSpan<IrInsn>;

export interface DraftBlock {
  readonly insns: IrInsn[];
  end: Terminator | null;
  readonly cold: boolean;
}

export interface FunctionBuilder {
  readonly name: string;
  readonly params: readonly VReg[];
  readonly blocks: readonly DraftBlock[];
  /** Blocks in the order in which they were entered. */
  readonly order: readonly BlockId[];
  readonly slots: readonly Slot[];
  /** Where the instructions emitted next come from. */
  span: Span;
  vregCount(): number;
  vreg(): VReg;
  /** A register that outlives the instruction that made it: `setTo` must not rename it. */
  pin(reg: VReg): void;
  /** A slot of its own, 8-aligned, its size rounded up to 8. */
  slot(name: string, sizeBytes: number, place?: "stack"): Address;
  /** Makes a slot large enough for `sizeBytes`. */
  growSlot(slot: Address, sizeBytes: number): void;
  /** Its address goes where nothing can follow it: it must outlive the function's last instruction that names it. */
  letEscape(slot: Address): void;
  /** A slot that later scopes may use again. */
  scratch(name: string, sizeBytes: number): Address;
  /** Gives the scratch slots taken inside `body` back. */
  scratchScope<T>(body: () => T): T;
  block(): BlockId;
  /** A block that is rarely reached: laid out after all others. */
  coldBlock(): BlockId;
  enter(block: BlockId): void;
  /** False after a jump, branch or return: what is emitted then is dropped. */
  isReachable(): boolean;
  emit(insn: InsnBody): void;
  /** Puts instructions in front of everything, at the function's start. */
  prologue(insns: readonly InsnBody[]): void;
  jump(to: BlockId): void;
  branch(cond: Cond, a: Operand, b: Operand, then: BlockId, otherwise: BlockId): void;
  /** Some branch so far has compared it. */
  wasCompared(reg: VReg): boolean;
  ret(value: Operand): void;
  bin(fn: BinFn, a: Operand, b: Operand): Operand;
  load(from: Address, size: 1 | 2 | 4 | 8, signed: boolean): Operand;
  store(to: Address, size: 1 | 2 | 4 | 8, src: Operand): void;
  addressOf(addr: Address): VReg;
  /** A new register that holds a copy. */
  copyOf(src: Operand): VReg;
  /** dst = src, by renaming the instruction that has just computed src where possible. */
  setTo(dst: VReg, src: Operand): void;
  helper(name: HelperName, args: readonly CallArg[]): Operand;
  helperVoid(name: HelperName, args: readonly CallArg[]): void;
}

const padTo8 = (n: number): number => Math.ceil(n / 8) * 8;

export function createFunction(name: string, paramCount: number, span: Span): FunctionBuilder {
  const blocks: DraftBlock[] = [];
  const order: BlockId[] = [];
  const slots: Slot[] = [];
  const pinned = new Set<VReg>();
  const compared = new Set<VReg>();
  const free: { readonly name: string; readonly slot: SlotId }[] = [];
  let taken: { readonly name: string; readonly slot: SlotId }[] = [];
  let vregs = 0;
  let current: DraftBlock | null = null;

  const vreg = (): VReg => vregs++ as VReg;
  const params = Array.from({ length: paramCount }, vreg);
  for (const param of params) pinned.add(param);

  const addBlock = (cold: boolean): BlockId => (blocks.push({ insns: [], end: null, cold }) - 1) as BlockId;
  const addSlot = (slot: Slot): SlotId => (slots.push(slot) - 1) as SlotId;
  const end = (terminator: WithoutSpan<Terminator>): void => {
    if (current !== null) current.end = { ...terminator, span: builder.span };
    current = null;
  };
  const toNewReg = (make: (dst: VReg) => InsnBody): Operand => {
    const dst = vreg();
    builder.emit(make(dst));
    return reg(dst);
  };

  const builder: FunctionBuilder = {
    name,
    params,
    blocks,
    order,
    slots,
    span,
    vregCount: () => vregs,
    vreg,
    pin: (r) => pinned.add(r),
    slot: (slotName, sizeBytes, place) =>
      slotAt(addSlot({ name: slotName, sizeBytes: padTo8(sizeBytes), align: 8, ...(place === "stack" && { onStack: true }) })),
    growSlot(addr, sizeBytes) {
      if (addr.kind !== "slot") throw new Error("only slots grow");
      const slot = slots[addr.slot]!;
      slots[addr.slot] = { ...slot, sizeBytes: Math.max(slot.sizeBytes, padTo8(sizeBytes)) };
    },
    letEscape(addr) {
      if (addr.kind !== "slot") throw new Error("only slots escape");
      slots[addr.slot] = { ...slots[addr.slot]!, escapes: true };
    },
    scratch(slotName, sizeBytes) {
      const wanted = padTo8(sizeBytes);
      const at = free.findIndex((f) => f.name === slotName && slots[f.slot]!.sizeBytes === wanted);
      const found = at < 0 ? undefined : free.splice(at, 1)[0];
      const slot = found ?? { name: slotName, slot: addSlot({ name: slotName, sizeBytes: wanted, align: 8 }) };
      taken.push(slot);
      return slotAt(slot.slot);
    },
    scratchScope(body) {
      const outer = taken;
      taken = [];
      const result = body();
      free.push(...taken);
      taken = outer;
      return result;
    },
    block: () => addBlock(false),
    coldBlock: () => addBlock(true),
    enter(block) {
      if (current !== null) throw new Error("block entered before the one before it has ended");
      current = blocks[block]!;
      order.push(block);
    },
    isReachable: () => current !== null,
    emit: (insn) => current?.insns.push({ ...insn, span: builder.span }),
    prologue: (insns) => blocks[0]!.insns.unshift(...insns.map((insn) => ({ ...insn, span }))),
    jump: (to) => end({ op: "jump", to }),
    wasCompared: (r) => compared.has(r),
    branch(cond, a, b, then, otherwise) {
      if (!isImm(a)) compared.add(a.reg);
      if (!isImm(b)) compared.add(b.reg);
      if (isImm(a) && isImm(b)) {
        end({ op: "jump", to: holds(cond, a.value, b.value) ? then : otherwise });
        return;
      }
      // Constants go to the right, where the machine has them.
      if (isImm(a)) {
        end({ op: "branch", cond: mirrored[cond], a: b, b: a, then, else: otherwise });
        return;
      }
      end({ op: "branch", cond, a, b, then, else: otherwise });
    },
    ret: (value) => end({ op: "return", value }),
    bin: (fn, a, b) => foldBin(fn, a, b) ?? toNewReg((dst) => ({ op: "bin", fn, dst, a, b })),
    load: (from, size, signed) => toNewReg((dst) => ({ op: "load", dst, from, size, signed })),
    store: (to, size, src) => builder.emit({ op: "store", to, size, src }),
    addressOf(addr) {
      const dst = vreg();
      builder.emit({ op: "addressOf", dst, addr });
      return dst;
    },
    copyOf(src) {
      const dst = vreg();
      builder.setTo(dst, src);
      return dst;
    },
    setTo(dst, src) {
      const last = current?.insns.at(-1);
      if (current === null || isImm(src) || pinned.has(src.reg) || last === undefined || !("dst" in last) || last.dst !== src.reg) {
        builder.emit({ op: "mov", dst, src });
        return;
      }
      current.insns[current.insns.length - 1] = { ...last, dst };
    },
    helper: (helperName, args) => toNewReg((dst) => ({ op: "helper", dst, helper: helper[helperName], args })),
    helperVoid: (helperName, args) => builder.emit({ op: "helper", dst: null, helper: helper[helperName], args }),
  };
  builder.enter(builder.block());
  return builder;
}
