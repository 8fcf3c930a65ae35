/** The command line: bpftrace's flags, and ours. Options may stand anywhere before `--`; the first other word is the script unless -e gave one. */
import { parseArgs } from "node:util";
import { FLAGS, joinValues } from "./flags.ts";
import { isOutputFormat, OUTPUT_FORMATS, type OutputFormat } from "./output-format.ts";
import { parsePid } from "./pid-argument.ts";

/** What to do with the script (rows 8.21 to 8.23). */
export type Mode = "run" | "test" | "bench" | "codegen" | "compiler-bench" | "format";

export interface CliOptions {
  readonly command: "run" | "list" | "info" | "repl" | "tui" | "help" | "version" | "features";
  readonly mode: Mode;
  /** -e text; the last one wins. */
  readonly program: string | null;
  /** Script file, `-` for stdin, or the operand of a subcommand. */
  readonly file: string | null;
  readonly params: readonly string[];
  /** null: a flag without a value. */
  readonly namedParams: ReadonlyMap<string, string | null>;
  readonly pid: number | null;
  /** -c, which only says how to record. */
  readonly cmd: string | null;
  readonly probeFilter: RegExp | null;
  readonly includeDirs: readonly string[];
  readonly includes: readonly string[];
  readonly traces: readonly string[];
  readonly sample: boolean;
  /** [NAME=]TIME each: added to the times of the recording of that name, or of all but the first. */
  readonly clockOffsets: readonly string[];
  /** Threads for scripts whose result does not depend on the order of events. */
  readonly workers: number;
  readonly format: OutputFormat;
  readonly output: string | null;
  /** Say on a terminal how far the replay is. */
  readonly progress: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly unsafe: boolean;
  /** -k */
  readonly keepWarnings: boolean;
  readonly warnings: boolean;
  /** What the recording lacks or lost is an error. */
  readonly strict: boolean;
  readonly debug: readonly string[];
  readonly dryRun: boolean;
  readonly emitElf: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly seed: bigint;
  readonly timeZone: string;
  readonly bootTime: string | null;
  /** Files with definitions of dynamic events, with symbols, with the mappings of a process; directories with its files. */
  readonly dynamicEvents: readonly string[];
  /** A recording or a copy of tracefs events/, for text that names events only. */
  readonly eventsFrom: string | null;
  readonly kallsyms: string | null;
  /** Type data of the recorded kernel. */
  readonly btf: string | null;
  readonly maps: readonly string[];
  readonly symfs: readonly string[];
  readonly backend: "jit" | "interp";
  readonly buffering: "line" | "full" | "none";
}

export type ParsedArgs =
  { readonly ok: true; readonly options: CliOptions } | { readonly ok: false; readonly message: string; readonly usage: boolean };

/** Names that can follow `-d` (row 8.19): bpftrace's, and ours for what it has no name for. */
export const DEBUG_STAGES = [
  "ast",
  "types",
  "ir",
  "codegen",
  "codegen-opt",
  "bytecode",
  "libbpf",
  "verifier",
  "wasm",
  "parse",
  "dis",
  "all",
] as const;

const MODES: readonly Mode[] = ["codegen", "compiler-bench", "bench", "test", "format"];

const FEATURES = new Set(["kprobe_multi", "kprobe_session", "uprobe_multi"]);

/** Flags that stand for a mode. */
const MODE_FLAGS = [
  ["test", "test"],
  ["bench", "bench"],
  ["fmt", "format"],
] as const;

const fail = (message: string, usage = false): ParsedArgs => ({ ok: false, message, usage });

const NO_SCRIPT = "ERROR: USAGE: filename or -e 'program' required.";

/** A word that holds `/` or ends in `.bt` is always a script: subcommand names never shadow files. */
const isScriptPath = (word: string): boolean => word.includes("/") || word.endsWith(".bt");

function namedParameters(words: readonly string[]): { named: Map<string, string | null>; positional: string[] } {
  const named = new Map<string, string | null>();
  const positional: string[] = [];
  for (const word of words) {
    const match = /^--([^=]+)(?:=([\s\S]*))?$/.exec(word);
    if (match?.[1] === undefined) positional.push(word);
    else named.set(match[1], match[2] ?? null);
  }
  return { named, positional };
}

