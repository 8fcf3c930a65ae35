/** Addresses of user code with what they take to be named: whose they are, and when (src/bpf/memory.ts, SPACE_WINDOW). */
import type { HirExpr } from "../hir/hir.ts";
import type { Address, Operand } from "../ir/ir.ts";
import { PROBED_CODE } from "../types/type.ts";
import type { Lowering } from "./lowering.ts";
import { addrArg, imm, shift } from "./operand.ts";

export const spaceWindow = { base: 0x73_7061n << 40n, space: 4 } as const;

const readProcess = (l: Lowering, to: Address): void => l.b.helperVoid("probe_read_kernel", [addrArg(to), imm(8), imm(spaceWindow.base)]);

export function usymInto(l: Lowering, { address, probe }: Extract<HirExpr, { kind: "ksym" | "usym" }>, to: Address): void {
  const { b } = l;
  b.store(to, 8, l.rules.value(l, address));
  if (probe === undefined) return readProcess(l, shift(to, 8));
  b.store(shift(to, 8), 4, imm(PROBED_CODE));
  b.store(shift(to, 12), 4, imm(probe));
}

/** Number of the address space that the current process has now. */
export function addressSpace(l: Lowering): Operand {
  const process = l.b.scratch("process", 8);
  readProcess(l, process);
  return l.b.load(shift(process, spaceWindow.space), 4, false);
}
