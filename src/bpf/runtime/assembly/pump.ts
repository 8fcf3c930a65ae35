/** The pump: takes events in order of time, keeps tasks and the current block, and runs programs. */
import { run_program } from "./env";
import {
  CURRENT_BLOCK,
  CURRENT_CPU,
  CURRENT_FLAGS,
  CURRENT_FLAGS_YIELD,
  CURRENT_HOST,
  CURRENT_RECORD_ADDR,
  CURRENT_RECORD_LEN,
  CURRENT_SERIAL,
  CURRENT_TID,
  CURRENT_TS,
  CURSOR_CPU,
  CURSOR_FLAGS,
  CURSOR_FLAGS_BIG_ENDIAN,
  CURSOR_FLAGS_ENDED,
  CURSOR_PLAN,
  CURSOR_RECORD,
  CURSOR_RECORD_BYTES,
  CURSOR_SIZE_BYTES,
  CURSOR_TS,
  EVENT_PLAN_AFTER,
  EVENT_PLAN_BEFORE,
  EVENT_PLAN_PROGRAMS,
  EVENT_PLAN_SIZE_BYTES,
  LIMITS_BUDGET,
  PUMP_BLOCK,
  PUMP_BUDGET,
  PUMP_CURSORS,
  PUMP_DUE,
  PUMP_FIRED,
  PUMP_FROM_NS,
  PUMP_HOST_CONTEXT,
  PUMP_HOST_CONTEXT_BYTES,
  PUMP_HOST_TID,
  PUMP_INTERP,
  PUMP_LAST_TS,
  PUMP_LIMITED,
  PUMP_PENDING,
  PUMP_PRIMED,
  PUMP_RESULT_DONE,
  PUMP_RESULT_DRAIN,
  PUMP_STREAMS,
  PUMP_TABLE_BASE,
  PUMP_TIMERS,
  PUMP_TIMER_COUNT,
  PUMP_TO_NS,
  TIMER_DUE,
  TIMER_PERIOD,
  TIMER_PROGRAM,
  TIMER_SIZE_BYTES,
} from "./layout";
import { buildTree, replay, winner } from "./merge";
import { applyAfter, applyBefore, endScan, scanRules } from "./rules";
import { advance, advanceToAny } from "./walk";

const COMMON_PID: usize = 4;

function run(program: u32, context: usize): u64 {
  if (load<u32>(PUMP_BLOCK, PUMP_INTERP)) return run_program(program, context);
  return call_indirect<u64>(load<u32>(PUMP_BLOCK, PUMP_TABLE_BASE) + program, <u64>context);
}

function hasEnded(cursor: usize): bool {
  return (load<u32>(cursor, CURSOR_FLAGS) & CURSOR_FLAGS_ENDED) != 0;
}

function isBigEndian(cursor: usize): bool {
  return (load<u32>(cursor, CURSOR_FLAGS) & CURSOR_FLAGS_BIG_ENDIAN) != 0;
}

function nextSerial(): void {
  store<u32>(CURRENT_BLOCK, load<u32>(CURRENT_BLOCK, CURRENT_SERIAL) + 1, CURRENT_SERIAL);
}

function runPrograms(cursor: usize, plan: usize, count: u32): void {
  const record: usize = load<u32>(cursor, CURSOR_RECORD);
  const tid = load<u32>(record, COMMON_PID);
  store<u64>(CURRENT_BLOCK, load<u64>(cursor, CURSOR_TS), CURRENT_TS);
  store<u32>(CURRENT_BLOCK, load<u32>(cursor, CURSOR_CPU), CURRENT_CPU);
  store<u32>(CURRENT_BLOCK, isBigEndian(cursor) ? bswap<u32>(tid) : tid, CURRENT_TID);
  store<u32>(CURRENT_BLOCK, record, CURRENT_RECORD_ADDR);
  store<u32>(CURRENT_BLOCK, load<u32>(cursor, CURSOR_RECORD_BYTES), CURRENT_RECORD_LEN);
  store<u32>(CURRENT_BLOCK, 0, CURRENT_HOST);
  nextSerial();
  store<u64>(PUMP_BLOCK, load<u64>(PUMP_BLOCK, PUMP_FIRED) + 1, PUMP_FIRED);
  let at = plan + EVENT_PLAN_SIZE_BYTES;
  const end = at + (count << 2);
  for (; at < end; at += 4) run(load<u32>(at), record);
}

