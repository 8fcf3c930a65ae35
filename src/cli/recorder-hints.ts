/** What makes the recorder that was used keep what a recording lacks, where that is not what trace-cmd's users do. */

type Hints = Readonly<Record<string, string>>;

const CALLCHAINS = "record them with: perf record -g";
const KERNEL_CHAINS = "record them with: perf record -g, and neither --user-callchains nor :u; what is sampled in user code has none";
/** They are of any recorder. */
const WITH_EVENTS = "record them with the events: trace-cmd record -T, or perf record -g";
const USER_WITH_EVENTS = "record them with the events: trace-cmd record -O userstacktrace, or perf record -g";
const NO_PACKET_STACKS = "packets have none: record the kernel's events of them beside the capture, trace-cmd record -T -e net:netif_rx";

const KALLSYMS = "pass what root reads in /proc/kallsyms of the recorded machine: --kallsyms FILE";

/** By the beginning of RecordingInfo.format, then by the kind of what is missing. */
const BY_FORMAT: readonly (readonly [format: string, hints: Hints])[] = [
  [
    "perf.data",
    {
      kernelStack: KERNEL_CHAINS,
      userStack: CALLCHAINS,
      kernelSymbols: KALLSYMS,
      userSymbols: "pass the files that the processes mapped: --symfs DIR (on the machine that recorded: --symfs /)",
    },
  ],
  ["perf script", { kernelStack: KERNEL_CHAINS, userStack: CALLCHAINS, kernelSymbols: KALLSYMS }],
  ["JSON lines", { kernelStack: WITH_EVENTS, userStack: USER_WITH_EVENTS, kernelSymbols: KALLSYMS }],
  ["pcap", { kernelStack: NO_PACKET_STACKS, userStack: NO_PACKET_STACKS }],
  ["strace", { userStack: "record them with: strace -k" }],
];

/** Null: what is said for every recording is right. */
export const recorderHint = (format: string, kind: string): string | null =>
  BY_FORMAT.find(([start]) => format.startsWith(start))?.[1][kind] ?? null;
