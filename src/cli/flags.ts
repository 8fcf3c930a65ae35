/** The flags of the command line, as node's parser wants them. */
export const FLAGS = {
  // What to run (rows 8.02 to 8.17)
  execute: { type: "string", short: "e", multiple: true },
  list: { type: "boolean", short: "l" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
  info: { type: "boolean" },
  mode: { type: "string" },
  test: { type: "boolean" },
  bench: { type: "boolean" },
  fmt: { type: "boolean" },
  pid: { type: "string", short: "p" },
  cmd: { type: "string", short: "c" },
  "probe-filter": { type: "string" },
  unsafe: { type: "boolean" },
  "include-dir": { type: "string", short: "I", multiple: true },
  include: { type: "string", multiple: true },

  // Output (rows 8.18 to 8.31)
  verbose: { type: "boolean", short: "v" },
  debug: { type: "string", short: "d", multiple: true },
  format: { type: "string", short: "f" },
  output: { type: "string", short: "o" },
  buffer: { type: "string", short: "B" },
  quiet: { type: "boolean", short: "q" },
  warnings: { type: "boolean", short: "k", multiple: true },
  "no-warnings": { type: "boolean" },
  "no-progress": { type: "boolean" },
  "dry-run": { type: "boolean" },
  "emit-elf": { type: "string" },

  // Of a live machine or of LLVM: accepted or refused with a reason (rows 8.36 to 8.41)
  "usdt-file-activation": { type: "boolean" },
  "no-feature": { type: "string", multiple: true },
  debuginfo: { type: "string", multiple: true },
  "dwarf-pid": { type: "string", multiple: true },
  "traceable-functions": { type: "string" },
  "verify-llvm-ir": { type: "boolean" },
  "force-btf": { type: "boolean", short: "b" },
  "emit-llvm": { type: "string" },
  aot: { type: "string" },

  // Ours
  trace: { type: "string", multiple: true },
  sample: { type: "boolean" },
  tui: { type: "boolean" },
  "clock-offset": { type: "string", multiple: true },
  workers: { type: "string" },
  strict: { type: "boolean" },
  from: { type: "string" },
  to: { type: "string" },
  seed: { type: "string" },
  tz: { type: "string" },
  "boot-time": { type: "string" },
  "dynamic-events": { type: "string", multiple: true },
  "events-from": { type: "string" },
  kallsyms: { type: "string" },
  btf: { type: "string" },
  maps: { type: "string", multiple: true },
  symfs: { type: "string", multiple: true },
  backend: { type: "string" },
} as const;

const takesValue = new Set(
  Object.entries(FLAGS).flatMap(([name, flag]) =>
    flag.type === "string" ? [`--${name}`, ...("short" in flag ? [`-${flag.short}`] : [])] : [],
  ),
);

/** A flag's value is the next word whatever it begins with, as getopt has it: `-e '-1;'`. Node's parser wants it in one word then. */
export function joinValues(argv: readonly string[]): string[] {
  const joined: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    const value = argv[i + 1];
    if (takesValue.has(word) && value !== undefined && value.startsWith("-") && value.length > 1) {
      joined.push(word.startsWith("--") ? `${word}=${value}` : word + value);
      i++;
    } else joined.push(word);
  }
  return joined;
}
