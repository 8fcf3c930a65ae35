/** Configuration: the script's block, then the environment over it (rows 7.01–7.29). */
import type { ConfigBlock, ConfigValue } from "../ast/ast.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import { suggestion } from "./suggestion.ts";
import { parseInteger } from "./integer-text.ts";
import type { Report } from "./report.ts";

export interface ScriptConfig {
  readonly maxMapKeys: number;
  readonly maxStrlen: number;
  readonly maxProbes: number;
  readonly maxBpfProgs: number;
  readonly missingProbes: "error" | "warn" | "ignore";
  readonly printMapsOnExit: boolean;
  readonly strTruncTrailer: string;
  readonly maxCatBytes: number;
  readonly stackMode: "bpftrace" | "perf" | "raw" | "build_id";
  readonly unstableTseries: "enable" | "warn" | "error";
  /** That the kernel is told (row 7.11). */
  readonly license: string;
  /** A map with the time for tseries(), for tests of scripts (row 7.36); null: the clock. */
  readonly clockMap: string | null;
  /** All settings by name, for the builtin `config` (row 4.30). */
  readonly settings: ReadonlyMap<string, string | number | boolean>;
}

type Setting = { readonly kind: "int" | "bool" | "text" } | { readonly kind: "word"; readonly words: readonly string[] };

const int: Setting = { kind: "int" };
const bool: Setting = { kind: "bool" };
const word = (...words: string[]): Setting => ({ kind: "word", words });
const unstable = word("enable", "warn", "error");

/** bpftrace docs/language.md "Config variables"; the keys without a field in ScriptConfig are validated and have no effect offline. */
const SETTINGS: Readonly<Record<string, Setting>> = {
  cache_user_symbols: word("PER_PID", "PER_PROGRAM", "NONE"),
  cpp_demangle: bool,
  lazy_symbolication: bool,
  license: word("GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"),
  log_size: int,
  max_bpf_progs: int,
  max_cat_bytes: int,
  max_map_keys: int,
  max_probes: int,
  max_strlen: int,
  missing_probes: word("error", "warn", "ignore"),
  on_stack_limit: int,
  perf_rb_pages: int,
  print_maps_on_exit: bool,
  show_debug_info: bool,
  stack_mode: word("bpftrace", "perf", "raw", "build_id"),
  str_trunc_trailer: { kind: "text" },
  unstable_dw_ustack: unstable,
  unstable_import_statement: unstable,
  unstable_tseries: unstable,
  unstable_typeinfo: unstable,
  use_blazesym: bool,
};

/** bpftrace docs/language.md; cache_user_symbols has none: it depends on the run. */
const DEFAULTS: Readonly<Record<string, Value>> = {
  cpp_demangle: true,
  lazy_symbolication: true,
  license: "GPL",
  log_size: 1_000_000,
  max_bpf_progs: 1024,
  max_cat_bytes: 10_240,
  max_map_keys: 4096,
  max_probes: 1024,
  max_strlen: 1024,
  missing_probes: "error",
  on_stack_limit: 32,
  perf_rb_pages: 0,
  print_maps_on_exit: true,
  show_debug_info: true,
  stack_mode: "bpftrace",
  str_trunc_trailer: "..",
  unstable_dw_ustack: "warn",
  unstable_import_statement: "error",
  unstable_tseries: "warn",
  unstable_typeinfo: "error",
  use_blazesym: true,
};

const ENVIRONMENT_ONLY = new Set(["btf", "kernel_build", "kernel_source", "vmlinux"]);

const RENAMED: Readonly<Record<string, string>> = {
  strlen: "max_strlen",
  no_cpp_demangle: "cpp_demangle",
  cat_bytes_max: "max_cat_bytes",
  map_keys_max: "max_map_keys",
};

const DEAD = new Set([
  "symbol_source",
  "max_type_res_iterations",
  "unstable_addr",
  "unstable_import",
  "unstable_macro",
  "unstable_map_decl",
]);

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  on: true,
  yes: true,
  "1": true,
  false: false,
  off: false,
  no: false,
  "0": false,
};

type Value = string | number | boolean;

const normalise = (key: string): string => key.toLowerCase().replace(/^bpftrace_/, "");

