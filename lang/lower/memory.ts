/** Expressions whose values live in memory: strings, tuples, records, arrays, inet addresses. */
import type { HirExpr } from "../hir/hir.ts";
import type { Address, Operand } from "../ir/ir.ts";
import { layoutOf, sizeOf, type Type } from "../types/type.ts";
import { statsInto } from "./aggregates.ts";
import { bitsOf } from "./bits.ts";
import { commInto, commPlace, isComm } from "./builtins.ts";
import { bufferInto } from "./buffers.ts";
import { charArrayInto } from "./char-arrays.ts";
import { isRemote, remoteInto } from "./deref.ts";
import { elementInto } from "./elements.ts";
import { storeField } from "./fields.ts";
import { at, cacheHere, enter, type Lowering } from "./lowering.ts";
import { loadScalar, readInto } from "./maps.ts";
import { memberOffsets, memberPlace, memberTypes, paddingOf } from "./members.ts";
import { inRecordedOrder, turnRecorded } from "./native-order.ts";
import { addrArg, alignmentOf, imm, reg, shift } from "./operand.ts";
import { keepsBytes, turnIfOverlaid } from "./overlaid.ts";
import { convert, isScalar, scalarSize } from "./scalars.ts";
import { memoryHome } from "./storage.ts";
import { concatInto } from "./concat.ts";
import { taskCommInto } from "./tasks.ts";
import { tableTextInto } from "./table-text.ts";
import { stackInto } from "./stacks.ts";
import { usymInto } from "./user-code.ts";
import { isKernelPointer, storeStrOf, storeString } from "./text.ts";

const copyTo = (l: Lowering, to: Address, from: Address, sizeBytes: number): void => l.b.emit({ op: "copy", to, from, sizeBytes });

/** Bytes of a literal, zero up to the type's capacity; of a string also behind a NUL in it. */
function literalInto(l: Lowering, expr: Extract<HirExpr, { kind: "str" }>, to: Address): void {
  if (expr.bytes.length === 0) return l.b.emit({ op: "zero", to, sizeBytes: sizeOf(expr.type) });
  const bytes = new Uint8Array(sizeOf(expr.type));
  const nul = expr.type.kind === "string" ? expr.bytes.indexOf(0) : -1;
  bytes.set(expr.bytes.subarray(0, nul < 0 ? bytes.length : nul));
  l.b.emit({ op: "bytes", to, bytes });
}

interface Member {
  readonly type: Type;
  /** Bytes that `write` fills. */
  write(to: Address): void;
}

/** Members at their offsets, with zeroes between: padding is part of keys. */
function membersInto(l: Lowering, members: readonly Member[], to: Address): void {
  const types = members.map((member) => member.type);
  const { offsets } = layoutOf(types);
  for (const [off, size] of paddingOf(types)) l.b.emit({ op: "zero", to: shift(to, off), sizeBytes: size });
  members.forEach((member, i) => member.write(shift(to, offsets[i]!)));
}

/** Any value, scalar or not, at an address aligned for its type. */
function anyInto(l: Lowering, expr: HirExpr, to: Address): void {
  if (isScalar(expr.type)) l.b.store(to, scalarSize(expr.type), bitsOf(l, expr));
  else into(l, expr, to);
}

const memberOf = (l: Lowering, expr: HirExpr): Member => ({ type: expr.type, write: (to) => anyInto(l, expr, to) });

/** A value that lies in memory as one of a wider type of the same shape. */
function widenInto(l: Lowering, from: Address, fromType: Type, toType: Type, to: Address): void {
  if (isScalar(toType)) {
    l.b.store(to, scalarSize(toType), convert(l, loadScalar(l, from, fromType), fromType, toType));
    return;
  }
  if (toType.kind === "tuple" || toType.kind === "record") {
    const offsets = memberOffsets(fromType);
    const sources = memberTypes(fromType);
    const members = memberTypes(toType).map((type, i): Member => {
      const source = sourceIndex(fromType, toType, i);
      return { type, write: (target) => widenInto(l, shift(from, offsets[source]!), sources[source]!, type, target) };
    });
    return membersInto(l, members, to);
  }
  const [size, fromSize] = [sizeOf(toType), sizeOf(fromType)];
  copyTo(l, to, from, Math.min(size, fromSize));
  if (size > fromSize) l.b.emit({ op: "zero", to: shift(to, fromSize), sizeBytes: size - fromSize });
}

