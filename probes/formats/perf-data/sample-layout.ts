/** perf_event_attr as the transcoder reads it: where each field of its samples is. Source: perf_event_open(2), PERF_RECORD_SAMPLE. */
import { registerSlots, type RegisterName } from "../../../lang/registers.ts";
import type { PerfAttr } from "./attr.ts";
import { attrType } from "./attr.ts";
import { attr, limits, readBit, sampleBit } from "./transcoder-layout.ts";

const HEADER_BYTES = 8;

/** Fields of fixed length in their order, each 8 bytes. */
const FIXED = ["identifier", "ip", "tid", "time", "addr", "id", "streamId", "cpu", "period"] as const;
/** Those at the end of other records. */
const TRAILER = ["tid", "time", "id", "streamId", "cpu", "identifier"] as const;

type Fixed = (typeof FIXED)[number];

const has = ({ sampleType }: PerfAttr, name: keyof typeof sampleBit): boolean => (sampleType & sampleBit[name]) !== 0;

/** Offset of a field in a sample record; 0: it is not there. */
export function sampleOffset(one: PerfAttr, name: Fixed): number {
  if (!has(one, name)) return 0;
  const before = FIXED.slice(0, FIXED.indexOf(name)).filter((other) => has(one, other));
  return HEADER_BYTES + 8 * before.length;
}

/** Of a field of the trailer, from the end of the record; 0: it is not there. */
export function trailerOffset(one: PerfAttr, name: (typeof TRAILER)[number]): number {
  if (!one.sampleIdAll || !has(one, name)) return 0;
  return 8 * TRAILER.slice(TRAILER.indexOf(name)).filter((other) => has(one, other)).length;
}

/** Of the time at the end of records that are no samples; 0: there is none, or each attr has it elsewhere. */
export function commonTrailerTime(attrs: readonly PerfAttr[]): number {
  const offsets = new Set(attrs.map((one) => trailerOffset(one, "time")));
  return offsets.size === 1 ? [...offsets][0]! : 0;
}

/** Where samples tell which event they are of: at one place in all of them. 0: there is one attr, or they do not tell. */
export function idOffset(attrs: readonly PerfAttr[]): number {
  const first = attrs[0];
  if (first === undefined || attrs.length === 1) return 0;
  return sampleOffset(first, "identifier") || sampleOffset(first, "id");
}

export function commonTimeOffset(attrs: readonly PerfAttr[]): number {
  const offsets = new Set(attrs.map((one) => sampleOffset(one, "time")));
  return offsets.size === 1 ? [...offsets][0]! : 0;
}

/** Register numbers of sample_regs_user and sample_regs_intr (arch/x86/include/uapi/asm/perf_regs.h). */
const X86: readonly (RegisterName | null)[] = [
  "ax",
  "bx",
  "cx",
  "dx",
  "si",
  "di",
  "bp",
  "sp",
  "ip",
  "flags",
  "cs",
  "ss",
  null,
  null,
  null,
  null,
  "r8",
  "r9",
  "r10",
  "r11",
  "r12",
  "r13",
  "r14",
  "r15",
];
/** Of arm64: what x86-64 has of the same meaning (lang/registers.ts). */
const ARM64: readonly (RegisterName | null)[] = Array.from({ length: 33 }, (_, i) => {
  const arguments_: readonly RegisterName[] = ["di", "si", "dx", "cx", "r8", "r9"];
  if (i < arguments_.length) return arguments_[i]!;
  return i === 29 ? "bp" : i === 31 ? "sp" : i === 32 ? "ip" : null;
});

const bitsOf = (mask: bigint): number[] => Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => ((mask >> BigInt(bit)) & 1n) !== 0n);

/**
 * The number of the instruction pointer among the registers of a machine that `uname -m` names so; null: not known.
 * Source: PERF_REG_X86_IP, PERF_REG_ARM64_PC (arch/x86 and arch/arm64, include/uapi/asm/perf_regs.h). Programs of 32 bits have it there, too.
 */
export function ipRegisterOf(arch: string | null): number | null {
  if (arch === null) return null;
  return /^(?:x86_64|i\d86)/.test(arch) ? 8 : /^(?:aarch64|arm64)/.test(arch) ? 32 : null;
}

/** 1 + its place in a sample; 0: nobody recorded it, or it is no stack's. */
function userIpOf(one: PerfAttr, ipRegister: number | null): number {
  return has(one, "stackUser") && has(one, "regsUser") && ipRegister !== null ? bitsOf(one.userRegs).indexOf(ipRegister) + 1 : 0;
}

