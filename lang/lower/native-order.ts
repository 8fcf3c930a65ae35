/** Memory of a big-endian machine in our byte order: each number that was read is turned where it lies. */
import type { Address, Operand } from "../ir/ir.ts";
import { sizeOf, type StructMember, type StructType, type Type } from "../types/type.ts";
import type { Lowering } from "./lowering.ts";
import { imm, reg, shift } from "./operand.ts";

interface Place {
  readonly offset: number;
  readonly sizeBytes: 2 | 4 | 8;
}

/** More than any struct has; an array as long is for functions that look at bytes. */
const MAX_NUMBERS = 8192;

const NUMBERS: ReadonlySet<string> = new Set(["int", "bool", "enum", "pointer"]);

const bytesOf = ({ type, offset, bits }: StructMember): readonly [number, number] => [
  offset,
  offset + (bits === undefined ? sizeOf(type) : Math.ceil((bits.shift + bits.count) / 8)),
];

/** Whether a member shares its bytes with others, as in a union: what the bytes are is not known before one of them is read. */
export function isOverlaid(type: StructType, index: number): boolean {
  const [start, end] = bytesOf(type.members[index]!);
  return type.members.some((other, i) => {
    const [from, to] = bytesOf(other);
    return i !== index && from < end && start < to;
  });
}

/** Numbers of more than one byte; bit-fields have none of their own, and members of unions stay as they are (overlaid.ts). */
function numbersIn(type: Type, offset: number, found: Place[]): Place[] {
  if (found.length > MAX_NUMBERS) return found;
  if (NUMBERS.has(type.kind)) {
    const sizeBytes = sizeOf(type);
    if (sizeBytes === 2 || sizeBytes === 4 || sizeBytes === 8) found.push({ offset, sizeBytes });
  } else if (type.kind === "array") {
    const step = sizeOf(type.elem);
    for (let i = 0; i < Math.min(type.length, MAX_NUMBERS + 1); i++) numbersIn(type.elem, offset + i * step, found);
  } else if (type.kind === "struct") {
    type.members.forEach((member, i) => {
      if (member.bits === undefined && !isOverlaid(type, i)) numbersIn(member.type, offset + member.offset, found);
    });
  }
  return found;
}

/** As src/bpf/memory.ts has it: tasks are ours, and in our order. */
export const TASK_ADDRESSES = { high: 0x74_736bn, shift: 40 } as const;

/** All ones for memory of the machine; 0 for that of a task. */
function machineMask(l: Lowering, address: Operand): Operand {
  const isTask = l.b.vreg();
  const high = l.b.bin("lshr", address, imm(TASK_ADDRESSES.shift));
  l.b.emit({ op: "setcc", dst: isTask, cond: "eq", a: high, b: imm(TASK_ADDRESSES.high) });
  return l.b.bin("sub", reg(isTask), imm(1));
}

/** `at`: what was read at `address`, a value of that type. */
export function toNativeOrder(l: Lowering, at: Address, type: Type, address: Operand): void {
  if (l.program.options.byteOrder === "little") return;
  const { b } = l;
  const numbers = numbersIn(type, 0, []);
  if (numbers.length === 0 || numbers.length > MAX_NUMBERS) return;
  const mask = machineMask(l, address);
  for (const { offset, sizeBytes } of numbers) {
    const place = shift(at, offset);
    const read = b.load(place, sizeBytes, false);
    const turned = b.vreg();
    b.emit({ op: "bswap", dst: turned, src: read, bits: (sizeBytes * 8) as 16 | 32 | 64 });
    // Without a branch: read ^ ((read ^ turned) & mask).
    b.store(place, sizeBytes, b.bin("xor", read, b.bin("and", b.bin("xor", read, reg(turned)), mask)));
  }
}
