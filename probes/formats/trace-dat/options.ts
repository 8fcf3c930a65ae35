/** Options: the numbered facts of both versions. Source: trace-cmd include/private/trace-cmd-private.h, trace-cmd.dat.v7(5). */
import type { ByteSource } from "../../byte-source.ts";
import { bytesSource } from "../../byte-source.ts";
import { cursor, type Cursor } from "../../cursor.ts";

export const optionIds = {
  done: 0,
  date: 1,
  cpuStat: 2,
  buffer: 3,
  traceClock: 4,
  uname: 5,
  offset: 7,
  cpuCount: 8,
  timeShift: 12,
  tsc2nsec: 14,
  headerInfo: 16,
  ftraceEvents: 17,
  eventFormats: 18,
  kallsyms: 19,
  commandLines: 21,
  bufferText: 22,
  btf: 23,
} as const;

/** One option as it stands in the file. */
export interface RawOption {
  readonly id: number;
  /** Of its data, in the file or the unpacked section. */
  readonly offset: number;
  readonly data: Uint8Array;
}

/** A correction of a guest's clock at one moment: host = ((guest * scaling) >> fraction) + offset. */
export interface TimeShift {
  readonly samples: number;
  readonly offset: bigint;
  /** All samples say the same, and the clocks run at one speed. */
  readonly constant: boolean;
}

export interface TraceDatOptions {
  /** ns to add to every time: --date and --ts-offset. */
  timeOffset: bigint;
  clock: string | null;
  uname: string | null;
  cpuCount: number | null;
  tsc2nsec: { readonly mult: number; readonly shift: number } | null;
  timeShifts: readonly TimeShift[];
  lost: { buffer: string; cpu: number; overrun: bigint; dropped: bigint }[];
}

export const noOptions = (): TraceDatOptions => ({
  timeOffset: 0n,
  clock: null,
  uname: null,
  cpuCount: null,
  tsc2nsec: null,
  timeShifts: [],
  lost: [],
});

const utf8 = new TextDecoder();

const textOf = (data: Uint8Array): string => {
  const nul = data.indexOf(0);
  return utf8.decode(nul < 0 ? data : data.subarray(0, nul));
};

/** `0x1f` or `-12` or `12` as C's strtoll would, 0 when it is no number. */
function bigintOf(text: string): bigint | null {
  const m = /^\s*([-+]?)(0x[\da-f]+|\d+)/i.exec(text);
  if (!m) return null;
  return m[1] === "-" ? -BigInt(m[2]!) : BigInt(m[2]!);
}

/** The active clock is in brackets: `[local] global mono`; files of version 7 also write the bare name. */
export const clockOf = (text: string): string | null => /\[([\w-]+)\]/.exec(text)?.[1] ?? (/^\s*([\w-]+)\s*$/.exec(text)?.[1] || null);

export function optionCursor(option: RawOption, byteOrder: "little" | "big", section: string): Cursor {
  const source: ByteSource = bytesSource("", option.data);
  return cursor(source, { start: 0, end: option.data.length, byteOrder, section });
}

/** Text of per_cpu/cpuN/stats; a text of its own names the instance that the following ones belong to. */
function readCpuStat(text: string, into: TraceDatOptions["lost"], buffer: string): string {
  const named = /^\s*Buffer:\s*(.*?)\s*$/m.exec(text);
  const current = named ? named[1]! : buffer;
  const number = (key: string): bigint => BigInt(new RegExp(`^${key}: (\\d{1,20})`, "m").exec(text)?.[1] ?? "0");
  const cpu = /^CPU: (\d{1,6})/m.exec(text)?.[1];
  if (cpu !== undefined)
    into.push({
      buffer: current,
      cpu: Number(cpu),
      overrun: number("overrun"),
      // Events that found no room: the buffer was full (dropped) or writers were nested too deeply (commit overrun).
      dropped: number("dropped events") + number("commit overrun"),
    });
  return current;
}

function readTimeShift(option: RawOption, byteOrder: "little" | "big"): TimeShift[] {
  const c = optionCursor(option, byteOrder, "option TIME_SHIFT");
  c.skip(8, "peer id");
  c.skip(4, "flags");
  const cpus = c.u32("number of CPUs");
  const shifts: TimeShift[] = [];
  const scalings: bigint[][] = [];
  for (let i = 0; i < cpus && c.ok(); i++) {
    const n = c.u32("number of samples");
    if (n * 24 > c.left) break;
    c.skip(n * 8, "times");
    const offsets = Array.from({ length: n }, () => BigInt.asIntN(64, c.u64("offset")));
    scalings.push(Array.from({ length: n }, () => c.u64("scaling")));
    if (!c.ok()) break;
    shifts.push({ samples: n, offset: offsets[0] ?? 0n, constant: offsets.every((o) => o === offsets[0]) });
  }
  return shifts.map((shift, i) => {
    const fractions = scalings[i]!.map(() => (c.left >= 8 ? c.u64("fraction") : 0n));
    const sameSpeed = scalings[i]!.every((scaling, k) => fractions[k]! < 64n && scaling === 1n << fractions[k]!);
    return { ...shift, constant: shift.constant && sameSpeed };
  });
}

/** The options that say something about the whole recording; ids that are not listed are skipped, as the format demands. */
export function readOptions(options: readonly RawOption[], byteOrder: "little" | "big", warn: (message: string) => void): TraceDatOptions {
  const out = noOptions();
  let statBuffer = "";
  for (const option of options) {
    const { id, data } = option;
    switch (id) {
      case optionIds.date:
      case optionIds.offset: {
        const value = bigintOf(textOf(data));
        if (value === null)
          warn(`option ${id === optionIds.date ? "DATE" : "OFFSET"} holds no number: ${JSON.stringify(textOf(data).slice(0, 40))}`);
        // DATE is in microseconds.
        else out.timeOffset += id === optionIds.date ? value * 1000n : value;
        break;
      }
      case optionIds.cpuStat:
        statBuffer = readCpuStat(textOf(data), out.lost, statBuffer);
        break;
      case optionIds.traceClock:
        out.clock = clockOf(textOf(data));
        break;
      case optionIds.uname:
        out.uname = textOf(data).trim();
        break;
      case optionIds.cpuCount:
        if (data.length >= 4) out.cpuCount = optionCursor(option, byteOrder, "option CPUCOUNT").u32("count");
        break;
      case optionIds.tsc2nsec: {
        const c = optionCursor(option, byteOrder, "option TSC2NSEC");
        const mult = c.u32("mult");
        const shift = c.u32("shift");
        if (c.damage || mult === 0 || shift > 63)
          warn(`option TSC2NSEC cannot be used: ${data.length} bytes, mult ${mult}, shift ${shift}`);
        else out.tsc2nsec = { mult, shift };
        break;
      }
      case optionIds.timeShift:
        out.timeShifts = readTimeShift(option, byteOrder);
        break;
    }
  }
  return out;
}
