/** The pump: takes events in order of time, keeps tasks and the current block, and runs programs. */

import {
  CURRENT_BLOCK,
  CURRENT_CELL,
  CURRENT_CPU,
  CURRENT_FLAGS,
  CURRENT_FLAGS_YIELD,
  CURRENT_TS,
  CURSOR_FLAGS,
  CURSOR_FLAGS_ENDED,
  CURSOR_PLAN,
  CURSOR_RECORD,
  CURSOR_RECORD_BYTES,
  CURSOR_SIZE_BYTES,
  CURSOR_TS,
  LIMITS_BUDGET,
  PUMP_BLOCK,
  PUMP_BUDGET,
  PUMP_CURSORS,
  PUMP_DUE,
  PUMP_HOST_CONTEXT,
  PUMP_LAST_TS,
  PUMP_LIMITED,
  PUMP_PAUSED,
  PUMP_PENDING,
  PUMP_PRIMED,
  PUMP_REST,
  PUMP_RESULT_DONE,
  PUMP_RESULT_DRAIN,
  PUMP_RESULT_PAUSE,
  PUMP_SLICE,
  PUMP_STREAMS,
  PUMP_TIMERS,
  PUMP_TIMER_COUNT,
  PUMP_TO_NS,
  TIMER_COUNTER,
  TIMER_CPUS,
  TIMER_DUE,
  TIMER_PERIOD,
  TIMER_PROGRAM,
  TIMER_SIZE_BYTES,
  WATCH_BLOCK,
  WATCH_HITS_TIME,
  WATCH_STOP_NS,
} from "./layout";
import { enterTick, host_enter, mustReturn } from "./fire";
import { aloneUntil, buildTree, replay, winner } from "./merge";
import { Run, Watch, watches } from "./purpose";
import { endScan, scanRules } from "./rules";
import { run } from "./run";
import { nextRunning } from "./running";
import { advance, advanceToAny, isBigEndian, runStream } from "./walk";
import { beginFiring, endFiring, hitTime, noteRun, noteTimer, reach } from "./watch";

function hasEnded(cursor: usize): bool {
  return (load<u32>(cursor, CURSOR_FLAGS) & CURSOR_FLAGS_ENDED) != 0;
}

/** The current block for a timer's program. False: a tick has been on all CPUs. */
function enterTimer(timer: usize): bool {
  if (!load<u32>(timer, TIMER_CPUS)) {
    host_enter();
    store<u32>(CURRENT_BLOCK, 0, CURRENT_CPU);
    store<u32>(CURRENT_BLOCK, 0, CURRENT_CELL);
    return true;
  }
  const running = nextRunning(timer);
  if (running) enterTick(running);
  return running != 0;
}

function runTimer<Purpose>(timer: usize, due: u64): void {
  store<u64>(CURRENT_BLOCK, due, CURRENT_TS);
  const counter: usize = load<u32>(timer, TIMER_COUNTER);
  if (counter) store<u32>(counter, load<u32>(counter) + 1);
  const program = load<u32>(timer, TIMER_PROGRAM);
  if (watches<Purpose>()) {
    noteTimer();
    beginFiring();
    noteRun(program);
  }
  run(program, load<u32>(PUMP_BLOCK, PUMP_HOST_CONTEXT));
  if (watches<Purpose>()) {
    endFiring();
    reach(due);
  }
}

/** One firing: a tick of every CPU takes as many, and stays due until it has been on all of them. */
function fireTimer<Purpose>(timer: usize, due: u64): void {
  const fires = enterTimer(timer);
  if (fires) runTimer<Purpose>(timer, due);
  if (fires && load<u32>(timer, TIMER_CPUS)) return;
  const next = due + load<u64>(timer, TIMER_PERIOD);
  store<u64>(timer, next < due ? u64.MAX_VALUE : next, TIMER_DUE);
}

/** Sets pump.due to the time of the earliest timer, or to that of the stop if it is not later (2^64-1: there is none). Of timers due at one time the first in source order goes first. */
export function timers_update(): void {
  let due = load<u64>(WATCH_BLOCK, WATCH_STOP_NS);
  const timers: usize = load<u32>(PUMP_BLOCK, PUMP_TIMERS);
  const end = timers + load<u32>(PUMP_BLOCK, PUMP_TIMER_COUNT) * TIMER_SIZE_BYTES;
  for (let timer = timers; timer < end; timer += TIMER_SIZE_BYTES) due = min<u64>(due, load<u64>(timer, TIMER_DUE));
  store<u64>(PUMP_BLOCK, due, PUMP_DUE);
}

/** False: it is the stop, which comes before the timers of its time. */
function fireEarliest<Purpose>(): bool {
  const due = load<u64>(PUMP_BLOCK, PUMP_DUE);
  if (watches<Purpose>() && due == load<u64>(WATCH_BLOCK, WATCH_STOP_NS)) {
    hitTime(WATCH_HITS_TIME);
    return false;
  }
  let timer: usize = load<u32>(PUMP_BLOCK, PUMP_TIMERS);
  while (load<u64>(timer, TIMER_DUE) != due) timer += TIMER_SIZE_BYTES;
  fireTimer<Purpose>(timer, due);
  timers_update();
  return true;
}

/** Last time that a timer may fire at: that of the recording's last event, or just before `to` if there were events after it. */
function lastMoment(): u64 {
  const last = load<u64>(PUMP_BLOCK, PUMP_LAST_TS);
  return load<u32>(PUMP_BLOCK, PUMP_LIMITED) ? max<u64>(last, load<u64>(PUMP_BLOCK, PUMP_TO_NS) - 1) : last;
}

