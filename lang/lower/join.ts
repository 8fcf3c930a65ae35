/** join(): reads an array of string pointers, as execve's argv (rows 5.26, 10.25). */
import type { HirStmt } from "../hir/hir.ts";
import { RECORD_HEADER_BYTES } from "../ir/ir.ts";
import { string } from "../types/type.ts";
import { zero, type Lowering } from "./lowering.ts";
import { toNativeOrder } from "./native-order.ts";
import { addrArg, imm, shift } from "./operand.ts";
import { mayBeOwnAddress } from "./own-addresses.ts";
import { emitRecord, layOutArgs } from "./records.ts";
import { isKernelPointer } from "./text.ts";

const MAX_STRINGS = 16;
const STRING_BYTES = 1024;
const POINTER_BYTES = 8;

export function emitJoin(l: Lowering, stmt: Extract<HirStmt, { kind: "join" }>): void {
  const { b } = l;
  const types = Array.from({ length: MAX_STRINGS }, () => string(STRING_BYTES));
  const { args, sizeBytes } = layOutArgs(types, RECORD_HEADER_BYTES);
  const kernel = isKernelPointer(stmt.pointer);
  emitRecord(l, {
    node: stmt,
    span: stmt.span,
    action: { kind: "join", separator: stmt.separator, args, sizeBytes },
    fill(record) {
      const array = l.rules.value(l, stmt.pointer);
      const mayBeOwn = kernel && mayBeOwnAddress(stmt.pointer, l.probe.ownLocals, l.program.ownAddresses);
      const origin = { base: array, mayBeOwn };
      // An empty string ends the list for user space.
      for (const { offset } of args) b.store(shift(record, offset), 1, zero);
      const pointer = b.scratch("pointer", POINTER_BYTES);
      const done = b.block();
      args.forEach(({ offset }, i) => {
        const from = b.bin("add", array, imm(POINTER_BYTES * i));
        b.helperVoid(kernel ? "probe_read_kernel" : "probe_read_user", [addrArg(pointer), imm(POINTER_BYTES), from]);
        toNativeOrder(l, pointer, stmt.pointer.type, origin);
        const text = b.load(pointer, POINTER_BYTES, false);
        const read = b.block();
        b.branch("ne", text, zero, read, done);
        b.enter(read);
        b.helperVoid(kernel ? "probe_read_kernel_str" : "probe_read_user_str", [addrArg(shift(record, offset)), imm(STRING_BYTES), text]);
      });
      b.jump(done);
      b.enter(done);
    },
  });
}
