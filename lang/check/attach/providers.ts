/** Probe types: names, aliases and how many parts may follow. From bpftrace docs/language.md "Probes" (rows 1.14–1.45). */
export interface Provider {
  readonly name: string;
  readonly alias: string | null;
  /** Numbers of parts after the provider that are accepted. */
  readonly parts: readonly number[];
}

export const providers: readonly Provider[] = [
  { name: "begin", alias: null, parts: [0] },
  { name: "bench", alias: null, parts: [1] },
  { name: "end", alias: null, parts: [0] },
  { name: "fentry", alias: "f", parts: [1, 2, 3] },
  { name: "fexit", alias: "fr", parts: [1, 2, 3] },
  { name: "hardware", alias: "h", parts: [1, 2] },
  { name: "interval", alias: "i", parts: [1, 2] },
  { name: "iter", alias: "it", parts: [1, 2] },
  { name: "kprobe", alias: "k", parts: [1, 2] },
  { name: "kretprobe", alias: "kr", parts: [1, 2] },
  // Ours: captured packets, by the interface.
  { name: "packet", alias: null, parts: [0, 1] },
  { name: "profile", alias: "p", parts: [1, 2] },
  { name: "rawtracepoint", alias: "rt", parts: [1, 2] },
  { name: "self", alias: null, parts: [2] },
  { name: "software", alias: "s", parts: [1, 2] },
  { name: "test", alias: null, parts: [1] },
  { name: "tracepoint", alias: "t", parts: [2] },
  { name: "uprobe", alias: "u", parts: [2, 3] },
  { name: "uretprobe", alias: "ur", parts: [2, 3] },
  { name: "usdt", alias: "U", parts: [2, 3] },
  { name: "watchpoint", alias: "w", parts: [3] },
];

const OLD_NAMES: Readonly<Record<string, string>> = { kfunc: "fentry", kretfunc: "fexit" };

/** Names in any case, aliases as they are (row 1.02). */
export function findProvider(written: string): Provider | null {
  const lower = written.toLowerCase();
  const name = OLD_NAMES[lower] ?? lower;
  return providers.find((provider) => provider.name === name || provider.alias === written) ?? null;
}
