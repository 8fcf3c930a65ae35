/** kstack, ustack and len of them (rows 4.17, 4.18, 5.19). */
import type { HirExpr, HirProgram } from "../hir/hir.ts";
import type { Address, Operand } from "../ir/ir.ts";
import type { StackType } from "../types/type.ts";
import { internalMap, zero, type Lowering } from "./lowering.ts";
import { addressSpace } from "./user-code.ts";
import { addrArg, imm, mapArg, reg, shift } from "./operand.ts";

/** As bpftrace has it; each is a different stack. */
const MAX_STACKS = 131_072;
const BPF_F_USER_STACK = 0x100;

const flagsOf = ({ space }: StackType): Operand => imm(space === "user" ? BPF_F_USER_STACK : 0);

/** Name of the map with the frames of all stacks that have room for as many. */
export const stackMapName = (frames: number): string => `stacks_${frames}`;

function stackId(l: Lowering, type: StackType): Operand {
  const map = internalMap(l.program, {
    name: stackMapName(type.frames),
    kind: "stack_trace",
    keyBytes: 4,
    valueBytes: 8 * type.frames,
    maxEntries: MAX_STACKS,
  });
  return l.b.helper("get_stackid", [{ kind: "ctx" }, mapArg(map), flagsOf(type)]);
}

/** Frames of the event's own stack; 0 if there is none. */
function framesNow(l: Lowering, type: StackType): Operand {
  const { b } = l;
  const sizeBytes = 8 * type.frames;
  if (sizeBytes === 0) return zero;
  const bytes = b.helper("get_stack", [{ kind: "ctx" }, addrArg(b.scratch("stack", sizeBytes)), imm(sizeBytes), flagsOf(type)]);
  const frames = b.vreg();
  const [none, some, done] = [b.coldBlock(), b.block(), b.block()];
  b.branch("sge", bytes, zero, some, none);
  b.enter(none);
  b.emit({ op: "mov", dst: frames, src: zero });
  b.jump(done);
  b.enter(some);
  b.setTo(frames, b.bin("lshr", bytes, imm(3)));
  b.jump(done);
  b.enter(done);
  return reg(frames);
}

const NO_STACK = imm(-1);

export function stackInto(l: Lowering, type: StackType, to: Address): void {
  const { b } = l;
  b.store(to, 8, type.frames === 0 ? NO_STACK : stackId(l, type));
  const pid = type.space === "user" ? b.bin("lshr", b.helper("get_current_pid_tgid", []), imm(32)) : zero;
  b.store(shift(to, 8), 4, pid);
  b.store(shift(to, 12), 2, l.program.countsFrames ? framesNow(l, type) : zero);
  b.store(shift(to, 14), 2, type.space === "user" ? addressSpace(l) : zero);
}

export function stackLength(l: Lowering, { stack }: Extract<HirExpr, { kind: "stack_len" }>): Operand {
  if (stack.kind === "stack" && stack.type.kind === "stack") return framesNow(l, stack.type);
  return l.b.load(shift(l.rules.place(l, stack), 12), 2, false);
}

/** Whether some len() is of a stack that was kept: then all stacks keep how many frames they have. */
export function countsFrames(program: HirProgram): boolean {
  const asks = (node: unknown): boolean => {
    if (Array.isArray(node)) return node.some(asks);
    if (typeof node !== "object" || node === null || ArrayBuffer.isView(node)) return false;
    if ("kind" in node && node.kind === "stack_len" && "stack" in node && (node.stack as HirExpr).kind !== "stack") return true;
    return Object.entries(node).some(([name, part]) => name !== "type" && name !== "span" && asks(part));
  };
  return program.probes.some((probe) => asks(probe.body));
}
