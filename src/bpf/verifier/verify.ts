/**
 * Proof that a program is safe to run: it ends, reads nothing that was not written, and touches no memory but its context, its stack
 * frames, map elements and reserved records. The method is that of the Linux verifier (kernel/bpf/verifier.c, 6.18): every path is
 * walked with what is known about each register, and paths that cannot show anything new are cut. What it accepts, Linux accepts for a
 * privileged program; it rejects more, for example reads of unwritten stack bytes and pointers stored into maps.
 */
import { disasmInsn } from "../isa/disasm.ts";
import type { Insn, InsnIndex, Reg } from "../isa/insn.ts";
import type { MapSpec, ProgramSpec } from "../spec.ts";
import { checkAlu, checkUnary } from "./alu-check.ts";
import { checkBranch } from "./branch.ts";
import { checkCombinedStack, checkExit, enterCallback, enterLocalCall } from "./calls.ts";
import { type Cfg, buildCfg, isCallbackCall } from "./cfg.ts";
import { type Env, mapOf } from "./env.ts";
import {
  type Exploration,
  MAX_PROCESSED,
  type Trail,
  markOf,
  maxStatesPerInsn,
  newExploration,
  pop,
  push,
  rewind,
  visit,
} from "./explore.ts";
import { checkHelperCall, finishCallbackCall } from "./helper-call.ts";
import { findLiveness, isPrecise } from "./liveness.ts";
import { checkAtomic, checkLoad, checkStore } from "./memory-check.ts";
import { stateText } from "./print-state.ts";
import { Rejected, reject } from "./reject.ts";
import type { RegState } from "./reg-state.ts";
import { constScalar, zeroScalar } from "./scalar.ts";
import { type CallbackRun, type State, cloneState, newFrame, setReg } from "./state.ts";

export interface VerifyStats {
  /** Instructions walked on all paths. */
  readonly insns: number;
  readonly totalStates: number;
  readonly peakStates: number;
  readonly maxStatesPerInsn: number;
  /** Bytes of stack used by each function, by its first insn. */
  readonly stackDepth: ReadonlyMap<number, number>;
  /** End of the highest context access: an event whose record is shorter must not run this program. */
  readonly maxCtxOffset: number;
  /** It also reads its context by address (bpf_probe_read_*), so up to where is not known. */
  readonly readsCtxByAddress: boolean;
  /** The callback that each call of bpf_loop or bpf_for_each_map_elem runs: first insn of the function, by insn of the call. */
  readonly callbacks: ReadonlyMap<number, number>;
}

export interface Rejection {
  /** The insn at fault; 0 if it is the shape of the program. */
  readonly insn: InsnIndex;
  /** In the kernel's words. */
  readonly reason: string;
  /** What the registers and the stack held before the insn, as in the kernel's log. */
  readonly registers: string;
  /** The path that led there, one insn a line with what it made of the state; the reason ends it. */
  readonly log: readonly string[];
  /** The insns of that path. */
  readonly path: readonly InsnIndex[];
}

export type Verdict =
  { readonly ok: true; readonly stats: VerifyStats } | { readonly ok: false; readonly rejection: Rejection; readonly stats: VerifyStats };

/** Where the walk is; `trail` is null while nobody wants it. */
interface Walk {
  readonly paths: Exploration;
  readonly trail: Trail | null;
  insn: InsnIndex;
  state: State | null;
}

const START = 0 as InsnIndex;
/** Steps before the rejection that are told: telling costs more than walking. */
const MAX_TOLD = 20_000;

export interface VerifyOptions {
  /** Remember a state wherever ways meet, not only now and then: shows errors in the comparison of states (linux BPF_F_TEST_STATE_FREQ). */
  readonly everyState?: boolean;
}

export function verify(program: ProgramSpec, maps: readonly MapSpec[], options: VerifyOptions = {}): Verdict {
  const first = attempt(program, maps, options, null);
  // The log costs more than the verification, so it is made only once it is needed; the second walk goes the same way.
  return first.ok ? first : attempt(program, maps, options, { lines: [], insns: [], from: first.stats.insns - MAX_TOLD });
}

