import { compileToHir } from "../../../lang/passes.ts";
import { printHir } from "../../../lang/hir/print.ts";
import type { CheckEnv, CheckResult } from "../../../lang/check/check.ts";
import type { ProbeCatalogue, Tracepoint, TracepointField } from "../../../lang/catalogue.ts";
import { int, string, type Type } from "../../../lang/types/type.ts";

/** A field at its offset; the size is that of the type unless given. */
const field = (name: string, type: Type, offset: number, sizeBytes: number): TracepointField => ({
  name,
  type,
  decl: name,
  offset,
  sizeBytes,
  loc: "inline",
});

const tracepoint = (category: string, name: string, id: number, fields: readonly TracepointField[]): Tracepoint => ({
  category,
  name,
  id,
  fields: [field("common_type", int(2, false), 0, 2), field("common_pid", int(4, true), 4, 4), ...fields],
});

const userChars: Type = { kind: "pointer", to: int(1, true), space: "user" };

/** Sorted as catalogues are. sched_wakeup and sched_wakeup_new have one layout; sched_switch has another. */
export const catalogue: ProbeCatalogue = {
  byteOrder: "little",
  longBytes: 8,
  ncpus: 2,
  tracepoints: [
    tracepoint("irq", "softirq_entry", 1, [field("vec", int(4, false), 8, 4)]),
    tracepoint("net", "xmit", 2, [
      field("saddr", { kind: "array", elem: int(1, false), length: 4 }, 8, 4),
      field("len", int(4, false), 12, 4),
    ]),
    tracepoint("sched", "sched_switch", 3, [
      field("prev_comm", string(16), 8, 16),
      field("prev_pid", int(4, true), 24, 4),
      field("prev_state", int(8, true), 32, 8),
      field("pid", int(4, true), 40, 4),
    ]),
    tracepoint("sched", "sched_wakeup", 4, [field("comm", string(16), 8, 16), field("pid", int(4, true), 24, 4)]),
    tracepoint("sched", "sched_wakeup_new", 5, [field("comm", string(16), 8, 16), field("pid", int(4, true), 24, 4)]),
    tracepoint("syscalls", "sys_enter_execve", 6, [
      field("filename", userChars, 16, 8),
      field("argv", { kind: "pointer", to: userChars, space: "user" }, 24, 8),
    ]),
    tracepoint("syscalls", "sys_exit_read", 7, [field("ret", int(8, true), 16, 8)]),
  ],
};

export interface Options {
  readonly params?: readonly string[];
  readonly config?: Readonly<Record<string, string>>;
  readonly catalogue?: ProbeCatalogue | null;
}

export function checkText(text: string, options: Options = {}): CheckResult {
  const env: CheckEnv = {
    catalogue: options.catalogue === undefined ? catalogue : options.catalogue,
    params: options.params ?? [],
    namedParams: new Map(),
    config: new Map(Object.entries(options.config ?? {})),
  };
  return compileToHir({ name: "stdin", text }, env);
}

/** Diagnostics as `error: message @ text under it`. */
export const problems = (text: string, options: Options = {}): string[] =>
  checkText(text, options).diagnostics.map(
    ({ severity, message, span }) => `${severity}: ${message}${span === null ? "" : ` @ ${text.slice(span.start, span.end)}`}`,
  );

/** Hints of all diagnostics. */
export const hints = (text: string, options: Options = {}): string[] =>
  checkText(text, options).diagnostics.flatMap(({ hint }) => (hint === undefined ? [] : [hint]));

/** The typed program, without the trailing newline; the diagnostics if there is none. */
export function hir(text: string, options: Options = {}): string {
  const { program } = checkText(text, options);
  return program === null ? problems(text, options).join("\n") : printHir(program).trimEnd();
}

/** The lines of a begin body without their indent: locals first. */
export const body = (statements: string, options: Options = {}): string[] => {
  const text = hir(`begin { ${statements} }`, options);
  const start = text.indexOf("begin {\n");
  return start < 0
    ? [text]
    : text
        .slice(start)
        .split("\n")
        .slice(1, -1)
        .map((line) => line.slice(2));
};

/** Types of maps: `@x[string[16]]: count`. */
export const maps = (text: string, options: Options = {}): string[] =>
  hir(text, options)
    .split("\n")
    .filter((line) => line.startsWith("@"))
    .map((line) => line.replace(/, \d+ entries$/, ""));
