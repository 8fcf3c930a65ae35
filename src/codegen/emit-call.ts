/** Calls, returns and the function's entry: values into and out of the machine's fixed registers. */
import type { Reg } from "../bpf/isa/insn.ts";
import type { Emitter } from "./emitter.ts";
import { constant, copy, dependencyOf, homeOf, pointInto, push, read, spill, tempB } from "./emitter.ts";
import type { MArg, MInsn, MReg } from "./mir.ts";
import { framePointer } from "./mir.ts";
import { emitParallel } from "./parallel-moves.ts";
import type { ParallelMove } from "./parallel-moves.ts";

export function emitCall(e: Emitter, insn: MInsn & { op: "call" }): void {
  const moves = insn.args.map((arg, at) => argumentMove(e, arg, (at + 1) as Reg));
  // r0 is no argument, and about to be overwritten anyway.
  emitParallel(moves, 0, (to, from) => copy(e, to, from));
  const { target } = insn;
  if (target.kind === "helper") push(e, { kind: "call", helper: target.helper });
  else {
    e.references.push({ insn: e.insns.length, callee: target.kind === "log2" ? "log2" : target.func });
    push(e, { kind: "call_local", target: 0 as never });
  }
  if (insn.dst === null) return;
  const home = homeOf(e, insn.dst);
  if (home === null) spill(e, insn.dst, { reg: 0 }, tempB);
  else copy(e, home, 0);
}

function argumentMove(e: Emitter, arg: MArg, to: Reg): ParallelMove {
  switch (arg.kind) {
    case "const":
      return { to, needs: null, emit: () => constant(e, to, arg.value) };
    case "map":
      return { to, needs: null, emit: () => push(e, { kind: "lddw", dst: to, value: { kind: "map", map: arg.map } }) };
    case "func":
      return {
        to,
        needs: null,
        emit: () => {
          e.references.push({ insn: e.insns.length, callee: arg.func });
          push(e, { kind: "lddw", dst: to, value: { kind: "func", target: 0 as never } });
        },
      };
    case "reg":
      return registerMove(e, arg.reg, 0, to);
    case "addr":
      return registerMove(e, arg.addr.base, arg.addr.off, to);
  }
}

/** to = reg + off */
function registerMove(e: Emitter, reg: MReg, off: number, to: Reg): ParallelMove {
  if (reg === framePointer || homeOf(e, reg) !== null) {
    return { to, needs: dependencyOf(e, reg), emit: (from) => pointInto(e, to, reg === framePointer ? 10 : from, off) };
  }
  // The slot's base, if it is in scratch memory, has a register that is saved over calls: no argument register, so it never moves.
  return { to, needs: dependencyOf(e, reg), emit: () => pointInto(e, to, read(e, reg, to), off) };
}

/** Parameters arrive in r1…r5. Those that live in memory are stored first, the others then move as they must. */
export function emitEntry(e: Emitter, insn: MInsn & { op: "entry" }): void {
  const moves: ParallelMove[] = [];
  insn.params.forEach((reg, at) => {
    const from = (at + 1) as Reg;
    const home = homeOf(e, reg);
    if (home === null) spill(e, reg, { reg: from }, 0);
    else if (home !== from) moves.push({ to: home, needs: from, emit: (now) => copy(e, home, now) });
    else moves.push({ to: home, needs: from, emit: () => undefined });
  });
  // Nothing else is alive here. With five sources and five targets a cycle needs some of both, which leaves a register over.
  const spare = machineRegs.find((reg) => moves.every((move) => move.to !== reg && move.needs !== reg)) ?? 0;
  emitParallel(moves, spare, (to, from) => copy(e, to, from));
}

const machineRegs: readonly Reg[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

export function emitReturn(e: Emitter, value: MArg): void {
  const move = argumentMove(e, value, 0);
  move.emit(move.needs ?? 0);
  push(e, { kind: "exit" });
}