/** Records match by name, in any order (row 3.41). */
function sourceIndex(from: Type, to: Type, index: number): number {
  if (from.kind !== "record" || to.kind !== "record") return index;
  return from.fields.findIndex((field) => field.name === to.fields[index]?.name);
}

function castInto(l: Lowering, expr: Extract<HirExpr, { kind: "cast" }>, to: Address): void {
  const { operand, type } = expr;
  if (type.kind === "string" && operand.type.kind === "string") return storeString(l, operand, to, sizeOf(type));
  if (isScalar(operand.type)) {
    // A number as an array of its bytes (row 3.28).
    l.b.emit({ op: "zero", to, sizeBytes: sizeOf(type) });
    const value = l.b.scratch("value", 8);
    const sizeBytes = Math.min(8, sizeOf(type));
    l.b.store(value, 8, inRecordedOrder(l, l.rules.value(l, operand), sizeBytes));
    copyTo(l, to, value, sizeBytes);
    return turnRecorded(l, to, type);
  }
  if (type.kind === "array" && (operand.kind === "str" || operand.type.kind === "string")) {
    if (operand.kind === "str") literalInto(l, { ...operand, type }, to);
    else copyTo(l, to, l.rules.place(l, operand), sizeOf(type));
    return turnRecorded(l, to, type);
  }
  if (type.kind === "tuple" && operand.kind === "tuple") {
    const members = operand.elems.map((elem, i) => memberOf(l, { kind: "cast", operand: elem, type: type.elems[i]!, span: elem.span }));
    return membersInto(l, members, to);
  }
  widenInto(l, l.rules.place(l, operand), operand.type, type, to);
}

function conditionalInto(l: Lowering, expr: Extract<HirExpr, { kind: "cond" }>, to: Address): void {
  const { b } = l;
  const [yes, no, done] = [b.block(), b.block(), b.block()];
  const { then, otherwise } = l.rules.branch(l, expr.cond, yes, no);
  enter(l, yes, then);
  into(l, expr.then, to);
  const afterThen = cacheHere(l);
  b.jump(done);
  enter(l, no, otherwise);
  into(l, expr.else, to);
  const afterElse = cacheHere(l);
  b.jump(done);
  enter(l, done, afterThen, afterElse);
}

/** Linux include/linux/socket.h, and how many bytes an address of the family has. */
const FAMILIES = [
  { family: 2, addressBytes: 4 },
  { family: 10, addressBytes: 16 },
] as const;

/** Bytes of an address of the family, 0 for a family that is neither IPv4 nor IPv6. */
function addressBytes(l: Lowering, family: HirExpr): Operand {
  const { b } = l;
  const value = l.rules.value(l, family);
  const bytes = b.copyOf(imm(0));
  const done = b.block();
  for (const known of FAMILIES) {
    const [matches, next] = [b.block(), b.block()];
    // A register, so that the branch has one to compare.
    b.branch("eq", reg(b.copyOf(value)), imm(known.family), matches, next);
    b.enter(matches);
    b.emit({ op: "mov", dst: bytes, src: imm(known.addressBytes) });
    b.jump(done);
    b.enter(next);
  }
  b.jump(done);
  b.enter(done);
  return reg(bytes);
}

/** u32 length of the address, then 16 bytes of which it takes the first, then 4 that are none of it. */
function inetInto(l: Lowering, { family, address }: Extract<HirExpr, { kind: "ntop" }>, to: Address): void {
  const { b } = l;
  const sizeBytes = isScalar(address.type) ? 4 : sizeOf(address.type);
  b.emit({ op: "zero", to, sizeBytes: sizeOf({ kind: "inet" }) });
  b.store(to, 4, family === null ? imm(sizeBytes) : addressBytes(l, family));
  if (isScalar(address.type)) {
    const value = b.scratch("value", 8);
    b.store(value, 4, inRecordedOrder(l, l.rules.value(l, address), 4));
    copyTo(l, shift(to, 4), value, 4);
  } else copyTo(l, shift(to, 4), l.rules.place(l, address), sizeBytes);
}

const MAC_BYTES = 6;