const parseFlags = (argv: readonly string[]) => parseArgs({ args: joinValues(argv), options: FLAGS, allowPositionals: true, strict: true });

type Values = ReturnType<typeof parseFlags>["values"];

function read(argv: readonly string[]): { values: Values; positionals: string[] } | string {
  try {
    return parseFlags(argv);
  } catch (error) {
    return error instanceof Error ? (error.message.split(". ")[0] ?? error.message) : String(error);
  }
}

/** The mode, or a message. */
function modeOf(values: Values): { readonly mode: Mode } | string {
  const asked: Mode | undefined = MODES.find((mode) => mode === values.mode);
  if (values.mode !== undefined && asked === undefined)
    return "USAGE: --mode can only be 'codegen', 'compiler-bench', 'bench', 'test' or 'format'.";
  let mode = asked ?? "run";
  for (const [flag, meant] of MODE_FLAGS) {
    if (values[flag] !== true) continue;
    if (mode !== "run") return `USAGE: --${flag} conflicts with existing --mode`;
    mode = meant;
  }
  return { mode };
}

function filterOf(text: string | undefined): RegExp | null | string {
  if (text === undefined) return null;
  try {
    return new RegExp(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^Invalid regular expression: /, "") : String(error);
    return `Invalid --probe-filter regex '${text}': ${why}`;
  }
}

/** What is wrong with flags that have no meaning here, or with their values. */
function problemOf(values: Values): string | null {
  const keep = values.warnings?.length ?? 0;
  const feature = (values["no-feature"] ?? []).flatMap((names) => names.split(",")).find((name) => !FEATURES.has(name));
  if (values["emit-llvm"] !== undefined)
    return "--emit-llvm: no LLVM takes part here. See -d ir and -d codegen, or --emit-elf FILE for the eBPF object";
  if (values.aot !== undefined) return "--aot: scripts are compiled at each start, in milliseconds; --emit-elf FILE keeps the eBPF object";
  if (feature !== undefined) return "USAGE: --no-feature can only have values 'kprobe_multi,kprobe_session,uprobe_multi'.";
  if (values.seed !== undefined && !/^\d{1,20}$/.test(values.seed)) return `--seed takes a whole number, not '${values.seed}'`;
  if (values.workers !== undefined && !/^([1-9]|[1-5]\d|6[0-4])$/.test(values.workers))
    return `--workers takes a number from 1 to 64, not '${values.workers}'`;
  if (keep > 1) return "USAGE: -kk has been deprecated. Use a single -k for runtime warnings for errors in map lookups and probe reads.";
  if (keep > 0 && values["no-warnings"] === true) return "USAGE: -k, --warnings conflicts with --no-warnings";
  return (values["dwarf-pid"] ?? []).map(parsePid).find((pid) => typeof pid === "string") ?? null;
}

