/** == and != of strings, tuples and arrays, and strncmp: jumps, word by word, out at the first difference. */
import type { HirExpr } from "../hir/hir.ts";
import type { Address, BlockId, Operand } from "../ir/ir.ts";
import { layoutOf, sizeOf, type Type } from "../types/type.ts";
import { isInlineField, loadRecord } from "./fields.ts";
import { zero, type Lowering } from "./lowering.ts";
import { alignmentOf, aligned, imm, reg, shift, type Size } from "./operand.ts";
import { isScalar, isSigned, scalarSize } from "./scalars.ts";
import { readStringAt, UNROLLED_BYTES } from "./text.ts";

/** Bytes that can be read in aligned pieces; `capacity` of them may be touched. */
interface Source {
  readonly off: number;
  readonly capacity: number;
  load(at: number, size: Size): Operand;
}

const memorySource = (l: Lowering, addr: Address, capacity: number): Source => ({
  off: addr.off,
  capacity,
  load: (at, size) => l.b.load(shift(addr, at), size, false),
});

/** The first `wanted` bytes of a string, for comparison with a constant: what lies behind its NUL may be anything. */
function stringSource(l: Lowering, expr: HirExpr, wanted: number): Source {
  const capacity = sizeOf(expr.type);
  if (isInlineField(expr)) {
    const { offset } = expr.field;
    return { off: offset, capacity, load: (at, size) => loadRecord(l, offset + at, size, false) };
  }
  if (expr.kind === "str_of" && expr.length === null && isScalar(expr.pointer.type)) {
    // One byte more than compared, so that the helper's own NUL at the end of a longer string is not in the way.
    const size = Math.min(capacity, wanted + 1);
    const to = l.b.scratch("str", size);
    readStringAt(l, expr.pointer, to, imm(size));
    return memorySource(l, to, size);
  }
  return memorySource(l, l.rules.place(l, expr), capacity);
}

/** The constant `bytes` cut into accesses of `source`: each tests `count` bytes and may read some more, which are masked away. */
function chunksOf(source: Source, count: number): { readonly at: number; readonly count: number; readonly size: Size }[] {
  const chunks: { at: number; count: number; size: Size }[] = [];
  for (let at = 0; at < count;) {
    const rest = count - at;
    let size: Size = alignmentOf(source.off + at);
    while (at + size > source.capacity) size = (size / 2) as Size;
    // A masked word beats pieces of 4+2+1 or 4+1, and 2+1; other rests fit a smaller access exactly.
    while (size > rest && !(size === 8 && rest > 4) && !(size === 4 && rest === 3)) size = (size / 2) as Size;
    const tested = Math.min(size, rest);
    chunks.push({ at, count: tested, size });
    at += tested;
  }
  return chunks;
}

function littleEndian(bytes: Uint8Array, at: number, count: number): bigint {
  let word = 0n;
  for (let i = count - 1; i >= 0; i--) word = (word << 8n) | BigInt(bytes[at + i]!);
  return word;
}

/** Jumps to `same` if the source starts with `bytes`. */
function branchOnBytes(l: Lowering, source: Source, bytes: Uint8Array, same: BlockId, different: BlockId): void {
  const { b } = l;
  const chunks = chunksOf(source, bytes.length);
  if (chunks.length === 0) return b.jump(same);
  chunks.forEach(({ at, count, size }, index) => {
    const expected = littleEndian(bytes, at, count);
    const read = source.load(at, size);
    const unused = BigInt(8 * (size - count));
    // Eight bytes: shifting out the rest takes no wide mask.
    const [word, constant] =
      unused === 0n
        ? [read, expected]
        : size === 8
          ? [b.bin("shl", read, imm(unused)), expected << unused]
          : [b.bin("and", read, imm((1n << BigInt(8 * count)) - 1n)), expected];
    const next = index === chunks.length - 1 ? same : b.block();
    b.branch("eq", word, imm(constant), next, different);
    if (next !== same) b.enter(next);
  });
}