function fire(cursor: usize): void {
  const plan: usize = load<u32>(cursor, CURSOR_PLAN);
  const record: usize = load<u32>(cursor, CURSOR_RECORD);
  const bytes = load<u32>(cursor, CURSOR_RECORD_BYTES);
  if (load<u32>(plan, EVENT_PLAN_BEFORE)) applyBefore(plan, record, bytes, isBigEndian(cursor));
  const programs = load<u32>(plan, EVENT_PLAN_PROGRAMS);
  if (programs && load<u64>(cursor, CURSOR_TS) >= load<u64>(PUMP_BLOCK, PUMP_FROM_NS)) runPrograms(cursor, plan, programs);
  if (load<u32>(plan, EVENT_PLAN_AFTER)) applyAfter(plan, record, bytes, isBigEndian(cursor));
}

function fireTimer(timer: usize, due: u64): void {
  host_enter();
  store<u64>(CURRENT_BLOCK, due, CURRENT_TS);
  store<u32>(CURRENT_BLOCK, 0, CURRENT_CPU);
  run(load<u32>(timer, TIMER_PROGRAM), load<u32>(PUMP_BLOCK, PUMP_HOST_CONTEXT));
  const next = due + load<u64>(timer, TIMER_PERIOD);
  store<u64>(timer, next < due ? u64.MAX_VALUE : next, TIMER_DUE);
}

/** Sets pump.due to the time of the earliest timer. Of timers due at one time the first in source order goes first. */
export function timers_update(): void {
  let due = u64.MAX_VALUE;
  const timers: usize = load<u32>(PUMP_BLOCK, PUMP_TIMERS);
  const end = timers + load<u32>(PUMP_BLOCK, PUMP_TIMER_COUNT) * TIMER_SIZE_BYTES;
  for (let timer = timers; timer < end; timer += TIMER_SIZE_BYTES) due = min<u64>(due, load<u64>(timer, TIMER_DUE));
  store<u64>(PUMP_BLOCK, due, PUMP_DUE);
}

function fireEarliest(): void {
  const due = load<u64>(PUMP_BLOCK, PUMP_DUE);
  let timer: usize = load<u32>(PUMP_BLOCK, PUMP_TIMERS);
  while (load<u64>(timer, TIMER_DUE) != due) timer += TIMER_SIZE_BYTES;
  fireTimer(timer, due);
  timers_update();
}

/** True when the session has to have a look: a program asked for it, or enough was done. */
function mustReturn(): bool {
  const budget = load<u32>(PUMP_BLOCK, PUMP_BUDGET);
  if (!budget) return true;
  store<u32>(PUMP_BLOCK, budget - 1, PUMP_BUDGET);
  return (load<u32>(CURRENT_BLOCK, CURRENT_FLAGS) & CURRENT_FLAGS_YIELD) != 0;
}

/** Last time that a timer may fire at: that of the recording's last event, or just before `to` if there were events after it. */
function lastMoment(): u64 {
  const last = load<u64>(PUMP_BLOCK, PUMP_LAST_TS);
  return load<u32>(PUMP_BLOCK, PUMP_LIMITED) ? max<u64>(last, load<u64>(PUMP_BLOCK, PUMP_TO_NS) - 1) : last;
}

/** After the last event: the timers up to the end, then the time stands there. */
function finish(): u32 {
  const last = lastMoment();
  while (load<u64>(PUMP_BLOCK, PUMP_DUE) <= last) {
    fireEarliest();
    if (mustReturn()) return PUMP_RESULT_DRAIN;
  }
  if (load<u64>(PUMP_BLOCK, PUMP_LAST_TS) > load<u64>(CURRENT_BLOCK, CURRENT_TS)) {
    store<u64>(CURRENT_BLOCK, load<u64>(PUMP_BLOCK, PUMP_LAST_TS), CURRENT_TS);
  }
  return PUMP_RESULT_DONE;
}