/** After the last event: the timers up to the end, then the time stands there. */
function finish<Purpose>(): u32 {
  const last = lastMoment();
  while (load<u64>(PUMP_BLOCK, PUMP_DUE) <= last) {
    if (!fireEarliest<Purpose>() || mustReturn<Purpose>()) return comeBack();
  }
  if (load<u64>(PUMP_BLOCK, PUMP_LAST_TS) > load<u64>(CURRENT_BLOCK, CURRENT_TS)) {
    store<u64>(CURRENT_BLOCK, load<u64>(PUMP_BLOCK, PUMP_LAST_TS), CURRENT_TS);
  }
  return PUMP_RESULT_DONE;
}

/** Runs a program outside of the pump, after host_enter. */
export function program_run(program: u32, context: usize): u64 {
  return run(program, context);
}

function cursorAt(index: u32): usize {
  return <usize>load<u32>(PUMP_BLOCK, PUMP_CURSORS) + index * CURSOR_SIZE_BYTES;
}

/** Of a whole budget, or of what is left of one that was paused. */
function nextSlice(budget: u32): void {
  const slice = min<u32>(load<u32>(PUMP_BLOCK, PUMP_SLICE), budget);
  store<u32>(PUMP_BLOCK, slice, PUMP_BUDGET);
  store<u32>(PUMP_BLOCK, budget - slice, PUMP_REST);
  store<u32>(PUMP_BLOCK, 0, PUMP_PAUSED);
}

function refillBudget(): void {
  nextSlice(LIMITS_BUDGET);
}

/**
 * Why the pump comes back. What has to be drained is so after the same events whatever the slices are: a pause comes between, and changes
 * nothing.
 */
function comeBack(): u32 {
  const yields = (load<u32>(CURRENT_BLOCK, CURRENT_FLAGS) & CURRENT_FLAGS_YIELD) != 0;
  if (!yields && load<u32>(PUMP_BLOCK, PUMP_PAUSED)) return PUMP_RESULT_PAUSE;
  store<u32>(PUMP_BLOCK, 0, PUMP_PAUSED);
  return PUMP_RESULT_DRAIN;
}

/** Brings every stream to its first data record: pump.firstTs is then known. The streams have to start anew after it. */
export function streams_peek(): void {
  const streams = load<u32>(PUMP_BLOCK, PUMP_STREAMS);
  for (let i: u32 = 0; i < streams; i++) {
    do refillBudget();
    while (!advanceToAny(cursorAt(i)));
  }
}

/** Brings every stream to its first event and starts the merge. False: out of budget; pump.primed streams are there. */
function prime(): bool {
  const streams = load<u32>(PUMP_BLOCK, PUMP_STREAMS);
  let primed = load<u32>(PUMP_BLOCK, PUMP_PRIMED);
  if (primed == streams) return true;
  while (primed < streams) {
    if (!advance(cursorAt(primed))) return false;
    primed++;
    store<u32>(PUMP_BLOCK, primed, PUMP_PRIMED);
  }
  buildTree();
  return true;
}

/**
 * After the winner was moved on (a stream is only when its event is done with, as refilling its window wipes the record). False: it has yet
 * to be moved, as the session is needed first.
 */
function settle(cursor: usize, moved: bool): bool {
  if (moved) replay(cursor);
  else store<u32>(PUMP_BLOCK, 1, PUMP_PENDING);
  return moved;
}

/** What is left of the last call: streams that are not at their first event, or a winner whose event was handled. */
function resume(): bool {
  if (load<u32>(PUMP_BLOCK, PUMP_PAUSED)) nextSlice(load<u32>(PUMP_BLOCK, PUMP_REST));
  else refillBudget();
  if (!prime()) return false;
  if (!load<u32>(PUMP_BLOCK, PUMP_PENDING)) return true;
  store<u32>(PUMP_BLOCK, 0, PUMP_PENDING);
  const cursor = winner();
  return settle(cursor, advance(cursor));
}

/** Learns the first names of tasks from all streams, with the dispatch of task rules. To be called until it is done, as pump_run. */
export function pump_prescan(): u32 {
  if (!resume()) return comeBack();
  while (load<u32>(PUMP_BLOCK, PUMP_STREAMS)) {
    const cursor = winner();
    if (hasEnded(cursor)) break;
    scanRules(
      load<u32>(cursor, CURSOR_PLAN),
      load<u32>(cursor, CURSOR_RECORD),
      load<u32>(cursor, CURSOR_RECORD_BYTES),
      isBigEndian(cursor),
    );
    if (!settle(cursor, advance(cursor))) return comeBack();
  }
  endScan();
  return PUMP_RESULT_DONE;
}

function handle<Purpose>(): u32 {
  store<u32>(CURRENT_BLOCK, load<u32>(CURRENT_BLOCK, CURRENT_FLAGS) & ~CURRENT_FLAGS_YIELD, CURRENT_FLAGS);
  if (!resume()) return comeBack();
  while (load<u32>(PUMP_BLOCK, PUMP_STREAMS)) {
    const cursor = winner();
    if (hasEnded(cursor)) return finish<Purpose>();
    const due = load<u64>(PUMP_BLOCK, PUMP_DUE);
    if (due <= load<u64>(cursor, CURSOR_TS)) {
      if (!fireEarliest<Purpose>() || mustReturn<Purpose>()) return comeBack();
      continue;
    }
    if (!settle(cursor, runStream<Purpose>(cursor, min<u64>(due, aloneUntil(cursor))))) return comeBack();
  }
  return PUMP_RESULT_DONE;
}

/** Handles events and timers until the session is needed (pumpResult.drain), the slice is used up (pause) or everything is done. */
export function pump_run(): u32 {
  return handle<Run>();
}

/** As pump_run, but also pauses where a stop of the watch block is hit, which `watch.hit` tells. */
export function pump_watch(): u32 {
  return handle<Watch>();
}