/** Jumps by the equality of `count` bytes of memory. `endsAtZero`: both are strings, so words of zeroes end the comparison. */
function branchOnMemory(
  l: Lowering,
  left: Address,
  right: Address,
  count: number,
  form: "strings" | "values",
  same: BlockId,
  different: BlockId,
): void {
  const { b } = l;
  const wordBytes = Math.min(alignmentOf(left.off), alignmentOf(right.off)) as Size;
  const inLoop = count <= UNROLLED_BYTES ? 0 : count - (count % wordBytes);
  if (inLoop > 0) {
    const [starts, at] = [[left, right].map((addr) => b.addressOf(addr)), b.vreg()] as const;
    b.emit({ op: "mov", dst: at, src: zero });
    const [head, equal, next, after] = [b.block(), b.block(), b.block(), b.block()];
    b.jump(head);
    b.enter(head);
    const [a, c] = starts.map((start) => {
      const here = b.vreg();
      b.emit({ op: "bin", fn: "add", dst: here, a: reg(start), b: reg(at) });
      return b.load({ kind: "ptr", reg: here, off: 0 }, wordBytes, false);
    }) as [Operand, Operand];
    b.branch("eq", a, c, equal, different);
    b.enter(equal);
    if (form === "strings") b.branch("ne", a, zero, next, same);
    else b.jump(next);
    b.enter(next);
    b.emit({ op: "bin", fn: "add", dst: at, a: reg(at), b: imm(wordBytes) });
    b.branch("ult", reg(at), imm(inLoop), head, after);
    b.enter(after);
  }
  for (const { at, size } of aligned(count - inLoop, left.off + inLoop, right.off + inLoop)) {
    const next = b.block();
    b.branch("eq", b.load(shift(left, inLoop + at), size, false), b.load(shift(right, inLoop + at), size, false), next, different);
    b.enter(next);
  }
  b.jump(same);
}

const isText = (expr: HirExpr): boolean => expr.type.kind === "string";

/** The literal up to its first NUL, that included, cut to `limit` bytes. */
function literalBytes(bytes: Uint8Array, limit: number): Uint8Array {
  const nul = bytes.indexOf(0);
  const text = nul < 0 ? bytes : bytes.subarray(0, nul);
  const withNul = new Uint8Array(text.length + 1);
  withNul.set(text);
  return withNul.subarray(0, Math.min(withNul.length, limit));
}

function branchOnLiteral(
  l: Lowering,
  expr: HirExpr,
  literal: Extract<HirExpr, { kind: "str" }>,
  limit: number,
  same: BlockId,
  different: BlockId,
): void {
  const bytes = literalBytes(literal.bytes, Math.min(limit, sizeOf(expr.type)));
  branchOnBytes(l, stringSource(l, expr, bytes.length), bytes, same, different);
}

/** Strings: equal in the first `limit` bytes, or up to a NUL before that, or up to the smaller capacity (row 3.20). */
export function branchOnStrings(l: Lowering, left: HirExpr, right: HirExpr, limit: number, same: BlockId, different: BlockId): void {
  if (right.kind === "str") return branchOnLiteral(l, left, right, limit, same, different);
  if (left.kind === "str") return branchOnLiteral(l, right, left, limit, same, different);
  const count = Math.min(limit, sizeOf(left.type), sizeOf(right.type));
  const a = l.rules.place(l, left);
  const c = l.rules.place(l, right);
  branchOnMemory(l, a, c, count, "strings", same, different);
}

/** Values of any type laid out in memory; tuples member by member, since members may differ in width (row 3.40). */
function branchOnValues(
  l: Lowering,
  [leftType, left]: readonly [Type, Address],
  [rightType, right]: readonly [Type, Address],
  same: BlockId,
  different: BlockId,
): void {
  const { b } = l;
  if (leftType.kind === "string" && rightType.kind === "string")
    return branchOnMemory(l, left, right, Math.min(sizeOf(leftType), sizeOf(rightType)), "strings", same, different);
  const [leftMembers, rightMembers] = [membersOf(leftType), membersOf(rightType)];
  if (leftMembers !== null && rightMembers !== null) {
    const [leftOffsets, rightOffsets] = [layoutOf(leftMembers).offsets, layoutOf(rightMembers).offsets];
    leftMembers.forEach((member, i) => {
      const next = b.block();
      const other = rightMembers[i]!;
      branchOnValues(l, [member, shift(left, leftOffsets[i]!)], [other, shift(right, rightOffsets[i]!)], next, different);
      b.enter(next);
    });
    return b.jump(same);
  }
  if (isScalar(leftType) && isScalar(rightType)) {
    const a = b.load(left, scalarSize(leftType), isSigned(leftType));
    const c = b.load(right, scalarSize(rightType), isSigned(rightType));
    return b.branch("eq", a, c, same, different);
  }
  branchOnMemory(l, left, right, Math.min(sizeOf(leftType), sizeOf(rightType)), "values", same, different);
}

function membersOf(type: Type): readonly Type[] | null {
  if (type.kind === "tuple") return type.elems;
  return type.kind === "record" ? type.fields.map((field) => field.type) : null;
}

export function branchOnEqual(l: Lowering, left: HirExpr, right: HirExpr, same: BlockId, different: BlockId): void {
  if (isText(left) && isText(right)) return branchOnStrings(l, left, right, Infinity, same, different);
  const a = l.rules.place(l, left);
  const c = l.rules.place(l, right);
  branchOnValues(l, [left.type, a], [right.type, c], same, different);
}