/** The current block for programs of the session itself (begin, end, interval): its name and ids, no record but zeroed registers. */
export function host_enter(): void {
  const context = load<u32>(PUMP_BLOCK, PUMP_HOST_CONTEXT);
  store<u32>(CURRENT_BLOCK, load<u32>(PUMP_BLOCK, PUMP_HOST_TID), CURRENT_TID);
  store<u32>(CURRENT_BLOCK, context, CURRENT_RECORD_ADDR);
  store<u32>(CURRENT_BLOCK, load<u32>(PUMP_BLOCK, PUMP_HOST_CONTEXT_BYTES), CURRENT_RECORD_LEN);
  store<u32>(CURRENT_BLOCK, 1, CURRENT_HOST);
  nextSerial();
}

/** Runs a program outside of the pump, after host_enter. */
export function program_run(program: u32, context: usize): u64 {
  return run(program, context);
}

function cursorAt(index: u32): usize {
  return <usize>load<u32>(PUMP_BLOCK, PUMP_CURSORS) + index * CURSOR_SIZE_BYTES;
}

function refillBudget(): void {
  store<u32>(PUMP_BLOCK, LIMITS_BUDGET, PUMP_BUDGET);
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
 * Moves the winner on. A stream is advanced only when its event is done with, as refilling its window wipes the record. False: out of
 * budget; pump.pending says that the winner has yet to be moved.
 */
function step(cursor: usize): bool {
  if (!advance(cursor)) {
    store<u32>(PUMP_BLOCK, 1, PUMP_PENDING);
    return false;
  }
  replay(cursor);
  return true;
}

/** What is left of the last call: streams that are not at their first event, or a winner whose event was handled. */
function resume(): bool {
  refillBudget();
  if (!prime()) return false;
  if (!load<u32>(PUMP_BLOCK, PUMP_PENDING)) return true;
  store<u32>(PUMP_BLOCK, 0, PUMP_PENDING);
  return step(winner());
}

/** Learns the first names of tasks from all streams, with the dispatch of task rules. To be called until it is done, as pump_run. */
export function pump_prescan(): u32 {
  if (!resume()) return PUMP_RESULT_DRAIN;
  while (load<u32>(PUMP_BLOCK, PUMP_STREAMS)) {
    const cursor = winner();
    if (hasEnded(cursor)) break;
    scanRules(
      load<u32>(cursor, CURSOR_PLAN),
      load<u32>(cursor, CURSOR_RECORD),
      load<u32>(cursor, CURSOR_RECORD_BYTES),
      isBigEndian(cursor),
    );
    if (!step(cursor)) return PUMP_RESULT_DRAIN;
  }
  endScan();
  return PUMP_RESULT_DONE;
}

/** Handles events and timers until the session is needed (pumpResult.drain) or everything is done. */
export function pump_run(): u32 {
  store<u32>(CURRENT_BLOCK, load<u32>(CURRENT_BLOCK, CURRENT_FLAGS) & ~CURRENT_FLAGS_YIELD, CURRENT_FLAGS);
  if (!resume()) return PUMP_RESULT_DRAIN;
  while (load<u32>(PUMP_BLOCK, PUMP_STREAMS)) {
    const cursor = winner();
    if (hasEnded(cursor)) return finish();
    if (load<u64>(PUMP_BLOCK, PUMP_DUE) <= load<u64>(cursor, CURSOR_TS)) {
      fireEarliest();
      if (mustReturn()) return PUMP_RESULT_DRAIN;
      continue;
    }
    fire(cursor);
    if (mustReturn()) {
      store<u32>(PUMP_BLOCK, 1, PUMP_PENDING);
      return PUMP_RESULT_DRAIN;
    }
    if (!step(cursor)) return PUMP_RESULT_DRAIN;
  }
  return PUMP_RESULT_DONE;
}
