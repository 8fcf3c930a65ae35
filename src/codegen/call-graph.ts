/** Who calls whom: the order in which functions are compiled, and the stack that each may use. */
import type { FuncId, IrFunction, IrInsn, IrProgram } from "../../lang/ir/ir.ts";

/** The kernel's limit for all frames of a chain of calls together (linux include/linux/filter.h, MAX_BPF_STACK). */
const CHAIN_STACK_BYTES = 512;
/** A frame counts in multiples of this, and at least one (linux kernel/bpf/verifier.c, check_max_stack_depth). */
const FRAME_ROUND_BYTES = 32;

export interface CallNode {
  readonly func: FuncId;
  readonly callees: readonly FuncId[];
  readonly callers: FuncId[];
  readonly usesLog2: boolean;
  /** Bytes of stack that it may use. */
  stackBytes: number;
}

/** Functions that the probes reach, callers before their callees. Recursion is a bug of the compiler: the language has none. */
export function callGraph(ir: IrProgram): CallNode[] {
  const nodes = new Map<FuncId, CallNode>();
  const postorder: CallNode[] = [];
  const open = new Set<FuncId>();
  const visit = (id: FuncId): CallNode => {
    const known = nodes.get(id);
    if (known !== undefined) return known;
    if (open.has(id)) throw new Error(`function ${functionOf(ir, id).name} calls itself`);
    open.add(id);
    const { callees, usesLog2 } = calleesOf(functionOf(ir, id));
    const node: CallNode = { func: id, callees: [...callees], callers: [], usesLog2, stackBytes: CHAIN_STACK_BYTES };
    for (const callee of callees) visit(callee).callers.push(id);
    nodes.set(id, node);
    postorder.push(node);
    return node;
  };
  for (const probe of ir.probes) visit(probe.func);
  const order = postorder.reverse();
  shareStack(order, nodes);
  return order;
}

export const functionOf = (ir: IrProgram, id: FuncId): IrFunction => ir.functions[id]!;

function calleesOf(func: IrFunction): { callees: Set<FuncId>; usesLog2: boolean } {
  const callees = new Set<FuncId>();
  let usesLog2 = false;
  const look = (insn: IrInsn): void => {
    if (insn.op === "log2") usesLog2 = true;
    if (insn.op === "call") callees.add(insn.func);
    if (insn.op !== "call" && insn.op !== "helper") return;
    for (const arg of insn.args) if (arg.kind === "func") callees.add(arg.func);
  };
  for (const block of func.blocks) block.insns.forEach(look);
  return { callees, usesLog2 };
}

/** Each function of a chain gets the same part of the stack, after the smallest frame for log2 where it is called. */
function shareStack(callersFirst: readonly CallNode[], nodes: ReadonlyMap<FuncId, CallNode>): void {
  const above = new Map<FuncId, number>();
  const below = new Map<FuncId, { frames: number; log2: boolean }>();
  for (const node of callersFirst) above.set(node.func, 1 + Math.max(0, ...node.callers.map((caller) => above.get(caller)!)));
  for (const node of callersFirst.toReversed()) {
    const deeper = node.callees.map((callee) => below.get(callee)!);
    const frames = Math.max(0, ...deeper.map((chain) => chain.frames + 1));
    below.set(node.func, { frames, log2: node.usesLog2 || deeper.some((chain) => chain.log2) });
  }
  // A frame's chain includes its callers' log2 only where they call it themselves, which is another, shorter chain.
  for (const node of callersFirst) {
    const { frames, log2 } = below.get(node.func)!;
    const chain = above.get(node.func)! + frames;
    const available = CHAIN_STACK_BYTES - (log2 ? FRAME_ROUND_BYTES : 0);
    nodes.get(node.func)!.stackBytes = Math.floor(available / chain / FRAME_ROUND_BYTES) * FRAME_ROUND_BYTES;
  }
}
