/** The paths of a program that are still to be walked, and the states already seen (linux is_state_visited, push_stack). */
import type { InsnIndex } from "../isa/insn.ts";
import type { Env } from "./env.ts";
import { covers, equivalent, sameIterations, widen } from "./prune.ts";
import { reject } from "./reject.ts";
import { type State, cloneState } from "./state.ts";

/** A state that was remembered at an insn. `branches` counts the paths behind it that are not walked to their end. */
interface Checkpoint {
  readonly state: State;
  readonly parent: Checkpoint | null;
  /** Of a call that runs callbacks: which visit of the call this belongs to. */
  readonly instance: number;
  branches: number;
  hits: number;
  misses: number;
}

/** What is told about the current path. */
export interface Trail {
  readonly lines: string[];
  readonly insns: InsnIndex[];
  /** Number of the step at which telling begins. */
  readonly from: number;
  /** Also of paths that were walked to their end; absent: only of the current one. */
  readonly ofAllPaths?: true;
}

/** A point of the trail to go back to. */
interface Mark {
  readonly lines: number;
  readonly insns: number;
}

export function markOf(trail: Trail | null): Mark {
  return { lines: trail?.lines.length ?? 0, insns: trail?.insns.length ?? 0 };
}

export function rewind(trail: Trail, mark: Mark): void {
  if (trail.ofAllPaths) return;
  trail.lines.splice(mark.lines);
  trail.insns.splice(mark.insns);
}

interface Pending {
  readonly insn: InsnIndex;
  readonly from: InsnIndex;
  readonly state: State;
  readonly parent: Checkpoint | null;
  readonly mark: Mark;
}

export interface Exploration {
  readonly everyState: boolean;
  readonly seen: Map<number, Checkpoint[]>;
  readonly pending: Pending[];
  parent: Checkpoint | null;
  insns: number;
  sinceInsns: number;
  sinceJumps: number;
  totalStates: number;
  liveStates: number;
  peakStates: number;
  lastInstance: number;
}

/** Linux BPF_COMPLEXITY_LIMIT_INSNS, and _JMP_SEQ. */
export const MAX_PROCESSED = 1_000_000;
const MAX_PENDING = 8192;
const PATIENCE = 3;
const MAX_PATIENCE = 64;

export function newExploration(everyState: boolean): Exploration {
  return {
    everyState,
    seen: new Map(),
    pending: [],
    parent: null,
    insns: 0,
    sinceInsns: 0,
    sinceJumps: 0,
    totalStates: 0,
    liveStates: 0,
    peakStates: 0,
    lastInstance: 0,
  };
}

/** Leaves a way for later. */
export function push(paths: Exploration, insn: InsnIndex, from: InsnIndex, state: State, mark: Mark): void {
  if (paths.pending.length >= MAX_PENDING) reject(`The sequence of ${MAX_PENDING} jumps is too complex.`);
  if (paths.parent) paths.parent.branches++;
  paths.pending.push({ insn, from, state, parent: paths.parent, mark });
}

/** Ends the current path and takes up the one left last; null when all are walked. */
export function pop(paths: Exploration): Pending | null {
  for (let at = paths.parent; at && --at.branches === 0;) at = at.parent;
  const next = paths.pending.pop() ?? null;
  if (next) paths.parent = next.parent;
  return next;
}

export type Visit = { readonly pruned: true } | { readonly pruned: false; readonly instance: number };

/** Compares the state with those seen at this insn, and remembers it where that pays. */
export function visit(env: Env, paths: Exploration, insn: InsnIndex, state: State, always: boolean): Visit {
  const seen = paths.seen.get(insn) ?? [];
  const arrival = state.arrival;
  for (const old of seen) {
    if (isHit(env, old, insn, state)) {
      old.hits++;
      return { pruned: true };
    }
    old.misses++;
  }
  if (arrival) widen(arrival.head, state);
  const kept = seen.filter((old) => isWorthKeeping(old, always));
  paths.liveStates -= seen.length - kept.length;
  paths.seen.set(insn, kept);
  const instance = arrival?.instance ?? ++paths.lastInstance;
  // A checkpoint costs a comparison on every later visit.
  if (always || paths.everyState || (paths.sinceInsns >= 8 && paths.sinceJumps >= 2) || paths.sinceInsns >= 100)
    remember(paths, kept, state, instance);
  return { pruned: false, instance };
}

/** A state that is compared in vain again and again is dropped (linux is_state_visited). */
function isWorthKeeping(old: Checkpoint, always: boolean): boolean {
  const patience = always && old.branches > 0 ? MAX_PATIENCE : PATIENCE;
  return old.misses <= old.hits * patience + patience;
}

function isHit(env: Env, old: Checkpoint, insn: InsnIndex, state: State): boolean {
  if (old.branches === 0) return covers(old.state, state, insn, env.liveness);
  // One more round of a callback loop that changes nothing: helpers bound the number of rounds.
  if (state.arrival) return state.arrival.instance === old.instance && covers(old.state, state, insn, env.liveness);
  // A way back to a state that this very path has been in would be taken again and again.
  if (sameIterations(old.state, state) && equivalent(old.state, state, insn, env.liveness)) {
    reject(`infinite loop detected at insn ${env.cfg.slotOf[insn]!}`);
  }
  return false;
}

function remember(paths: Exploration, kept: Checkpoint[], state: State, instance: number): void {
  const copy = cloneState(state);
  copy.arrival = null;
  const checkpoint: Checkpoint = { state: copy, parent: paths.parent, instance, branches: 1, hits: 0, misses: 0 };
  kept.push(checkpoint);
  paths.parent = checkpoint;
  paths.sinceInsns = 0;
  paths.sinceJumps = 0;
  paths.totalStates++;
  paths.peakStates = Math.max(paths.peakStates, ++paths.liveStates);
}

export function maxStatesPerInsn(paths: Exploration): number {
  let most = 0;
  for (const seen of paths.seen.values()) most = Math.max(most, seen.length);
  return most;
}