/** A failed read leaves zeroes. */
function macInto(l: Lowering, source: HirExpr, to: Address): void {
  if (!isScalar(source.type)) return copyTo(l, to, l.rules.place(l, source), MAC_BYTES);
  const from = l.rules.value(l, source);
  l.b.helperVoid(isKernelPointer(source) ? "probe_read_kernel" : "probe_read_user", [addrArg(to), imm(MAC_BYTES), from]);
}

function write(l: Lowering, expr: HirExpr, to: Address): void {
  switch (expr.kind) {
    case "str":
      return literalInto(l, expr, to);
    case "tuple":
      return membersInto(
        l,
        expr.elems.map((elem) => memberOf(l, elem)),
        to,
      );
    case "record":
      return membersInto(
        l,
        expr.fields.map((field) => memberOf(l, field.value)),
        to,
      );
    case "map":
      return readInto(l, expr, to);
    case "aggregate_value":
      return statsInto(l, expr, to);
    case "field":
      return fieldInto(l, expr, to);
    case "builtin":
      return l.cache.has("comm") ? copyTo(l, to, commPlace(l), sizeOf(expr.type)) : commInto(l, to);
    case "cast":
      return castInto(l, expr, to);
    case "cond":
      return conditionalInto(l, expr, to);
    case "deref":
      return remoteInto(l, expr, to);
    case "index":
      return isRemote(expr) ? remoteInto(l, expr, to) : partInto(l, expr, to, () => elementInto(l, expr, to));
    case "char_array":
      return charArrayInto(l, expr, to);
    case "buf_of":
      return bufferInto(l, expr, to);
    case "block":
      l.rules.block(l, expr.body);
      return into(l, expr.value, to);
    case "str_of":
      return storeStrOf(l, expr, to);
    case "concat":
      return concatInto(l, expr, to);
    case "table_text":
      return tableTextInto(l, expr, to);
    case "task_comm":
      return taskCommInto(l, expr.pid, to);
    case "macaddr":
      return macInto(l, expr.source, to);
    case "stack":
      if (expr.type.kind !== "stack") throw new Error("a stack of another type");
      return stackInto(l, expr.type, to);
    case "usym":
      return usymInto(l, expr, to);
    case "ntop":
      return inetInto(l, expr, to);
    case "member":
      if (isRemote(expr)) return remoteInto(l, expr, to);
      return partInto(l, expr, to, () => copyTo(l, to, memberPlace(l, expr), sizeOf(expr.type)));
    case "local":
      return copyTo(l, to, l.rules.place(l, expr), sizeOf(expr.type));
    default:
      throw new Error(`${expr.kind} is no value in memory`);
  }
}

/** A part of a copy. */
function partInto(l: Lowering, expr: HirExpr, to: Address, copy: () => void): void {
  copy();
  turnIfOverlaid(l, expr, to);
}

/** Fields are copied word by word from an aligned start; elsewhere by way of a slot. */
function fieldInto(l: Lowering, expr: Extract<HirExpr, { kind: "field" }>, to: Address): void {
  if (alignmentOf(to.off) === 8) return storeField(l, expr.field, expr.type, to);
  const slot = l.b.scratch("field", expr.field.sizeBytes);
  storeField(l, expr.field, expr.type, slot);
  copyTo(l, to, slot, sizeOf(expr.type));
}

export function into(l: Lowering, expr: HirExpr, to: Address): void {
  at(l, expr.span, () => write(l, expr, to));
}

export function place(l: Lowering, expr: HirExpr): Address {
  return at(l, expr.span, () => {
    if (expr.kind === "local" && !isScalar(expr.type)) return memoryHome(l, expr.local);
    if (expr.kind === "member" && !isRemote(expr) && !keepsBytes(l, expr)) return memberPlace(l, expr);
    if (isComm(expr)) return commPlace(l);
    const slot = l.b.scratch(expr.type.kind, sizeOf(expr.type));
    anyInto(l, expr, slot);
    return slot;
  });
}

export function keptPlace(l: Lowering, expr: HirExpr): Address {
  if (!keepsBytes(l, expr)) return place(l, expr);
  return at(l, expr.span, () => {
    if (expr.kind === "member") return memberPlace(l, expr);
    if (expr.kind !== "index") throw new Error(`${expr.kind} is no part of a copy`);
    const slot = l.b.scratch(expr.type.kind, sizeOf(expr.type));
    elementInto(l, expr, slot);
    return slot;
  });
}
