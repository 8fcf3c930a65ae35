/** Output records: u32 action id, u32 flags, arguments each at a multiple of 8, so that the whole is written in words. */
import type { Span } from "../diagnostics/diagnostic.ts";
import type { HirExpr } from "../hir/hir.ts";
import { RECORD_FLAG_YIELD, RECORD_HEADER_BYTES, type ActionArg, type Address, type Operand } from "../ir/ir.ts";
import { sizeOf, type Type } from "../types/type.ts";
import { bitsOf } from "./bits.ts";
import { storeRawField } from "./fields.ts";
import { internalMap, zero, type ActionBody, type Lowering } from "./lowering.ts";
import { addrArg, imm, mapArg, shift } from "./operand.ts";
import { isScalar } from "./scalars.ts";
import { readString } from "./text.ts";

const padTo8 = (n: number): number => Math.ceil(n / 8) * 8;

/** Offsets of arguments from `start` on, and the size of the record. */
export function layOutArgs(
  types: readonly Type[],
  start = RECORD_HEADER_BYTES,
): { readonly args: readonly ActionArg[]; readonly sizeBytes: number } {
  let offset = start;
  const args = types.map((type): ActionArg => {
    const arg = { type, offset };
    offset += padTo8(sizeOf(type));
    return arg;
  });
  return { args, sizeBytes: offset };
}

/** Number of the action of `node`, entered into the table when it is new. */
function actionId(l: Lowering, node: object, span: Span, body: ActionBody): number {
  const known = l.program.actionIds.get(node);
  if (known !== undefined) return known;
  const id = l.program.actions.push({ ...body, span }) - 1;
  l.program.actionIds.set(node, id);
  return id;
}

export interface Emission {
  /** What the action belongs to: the same node gives the same action again. */
  readonly node: object;
  readonly span: Span;
  readonly action: ActionBody;
  /** Writes everything behind the header. */
  readonly fill?: (record: Address) => void;
}

function emitWithFlags(l: Lowering, { node, span, action, fill }: Emission, flags: number): void {
  const { b } = l;
  const id = actionId(l, node, span, action);
  const record = b.scratch("record", action.sizeBytes);
  fill?.(record);
  if (flags === 0) b.store(record, 8, imm(id));
  else {
    b.store(record, 4, imm(id));
    b.store(shift(record, 4), 4, imm(flags));
  }
  const ring = internalMap(l.program, {
    name: "ringbuf",
    kind: "ringbuf",
    keyBytes: 0,
    valueBytes: 0,
    maxEntries: l.program.options.outputRingBytes,
  });
  b.helperVoid("ringbuf_output", [mapArg(ring), addrArg(record), imm(action.sizeBytes), zero]);
}

/** User space may handle the record later. */
export const emitRecord = (l: Lowering, emission: Emission): void => emitWithFlags(l, emission, 0);
/** User space must handle the record before the next event: it looks at maps, or ends the run. */
export const emitYield = (l: Lowering, emission: Emission): void => emitWithFlags(l, emission, RECORD_FLAG_YIELD);

/** A run-time warning (row 10.16); `result` is the helper's answer, `helper` empty when none is to blame. */
export function warn(
  l: Lowering,
  node: object,
  span: Span,
  { message, helper, result }: { readonly message: string; readonly helper: string; readonly result: Operand },
): void {
  emitRecord(l, {
    node,
    span,
    action: { kind: "helper_error", message, helper, sizeBytes: 16 },
    fill: (record) => l.b.store(shift(record, 8), 8, result),
  });
}

/** Writes one argument; padding up to the next multiple of 8 is zero. */
export function fillArg(l: Lowering, expr: HirExpr, to: Address): void {
  if (isScalar(expr.type)) return l.b.store(to, 8, bitsOf(l, expr));
  const sizeBytes = sizeOf(expr.type);
  if (sizeBytes === 0) return l.rules.effect(l, expr);
  if (sizeBytes % 8 !== 0) l.b.store(shift(to, padTo8(sizeBytes) - 8), 8, zero);
  // Output stops at the NUL: what lies behind it needs no clearing.
  if (expr.kind === "field" && expr.type.kind === "string") return storeRawField(l, expr.field, to);
  if (expr.kind === "str_of" && expr.length === null && expr.pointer.type.kind !== "string") return readString(l, expr, to);
  l.rules.into(l, expr, to);
}
