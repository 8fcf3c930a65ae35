/**
 * Values behind pointers: `*p`, and members and elements of it. Only the part that is asked for is read, by the helper for the
 * pointer's address space; what cannot be read is zero, and with -k a warning (rows 3.35, 3.36, 10.18).
 */
import type { HirExpr } from "../hir/hir.ts";
import type { Address, Operand } from "../ir/ir.ts";
import { sizeOf } from "../types/type.ts";
import { bitsIn, bitsOfMember, fieldBytes, structMember } from "./bit-fields.ts";
import { addressToRead } from "./fields.ts";
import type { Lowering } from "./lowering.ts";
import { loadScalar } from "./maps.ts";
import { isOverlaid } from "../types/numbers-in.ts";
import { toNativeOrder, type Origin } from "./native-order.ts";
import { mayBeOwnAddress } from "./own-addresses.ts";
import { addrArg, imm } from "./operand.ts";
import { warnOfFailedRead } from "./records.ts";
import { isKernelPointer } from "./text.ts";

type Index = Extract<HirExpr, { kind: "index" }>;

/** Memory of the traced machine. */
export interface Remote extends Origin {
  readonly off: number;
  readonly helper: "probe_read_kernel" | "probe_read_user";
}

/** Constant index that is in bounds, or leads into an array of no declared length, which has no end. */
function constantOffset(expr: Index): number | null {
  const { operand, index } = expr;
  if (operand.type.kind !== "array" || index.kind !== "int" || index.value < 0n) return null;
  const { length } = operand.type;
  if (length > 0 && index.value >= BigInt(length)) return null;
  const off = index.value * BigInt(sizeOf(expr.type));
  return off <= 0x7fff_ffffn ? Number(off) : null;
}

/** Whether the expression is a part of what a pointer leads to, so that its own bytes can be read alone. */
export function isRemote(expr: HirExpr): boolean {
  if (expr.kind === "deref") return true;
  if (expr.kind === "member") return expr.operand.type.kind === "struct" && isRemote(expr.operand);
  return expr.kind === "index" && constantOffset(expr) !== null && isRemote(expr.operand);
}

/** Where it lies; evaluates the pointer. Only for isRemote(expr); a bit-field is where its first byte is. */
export function remoteOf(l: Lowering, expr: HirExpr): Remote {
  if (expr.kind === "deref") {
    const { pointer } = expr;
    const helper = isKernelPointer(pointer) ? "probe_read_kernel" : "probe_read_user";
    const mayBeOwn = helper === "probe_read_kernel" && mayBeOwnAddress(pointer, l.probe.ownLocals, l.program.ownAddresses);
    return { base: addressToRead(l, pointer), off: 0, helper, mayBeOwn };
  }
  if (expr.kind === "member") {
    const remote = remoteOf(l, expr.operand);
    const { type } = expr.operand;
    // Those keep the bytes that were recorded in copies of ours too.
    const isShared = type.kind === "struct" && isOverlaid(type, expr.index);
    return { ...remote, off: remote.off + structMember(expr).offset, mayBeOwn: remote.mayBeOwn && !isShared };
  }
  if (expr.kind !== "index") throw new Error(`${expr.kind} is not behind a pointer`);
  const remote = remoteOf(l, expr.operand);
  return { ...remote, off: remote.off + constantOffset(expr)! };
}

/** Fills `to`: zeroes if the memory cannot be read. */
export function readRemote(l: Lowering, { base, off, helper }: Remote, to: Address, sizeBytes: number, node: HirExpr): void {
  const { b } = l;
  const from = off === 0 ? base : b.bin("add", base, imm(off));
  const args = [addrArg(to), imm(sizeBytes), from];
  if (!l.program.options.keepWarnings) return b.helperVoid(helper, args);
  warnOfFailedRead(l, node, helper, b.helper(helper, args));
}

/** A scalar behind a pointer. */
export function remoteValue(l: Lowering, expr: HirExpr): Operand {
  return l.b.scratchScope(() => {
    const remote = remoteOf(l, expr);
    const bits = expr.kind === "member" ? bitsOfMember(expr) : null;
    const slot = l.b.scratch("read", bits === null ? 8 : 16);
    readRemote(l, remote, slot, bits === null ? sizeOf(expr.type) : fieldBytes(bits), expr);
    if (bits === null) toNativeOrder(l, slot, expr.type, remote);
    return bits === null ? loadScalar(l, slot, expr.type) : bitsIn(l, slot, bits, expr.type);
  });
}

export function remoteInto(l: Lowering, expr: HirExpr, to: Address): void {
  const remote = remoteOf(l, expr);
  readRemote(l, remote, to, sizeOf(expr.type), expr);
  toNativeOrder(l, to, expr.type, remote);
}

/** The element of `array` that a run-time index picks, in a slot. */
export function remoteElement(l: Lowering, expr: Index, array: Remote, index: Operand): Address {
  const { b } = l;
  const sizeBytes = sizeOf(expr.type);
  const base = b.bin("add", array.base, b.bin("mul", index, imm(sizeBytes)));
  const slot = b.scratch("element", sizeBytes);
  readRemote(l, { ...array, base }, slot, sizeBytes, expr);
  toNativeOrder(l, slot, expr.type, { ...array, base });
  return slot;
}