/** The value, or what was expected instead. */
function parseValue(setting: Setting, text: string): { readonly value: Value } | { readonly expected: string } {
  switch (setting.kind) {
    case "text":
      return { value: text };
    case "bool": {
      const value = BOOLEANS[text.toLowerCase()];
      return value === undefined ? { expected: "true or false" } : { value };
    }
    case "int": {
      const value = parseInteger(text);
      const fits = value !== null && value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER);
      return fits ? { value: Number(value) } : { expected: "a number" };
    }
    case "word": {
      const value = setting.words.find((each) => each.toLowerCase() === text.toLowerCase());
      return value === undefined ? { expected: setting.words.join(", ") } : { value };
    }
  }
}

function textOf(value: ConfigValue): string {
  switch (value.kind) {
    case "string":
    case "word":
      return value.text;
    case "int":
    case "bool":
      return String(value.value);
  }
}

/** Entries of one map. */
export const MAX_MAP_KEYS = 16_777_216;

/** Strings live in per-CPU scratch memory, maps are allocated up front and files are read whole, so all need an upper bound of ours. */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  max_strlen: [1, 65_536],
  max_map_keys: [1, MAX_MAP_KEYS],
  max_cat_bytes: [0, 1 << 30],
};

/** BPFTRACE_DUMMY_TS_MAP: no setting of the block. */
const CLOCK_MAP = "dummy_ts_map";

/** What is wrong with the value beyond its form. */
function limitOf(key: string, value: Value): string | null {
  const range = RANGES[key];
  if (range === undefined || typeof value !== "number" || (value >= range[0] && value <= range[1])) return null;
  return `${key} must be between ${range[0]} and ${range[1]}, found ${value}`;
}

export function resolveConfig(block: ConfigBlock | null, environment: ReadonlyMap<string, string>, report: Report): ScriptConfig {
  const values = new Map(Object.entries(DEFAULTS));

  const set = (key: string, text: string, span: Span | null): void => {
    const setting = SETTINGS[key];
    if (setting === undefined) return;
    const parsed = parseValue(setting, text);
    if ("expected" in parsed) {
      const message =
        key === "license"
          ? `Invalid value for license. Found: ${text}. Valid values: ${parsed.expected}`
          : `Invalid value for ${key}: expected ${parsed.expected}, found '${text}'`;
      report.error("invalidConfig", span, message);
      return;
    }
    const limit = limitOf(key, parsed.value);
    if (limit === null) values.set(key, parsed.value);
    else report.error("invalidConfig", span, limit);
  };

  for (const { key, value } of block?.entries ?? []) {
    const span = { start: key.span.start, end: value.span.end };
    const written = normalise(key.text);
    const renamed = RENAMED[written];
    if (DEAD.has(written)) {
      report.warn("deprecatedConfig", span, `${written} is deprecated and has no effect`);
    } else if (ENVIRONMENT_ONLY.has(written)) {
      report.error("invalidConfig", span, `${written} can only be set as an environment variable`);
    } else if (renamed === undefined && SETTINGS[written] === undefined) {
      report.error("unknownConfig", span, `${key.text}: not a known configuration option`, {
        hint: suggestion(written, Object.keys(SETTINGS)),
      });
    } else {
      if (renamed !== undefined) report.warn("deprecatedConfig", span, `${written} has been renamed, please use ${renamed}`);
      set(renamed ?? written, textOf(value), span);
    }
  }
  for (const [name, text] of environment) {
    const written = normalise(name);
    set(RENAMED[written] ?? written, text, null);
  }

  const valueOf = (key: string): Value => values.get(key)!;
  return {
    maxMapKeys: valueOf("max_map_keys") as number,
    maxStrlen: valueOf("max_strlen") as number,
    maxProbes: valueOf("max_probes") as number,
    maxBpfProgs: valueOf("max_bpf_progs") as number,
    missingProbes: valueOf("missing_probes") as ScriptConfig["missingProbes"],
    printMapsOnExit: valueOf("print_maps_on_exit") as boolean,
    strTruncTrailer: valueOf("str_trunc_trailer") as string,
    maxCatBytes: valueOf("max_cat_bytes") as number,
    stackMode: valueOf("stack_mode") as ScriptConfig["stackMode"],
    unstableTseries: valueOf("unstable_tseries") as ScriptConfig["unstableTseries"],
    license: valueOf("license") as string,
    clockMap: [...environment].find(([name]) => normalise(name) === CLOCK_MAP)?.[1] ?? null,
    settings: values,
  };
}
