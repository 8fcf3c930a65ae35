/** What is known so far while values are followed through a program, and what was wanted. */
import type { Span } from "../../lang/diagnostics/diagnostic.ts";
import type { BuiltinName, HirMapId, HirProgram } from "../../lang/hir/hir.ts";
import type { Type } from "../../lang/types/type.ts";
import type { FetchBase } from "../../probes/probed/fetch.ts";
import { pathKey, type Extra, type MemoryNeed, type VagueRead } from "./needs.ts";
import { taskMemberAt } from "./task-members.ts";
import { nothing, type Value } from "./value.ts";

export interface Tracer {
  readonly program: HirProgram;
  readonly maps: Map<HirMapId, { key: Value; value: Value }>;
  readonly probes: readonly {
    words: Map<string, FetchBase>;
    wordSpans: Map<string, Span>;
    fields: Set<string>;
    builtins: Set<BuiltinName>;
    extras: Set<Extra>;
  }[];
  readonly memory: Map<string, MemoryNeed>;
  readonly vagueReads: Map<string, VagueRead>;
}

export interface Frame {
  readonly tracer: Tracer;
  /** Whose event is handled. */
  readonly probe: number;
  /** What they may hold at the statement at hand. */
  locals: Map<number, Value>;
  readonly depth: number;
  returned: Value;
}

/** What no pointer says leads to where the probe's memory is; only uprobes and system calls have their own as the user's. */
export const isUser = (type: Type): boolean =>
  (type.kind === "pointer" && type.space === "user") || (type.kind === "int" && type.space === "user");

/** `bytes` null: a string; "measured": one whose length the script works out. */
export function want(frame: Frame, address: Value, wanted: number | null | "measured", user: boolean, span: Span): void {
  const bytes = wanted === "measured" ? null : wanted;
  const { tracer, probe } = frame;
  const isTold = address.task !== null && taskMemberAt(tracer.program, address.task) !== null;
  if (address.vague !== null && !isTold) tracer.vagueReads.set(`${probe} ${span.start} ${span.end}`, { probe, span, what: address.vague });
  for (const origin of address.origins) {
    const derefs = [...origin.derefs, { offset: origin.add, user }];
    const key = `${probe} ${origin.probe} ${bytes === null ? "string" : "bytes"} ${pathKey(origin.base, derefs)}`;
    const known = tracer.memory.get(key);
    const isMeasured = wanted === "measured" || known?.isMeasured === true;
    if (known === undefined || isMeasured !== known.isMeasured || (bytes !== null && (known.bytes ?? 0) < bytes))
      tracer.memory.set(key, { probe, from: origin.probe, base: origin.base, derefs, bytes, isMeasured, span });
  }
}

export const mapOf = ({ tracer }: Frame, id: HirMapId): { key: Value; value: Value } => {
  let known = tracer.maps.get(id);
  if (known === undefined) tracer.maps.set(id, (known = { key: nothing, value: nothing }));
  return known;
};