export function parseCommandLine(argv: readonly string[]): ParsedArgs {
  const dashes = argv.indexOf("--");
  const before = dashes < 0 ? argv : argv.slice(0, dashes);
  const { named, positional } = namedParameters(dashes < 0 ? [] : argv.slice(dashes + 1));
  const parsed = read(before);
  if (typeof parsed === "string") return fail(parsed, true);
  const { values, positionals: words } = parsed;

  const format = values.format ?? "text";
  if (!isOutputFormat(format)) {
    const valid = OUTPUT_FORMATS.map((name) => `'${name}'`).join(", ");
    return fail(`ERROR: Invalid output format "${format}"\nValid formats: ${valid}`);
  }
  const buffering = values.buffer ?? "line";
  if (buffering !== "line" && buffering !== "full" && buffering !== "none")
    return fail(`ERROR: USAGE: -B must be either 'line', 'full', or 'none'.`);
  const debug = (values.debug ?? []).flatMap((stages) => stages.split(",")).filter((stage) => stage !== "");
  const badStage = debug.find((stage) => !DEBUG_STAGES.some((known) => known === stage));
  if (badStage !== undefined)
    return fail(`ERROR: USAGE: invalid option for -d: ${badStage}\nHINT: valid stages: ${DEBUG_STAGES.join(", ")}`);
  const backend = values.backend ?? "jit";
  if (backend !== "jit" && backend !== "interp") return fail(`ERROR: USAGE: --backend must be either 'jit' or 'interp'.`);
  const problem = problemOf(values);
  if (problem !== null) return fail(`ERROR: ${problem}`);
  const mode = modeOf(values);
  if (typeof mode === "string") return fail(`ERROR: ${mode}`);
  const probeFilter = filterOf(values["probe-filter"]);
  if (typeof probeFilter === "string") return fail(`ERROR: ${probeFilter}`);
  const pid = values.pid === undefined ? null : parsePid(values.pid);
  if (values.cmd !== undefined && pid !== null) return fail("ERROR: USAGE: Cannot use both -c and -p.", true);
  if (typeof pid === "string") return fail(`ERROR: ${pid}`);

  const inline = values.execute?.at(-1) ?? null;
  const base = {
    mode: mode.mode,
    program: inline,
    namedParams: named,
    pid,
    cmd: values.cmd ?? null,
    probeFilter,
    includeDirs: values["include-dir"] ?? [],
    includes: values.include ?? [],
    traces: values.trace ?? [],
    sample: values.sample ?? false,
    clockOffsets: values["clock-offset"] ?? [],
    workers: Number(values.workers ?? "1"),
    format,
    progress: !(values["no-progress"] ?? false),
    output: values.output ?? null,
    quiet: values.quiet ?? false,
    verbose: values.verbose ?? false,
    unsafe: values.unsafe ?? false,
    keepWarnings: (values.warnings?.length ?? 0) > 0,
    strict: values.strict ?? false,
    warnings: !(values["no-warnings"] ?? false),
    debug,
    dryRun: values["dry-run"] ?? false,
    emitElf: values["emit-elf"] ?? null,
    from: values.from ?? null,
    to: values.to ?? null,
    seed: BigInt(values.seed ?? "1"),
    timeZone: values.tz ?? "UTC",
    bootTime: values["boot-time"] ?? null,
    dynamicEvents: values["dynamic-events"] ?? [],
    eventsFrom: values["events-from"] ?? null,
    kallsyms: values.kallsyms ?? null,
    btf: values.btf ?? null,
    maps: values.maps ?? [],
    symfs: values.symfs ?? [],
    backend,
    buffering,
  } satisfies Partial<CliOptions>;
  const done = (command: CliOptions["command"], file: string | null, rest: readonly string[]): ParsedArgs => ({
    ok: true,
    options: { ...base, command, file, params: [...rest, ...positional] },
  });

  if (values.help === true) return done("help", null, []);
  if (values.version === true) return done("version", null, []);
  if (values.info === true) return done("features", null, []);
  const first = words[0];
  if (values.list === true) return words.length > 1 ? fail("", true) : done("list", inline === null ? (first ?? null) : null, []);
  if (inline === null && first === "info" && !isScriptPath(first))
    return words[1] === undefined && !base.sample && base.traces.length === 0
      ? fail("ERROR: USAGE: hindsight info FILE")
      : done("info", words[1] ?? null, words.slice(2));
  if (first === "repl") return inline === null ? done("repl", words[1] ?? null, words.slice(2)) : done("repl", null, words.slice(1));
  // `tui` is a word before the script, --tui a flag anywhere.
  const script = first === "tui" ? words.slice(1) : words;
  if (first === "tui" || values.tui === true)
    return inline !== null
      ? done("tui", null, script)
      : script[0] === undefined
        ? fail(NO_SCRIPT)
        : done("tui", script[0], script.slice(1));
  if (inline !== null) return done("run", null, words);
  if (first !== undefined) return done("run", first, words.slice(1));
  return argv.length === 0 ? fail("", true) : fail(NO_SCRIPT);
}
