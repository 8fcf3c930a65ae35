/** IR by hand, for tests. */
import type { ResolvedAttachPoint } from "../../lang/catalogue.ts";
import type {
  Address,
  Block,
  BlockId,
  CallArg,
  FuncId,
  IrFunction,
  IrInsn,
  IrMap,
  IrProgram,
  MapId,
  Operand,
  Slot,
  SlotId,
  Terminator,
  VReg,
} from "../../lang/ir/ir.ts";

type WithoutSpan<T> = T extends unknown ? Omit<T, "span"> : never;
export type Body = WithoutSpan<IrInsn>;
export type End = WithoutSpan<Terminator>;

export const v = (n: number): VReg => n as VReg;
export const bb = (n: number): BlockId => n as BlockId;
export const reg = (n: number): Operand => ({ kind: "reg", reg: v(n) });
export const imm = (value: bigint | number): Operand => ({ kind: "imm", value: BigInt(value) });
export const slotAt = (n: number, off = 0): Address => ({ kind: "slot", slot: n as SlotId, off });
export const ptr = (n: number, off = 0): Address => ({ kind: "ptr", reg: v(n), off });
export const addr = (address: Address): CallArg => ({ kind: "addr", addr: address });
export const map = (n: number): CallArg => ({ kind: "map", map: n as MapId });
export const funcArg = (n: number): CallArg => ({ kind: "func", func: n as FuncId });
export const slot = (sizeBytes: number, name = "s"): Slot => ({ name, sizeBytes, align: 8 });

/** Every instruction gets a span of its own, in order: [0, 1), [1, 2), … */
export function func(
  name: string,
  params: readonly number[],
  slots: readonly Slot[],
  blocks: readonly { readonly insns: readonly Body[]; readonly end: End }[],
): IrFunction {
  let at = 0;
  const spanned = <T>(body: T): T & { span: { start: number; end: number } } => ({ ...body, span: { start: at, end: ++at } });
  const withSpans = blocks.map(({ insns, end }): Block => ({
    insns: insns.map((insn) => spanned(insn) as IrInsn),
    end: spanned(end),
  }));
  return { name, params: params.map(v), vregCount: vregsOf(withSpans, params), slots, blocks: withSpans };
}

function vregsOf(blocks: readonly Block[], params: readonly number[]): number {
  let highest = Math.max(-1, ...params);
  JSON.stringify(blocks, (key, value: unknown) => {
    if ((key === "reg" || key === "dst" || key === "ctx") && typeof value === "number") highest = Math.max(highest, value);
    return typeof value === "bigint" ? 0 : value;
  });
  return highest + 1;
}

export const jump = (to: number): End => ({ op: "jump", to: bb(to) });
export const ret = (value: bigint | number | Operand): End => ({ op: "return", value: typeof value === "object" ? value : imm(value) });
export const branch = (
  cond: "eq" | "ne" | "ult" | "ugt" | "slt" | "sge",
  a: Operand,
  b: Operand,
  then: number,
  otherwise: number,
): End => ({
  op: "branch",
  cond,
  a,
  b,
  then: bb(then),
  else: bb(otherwise),
});

export const hashMap = (name: string, keyBytes: number, valueBytes: number, kind: IrMap["kind"] = "hash"): IrMap => ({
  name,
  kind,
  keyBytes,
  valueBytes,
  maxEntries: kind === "percpu_array" || kind === "array" ? 64 : 1000,
  script: null,
});

export const tracepoint = (category: string, name: string): ResolvedAttachPoint => ({
  provider: "tracepoint",
  name: `tracepoint:${category}:${name}`,
  tracepoint: { category, name, id: 1, fields: [] },
});
export const begin: ResolvedAttachPoint = { provider: "begin", name: "begin" };
export const interval: ResolvedAttachPoint = { provider: "interval", name: "interval:s:1", periodNs: 1_000_000_000n };

/** A program of one probe, whose function is the first. */
export const program = (functions: readonly IrFunction[], maps: readonly IrMap[] = [], point: ResolvedAttachPoint = begin): IrProgram => ({
  functions,
  probes: [{ func: 0 as FuncId, attach: [point], span: { start: 0, end: 1 } }],
  maps,
  actions: [],
});
