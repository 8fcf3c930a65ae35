import type { Reg } from "../bpf/isa/insn.ts";

/** Sets `to`, out of the register `needs` (null: out of none), by the instructions that `emit` appends; `emit` is told where the needed value is. */
export interface ParallelMove {
  readonly to: Reg;
  readonly needs: Reg | null;
  emit(from: Reg): void;
}

/**
 * Orders moves that all read the old values: a register is written once nobody needs what it holds.
 * A cycle is opened by saving one register in `spare`, which is no target; what `spare` holds is read before.
 */
export function emitParallel(moves: readonly ParallelMove[], spare: Reg, copy: (to: Reg, from: Reg) => void): void {
  let pending = moves.map((move) => ({ move, needs: move.needs }));
  while (pending.length > 0) {
    const ready = pending.find(({ move }) => pending.every((other) => other.move === move || other.needs !== move.to));
    if (ready !== undefined) {
      ready.move.emit(ready.needs ?? ready.move.to);
      pending = pending.filter((other) => other !== ready);
      continue;
    }
    const blocked = pending[0]!.move.to;
    copy(spare, blocked);
    pending = pending.map((other) => (other.needs === blocked ? { ...other, needs: spare } : other));
  }
}
