/** What a running session tells its face, in order. Views are valid only during the call. */
import type { Action, ActionArg, TextActionKind } from "../../lang/ir/ir.ts";
import type { MapDump } from "./map-dump.ts";

export type TextAction = Extract<Action, { readonly kind: TextActionKind }>;

export type SessionEvent =
  /** Before anything that begin probes printed. */
  | { readonly kind: "attached"; readonly probes: number }
  /** printf and everything else that formats a text; cat and system then act on it. */
  | { readonly kind: "text"; readonly action: TextAction; readonly record: DataView }
  | { readonly kind: "value"; readonly arg: ActionArg; readonly record: DataView }
  | { readonly kind: "map"; readonly map: MapDump; readonly top: number; readonly div: number }
  /** `ns` is the virtual time of the event that asked. */
  | { readonly kind: "time"; readonly format: string; readonly ns: bigint }
  | { readonly kind: "join"; readonly action: Extract<Action, { kind: "join" }>; readonly record: DataView }
  /** A statement's helper failed at run time: told once, with the result of the first failure. */
  | { readonly kind: "helper_error"; readonly action: Extract<Action, { kind: "helper_error" }>; readonly result: bigint }
  /** Output records that found the ring full. */
  | { readonly kind: "lost"; readonly records: number }
  /** What follows is a test's output, up to its result. */
  | { readonly kind: "test_started" }
  /** `passed`: of the tests so far, this one last. */
  | {
      readonly kind: "test_result";
      readonly tests: readonly string[];
      readonly index: number;
      readonly durationNs: bigint;
      readonly passed: readonly boolean[];
    }
  | {
      readonly kind: "benchmark_result";
      readonly benchmarks: readonly string[];
      readonly index: number;
      readonly averageNs: bigint;
      readonly iterations: number;
    }
  | { readonly kind: "benchmark_failed"; readonly name: string }
  /** All probes are done; the maps follow. `lost`: output records that found the ring full, in all. */
  | { readonly kind: "end_of_run"; readonly lost: number };

export type SessionSink = (event: SessionEvent) => void;
