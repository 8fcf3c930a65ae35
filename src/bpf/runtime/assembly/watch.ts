/**
 * What pump_watch looks at behind every event and timer that fires: time travel stops exactly there. A firing is an event that ran at least one
 * program, or a timer; they are numbered from 1.
 */
import {
  LIMITS_RAN,
  PUMP_BLOCK,
  PUMP_BUDGET,
  PUMP_FIRED,
  PUMP_HOST_CONTEXT,
  PUMP_PAUSED,
  PUMP_REST,
  WATCH_BLOCK,
  WATCH_CONDITION,
  WATCH_HIT,
  WATCH_HITS_CONDITION,
  WATCH_HITS_FIRING,
  WATCH_HITS_PROGRAM,
  WATCH_RAN,
  WATCH_RAN_PROGRAMS,
  WATCH_REACHED,
  WATCH_RUNS,
  WATCH_STOPS,
  WATCH_STOP_FIRING,
  WATCH_TICKS,
} from "./layout";
import { run } from "./run";

function hit(reason: u32): void {
  store<u32>(WATCH_BLOCK, load<u32>(WATCH_BLOCK, WATCH_HIT) | reason, WATCH_HIT);
}

/** A firing begins. */
export function beginFiring(): void {
  store<u32>(WATCH_BLOCK, 0, WATCH_RAN);
}

/** Before a program runs. */
export function noteRun(program: u32): void {
  const runs = load<u32>(WATCH_BLOCK, WATCH_RUNS) + (program << 3);
  store<u64>(runs, load<u64>(runs) + 1);
  const ran = load<u32>(WATCH_BLOCK, WATCH_RAN);
  if (ran < LIMITS_RAN) {
    store<u32>(WATCH_BLOCK + (ran << 2), program, WATCH_RAN_PROGRAMS);
    store<u32>(WATCH_BLOCK, ran + 1, WATCH_RAN);
  }
  if (load<u8>(load<u32>(WATCH_BLOCK, WATCH_STOPS) + program)) hit(WATCH_HITS_PROGRAM);
}

/** The programs of a firing have run. */
export function endFiring(): void {
  const firings = load<u64>(PUMP_BLOCK, PUMP_FIRED) + load<u64>(WATCH_BLOCK, WATCH_TICKS);
  if (firings >= load<u64>(WATCH_BLOCK, WATCH_STOP_FIRING)) hit(WATCH_HITS_FIRING);
  const condition = load<u32>(WATCH_BLOCK, WATCH_CONDITION);
  if (condition && <u32>run(condition - 1, load<u32>(PUMP_BLOCK, PUMP_HOST_CONTEXT))) hit(WATCH_HITS_CONDITION);
}

export function noteTimer(): void {
  store<u64>(WATCH_BLOCK, load<u64>(WATCH_BLOCK, WATCH_TICKS) + 1, WATCH_TICKS);
}

/** An event (one that only changes what is known of tasks, too) or a timer has been handled. */
export function reach(ts: u64): void {
  store<u64>(WATCH_BLOCK, ts, WATCH_REACHED);
}

/** Whether a stop was hit. The pump then goes on later with what is left of its budget, as if it had not come back. */
export function isHit(): bool {
  if (!load<u32>(WATCH_BLOCK, WATCH_HIT)) return false;
  pause();
  return true;
}

export function pause(): void {
  store<u32>(PUMP_BLOCK, load<u32>(PUMP_BLOCK, PUMP_REST) + load<u32>(PUMP_BLOCK, PUMP_BUDGET), PUMP_REST);
  store<u32>(PUMP_BLOCK, 0, PUMP_BUDGET);
  store<u32>(PUMP_BLOCK, 1, PUMP_PAUSED);
}

/** The time to stop at has come. */
export function hitTime(reason: u32): void {
  hit(reason);
  pause();
}