/** The whole walk as the kernel's log has it at level 2: each insn with what it made of the state, path after path; the last `most` steps. */
export function verifierLog(program: ProgramSpec, maps: readonly MapSpec[], most = MAX_TOLD): readonly string[] {
  const { stats } = attempt(program, maps, {}, null);
  const trail: Trail = { lines: [], insns: [], from: stats.insns - most, ofAllPaths: true };
  attempt(program, maps, {}, trail);
  return trail.lines;
}

function attempt(program: ProgramSpec, maps: readonly MapSpec[], options: VerifyOptions, trail: Trail | null): Verdict {
  const walk: Walk = { paths: newExploration(options.everyState ?? false), trail, insn: START, state: null };
  let env: Env | null = null;
  try {
    const cfg = buildCfg(program.insns);
    env = newEnv(program, maps, cfg);
    walkAll(env, walk);
    checkCombinedStack(env);
    return { ok: true, stats: statsOf(env, walk.paths) };
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    return { ok: false, rejection: rejectionOf(error, walk, maps), stats: statsOf(env, walk.paths) };
  }
}

function newEnv(program: ProgramSpec, maps: readonly MapSpec[], cfg: Cfg): Env {
  const liveness = findLiveness(cfg, maps);
  return { program, maps, cfg, liveness, stackDepth: new Map(), callbacks: new Map(), maxCtxOffset: 0, passesCtxAddress: false, lastId: 0 };
}

function statsOf(env: Env | null, paths: Exploration): VerifyStats {
  return {
    insns: paths.insns,
    totalStates: paths.totalStates,
    peakStates: paths.peakStates,
    maxStatesPerInsn: maxStatesPerInsn(paths),
    stackDepth: env?.stackDepth ?? new Map<number, number>(),
    maxCtxOffset: env?.maxCtxOffset ?? 0,
    readsCtxByAddress: env?.passesCtxAddress ?? false,
    callbacks: env?.callbacks ?? new Map<number, number>(),
  };
}

function rejectionOf(error: Rejected, walk: Walk, maps: readonly MapSpec[]): Rejection {
  const registers = walk.state ? stateText(walk.state, maps) : "";
  const { lines, insns } = walk.trail ?? { lines: [], insns: [] };
  return { insn: walk.insn, reason: error.message, registers, log: [...lines, ...error.details, error.message], path: insns };
}

function startState(): State {
  const frame = newFrame(0, START, -1, null);
  frame.regs[1] = { kind: "ctx", off: 0, variable: zeroScalar };
  return { frames: [frame], refs: [], arrival: null };
}

function walkAll(env: Env, walk: Walk): void {
  const { paths, trail } = walk;
  let state = startState();
  let insn: InsnIndex | null = START;
  walk.state = state;
  trail?.lines.push(`0: ${stateText(state, env.maps)}`);
  for (;;) {
    if (insn !== null) {
      walk.insn = insn;
      walk.state = state;
      const visited = lookUp(env, paths, insn, state);
      if (visited !== null) {
        insn = step(env, walk, state, insn, visited);
        continue;
      }
    }
    const next = pop(paths);
    if (!next) return;
    ({ insn, state } = next);
    if (!trail) continue;
    rewind(trail, next.mark);
    trail.lines.push(`from ${env.cfg.slotOf[next.from]!} to ${env.cfg.slotOf[insn]!}: ${stateText(state, env.maps)}`);
  }
}

/** The visit's instance number, or null if the path need not be walked further. */
function lookUp(env: Env, paths: Exploration, insn: InsnIndex, state: State): number | null {
  if (!env.cfg.prunePoints[insn]) return 0;
  const visited = visit(env, paths, insn, state, isCallbackCall(env.cfg.insns[insn]!));
  return visited.pruned ? null : visited.instance;
}

/** Walks one insn; gives the next, or null at the end of the path. */
function step(env: Env, walk: Walk, state: State, at: InsnIndex, instance: number): InsnIndex | null {
  const insn = env.cfg.insns[at]!;
  const { paths, trail } = walk;
  if (++paths.insns > MAX_PROCESSED) reject(`BPF program is too large. Processed ${paths.insns} insn`);
  paths.sinceInsns++;
  // Some checks change the state before they fail: the rejection shows what was before.
  if (!trail || paths.insns < trail.from) return execute(env, walk, state, insn, at, instance);
  walk.state = cloneState(state);
  const { slotOf } = env.cfg;
  const text = `${slotOf[at]!}: ${disasmInsn(insn, slotOf[at]!, { slotOf, maps: env.maps })}`;
  trail.lines.push(text);
  trail.insns.push(at);
  const next = execute(env, walk, state, insn, at, instance);
  trail.lines[trail.lines.length - 1] = `${text} ; ${stateText(state, env.maps)}`;
  return next;
}

