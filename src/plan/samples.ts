/** Probes that fire on what perf counts: each is an event of `perf record`. */
export interface Sample {
  /** As the script has it. */
  readonly name: string;
  /** perf's name of the event. */
  readonly event: string;
  /** `-F 99` or `-c 1000`. */
  readonly rate: string;
  /** Fires on every CPU, whoever runs there, as long as perf watches the whole machine. */
  readonly ofEveryCpu: boolean;
}

/** `hint` is the checker's own advice how to record the point, which has perf's words. */
export function samplesOf(provider: string, name: string, hint: string): Sample {
  const event = /-e (\S+)/.exec(hint)?.[1] ?? name;
  const rate = /-[Fc] \d+/.exec(hint)?.[0] ?? "-c 1";
  return { name, event, rate, ofEveryCpu: provider === "profile" };
}
