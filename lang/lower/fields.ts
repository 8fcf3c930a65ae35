/** Fields of the event record: constant offsets from the context pointer, every access aligned as the kernel demands. */
import type { TracepointField } from "../catalogue.ts";
import type { HirExpr } from "../hir/hir.ts";
import type { Address, Operand } from "../ir/ir.ts";
import { sizeOf, type Type } from "../types/type.ts";
import { recordAddress } from "./as-number.ts";
import { cached, contextPointer, zero, type Lowering } from "./lowering.ts";
import { addrArg, aligned, imm, reg, shift, type Size } from "./operand.ts";
import { extend, isScalar, isSigned } from "./scalars.ts";

export const isInlineField = (expr: HirExpr): expr is Extract<HirExpr, { kind: "field" }> =>
  expr.kind === "field" && expr.field.loc === "inline";

export function loadRecord(l: Lowering, off: number, size: Size, signed: boolean): Operand {
  const dst = l.b.vreg();
  l.b.emit({ op: "loadCtx", dst, ctx: contextPointer(l), off, size, signed });
  return reg(dst);
}

/** `sizeBytes` (at most 8) record bytes as one little-endian number, zero-extended. */
export function loadRecordBytes(l: Lowering, off: number, sizeBytes: number): Operand {
  let word: Operand | null = null;
  for (const { at, size } of aligned(sizeBytes, off)) {
    const piece = loadRecord(l, off + at, size, false);
    word = word === null ? piece : l.b.bin("or", word, l.b.bin("shl", piece, imm(8 * at)));
  }
  return word ?? zero;
}

function toSize(sizeBytes: number, name: string): Size {
  if (sizeBytes === 1 || sizeBytes === 2 || sizeBytes === 4 || sizeBytes === 8) return sizeBytes;
  throw new Error(`field ${name} of ${sizeBytes} bytes read as a number`);
}

/** A number in the record, extended as the register convention wants. */
export function loadNumber(l: Lowering, off: number, size: Size, signed: boolean): Operand {
  const swapped = l.program.options.byteOrder === "big" && size > 1;
  if (off % size === 0 && !swapped) return loadRecord(l, off, size, signed);
  let word = loadRecordBytes(l, off, size);
  if (swapped) {
    const dst = l.b.vreg();
    l.b.emit({ op: "bswap", dst, src: word, bits: (size * 8) as 16 | 32 | 64 });
    word = reg(dst);
  }
  return signed ? extend(l, word, size, true) : word;
}

/** Address of a dynamic field's data: the u32 in the record is length << 16 | offset, from the record's start or from the field's end. */
function dynamicAddress(l: Lowering, field: TracepointField): Operand {
  const offset = l.b.bin("and", loadNumber(l, field.offset, 4, false), imm(0xffff));
  const address = l.b.bin("add", reg(contextPointer(l)), offset);
  return field.loc === "rel_loc" ? l.b.bin("add", address, imm(field.offset + 4)) : address;
}

/** A field that fits a register: an inline number, or the address of dynamic data as a number. */
export function fieldValue(l: Lowering, field: TracepointField, type: Type): Operand {
  return field.loc === "inline"
    ? inlineValue(l, field, isSigned(type))
    : cached(l, `number ${dataKey(field)}`, () => recordAddress(l, dataPointer(l, field)));
}

const dataKey = (field: TracepointField): string => `${field.loc} ${field.offset}`;

const dataPointer = (l: Lowering, field: TracepointField): Operand => cached(l, dataKey(field), () => dynamicAddress(l, field));

/** An address to read from at once: that of dynamic data needs not become a number for it. */
export function addressToRead(l: Lowering, pointer: HirExpr): Operand {
  if (pointer.kind === "field" && pointer.field.loc !== "inline") return dataPointer(l, pointer.field);
  return pointer.kind === "cast" && pointer.operand.type.kind === "pointer" ? addressToRead(l, pointer.operand) : l.rules.value(l, pointer);
}

const fieldKey = (field: TracepointField, signed: boolean): string =>
  `field ${field.offset} ${field.sizeBytes}${signed && field.sizeBytes < 8 ? " signed" : ""}`;

const inlineValue = (l: Lowering, field: TracepointField, signed: boolean): Operand =>
  cached(l, fieldKey(field, signed), () => loadNumber(l, field.offset, toSize(field.sizeBytes, field.name), signed));

/** An inline number with zeroes above its bytes, whatever its sign. */
export const fieldBits = (l: Lowering, field: TracepointField): Operand => inlineValue(l, field, false);

/** Copies the bytes as they are; `to` is aligned to 8. */
export function storeRawField(l: Lowering, field: TracepointField, to: Address): void {
  storeRawBytes(l, field.offset, field.sizeBytes, to);
}