function execute(env: Env, walk: Walk, state: State, insn: Insn, at: InsnIndex, instance: number): InsnIndex | null {
  const next = (at + 1) as InsnIndex;
  switch (insn.kind) {
    case "alu":
      checkAlu(env, state, insn, matters(env, walk, next, insn.dst));
      return next;
    case "neg":
    case "movsx":
    case "end":
      checkUnary(state, insn, matters(env, walk, next, insn.dst));
      return next;
    case "lddw":
      if (insn.dst === 10) reject("frame pointer is read only");
      setReg(state, insn.dst, lddwValue(env, insn));
      return next;
    case "load":
      checkLoad(env, state, insn);
      return next;
    case "store":
      checkStore(env, state, insn);
      return next;
    case "atomic":
      checkAtomic(env, state, insn);
      return next;
    case "jump":
      walk.paths.sinceJumps++;
      return insn.target;
    case "branch":
      return executeBranch(env, walk, state, insn, at);
    case "call":
      return executeCall(env, walk, state, insn, at, instance);
    case "call_local":
      enterLocalCall(state, insn, at);
      return insn.target;
    case "exit":
      return checkExit(state);
  }
}

/** Numbers that decide nothing are worked out for the log only. */
function matters(env: Env, walk: Walk, insn: number, reg: Reg): boolean {
  return walk.trail !== null || isPrecise(env.liveness, insn, reg);
}

function executeBranch(env: Env, walk: Walk, state: State, insn: Extract<Insn, { kind: "branch" }>, at: InsnIndex): InsnIndex {
  walk.paths.sinceJumps++;
  const next = (at + 1) as InsnIndex;
  const { taken, notTaken } = checkBranch(state, insn, {
    taken: (reg) => matters(env, walk, insn.target, reg),
    notTaken: (reg) => matters(env, walk, next, reg),
  });
  if (!taken) return next;
  if (!notTaken) return insn.target;
  // One of the two is `state`, which goes on; the walk needs it to be the way that falls through.
  const [aside, asideAt, on] = notTaken === state ? [taken, insn.target, next] : [notTaken, next, insn.target];
  push(walk.paths, asideAt, at, aside, markOf(walk.trail));
  return on;
}

function executeCall(
  env: Env,
  walk: Walk,
  state: State,
  insn: Extract<Insn, { kind: "call" }>,
  at: InsnIndex,
  instance: number,
): InsnIndex {
  const next = (at + 1) as InsnIndex;
  const callback = checkHelperCall(env, state, insn, at);
  if (!callback) return next;
  const arrival = state.arrival;
  state.arrival = null;
  const run: CallbackRun = {
    call: at,
    instance,
    iteration: (arrival?.iteration ?? -1) + 1,
    head: cloneState(state),
    refs: state.refs,
  };
  push(walk.paths, callback.func, at, enterCallback(env, state, callback, at, run), markOf(walk.trail));
  finishCallbackCall(state);
  return next;
}

function lddwValue(env: Env, insn: Extract<Insn, { kind: "lddw" }>): RegState {
  const { value } = insn;
  switch (value.kind) {
    case "imm64":
      return { kind: "scalar", scalar: constScalar(value.value), id: 0 };
    case "map":
      mapOf(env, value.map);
      return { kind: "map_ptr", map: value.map };
    case "func":
      return { kind: "func", target: value.target };
    case "map_value": {
      const map = mapOf(env, value.map);
      // Only the single element of an array has an address that is known when the program is loaded.
      if (map.type !== "array" || map.maxEntries !== 1 || value.off < 0 || value.off >= map.valueSize) {
        reject(`invalid access to map value pointer, value_size=${map.valueSize} off=${value.off}`);
      }
      return { kind: "map_value", map: value.map, orNull: false, id: 0, off: value.off, variable: zeroScalar };
    }
  }
}
