/** Machine IR with homes for its registers to eBPF instructions. Calls are resolved when programs are put together (link.ts). */
import type { Span } from "../../lang/diagnostics/diagnostic.ts";
import type { Insn, InsnIndex } from "../bpf/isa/insn.ts";
import type { LineInfo } from "../bpf/spec.ts";
import type { Allocation } from "./allocate.ts";
import { inverted } from "./conditions.ts";
import { emitCall, emitEntry, emitReturn } from "./emit-call.ts";
import type { Emitter, SpillHome } from "./emitter.ts";
import { homeOf, mov, pointInto, push, read, readAddr, readOperand, spill, tempA, tempB, writeThrough } from "./emitter.ts";
import { extendFarBranches } from "./far-branches.ts";
import type { FunctionCode } from "./function-code.ts";
import type { MEnd, MFunction, MInsn } from "./mir.ts";

/** `spillHome`: by spill slot number. */
export function emitFunction(func: MFunction, allocation: Allocation, spillHome: (slot: number) => SpillHome): FunctionCode {
  const e: Emitter = { insns: [], references: [], allocation, spillHome };
  const lines: LineInfo[] = [];
  const starts: number[] = [];
  /** Jumps to blocks, by instruction. */
  const jumps: { readonly insn: number; readonly block: number }[] = [];

  /** The lines of what was emitted since `from`. */
  const mark = (span: Span, from: number): void => {
    const last = lines.at(-1);
    if (from === e.insns.length || (last?.start === span.start && last.end === span.end)) return;
    lines.push({ insn: from as InsnIndex, start: span.start, end: span.end });
  };
  const jump = (block: number): void => {
    jumps.push({ insn: e.insns.length, block });
    push(e, { kind: "jump", target: 0 as InsnIndex });
  };
  const emitEnd = (end: MEnd, next: number): void => {
    if (end.op === "ret") return emitReturn(e, end.value);
    if (end.op === "jump") {
      if (end.to !== next) jump(end.to);
      return;
    }
    const dst = read(e, end.a, tempA);
    const src = readOperand(e, end.b, tempB);
    const fallsThrough = end.then === next;
    jumps.push({ insn: e.insns.length, block: fallsThrough ? end.else : end.then });
    push(e, { kind: "branch", op: fallsThrough ? inverted(end.cond) : end.cond, wide: true, dst, src, target: 0 as InsnIndex });
    if (!fallsThrough && end.else !== next) jump(end.else);
  };

  func.blocks.forEach((block, index) => {
    starts.push(e.insns.length);
    for (const insn of block.insns) {
      const from = e.insns.length;
      emitInsn(e, insn);
      mark(insn.span, from);
    }
    const from = e.insns.length;
    emitEnd(block.end, index + 1);
    mark(block.end.span, from);
  });
  for (const { insn, block } of jumps) {
    const target = starts[block]! as InsnIndex;
    e.insns[insn] = { ...(e.insns[insn] as Insn & { kind: "jump" | "branch" }), target };
  }
  return extendFarBranches({ insns: e.insns, lines, references: e.references });
}

function emitInsn(e: Emitter, insn: MInsn): void {
  switch (insn.op) {
    case "alu": {
      return writeThrough(e, insn.dst, (dst) => {
        const target = read(e, insn.dst, dst);
        push(e, { kind: "alu", op: insn.fn, wide: insn.wide, dst: target, src: readOperand(e, insn.src, tempB) });
      });
    }
    case "mov":
      return emitMov(e, insn);
    case "const":
      return writeThrough(e, insn.dst, (dst) =>
        push(e, { kind: "lddw", dst, value: { kind: "imm64", value: BigInt.asUintN(64, insn.value) } }),
      );
    case "neg":
      return writeThrough(e, insn.dst, (dst) => push(e, { kind: "neg", wide: true, dst: read(e, insn.dst, dst) }));
    case "swap":
      return writeThrough(e, insn.dst, (dst) => push(e, { kind: "end", order: "be", bits: insn.bits, dst: read(e, insn.dst, dst) }));
    case "load":
      return writeThrough(e, insn.dst, (dst) => {
        push(e, { kind: "load", size: insn.size, signed: false, dst, ...readAddr(e, insn.from, tempA) });
      });
    case "store": {
      const to = readAddr(e, insn.to, tempA);
      return push(e, { kind: "store", size: insn.size, ...to, src: readOperand(e, insn.src, tempB) });
    }
    case "atomicAdd": {
      const to = readAddr(e, insn.to, tempA);
      return push(e, { kind: "atomic", op: "add", fetch: false, size: 8, ...to, src: read(e, insn.src, tempB) });
    }
    case "lea":
      return writeThrough(e, insn.dst, (dst) => pointInto(e, dst, read(e, insn.addr.base, dst), insn.addr.off));
    case "setcc":
      return emitSetcc(e, insn);
    case "call":
      return emitCall(e, insn);
    case "entry":
      return emitEntry(e, insn);
  }
}

function emitMov(e: Emitter, insn: MInsn & { op: "mov" }): void {
  const home = homeOf(e, insn.dst);
  if (home !== null) {
    const src = readOperand(e, insn.src, home);
    if (!insn.wide || "imm" in src || src.reg !== home) mov(e, home, src, insn.wide);
    return;
  }
  const src = readOperand(e, insn.src, tempA);
  if (insn.wide) return spill(e, insn.dst, src, tempB);
  mov(e, tempA, src, false);
  spill(e, insn.dst, { reg: tempA }, tempB);
}

/** The machine has no such instruction: both values are moved, one of them over a jump. */
function emitSetcc(e: Emitter, insn: MInsn & { op: "setcc" }): void {
  const dst = read(e, insn.a, tempA);
  const src = readOperand(e, insn.b, tempB);
  const branchOver = (count: number): void => {
    push(e, { kind: "branch", op: insn.cond, wide: true, dst, src, target: (e.insns.length + 1 + count) as InsnIndex });
  };
  const home = homeOf(e, insn.dst);
  if (home !== null) {
    mov(e, home, { imm: 1 });
    branchOver(1);
    mov(e, home, { imm: 0 });
    return;
  }
  // The temporaries may hold the operands until the branch.
  branchOver(2);
  mov(e, tempA, { imm: 0 });
  push(e, { kind: "jump", target: (e.insns.length + 2) as InsnIndex });
  mov(e, tempA, { imm: 1 });
  spill(e, insn.dst, { reg: tempA }, tempB);
}
