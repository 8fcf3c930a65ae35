/** -l and -lv: the probes of a recording, or those of a script, expanded (rows 8.12–8.17). */
import { existsSync } from "node:fs";
import { renderDiagnostic } from "../../lang/diagnostics/render.ts";
import type { ResolvedAttachPoint, Tracepoint, TracepointField } from "../../lang/catalogue.ts";
import { HARDWARE, SOFTWARE, type CountedEvent } from "../../lang/check/attach/perf-event.ts";
import { findProvider } from "../../lang/check/attach/providers.ts";
import { recordedPoints } from "../../lang/check/attach/recorded.ts";
import { matches } from "../../lang/check/attach/wildcard.ts";
import type { Recording } from "../../probes/recording.ts";
import { recordedMachine, type RecordedMachine } from "../session/recorded-machine.ts";
import { compile } from "./compile.ts";
import type { Console } from "./console.ts";
import { loadSource } from "./load.ts";
import { loadRecording } from "./recordings.ts";
import { loadTypes } from "./kernel-types.ts";
import { listTypes, namesTypes } from "./list-types.ts";
import { loadSideData } from "./side-data.ts";
import type { CliOptions } from "./options.ts";

const UNITS = ["hz", "ms", "s", "us"];

const counted = (provider: string, events: readonly CountedEvent[]): string[] =>
  events.flatMap(({ name, alias }) => [`${provider}:${name}:`, ...(alias === null ? [] : [`${provider}:${alias}:`])]);

/** Row 8.13. The last three need samples in the recording: they are listed only when asked for by name. */
const FORMS: Readonly<Record<string, readonly string[]>> = {
  interval: UNITS.map((unit) => `interval:${unit}:`),
  profile: UNITS.map((unit) => `profile:${unit}:`),
  software: counted("software", SOFTWARE),
  hardware: counted("hardware", HARDWARE),
};

interface Listed {
  readonly name: string;
  /** For -lv: arguments that a program can ask for. */
  readonly fields: () => readonly TracepointField[];
}

/** Packets have a provider of their own. */
const nameOf = ({ category, name }: Tracepoint): string => (category === "packet" ? `packet:${name}` : `tracepoint:${category}:${name}`);

const noFields = (): readonly TracepointField[] => [];

const NUMBERS: ReadonlySet<string> = new Set(["int", "pointer", "bool", "enum"]);

/** Of functions, what was recorded of each call: as `args` where probes have that, else all of it. */
function fieldsOf(point: ResolvedAttachPoint): readonly TracepointField[] {
  if (point.provider === "tracepoint") return point.tracepoint.fields;
  if (!("site" in point)) return [];
  const { fields } = point.site.records;
  return TYPED_PROBES.some((provider) => provider === point.provider) ? fields.filter(({ type }) => NUMBERS.has(type.kind)) : fields;
}

/** Everything that a pattern may name. */
function candidates(pattern: string, machine: RecordedMachine): Listed[] {
  const forms = Object.entries(FORMS).flatMap(([provider, names]) =>
    provider === "interval" || pattern.startsWith(`${provider}:`) ? names : [],
  );
  const tracepoints = machine.catalogue?.tracepoints ?? [];
  return [
    ...forms.map((name) => ({ name, fields: noFields })),
    ...functions(pattern, machine).map((point) => ({ name: point.name, fields: () => fieldsOf(point) })),
    ...tracepoints.map((tracepoint) => ({ name: nameOf(tracepoint), fields: () => tracepoint.fields })),
  ];
}

const FUNCTION_PROBES = ["kprobe", "kretprobe", "uprobe", "uretprobe"] as const;
/** Other names for the same functions and events, which are listed only when they are asked for. */
const TYPED_PROBES = ["fentry", "fexit", "rawtracepoint"] as const;

/** Probed functions. Looking for them may take reading the recording, so not where nothing of the kind is asked for. */
function functions(pattern: string, { catalogue }: RecordedMachine): ResolvedAttachPoint[] {
  if (catalogue === null) return [];
  const wanted = pattern.slice(0, pattern.indexOf(":"));
  const providers = [
    ...FUNCTION_PROBES.filter((provider) => matches(wanted, provider)),
    ...TYPED_PROBES.filter((provider) => wanted === provider),
  ];
  return providers.flatMap((provider) => recordedPoints(catalogue, provider, provider.startsWith("u") ? ["*", "*"] : ["*"]).points);
}

