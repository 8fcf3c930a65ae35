/**
 * Pointers of the machine itself as numbers. The verifiers know what such a pointer leads to: they forbid most arithmetic on it, and
 * storing it where user space could see it. Read back by a helper it is a number like any other.
 */
import type { Operand } from "../ir/ir.ts";
import type { Lowering } from "./lowering.ts";
import { addrArg, imm, reg, shift } from "./operand.ts";

const POINTER_BYTES = 8;

/**
 * Behind an address in the record of the event (src/bpf/memory.ts, RECORD_WINDOW): a replay, which keeps records anywhere in its own memory,
 * reads it as the number that stands for it. To a kernel it is a word like any other.
 */
export const RECORD_MARK = 0x2174_6164_2174_6164n;

/** An address in the record. */
export function recordAddress(l: Lowering, pointer: Operand): Operand {
  const { b } = l;
  const [kept, read] = [b.slot("pointer and mark", 2 * POINTER_BYTES, "stack"), b.slot("address and mark", 2 * POINTER_BYTES)];
  b.store(kept, POINTER_BYTES, pointer);
  b.store(shift(kept, POINTER_BYTES), POINTER_BYTES, imm(RECORD_MARK));
  b.helperVoid("probe_read_kernel", [addrArg(read), imm(2 * POINTER_BYTES), reg(b.addressOf(kept))]);
  return b.load(read, POINTER_BYTES, false);
}

export function asNumber(l: Lowering, pointer: Operand): Operand {
  const { b } = l;
  const [kept, read] = [b.slot("pointer", POINTER_BYTES, "stack"), b.slot("address", POINTER_BYTES)];
  b.store(kept, POINTER_BYTES, pointer);
  b.helperVoid("probe_read_kernel", [addrArg(read), imm(POINTER_BYTES), reg(b.addressOf(kept))]);
  return b.load(read, POINTER_BYTES, false);
}
