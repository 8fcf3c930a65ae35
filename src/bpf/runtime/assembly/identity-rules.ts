/** Task rules of who a task is: what a record tells of ids, cgroups and beginnings. */
import { beginTask, gotId, moveToCgroup, noteCgroup, noteId, noteStart, noteToldId, settleId, settleIds, wantId } from "./identity";
import {
  RULE_FLAGS,
  RULE_HIERARCHY,
  RULE_ID,
  RULE_KIND,
  RULE_KIND_CGROUP,
  RULE_KIND_EXIT,
  RULE_KIND_GOT_ID,
  RULE_KIND_ID,
  RULE_KIND_STARTED,
  RULE_KIND_TOLD_ID,
  RULE_KIND_WANT_ID,
  RULE_NONE,
  RULE_RESULT,
  RULE_UNSURE,
  RULE_VALUE,
  RULE_WIDE_FLAGS,
} from "./layout";
import { field, field64, holds, isZero, recordNs } from "./rule-record";

/** Version 2 is hierarchy 0: kernel/cgroup/cgroup.c gives the numbers in the order in which hierarchies are set up. */
function applyCgroup(rule: usize, task: usize): void {
  const value = load<u32>(rule, RULE_VALUE);
  const hierarchy = load<u32>(rule, RULE_HIERARCHY);
  if (!holds(value, 8)) return;
  if (hierarchy == RULE_NONE) noteCgroup(task, field64(value));
  else if (isZero(hierarchy)) moveToCgroup(task, field64(value));
}

export function applyIdentity(rule: usize, task: usize): void {
  const kind = load<u32>(rule, RULE_KIND);
  const id = load<u32>(rule, RULE_ID);
  if (kind == RULE_KIND_GOT_ID) return gotId(task, id, isZero(load<u32>(rule, RULE_RESULT)));
  if (kind == RULE_KIND_CGROUP) return applyCgroup(rule, task);
  const at = load<u32>(rule, RULE_VALUE);
  if (kind == RULE_KIND_STARTED) {
    const ns = field64(at);
    if (ns) noteStart(task, ns);
    return;
  }
  if (!holds(at, 4)) return;
  if (kind == RULE_KIND_ID) noteId(task, id, field(at));
  else if (kind == RULE_KIND_TOLD_ID) noteToldId(task, id, field(at));
  else if (kind == RULE_KIND_WANT_ID) wantId(task, id, field(at), load<u32>(rule, RULE_UNSURE) != 0);
}

/** Of the time before: what a call returns was so from the beginning, unless another one set it, or the task is not the first of its pid. */
export function scanIdentity(rule: usize, task: usize): void {
  const kind = load<u32>(rule, RULE_KIND);
  if (kind == RULE_KIND_EXIT) settleIds(task);
  else if (kind == RULE_KIND_GOT_ID && isZero(load<u32>(rule, RULE_RESULT))) settleIds(task);
  else if (kind == RULE_KIND_ID && holds(load<u32>(rule, RULE_VALUE), 4))
    settleId(task, load<u32>(rule, RULE_ID), field(load<u32>(rule, RULE_VALUE)));
}

/** `flags`: the record's, whose upper word is its own only where the rule says so. */
export function applyBirth(rule: usize, child: usize, parent: usize, flags: u64): void {
  const hasFlags = load<u32>(rule, RULE_FLAGS) != RULE_NONE;
  const isWide = load<u32>(rule, RULE_WIDE_FLAGS) != 0;
  beginTask(child, parent, recordNs, hasFlags, isWide ? <u32>(flags >> 32) : 0, <u32>flags);
}
