/** software, hardware, watchpoint, profile (rows 1.23 to 1.25, 1.44): what perf counts and samples. */
import { point, pointName, problem, readNumber, type CheckedPoint, type PointCheck } from "./checked-point.ts";
import { hasWildcard } from "./wildcard.ts";
import { resolveRate } from "./interval.ts";

export interface CountedEvent {
  readonly name: string;
  readonly alias: string | null;
  /** Events from one firing to the next, if the attach point does not say. */
  readonly period: number;
  /** perf's name, where it is another. */
  readonly perf?: string;
}

/** From bpftrace docs/language.md "software" and "hardware". */
export const SOFTWARE: readonly CountedEvent[] = [
  { name: "alignment-faults", alias: null, period: 1 },
  { name: "bpf-output", alias: null, period: 1 },
  { name: "context-switches", alias: "cs", period: 1000 },
  { name: "cpu-clock", alias: "cpu", period: 1_000_000 },
  { name: "cpu-migrations", alias: null, period: 1 },
  { name: "dummy", alias: null, period: 1 },
  { name: "emulation-faults", alias: null, period: 1 },
  { name: "major-faults", alias: null, period: 1 },
  { name: "minor-faults", alias: null, period: 100 },
  { name: "page-faults", alias: "faults", period: 100 },
  { name: "task-clock", alias: null, period: 1 },
];

export const HARDWARE: readonly CountedEvent[] = [
  { name: "backend-stalls", alias: null, period: 1_000_000, perf: "stalled-cycles-backend" },
  { name: "branch-instructions", alias: "branches", period: 100_000 },
  { name: "branch-misses", alias: null, period: 100_000 },
  { name: "bus-cycles", alias: null, period: 100_000 },
  { name: "cache-misses", alias: null, period: 1_000_000 },
  { name: "cache-references", alias: null, period: 1_000_000 },
  { name: "cpu-cycles", alias: "cycles", period: 1_000_000 },
  { name: "frontend-stalls", alias: null, period: 1_000_000, perf: "stalled-cycles-frontend" },
  { name: "instructions", alias: null, period: 1_000_000 },
  { name: "ref-cycles", alias: null, period: 1_000_000 },
];

interface Counted {
  readonly event: CountedEvent;
  /** With the default where the point says none. */
  readonly period: bigint;
  readonly name: string;
}

/** Event and count of a point, or what is wrong with it. */
export function findCounted(provider: "software" | "hardware", [written = "", countText = ""]: readonly string[]): Counted | CheckedPoint {
  const events = provider === "software" ? SOFTWARE : HARDWARE;
  if (written === "") return problem(`${provider} probe must have a ${provider} event name`);
  if (hasWildcard(written)) return problem(`wildcards are not allowed for ${provider} probe type`);
  const event = events.find(({ name, alias }) => written === name || written === alias);
  if (event === undefined)
    return problem(`${written} is not a ${provider} probe`, `there are: ${events.map(({ name }) => name).join(", ")}`);
  // `software:cpu:` and `software:cpu:*` mean the default.
  const count = countText === "" || countText === "*" ? { value: 0n } : readNumber(countText);
  if ("why" in count) return problem(`Invalid count for ${provider} probe: ${count.why}`);
  const period = count.value === 0n ? BigInt(event.period) : count.value;
  return { event, period, name: pointName(provider, written, count.value === 0n ? null : count.value) };
}

const checkCounted =
  (provider: "software" | "hardware"): PointCheck =>
  (parts) => {
    const counted = findCounted(provider, parts);
    if ("kind" in counted) return counted;
    const { event, period, name } = counted;
    return point(name, `perf record -k mono -a -e ${event.perf ?? event.name} -c ${period}`);
  };

export const checkSoftware = checkCounted("software");
export const checkHardware = checkCounted("hardware");

export const checkProfile: PointCheck = (parts) => {
  const rate = resolveRate("profile", parts);
  if (typeof rate === "string") return problem(rate);
  // cpu-clock counts nanoseconds.
  const sampling = rate.unit === "hz" ? `-F ${rate.count}` : `-c ${rate.periodNs}`;
  return point(rate.name, `perf record -k mono -a -e cpu-clock ${sampling}`);
};

/** Modes of debug registers, letters sorted. */
const WATCH_MODES = { x86_64: ["rw", "w", "x"], arm64: ["r", "rw", "w", "x"] } as const;

export const checkWatchpoint: PointCheck = ([addressText = "", lengthText = "", modeText = ""], env) => {
  const address = readNumber(addressText);
  if ("why" in address) return problem(`Invalid function/address argument: ${address.why}`);
  const length = readNumber(lengthText);
  if ("why" in length) return problem(`Invalid length argument: ${length.why}`);
  if (address.value === 0n) return problem("watchpoint must be attached to a non-zero address");
  if (![1n, 2n, 4n, 8n].includes(length.value)) return problem("watchpoint length must be one of (1,2,4,8)");
  if (!/^[rwx]+$/.test(modeText)) return problem("watchpoint mode must be combination of (r,w,x)");
  const mode = Array.from(modeText).sort().join("");
  if (/(.)\1/.test(mode)) return problem("watchpoint modes may not be duplicated");
  const modes: readonly string[] = WATCH_MODES[env.architecture];
  if (!modes.includes(mode)) return problem(`invalid watchpoint mode: ${mode}`, `supported modes: ${modes.join(",")}`);
  return point(
    pointName("watchpoint", address.value, length.value, mode),
    `perf record -k mono -p PID -e mem:0x${address.value.toString(16)}/${length.value}:${mode}`,
  );
};
