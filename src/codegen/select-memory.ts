/** Instruction selection for memory: accesses no wider than the verifier lets them be, blocks of bytes by words or by helper. */
import type { Address, IrInsn, Operand } from "../../lang/ir/ir.ts";
import type { Size } from "../bpf/isa/insn.ts";
import { fitsImm } from "./arithmetic.ts";
import { asAddr, asOperand, emit, emitConst, emitMove, inReg, knownValue, moved, mreg, slotPlace, temp } from "./builder.ts";
import type { Builder } from "./builder.ts";
import type { MAddr, MReg } from "./mir.ts";
import { framePointer } from "./mir.ts";
import { signExtend } from "./select-arithmetic.ts";

/** Beyond this, one helper call is shorter and faster than the words. */
const INLINE_BYTES = 256;
/** long bpf_probe_read_kernel(void *dst, u32 size, const void *src): zeroes dst when src can't be read. */
const PROBE_READ_KERNEL = 113;

/** What an offset is a multiple of: 1, 2, 4 or 8. */
const alignmentOf = (off: number): Size => ((off | 8) & -(off | 8)) as Size;

/** The kernel wants stack accesses aligned, elsewhere x86 takes any (linux kernel/bpf/verifier.c, check_ptr_alignment). */
const accessSize = (addr: MAddr, size: Size): Size => (addr.base === framePointer ? (Math.min(size, alignmentOf(addr.off)) as Size) : size);

export function selectLoad(b: Builder, insn: IrInsn & { op: "load" }): void {
  const from = asAddr(b, insn.from);
  loadParts(b, mreg(insn.dst), from, insn.size, accessSize(from, insn.size), insn.signed);
}

/** Context accesses must be aligned; records of packed structs are not always. */
export function selectLoadCtx(b: Builder, insn: IrInsn & { op: "loadCtx" }): void {
  const from = asAddr(b, { kind: "ptr", reg: insn.ctx, off: insn.off });
  loadParts(b, mreg(insn.dst), from, insn.size, Math.min(insn.size, alignmentOf(insn.off)) as Size, insn.signed);
}

function loadParts(b: Builder, dst: MReg, from: MAddr, size: Size, part: Size, signed: boolean): void {
  // The base may be dst itself, so the parts gather elsewhere.
  const into = part === size ? dst : temp(b);
  emit(b, { op: "load", dst: into, size: part, from });
  for (let at: number = part; at < size; at += part) {
    const piece = temp(b);
    emit(b, { op: "load", dst: piece, size: part, from: moved(from, at) });
    emit(b, { op: "alu", fn: "lsh", wide: true, dst: piece, src: { imm: at * 8 } });
    emit(b, { op: "alu", fn: "or", wide: true, dst: into, src: { reg: piece } });
  }
  emitMove(b, dst, into);
  if (signed && size < 8) signExtend(b, dst, size * 8);
}

export function selectStore(b: Builder, insn: IrInsn & { op: "store" }): void {
  const to = asAddr(b, insn.to);
  const part = accessSize(to, insn.size);
  const value = knownValue(b, insn.src);
  if (value !== null) return storeConst(b, to, insn.size, part, value);
  const src = asOperand(b, insn.src);
  emit(b, { op: "store", size: part, to, src });
  for (let at: number = part; at < insn.size; at += part) {
    const piece = temp(b);
    emit(b, { op: "mov", wide: true, dst: piece, src });
    emit(b, { op: "alu", fn: "rsh", wide: true, dst: piece, src: { imm: at * 8 } });
    emit(b, { op: "store", size: part, to: moved(to, at), src: { reg: piece } });
  }
}

function storeConst(b: Builder, to: MAddr, size: Size, part: Size, value: bigint): void {
  if (part === 8 && !fitsImm(value)) return storeConst(b, to, 8, 4, value);
  for (let at = 0; at < size; at += part) {
    const imm = Number(BigInt.asIntN(Math.min(part * 8, 32), value >> BigInt(at * 8)));
    emit(b, { op: "store", size: part, to: moved(to, at), src: { imm } });
  }
}

export function selectAddTo(b: Builder, insn: IrInsn & { op: "addTo" }): void {
  const to = asAddr(b, insn.to);
  if (isShared(b, insn.to)) return emit(b, { op: "atomicAdd", to, src: inReg(b, insn.src) });
  const sum = temp(b);
  emit(b, { op: "load", dst: sum, size: 8, from: to });
  emit(b, { op: "alu", fn: "add", wide: true, dst: sum, src: asOperand(b, insn.src) });
  emit(b, { op: "store", size: 8, to, src: { reg: sum } });
}

