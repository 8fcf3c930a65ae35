/** What makes the recorder that was used keep what a recording lacks, where that is not what trace-cmd's users do. */

type Hints = Readonly<Record<string, string>>;

const CALLCHAINS = "record them with: perf record -g";

const KALLSYMS = "pass what root reads in /proc/kallsyms of the recorded machine: --kallsyms FILE";

/** By the beginning of RecordingInfo.format, then by the kind of what is missing. */
const BY_FORMAT: readonly (readonly [format: string, hints: Hints])[] = [
  [
    "perf.data",
    {
      kernelStack: CALLCHAINS,
      userStack: CALLCHAINS,
      kernelSymbols: KALLSYMS,
      userSymbols: "pass the files that the processes mapped: --symfs DIR (on the machine that recorded: --symfs /)",
    },
  ],
  ["perf script", { kernelStack: CALLCHAINS, userStack: CALLCHAINS, kernelSymbols: KALLSYMS }],
  ["strace", { userStack: "record them with: strace -k" }],
];

/** Null: what is said for every recording is right. */
export const recorderHint = (format: string, kind: string): string | null =>
  BY_FORMAT.find(([start]) => format.startsWith(start))?.[1][kind] ?? null;