function storeRawBytes(l: Lowering, off: number, sizeBytes: number, to: Address): void {
  if (sizeBytes > INLINE_COPY_BYTES) {
    const from = l.b.bin("add", reg(contextPointer(l)), imm(off));
    l.b.helperVoid("probe_read_kernel", [addrArg(to), imm(sizeBytes), from]);
    return;
  }
  for (const { at, size } of aligned(sizeBytes, off, to.off)) l.b.store(shift(to, at), size, loadRecord(l, off + at, size, false));
}

/** Beyond this a helper call is shorter than loads and stores. */
const INLINE_COPY_BYTES = 64;

const LOW_BITS = 0x0101010101010101n;
const HIGH_BITS = 0x8080808080808080n;

/** The high bit of every zero byte of `word`; bytes above the lowest such byte may be marked wrongly. Zero: no byte is zero. */
export function zeroBytes(l: Lowering, word: Operand): Operand {
  const borrowed = l.b.bin("sub", word, imm(LOW_BITS));
  return l.b.bin("and", l.b.bin("and", borrowed, l.b.bin("xor", word, imm(-1))), imm(HIGH_BITS));
}

/** Keeps the bytes of `word` below its first zero byte. `marks` may be zero: then all of them. */
function cutAtNul(l: Lowering, word: Operand, marks: Operand): Operand {
  const lowest = l.b.bin("and", marks, l.b.bin("sub", zero, marks));
  return l.b.bin("and", word, l.b.bin("sub", lowest, imm(1)));
}

/**
 * Copies a char array and clears what lies behind its NUL: the kernel leaves old bytes there, and equal strings must be equal keys
 * (row 3.19). `to` is aligned to 8.
 */
export function storeStringField(l: Lowering, field: TracepointField, to: Address): void {
  if (field.sizeBytes > INLINE_COPY_BYTES) return readStringField(l, field, to);
  const { b } = l;
  contextPointer(l); // into the cache before the paths part
  const done = b.block();
  for (let at = 0; at < field.sizeBytes; at += 8) {
    const size = Math.min(8, field.sizeBytes - at);
    const word = loadRecordBytes(l, field.offset + at, size);
    const marks = zeroBytes(l, word);
    const isLast = at + 8 >= field.sizeBytes;
    if (isLast) {
      storeWord(l, shift(to, at), size, cutAtNul(l, word, marks));
      break;
    }
    const [whole, cut] = [b.block(), b.block()];
    b.branch("eq", marks, zero, whole, cut);
    b.enter(cut);
    storeWord(l, shift(to, at), size, cutAtNul(l, word, marks));
    b.emit({ op: "zero", to: shift(to, at + 8), sizeBytes: field.sizeBytes - at - 8 });
    b.jump(done);
    b.enter(whole);
    storeWord(l, shift(to, at), size, word);
  }
  b.jump(done);
  b.enter(done);
}

/** The low `sizeBytes` of `word`. */
function storeWord(l: Lowering, to: Address, sizeBytes: number, word: Operand): void {
  for (const { at, size } of aligned(sizeBytes, to.off)) l.b.store(shift(to, at), size, l.b.bin("lshr", word, imm(8 * at)));
}

function readStringField(l: Lowering, field: TracepointField, to: Address): void {
  const { b } = l;
  b.emit({ op: "zero", to, sizeBytes: field.sizeBytes });
  const from = b.bin("add", reg(contextPointer(l)), imm(field.offset));
  const length = b.helper("probe_read_kernel_str", [addrArg(to), imm(field.sizeBytes), from]);
  // The helper ends a full array with a NUL of its own; the record's last byte may be a character.
  const [full, done] = [b.coldBlock(), b.block()];
  b.branch("ne", length, imm(field.sizeBytes), done, full);
  b.enter(full);
  b.store(shift(to, field.sizeBytes - 1), 1, loadRecord(l, field.offset + field.sizeBytes - 1, 1, false));
  b.jump(done);
  b.enter(done);
}

/** Arrays and other inline data of the record; numbers come in our byte order. `to` is aligned to 8. */
export function storeField(l: Lowering, field: TracepointField, type: Type, to: Address): void {
  if (type.kind === "string") return storeStringField(l, field, to);
  const elem = type.kind === "array" && isScalar(type.elem) ? scalarElement(type.elem) : null;
  if (type.kind !== "array" || elem === null || elem === 1 || l.program.options.byteOrder === "little") return storeRawField(l, field, to);
  for (let i = 0; i < type.length; i++) l.b.store(shift(to, i * elem), elem, loadNumber(l, field.offset + i * elem, elem, false));
}

const scalarElement = (type: Type): Size => toSize(sizeOf(type), "element");