export interface SampledRegisters {
  /** Registers of the interrupted context, or, for want of those, of user code. */
  readonly from: "interrupt" | "user" | null;
  /** In the order of the sample. */
  readonly names: readonly (RegisterName | null)[];
}

export function sampledRegisters(one: PerfAttr, architecture: "x86_64" | "arm64"): SampledRegisters {
  const from = has(one, "regsIntr") && one.intrRegs !== 0n ? "interrupt" : has(one, "regsUser") && one.userRegs !== 0n ? "user" : null;
  const mask = from === "interrupt" ? one.intrRegs : from === "user" ? one.userRegs : 0n;
  const table = architecture === "arm64" ? ARM64 : X86;
  return { from, names: bitsOf(mask).map((bit) => table[bit] ?? null) };
}

const NO_SLOT = 255;

const variableOffset = (one: PerfAttr): number => HEADER_BYTES + 8 * FIXED.filter((name) => has(one, name)).length;

function onlyRawOffset(one: PerfAttr): number {
  const isPlain = one.type === attrType.tracepoint && has(one, "raw") && !has(one, "read") && !has(one, "callchain") && !has(one, "cgroup");
  const isAsked = has(one, "tid") && has(one, "cpu") && !has(one, "stackUser");
  return isPlain && isAsked ? variableOffset(one) + 4 : 0;
}

/**
 * Samples hold the counts of all events of their group (perf_event_open(2), PERF_SAMPLE_READ with PERF_FORMAT_GROUP), which go on from one
 * sample to the next. Where tasks that are born are followed, the counts are each task's own: they are not read.
 */
export const isOfGroup = (one: PerfAttr): boolean =>
  has(one, "read") && (one.readFormat & readBit.group) !== 0 && (one.readFormat & readBit.id) !== 0 && !one.inherit;

const SOFTWARE_DUMMY = 9n;

export interface PlainLayout {
  readonly rawAt: number;
  readonly tidAt: number;
  readonly cpuAt: number;
}

/** Of recordings whose samples are all tracepoints' of one form; null: they are not. */
export function plainLayout(attrs: readonly PerfAttr[]): PlainLayout | null {
  // That one is there for other records than samples.
  const sampling = attrs.filter(({ type, config }) => type !== attrType.software || config !== SOFTWARE_DUMMY);
  const first = sampling[0];
  if (first === undefined || sampling.some((one) => one.sampleType !== first.sampleType || onlyRawOffset(one) === 0)) return null;
  return { rawAt: onlyRawOffset(first), tidAt: sampleOffset(first, "tid"), cpuAt: sampleOffset(first, "cpu") };
}

export interface SampledMachine {
  readonly architecture: "x86_64" | "arm64";
  readonly ipRegister: number | null;
}

/** One entry of the transcoder's table. */
export function writeAttr(view: DataView, at: number, one: PerfAttr, eventId: number, machine: SampledMachine): void {
  const set = (field: number, value: number): void => view.setUint32(at + field, value, true);
  const registers = sampledRegisters(one, machine.architecture);
  set(attr.eventId, eventId);
  set(attr.isTracepoint, one.type !== attrType.tracepoint ? 0 : has(one, "raw") ? 1 : 2);
  set(attr.ipAt, sampleOffset(one, "ip"));
  set(attr.tidAt, sampleOffset(one, "tid"));
  set(attr.timeAt, sampleOffset(one, "time"));
  set(attr.addrAt, sampleOffset(one, "addr"));
  set(attr.cpuAt, sampleOffset(one, "cpu"));
  set(attr.periodAt, sampleOffset(one, "period"));
  set(attr.variableAt, variableOffset(one));
  set(attr.onlyRawAt, onlyRawOffset(one));
  set(attr.sampleType, one.sampleType);
  set(attr.readFormat, one.readFormat);
  set(attr.branchFlags, one.branchFlags);
  set(attr.userRegs, bitsOf(one.userRegs).length);
  set(attr.intrRegs, bitsOf(one.intrRegs).length);
  set(attr.regsFrom, registers.from === "interrupt" ? 1 : registers.from === "user" ? 2 : 0);
  for (let i = 0; i < limits.slots; i++) {
    const name = registers.names[i] ?? null;
    view.setUint8(at + attr.slots + i, name === null ? NO_SLOT : registerSlots[name] / 8);
  }
  set(attr.trailerTimeFromEnd, trailerOffset(one, "time"));
  set(attr.trailerIdFromEnd, trailerOffset(one, "identifier") || trailerOffset(one, "id"));
  set(attr.isOfGroup, isOfGroup(one) ? 1 : 0);
  set(attr.userIp, userIpOf(one, machine.ipRegister));
}
