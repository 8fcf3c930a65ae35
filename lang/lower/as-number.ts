/**
 * Pointers of the machine itself as numbers. The verifiers know what such a pointer leads to: they forbid most arithmetic on it, and
 * storing it where user space could see it. Read back by a helper it is a number like any other.
 */
import type { Operand } from "../ir/ir.ts";
import type { Lowering } from "./lowering.ts";
import { addrArg, imm, reg } from "./operand.ts";

const POINTER_BYTES = 8;

export function asNumber(l: Lowering, pointer: Operand): Operand {
  const { b } = l;
  const [kept, read] = [b.slot("pointer", POINTER_BYTES, "stack"), b.slot("address", POINTER_BYTES)];
  b.store(kept, POINTER_BYTES, pointer);
  b.helperVoid("probe_read_kernel", [addrArg(read), imm(POINTER_BYTES), reg(b.addressOf(kept))]);
  return b.load(read, POINTER_BYTES, false);
}
