/** Runs programs: sets the current block, keeps the task table, calls. */
import {
  CURRENT_BLOCK,
  CURRENT_CELL,
  CURRENT_CPU,
  CURRENT_FLAGS,
  CURRENT_FLAGS_YIELD,
  CURRENT_HOST,
  CURRENT_RECORD_ADDR,
  CURRENT_RECORD_LEN,
  CURRENT_SERIAL,
  CURRENT_TID,
  CURRENT_TS,
  CURSOR_CELL,
  CURSOR_CPU,
  EVENT_FLAGS_PROBED,
  EVENT_FLAGS_RULES,
  EVENT_PLAN_AFTER,
  EVENT_PLAN_BEFORE,
  EVENT_PLAN_PROBED,
  EVENT_PLAN_PROGRAMS,
  EVENT_PLAN_SIZE_BYTES,
  PROBED_PROGRAM_CONTEXT,
  PROBED_PROGRAM_COUNTER,
  PROBED_PROGRAM_PROGRAM,
  PROBED_PROGRAM_SIZE_BYTES,
  PUMP_BLOCK,
  PUMP_BUDGET,
  PUMP_CURSOR,
  PUMP_FIRED,
  PUMP_FROM_NS,
  PUMP_HOST_CONTEXT,
  PUMP_HOST_CONTEXT_BYTES,
  PUMP_HOST_TID,
  PUMP_PAUSED,
  PUMP_REST,
  RUNNING_CPU,
  RUNNING_CURSOR,
  RUNNING_TID,
} from "./layout";
import { isBig, word } from "./order";
import { enterCalls, isRemembered, leaveCall, programsOf, rebuild } from "./probed";
import { watches } from "./purpose";
import { applyAfter, applyBefore } from "./rules";
import { run } from "./run";
import { beginFiring, endFiring, isHit, noteRun, reach } from "./watch";

const COMMON_PID: usize = 4;

function nextSerial(): void {
  store<u32>(CURRENT_BLOCK, load<u32>(CURRENT_BLOCK, CURRENT_SERIAL) + 1, CURRENT_SERIAL);
}

/** What all events of one stream have in common in the current block. */
export function enterStream(cursor: usize): void {
  store<u32>(CURRENT_BLOCK, load<u32>(cursor, CURSOR_CPU), CURRENT_CPU);
  store<u32>(CURRENT_BLOCK, load<u32>(cursor, CURSOR_CELL), CURRENT_CELL);
  store<u32>(CURRENT_BLOCK, 0, CURRENT_HOST);
  store<u32>(PUMP_BLOCK, cursor, PUMP_CURSOR);
}

// @inline
function enterEvent<Order, Purpose>(record: usize, bytes: u32, ts: u64): void {
  store<u64>(CURRENT_BLOCK, ts, CURRENT_TS);
  store<u32>(CURRENT_BLOCK, word<Order>(record + COMMON_PID), CURRENT_TID);
  store<u32>(CURRENT_BLOCK, record, CURRENT_RECORD_ADDR);
  store<u32>(CURRENT_BLOCK, bytes, CURRENT_RECORD_LEN);
  nextSerial();
  store<u64>(PUMP_BLOCK, load<u64>(PUMP_BLOCK, PUMP_FIRED) + 1, PUMP_FIRED);
  if (watches<Purpose>()) beginFiring();
}

// @inline
function runFor<Purpose>(program: u32, context: usize): void {
  if (watches<Purpose>()) noteRun(program);
  run(program, context);
}

/** Task rules, and events whose programs do not get the record itself. */
function beforePrograms<Order, Purpose>(before: u32, plan: usize, record: usize, bytes: u32, ts: u64): void {
  if (before & EVENT_FLAGS_RULES) applyBefore(plan, record, bytes, isBig<Order>(), ts);
  if (!(before & EVENT_FLAGS_PROBED) || ts < load<u64>(PUMP_BLOCK, PUMP_FROM_NS)) return;
  const event: usize = load<u32>(plan, EVENT_PLAN_PROBED);
  const list = programsOf<Order>(event, record, bytes);
  enterCalls<Order>(event, record);
  if (!list) {
    if (isRemembered(event)) rebuild<Order>(event, record, bytes);
    return leaveCall<Order>(event, record);
  }
  enterEvent<Order, Purpose>(record, bytes, ts);
  rebuild<Order>(event, record, bytes);
  let at = list + 4;
  const end = at + load<u32>(list) * PROBED_PROGRAM_SIZE_BYTES;
  for (; at < end; at += PROBED_PROGRAM_SIZE_BYTES) {
    const counter: usize = load<u32>(at, PROBED_PROGRAM_COUNTER);
    if (counter) store<u32>(counter, load<u32>(counter) + 1);
    const context: usize = load<u32>(at, PROBED_PROGRAM_CONTEXT);
    runFor<Purpose>(load<u32>(at, PROBED_PROGRAM_PROGRAM), context ? context : record);
  }
  leaveCall<Order>(event, record);
  if (watches<Purpose>()) endFiring();
}

