/** Attrs that are no tracepoints: what scripts call them, and what their samples' records hold. */
import type { ContextRecipe, RecordedValue, SampledEvent, SiteRecords } from "../../../lang/catalogue.ts";
import { PERF_EVENT_DATA, registerSlots } from "../../../lang/registers.ts";
import { attrType, type PerfAttr } from "./attr.ts";
import { isOfGroup, sampledRegisters, sampleOffset } from "./sample-layout.ts";
import { readBit, sample, sampleBit } from "./transcoder-layout.ts";

/** enum perf_sw_ids and perf_hw_id, as scripts name them. */
const SOFTWARE = [
  "cpu-clock",
  "task-clock",
  "page-faults",
  "context-switches",
  "cpu-migrations",
  "minor-faults",
  "major-faults",
  "alignment-faults",
  "emulation-faults",
  "dummy",
  "bpf-output",
];
const HARDWARE = [
  "cpu-cycles",
  "instructions",
  "cache-references",
  "cache-misses",
  "branch-instructions",
  "branch-misses",
  "bus-cycles",
  "frontend-stalls",
  "backend-stalls",
  "ref-cycles",
];
/** perf's other names of them. */
const ALIASES: Readonly<Record<string, string>> = {
  cycles: "cpu-cycles",
  branches: "branch-instructions",
  "stalled-cycles-frontend": "frontend-stalls",
  "stalled-cycles-backend": "backend-stalls",
};

/** The unit's number is in the upper half on machines with several kinds of cores. */
const configOf = ({ config }: PerfAttr): number => Number(config & 0xffffffffn);

/** `cpu_core/cycles/u` and `cycles:P` are `cycles`. */
const bareName = (name: string): string => name.replace(/^cpu\w*\//, "").replace(/[/:].*$/, "");

/** What scripts call an event that perf calls so; null: they have no name for it. */
export function countedByName(label: string): SampledEvent["counted"] {
  const named = bareName(label);
  const hardware = HARDWARE.find((name) => name === (ALIASES[named] ?? named));
  if (hardware !== undefined) return { provider: "hardware", event: hardware };
  return SOFTWARE.includes(named) ? { provider: "software", event: named } : null;
}

function countedOf(one: PerfAttr): SampledEvent["counted"] {
  const byConfig = one.type === attrType.software ? SOFTWARE : one.type === attrType.hardware ? HARDWARE : null;
  const event = byConfig?.[configOf(one)];
  if (event !== undefined) return { provider: one.type === attrType.software ? "software" : "hardware", event };
  const named = bareName(one.name ?? "");
  const hardware = HARDWARE.find((name) => name === (ALIASES[named] ?? named));
  return hardware === undefined ? null : { provider: "hardware", event: hardware };
}

/** Letters of HW_BREAKPOINT_R, _W and _X. */
const modeOf = (type: number): string => ["r", "w", "x"].filter((_, bit) => ((type >> bit) & 1) !== 0).join("");

function breakpointOf({ type, breakpoint }: PerfAttr): SampledEvent["breakpoint"] {
  if (type !== attrType.breakpoint) return null;
  return { address: breakpoint.address, length: breakpoint.length, mode: modeOf(breakpoint.type) };
}

function recipeOf(one: PerfAttr, architecture: "x86_64" | "arm64"): ContextRecipe {
  const field = (offset: number) => ({ kind: "field", offset, sizeBytes: 8, signed: false }) as const;
  const { from: of, names } = sampledRegisters(one, architecture);
  const registers = names.flatMap((name) =>
    name === null ? [] : [{ slot: registerSlots[name], from: field(sample.regs + registerSlots[name]) }],
  );
  const own: readonly { readonly slot: number; readonly from: RecordedValue; readonly isThere: boolean }[] = [
    { slot: registerSlots.cs, from: field(sample.cs), isThere: true },
    { slot: registerSlots.ip, from: field(sample.ip), isThere: sampleOffset(one, "ip") > 0 },
    { slot: PERF_EVENT_DATA.samplePeriod, from: field(sample.period), isThere: sampleOffset(one, "period") > 0 || isOfGroup(one) },
    { slot: PERF_EVENT_DATA.addr, from: field(sample.addr), isThere: sampleOffset(one, "addr") > 0 },
  ];
  const known = own.filter(({ isThere }) => isThere).map(({ slot, from }) => ({ slot, from }));
  const lacks = (list: readonly { readonly slot: number }[], slot: number): boolean => list.every((other) => other.slot !== slot);
  return {
    // Where only user code's were recorded, theirs do not tell where a sample within the kernel was taken: the sample does.
    registers:
      of === "user"
        ? [...registers.filter(({ slot }) => lacks(known, slot)), ...known]
        : [...registers, ...known.filter(({ slot }) => lacks(registers, slot))],
    memory: [],
    typed: [],
  };
}

const recordsOf = (eventId: number, recipe: ContextRecipe): SiteRecords => ({
  eventId,
  only: null,
  recipe,
  fields: [],
  returnIndex: 0,
  address: null,
  callerOffset: null,
});

/** What two attrs share whose samples are of one event: those of different CPUs or kinds of cores. */
const sameness = (one: PerfAttr): string =>
  [
    countedOf(one)?.event ?? `${one.type}/${one.config}`,
    (one.name ?? "").replace(/^[^:]*[/:]/, ""),
    one.freq,
    one.period,
    one.sampleType,
    one.userRegs,
    one.intrRegs,
    one.breakpoint.address,
    one.breakpoint.length,
    one.breakpoint.type,
  ].join(" ");

/** Members of a group that only its leader samples, `{cpu-clock,page-faults}:S`: they have no samples, the leader's carry their counts. */
export const isMember = ({ sampleType, readFormat, freq, period }: PerfAttr): boolean =>
  (sampleType & sampleBit.read) !== 0 && (readFormat & readBit.group) !== 0 && !freq && period === 0n;

/** Members whose counts are not read. */
export const isCountedOnly = (one: PerfAttr): boolean => isMember(one) && !isOfGroup(one);

function rateOf(one: PerfAttr): SampledEvent["rate"] {
  return { kind: isMember(one) ? "group" : one.freq ? "frequency" : "period", count: one.period };
}

export const isTracepoint = (one: PerfAttr): boolean => one.type === attrType.tracepoint;

export const label = (one: PerfAttr): string => one.name ?? countedOf(one)?.event ?? `event ${one.type}:0x${one.config.toString(16)}`;

/** The event id of each attr, and the events that are no tracepoints. */
export function sampledEvents(
  attrs: readonly PerfAttr[],
  newId: () => number,
  architecture: "x86_64" | "arm64",
): { readonly eventIds: readonly number[]; readonly sampled: readonly SampledEvent[] } {
  const byKey = new Map<string, number>();
  const sampled: SampledEvent[] = [];
  const eventIds = attrs.map((one) => {
    if (isTracepoint(one)) return Number(one.config & 0xffffn);
    const key = sameness(one);
    const known = byKey.get(key);
    if (known !== undefined) return known;
    const id = newId();
    byKey.set(key, id);
    if (isCountedOnly(one)) return id;
    sampled.push({
      label: label(one),
      counted: countedOf(one),
      breakpoint: breakpointOf(one),
      rate: rateOf(one),
      records: recordsOf(id, recipeOf(one, architecture)),
    });
    return id;
  });
  return { eventIds, sampled };
}
