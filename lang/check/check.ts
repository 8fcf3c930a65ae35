/** The semantic half of the front end: syntax tree to typed program. */
import type { Script } from "../ast/ast.ts";
import type { Diagnostic, Source } from "../diagnostics/diagnostic.ts";
import type { HirProgram } from "../hir/hir.ts";
import type { TypeSource } from "../types/type-source.ts";
import { isInLibrary } from "../diagnostics/source.ts";
import { expandAttachPoints, type AttachEnv } from "./attach/expand.ts";
import { reportConflicts } from "./attach/report-conflicts.ts";
import { resolveConfig, type ScriptConfig } from "./config.ts";
import { collectDefinitions } from "./definitions/collect.ts";
import { expandDefines } from "./definitions/expand-defines.ts";
import { elaborate } from "./elaborate/elaborate.ts";
import type { CheckEnv } from "./env.ts";
import { foldBody, foldExpr, foldFunction, type FoldEnv } from "./fold/fold.ts";
import { resolveOptions } from "./getopt.ts";
import { linkImports, type Unit } from "./imports.ts";
import { expandMacros } from "./macros/expand.ts";
import { limitToPid } from "./limit-to-pid.ts";
import { declaredMaps } from "./map-declarations.ts";
import { reportAddresses } from "./report-addresses.ts";
import { reportLargeValues } from "./report-large-values.ts";
import { reportUnsupported } from "./report-unsupported.ts";
import { makeReport, type Report } from "./report.ts";
import { splitBodies, type ProbeBody } from "./split-bodies.ts";

export type { CheckEnv } from "./env.ts";

export interface CheckResult {
  /** Null if there are errors. No probes: nothing matched, and the configuration allows that. */
  readonly program: HirProgram | null;
  /** In the order of the script; warnings are those of the final types. */
  readonly diagnostics: readonly Diagnostic[];
  readonly config: ScriptConfig;
  /** What spans are offsets into: the script's text, and behind it those of its imports and of the library macros that it uses. */
  readonly source: Source;
}

function expandBodies(script: Script, env: AttachEnv): ProbeBody[] {
  const { config, report } = env;
  let points = 0;
  const bodies: ProbeBody[] = [];
  for (const item of script.items) {
    if (item.kind !== "probe") continue;
    const expanded = expandAttachPoints(env, item);
    points += expanded.length;
    const span = item.attach[0]?.span ?? item.span;
    if (points > config.maxProbes) {
      report.error(
        "tooManyProbes",
        span,
        `Can't attach to ${points} probes because it exceeds the current limit of ${config.maxProbes} probes.`,
        {
          hint: "raise the limit with BPFTRACE_MAX_PROBES",
        },
      );
      break;
    }
    bodies.push(...splitBodies(item, expanded));
    if (bodies.length > config.maxBpfProgs) {
      report.error(
        "tooManyProbes",
        span,
        `Your program is trying to generate more than ${bodies.length} BPF programs, which exceeds the current limit of ${config.maxBpfProgs}.`,
        {
          hint: "raise the limit with BPFTRACE_MAX_BPF_PROGS",
        },
      );
      break;
    }
  }
  return bodies;
}

/** What the script takes for the kernel's structures of tasks. */
type TaskStructs = Pick<HirProgram, "taskStruct" | "credStruct">;
const TASK_STRUCTS = { task_struct: "taskStruct", cred: "credStruct" } as const;

function noting(types: TypeSource, note: (structs: TaskStructs) => void): TypeSource {
  return {
    ...types,
    compound(tag, name) {
      const found = types.compound(tag, name);
      if (tag === "struct" && (name === "task_struct" || name === "cred") && found !== null) note({ [TASK_STRUCTS[name]]: found });
      return found;
    },
  };
}

function checkInto(whole: Script, env: CheckEnv, config: ScriptConfig, report: Report): HirProgram | null {
  const script = resolveOptions(whole, env.namedParams, report);
  reportUnsupported(script, report);
  reportConflicts(script, env.params, report);
  const { catalogue, params, unsafe = false, pid = null, architecture = "x86_64" } = env;
  const attachEnv: AttachEnv = { catalogue, params, config, report, unsafe, pid, architecture };
  const foldEnv: FoldEnv = { params: env.params, report };
  const expanded = expandBodies(script, attachEnv);
  const bodies = (pid === null ? expanded : expanded.flatMap((body) => limitToPid(body, pid))).map((body) => foldBody(foldEnv, body));
  const functions = script.items.flatMap((item) => (item.kind === "function" ? [foldFunction(foldEnv, item)] : []));
  const maps = declaredMaps(script.items, (size) => foldExpr(foldEnv, size), report);
  const program = elaborate({ bodies, functions, maps }, env, config, report);
  if (program !== null) reportLargeValues(program, report);
  if (program !== null) reportAddresses(program, report);
  return program;
}

interface Gathered {
  readonly whole: Unit;
  /** Types of the script's C definitions, and behind them those of the recording. */
  readonly types: TypeSource;
  /** False: it failed, and what is missing would only cause more messages. */
  readonly ok: boolean;
}

/** `#include` of headers that the command line asks for, in front of the script's own definitions. */
function withIncludes(unit: Unit, includes: readonly string[] = []): Unit {
  if (includes.length === 0) return unit;
  const span = { start: 0, end: 0 };
  const forced = includes.map((path) => ({ kind: "include", path, system: false, span }) as const);
  return { ...unit, script: { ...unit.script, definitions: [...forced, ...unit.script.definitions] } };
}

/** The script as one: with its imports, without macros. */
function gather(unit: Unit, env: CheckEnv, report: Report): Gathered {
  const own = makeReport();
  const linked = linkImports(unit, env.readImport, own);
  const { definitions, unit: defined } = collectDefinitions(
    withIncludes(linked, env.includes),
    env.types ?? null,
    env.readHeader ?? null,
    own,
  );
  const script = expandDefines(defined.script, definitions.defines, own);
  const whole = own.hasErrors() ? defined : expandMacros({ ...defined, script }, own);
  for (const diagnostic of own.diagnostics) report.add(diagnostic);
  return { whole, types: definitions.types, ok: !own.hasErrors() };
}

/** Checks a script and builds its typed program. Mistakes of the user are diagnostics; an exception is our bug. */
export function check(unit: Unit, env: CheckEnv): CheckResult {
  const report = makeReport();
  const config = resolveConfig(unit.script.config, env.config, report);
  const { whole, types, ok } = gather(unit, env, report);
  let asked: TaskStructs = {};
  const noted = noting(types, (found) => {
    asked = { ...asked, ...found };
  });
  const checked = ok ? checkInto(whole.script, { ...env, types: noted }, config, report) : null;
  const program = checked === null ? null : { ...checked, ...asked };
  const { source } = whole;
  // A warning about the library's own text is none of the user's.
  const diagnostics = report.diagnostics.filter(
    ({ severity, span }) => severity === "error" || span === null || !isInLibrary(source, span),
  );
  return { program: report.hasErrors() ? null : program, diagnostics, config, source };
}