/** One event, after enterStream. */
// @inline
export function fire<Order, Purpose>(plan: usize, record: usize, bytes: u32, ts: u64): void {
  const before = load<u32>(plan, EVENT_PLAN_BEFORE);
  if (before) beforePrograms<Order, Purpose>(before, plan, record, bytes, ts);
  const programs = load<u32>(plan, EVENT_PLAN_PROGRAMS);
  if (programs && ts >= load<u64>(PUMP_BLOCK, PUMP_FROM_NS)) {
    enterEvent<Order, Purpose>(record, bytes, ts);
    let at = plan + EVENT_PLAN_SIZE_BYTES;
    const end = at + (programs << 2);
    do {
      runFor<Purpose>(load<u32>(at), record);
      at += 4;
    } while (at < end);
    if (watches<Purpose>()) endFiring();
  }
  if (load<u32>(plan, EVENT_PLAN_AFTER)) applyAfter(plan, record, bytes, isBig<Order>(), ts);
  if (watches<Purpose>()) reach(ts);
}

/** The current block for programs of the session itself (begin, end, interval): its name and ids, no record but zeroed registers. */
export function host_enter(): void {
  store<u32>(CURRENT_BLOCK, load<u32>(PUMP_BLOCK, PUMP_HOST_TID), CURRENT_TID);
  store<u32>(CURRENT_BLOCK, load<u32>(PUMP_BLOCK, PUMP_HOST_CONTEXT), CURRENT_RECORD_ADDR);
  store<u32>(CURRENT_BLOCK, load<u32>(PUMP_BLOCK, PUMP_HOST_CONTEXT_BYTES), CURRENT_RECORD_LEN);
  store<u32>(CURRENT_BLOCK, 1, CURRENT_HOST);
  nextSerial();
}

/** The current block for a tick on a CPU: the task that runs there, but no record either. */
export function enterTick(running: usize): void {
  host_enter();
  const cpu = load<u32>(running, RUNNING_CPU);
  store<u32>(CURRENT_BLOCK, cpu, CURRENT_CPU);
  store<u32>(CURRENT_BLOCK, cpu, CURRENT_CELL);
  store<u32>(CURRENT_BLOCK, load<u32>(running, RUNNING_TID), CURRENT_TID);
  store<u32>(CURRENT_BLOCK, 0, CURRENT_HOST);
  store<u32>(PUMP_BLOCK, load<u32>(running, RUNNING_CURSOR), PUMP_CURSOR);
}

/** False: all of the budget is used up, not only the slice. */
export function canPause(): bool {
  if (!load<u32>(PUMP_BLOCK, PUMP_REST)) return false;
  store<u32>(PUMP_BLOCK, 1, PUMP_PAUSED);
  return true;
}

/** The slice is used up, but not yet counted what was handled last. */
function endSlice(): bool {
  if (canPause()) store<u32>(PUMP_BLOCK, load<u32>(PUMP_BLOCK, PUMP_REST) - 1, PUMP_REST);
  return true;
}

/** Counts an event or a timer. True when the session has to have a look: a program asked for it, or enough was done. */
// @inline
export function mustReturn<Purpose>(): bool {
  const budget = load<u32>(PUMP_BLOCK, PUMP_BUDGET);
  if (!budget) return endSlice();
  store<u32>(PUMP_BLOCK, budget - 1, PUMP_BUDGET);
  if (watches<Purpose>() && isHit()) return true;
  return (load<u32>(CURRENT_BLOCK, CURRENT_FLAGS) & CURRENT_FLAGS_YIELD) != 0;
}
