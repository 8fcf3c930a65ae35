/** Output records: u32 action id, u32 flags, arguments each at a multiple of 8, so that the whole is written in words. */
import type { Span } from "../diagnostics/diagnostic.ts";
import type { HirExpr } from "../hir/hir.ts";
import type { HelperName } from "../ir/helpers.ts";
import { RECORD_FLAG_YIELD, RECORD_HEADER_BYTES, type ActionArg, type Address, type Operand } from "../ir/ir.ts";
import { sizeOf, type Type } from "../types/type.ts";
import { internalMap, zero, type ActionBody, type Lowering } from "./lowering.ts";
import { addrArg, imm, mapArg, shift } from "./operand.ts";

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

const BAD_ADDRESS = "Bad address";

/** With -k: a read of memory that failed is a warning (row 10.18). `result`: the helper's answer, negative if it did. */
export function warnOfFailedRead(l: Lowering, expr: HirExpr, helper: HelperName, result: Operand): void {
  const { b } = l;
  const [failed, done] = [b.coldBlock(), b.block()];
  b.branch("slt", result, zero, failed, done);
  b.enter(failed);
  warn(l, expr, expr.span, { message: BAD_ADDRESS, helper, result });
  b.jump(done);
  b.enter(done);
}
