/** What all checks of one verification share. */
import type { Operand, Reg } from "../isa/insn.ts";
import type { MapSpec, ProgramSpec } from "../spec.ts";
import type { Cfg } from "./cfg.ts";
import type { Liveness } from "./liveness.ts";
import type { RegState } from "./reg-state.ts";
import { reject } from "./reject.ts";
import { immScalar, zeroScalar } from "./scalar.ts";
import { type State, mapRegs, regOf } from "./state.ts";

export interface Env {
  readonly program: ProgramSpec;
  readonly maps: readonly MapSpec[];
  readonly cfg: Cfg;
  readonly liveness: Liveness;
  /** Deepest stack byte used by each function, by its first insn. */
  readonly stackDepth: Map<number, number>;
  /** For each call of bpf_loop or bpf_for_each_map_elem the one callback it runs, by insn. */
  readonly callbacks: Map<number, number>;
  /** End of the highest context access. */
  maxCtxOffset: number;
  /** A helper was given an address in the context to do with it what it likes, or the program keeps one. */
  passesCtxAddress: boolean;
  lastId: number;
}

/** Limit of offsets and object sizes (linux BPF_MAX_VAR_OFF). */
export const MAX_OFFSET = 1 << 29;

export function newId(env: Env): number {
  return ++env.lastId;
}

/** The register, which must have been written. */
export function readReg(state: State, reg: Reg): RegState {
  const found = regOf(state, reg);
  if (found.kind === "not_init") reject(`R${reg} !read_ok`);
  return found;
}

export function readOperand(state: State, operand: Operand): RegState {
  if ("reg" in operand) return readReg(state, operand.reg);
  return { kind: "scalar", scalar: immScalar(operand.imm), id: 0 };
}

export function mapOf(env: Env, map: number): MapSpec {
  const found = env.maps[map];
  if (!found) reject(`fd ${map} is not pointing to valid bpf_map`);
  return found;
}

/** All copies of a tested pointer learn that it is not, or is, NULL. */
export function markNull(state: State, id: number, isNull: boolean): void {
  mapRegs(state, (reg) => {
    if ((reg.kind !== "map_value" && reg.kind !== "ringbuf_mem") || !reg.orNull || reg.id !== id) return reg;
    if (isNull) return { kind: "scalar", scalar: zeroScalar, id: 0 };
    return { ...reg, orNull: false, id: reg.kind === "map_value" ? 0 : id };
  });
  // A NULL record was never reserved.
  if (isNull) state.refs = state.refs.filter((ref) => ref.id !== id);
}