/** With the provider's full name. One part searches the names of all providers; an event alone, in all categories. */
function normalise(written: string): string {
  const pattern = written.trim().replace(/\s+/g, " ");
  if (!pattern.includes(":")) return pattern === "" || pattern === "*" ? "*:*" : `*:${pattern}`;
  const [first = "", ...rest] = pattern.split(":");
  const provider = first.includes("*") ? first : (findProvider(first)?.name ?? first);
  // Tracepoints have a category, and typed probes a module, that may be left out.
  const isShort = ["tracepoint", "fentry", "fexit"].includes(provider) && rest.length === 1;
  return [provider, ...(isShort ? ["*"] : []), ...rest].join(":");
}

function listPattern(written: string, machine: RecordedMachine): Listed[] {
  const pattern = normalise(written);
  return candidates(pattern, machine).filter(({ name }) => matches(pattern, name) || matches(`${pattern}:`, name));
}

const COMMON_FIELD = /^common_/;

function text({ name, fields }: Listed, { verbose }: CliOptions): string {
  const shown = verbose ? fields().filter((field) => !COMMON_FIELD.test(field.name)) : [];
  return [name, ...shown.map((field) => `    ${field.decl}`)].map((line) => `${line}\n`).join("");
}

/** A file name that is none becomes a pattern, with a word about it (row 8.14). */
const looksLikeFile = (word: string): boolean => word.includes(".") && !/[:*]/.test(word);

function listPatterns(options: CliOptions, recording: Recording | null, machine: RecordedMachine, console: Console): number {
  const search = options.file ?? "*:*";
  if (looksLikeFile(search))
    console.error(
      `WARNING: It appears that '${search}' is a filename but the file does not exist. Treating '${search}' as a search pattern.\n`,
    );
  if (recording === null) console.error("HINT: no recording: pass --trace FILE (or --sample) to list the probes that it holds\n");
  let status = 0;
  for (const pattern of search.split(",")) {
    if (namesTypes(pattern)) status = Math.max(status, listTypes(pattern, machine.types, options.verbose, console));
    else for (const listed of listPattern(pattern, machine)) console.print(text(listed, options));
  }
  return status;
}

const UNLISTED = new Set(["begin", "end", "self", "test", "bench"]);

function listScript(options: CliOptions, recording: Recording | null, machine: RecordedMachine, console: Console): number {
  const loaded = loadSource(options);
  if (!loaded.ok) {
    console.error(`${loaded.message}\n`);
    return loaded.exitCode;
  }
  const { diagnostics, script, source } = compile(loaded.source, options, recording, machine);
  for (const error of diagnostics.filter((d) => d.severity === "error")) console.error(renderDiagnostic(source, error));
  if (script === null) return 1;
  const points = new Map(script.attach.map(({ point }) => [point.name, point]));
  for (const [name, point] of points) {
    if (!UNLISTED.has(point.provider)) console.print(text({ name, fields: () => fieldsOf(point) }, options));
  }
  return 0;
}

export async function list(options: CliOptions, console: Console): Promise<number> {
  const opened = await loadRecording(options);
  if (!opened.ok) {
    console.error(`${opened.message}\n`);
    return opened.exitCode;
  }
  const { recording } = opened;
  const beside = loadSideData(options);
  if (!beside.ok) {
    console.error(`${beside.message}\n`);
    return beside.exitCode;
  }
  const kernel = await loadTypes(options, console);
  if (!kernel.ok) {
    console.error(`${kernel.message}\n`);
    return kernel.exitCode;
  }
  const machine = recordedMachine(recording, { ...beside.side, types: kernel.types });
  const isScript = options.program !== null || (options.file !== null && existsSync(options.file));
  const status = (isScript ? listScript : listPatterns)(options, recording, machine, console);
  recording?.close();
  return status;
}
