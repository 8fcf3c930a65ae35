/** The command line: bpftrace's flags, and ours. Options may stand anywhere before `--`; the first other word is the script unless -e gave one. */
import { parseArgs } from "node:util";

export interface CliOptions {
  readonly command: "run" | "list" | "info" | "help" | "version" | "features";
  /** -e text; the last one wins. */
  readonly program: string | null;
  /** Script file, `-` for stdin, or the operand of a subcommand. */
  readonly file: string | null;
  readonly params: readonly string[];
  /** null: a flag without a value. */
  readonly namedParams: ReadonlyMap<string, string | null>;
  readonly traces: readonly string[];
  readonly sample: boolean;
  readonly format: "text" | "json";
  readonly output: string | null;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly unsafe: boolean;
  readonly keepWarnings: boolean;
  readonly warnings: boolean;
  readonly debug: readonly string[];
  readonly dryRun: boolean;
  readonly emitElf: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly seed: bigint;
  readonly timeZone: string;
  readonly bootTime: string | null;
  readonly backend: "jit" | "interp";
  readonly buffering: "line" | "full" | "none";
}

export type ParsedArgs =
  { readonly ok: true; readonly options: CliOptions } | { readonly ok: false; readonly message: string; readonly usage: boolean };

/** Names that can follow `-d` (row 8.19), and what is printed for each. */
export const DEBUG_STAGES = ["ast", "types", "ir", "codegen", "codegen-opt", "bytecode", "wasm", "libbpf", "verifier", "all"] as const;

const FLAGS = {
  execute: { type: "string", short: "e", multiple: true },
  list: { type: "boolean", short: "l" },
  verbose: { type: "boolean", short: "v" },
  debug: { type: "string", short: "d", multiple: true },
  format: { type: "string", short: "f" },
  output: { type: "string", short: "o" },
  buffer: { type: "string", short: "B" },
  quiet: { type: "boolean", short: "q" },
  warnings: { type: "boolean", short: "k", multiple: true },
  "no-warnings": { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
  info: { type: "boolean" },
  unsafe: { type: "boolean" },
  "dry-run": { type: "boolean" },
  "emit-elf": { type: "string" },
  trace: { type: "string", multiple: true },
  sample: { type: "boolean" },
  from: { type: "string" },
  to: { type: "string" },
  seed: { type: "string" },
  tz: { type: "string" },
  "boot-time": { type: "string" },
  backend: { type: "string" },
} as const;

const fail = (message: string, usage = false): ParsedArgs => ({ ok: false, message, usage });

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

function read(argv: readonly string[]): { values: ReturnType<typeof parseFlags>["values"]; positionals: string[] } | string {
  try {
    return parseFlags(argv);
  } catch (error) {
    return error instanceof Error ? (error.message.split(". ")[0] ?? error.message) : String(error);
  }
}

const parseFlags = (argv: readonly string[]) => parseArgs({ args: [...argv], options: FLAGS, allowPositionals: true, strict: true });

export function parseCommandLine(argv: readonly string[]): ParsedArgs {
  const dashes = argv.indexOf("--");
  const before = dashes < 0 ? argv : argv.slice(0, dashes);
  const { named, positional } = namedParameters(dashes < 0 ? [] : argv.slice(dashes + 1));
  const parsed = read(before);
  if (typeof parsed === "string") return fail(parsed, true);
  const { values, positionals } = parsed;

  const format = values.format ?? "text";
  if (format !== "text" && format !== "json") return fail(`ERROR: Invalid output format "${format}"\nValid formats: 'text', 'json'`);
  const buffering = values.buffer ?? "line";
  if (buffering !== "line" && buffering !== "full" && buffering !== "none")
    return fail(`ERROR: USAGE: -B must be either 'line', 'full', or 'none'.`);
  const debug = (values.debug ?? []).flatMap((stages) => stages.split(","));
  const badStage = debug.find((stage) => !DEBUG_STAGES.some((known) => known === stage));
  if (badStage !== undefined) return fail(`USAGE: invalid option for -d: ${badStage}\nValid stages: ${DEBUG_STAGES.join(", ")}`);
  const backend = values.backend ?? "jit";
  if (backend !== "jit" && backend !== "interp") return fail(`ERROR: USAGE: --backend must be either 'jit' or 'interp'.`);
  if (values.seed !== undefined && !/^\d{1,20}$/.test(values.seed)) return fail(`ERROR: --seed takes a whole number, not '${values.seed}'`);
  const keep = values.warnings?.length ?? 0;
  if (keep > 1)
    return fail("ERROR: USAGE: -kk has been deprecated. Use a single -k for runtime warnings for errors in map lookups and probe reads.");
  if (keep > 0 && values["no-warnings"] === true) return fail("ERROR: USAGE: -k conflicts with --no-warnings");

  const words = [...positionals];
  const inline = values.execute?.at(-1) ?? null;
  const base = {
    program: inline,
    namedParams: named,
    traces: values.trace ?? [],
    sample: values.sample ?? false,
    format,
    output: values.output ?? null,
    quiet: values.quiet ?? false,
    verbose: values.verbose ?? false,
    unsafe: values.unsafe === true,
    keepWarnings: keep > 0,
    warnings: !(values["no-warnings"] ?? false),
    debug,
    dryRun: values["dry-run"] ?? false,
    emitElf: values["emit-elf"] ?? null,
    from: values.from ?? null,
    to: values.to ?? null,
    seed: BigInt(values.seed ?? "1"),
    timeZone: values.tz ?? "UTC",
    bootTime: values["boot-time"] ?? null,
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
  if (values.list === true) return done("list", inline === null ? (first ?? null) : null, []);
  if (inline === null && first === "info" && !isScriptPath(first))
    return words[1] === undefined && !base.sample && base.traces.length === 0
      ? fail("ERROR: USAGE: hindsight info FILE")
      : done("info", words[1] ?? null, []);
  if (inline !== null) return done("run", null, words);
  if (first !== undefined) return done("run", first, words.slice(1));
  return argv.length === 0 ? fail("", true) : fail("ERROR: USAGE: filename or -e 'program' required.");
}