/** The address is in the value of a map that all CPUs share. */
function isShared(b: Builder, address: Address): boolean {
  if (address.kind === "slot") return false;
  const definition = b.facts.definition[address.reg];
  const map = definition?.op === "helper" ? definition.args[0] : undefined;
  if (map?.kind !== "map") return false;
  const { kind } = b.maps[map.map]!;
  return kind === "hash" || kind === "array" || kind === "lru_hash";
}

/** Widest pieces for `sizeBytes` at addresses of which all are multiples of `align` at their start. */
function* pieces(sizeBytes: number, align: Size): Generator<readonly [at: number, size: Size]> {
  for (let at = 0; at < sizeBytes;) {
    let size = align;
    while (size > sizeBytes - at) size = (size / 2) as Size;
    yield [at, size];
    at += size;
  }
}

/** Pointers are taken for aligned to 8: map values, records and slots are, and the compiler points into them at C-aligned offsets. */
const alignOf = (b: Builder, address: Address): Size => alignmentOf(slotPlace(b, address)?.off ?? address.off);

export function selectZero(b: Builder, insn: IrInsn & { op: "zero" }): void {
  if (insn.sizeBytes > INLINE_BYTES) {
    // The address 0 is never readable, so all of dst is zeroed.
    return callProbeRead(b, asAddr(b, insn.to), insn.sizeBytes, null);
  }
  const to = asAddr(b, insn.to);
  for (const [at, size] of pieces(insn.sizeBytes, alignOf(b, insn.to))) emit(b, { op: "store", size, to: moved(to, at), src: { imm: 0 } });
}

export function selectCopy(b: Builder, insn: IrInsn & { op: "copy" }): void {
  const to = asAddr(b, insn.to);
  const from = asAddr(b, insn.from);
  if (insn.sizeBytes > INLINE_BYTES) return callProbeRead(b, to, insn.sizeBytes, from);
  const align = Math.min(alignOf(b, insn.to), alignOf(b, insn.from)) as Size;
  for (const [at, size] of pieces(insn.sizeBytes, align)) {
    const word = temp(b);
    emit(b, { op: "load", dst: word, size, from: moved(from, at) });
    emit(b, { op: "store", size, to: moved(to, at), src: { reg: word } });
  }
}

function callProbeRead(b: Builder, to: MAddr, sizeBytes: number, from: MAddr | null): void {
  emit(b, {
    op: "call",
    target: { kind: "helper", helper: PROBE_READ_KERNEL },
    args: [
      { kind: "addr", addr: to },
      { kind: "const", value: BigInt(sizeBytes) },
      from === null ? { kind: "const", value: 0n } : { kind: "addr", addr: from },
    ],
    dst: null,
  });
}

export function selectBytes(b: Builder, insn: IrInsn & { op: "bytes" }): void {
  const to = asAddr(b, insn.to);
  const view = new DataView(insn.bytes.buffer, insn.bytes.byteOffset, insn.bytes.byteLength);
  for (const [at, size] of pieces(insn.bytes.length, alignOf(b, insn.to))) storeConst(b, moved(to, at), size, size, readAt(view, at, size));
}

function readAt(view: DataView, at: number, size: Size): bigint {
  switch (size) {
    case 1:
      return BigInt(view.getInt8(at));
    case 2:
      return BigInt(view.getInt16(at, true));
    case 4:
      return BigInt(view.getInt32(at, true));
    case 8:
      return view.getBigInt64(at, true);
  }
}

export function selectAddressOf(b: Builder, insn: IrInsn & { op: "addressOf" }): void {
  emit(b, { op: "lea", dst: mreg(insn.dst), addr: asAddr(b, insn.addr) });
}

/** A pointer or number moved as it is. */
export function selectMov(b: Builder, dst: MReg, src: Operand): void {
  const value = knownValue(b, src);
  if (value !== null) return emitConst(b, dst, value);
  const place = src.kind === "reg" ? b.facts.slotAddresses.get(src.reg) : undefined;
  if (place !== undefined) return emit(b, { op: "lea", dst, addr: asAddr(b, { kind: "slot", ...place }) });
  emitMove(b, dst, inReg(b, src));
}
