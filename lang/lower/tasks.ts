/**
 * What the replay knows of tasks other than the current one: memory at an address made of the pid. src/bpf/memory.ts (TASK_WINDOW) has the
 * other side of these numbers.
 */
import type { HirExpr } from "../hir/hir.ts";
import type { Address, Operand } from "../ir/ir.ts";
import type { Lowering } from "./lowering.ts";
import { addrArg, imm } from "./operand.ts";

export const taskWindow = { base: 0x74_6173n << 40n, pidShift: 5, parent: 0n, parentTgid: 4n, comm: 16n, commBytes: 16 } as const;

function readTask(l: Lowering, pid: HirExpr, field: bigint, to: Address, sizeBytes: number): void {
  const { b } = l;
  // The pid is a uint32, so that this cannot lead out of the window.
  const offset = b.bin("shl", l.rules.value(l, pid), imm(taskWindow.pidShift));
  b.helperVoid("probe_read_kernel", [addrArg(to), imm(sizeBytes), b.bin("add", offset, imm(taskWindow.base + field))]);
}

export function taskParent(l: Lowering, { pid, of }: Extract<HirExpr, { kind: "task_parent" }>): Operand {
  const slot = l.b.scratch("parent", 8);
  readTask(l, pid, of === "process" ? taskWindow.parentTgid : taskWindow.parent, slot, 4);
  return l.b.load(slot, 4, false);
}

export const taskCommInto = (l: Lowering, pid: HirExpr, to: Address): void => readTask(l, pid, taskWindow.comm, to, taskWindow.commBytes);
