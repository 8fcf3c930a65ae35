/** Acts on output records in the order in which programs wrote them. */
import type { Action } from "../../lang/ir/ir.ts";
import type { SessionEvent, SessionSink } from "./events.ts";
import type { ScriptMaps } from "./script-maps.ts";

export interface ActionState {
  /** Set by exit(): later records are dropped until the end probes run. */
  exiting: boolean;
  /** Low 8 bits of the last exit() handled (row 10.07). */
  exitCode: number;
  /** Statements whose helper failed, with how often. */
  readonly helperErrors: Map<number, number>;
  /** Output records that found the ring full. */
  lost: number;
}

export const newActionState = (): ActionState => ({ exiting: false, exitCode: 0, helperErrors: new Map(), lost: 0 });

/** Tells an event of the session, which is made only if somebody listens. */
export type Tell = (make: () => SessionEvent) => void;

export const telling =
  (sink: SessionSink): Tell =>
  (make) => {
    sink(make());
  };

/** Handles one record; false when nothing after it may be handled. */
export function handleRecord(record: DataView, actions: readonly Action[], maps: ScriptMaps, state: ActionState, tell: Tell): boolean {
  const id = record.getUint32(0, true);
  const action = actions[id];
  if (action === undefined) throw new Error(`output record with unknown action ${id}`);
  switch (action.kind) {
    case "printf":
    case "errorf":
    case "warnf":
    case "debugf":
    case "cat":
    case "system":
      tell(() => ({ kind: "text", action, record }));
      return true;
    case "print_value":
      tell(() => ({ kind: "value", arg: action.arg, record }));
      return true;
    case "print_map":
      tell(() => ({ kind: "map", map: maps.dumpForPrint(action.map), top: action.top, div: action.div }));
      return true;
    case "clear":
      maps.clear(action.map);
      return true;
    case "zero":
      maps.zero(action.map);
      return true;
    case "time":
      tell(() => ({ kind: "time", format: action.format, ns: record.getBigUint64(8, true) }));
      return true;
    case "join":
      tell(() => ({ kind: "join", action, record }));
      return true;
    case "helper_error": {
      const seen = state.helperErrors.get(id) ?? 0;
      state.helperErrors.set(id, seen + 1);
      if (seen === 0) tell(() => ({ kind: "helper_error", action, result: record.getBigInt64(8, true) }));
      return true;
    }
    case "exit":
      state.exiting = true;
      state.exitCode = Number(record.getBigInt64(8, true) & 0xffn);
      return false;
  }
}
