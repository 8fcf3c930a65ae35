/** Recordings made in a test, record by record. */
import { expect } from "vitest";
import { optionIds } from "../../probes/formats/trace-dat/options.ts";
import { openRecordingBytes } from "../../probes/open.ts";
import type { Recording } from "../../probes/recording.ts";
import { encodeRecord, formatText, type FieldValue } from "../../tooling/trace-dat/record.ts";
import { pageBuilder } from "../../tooling/trace-dat/pages.ts";
import { traceDatBytes } from "../../tooling/trace-dat/writer.ts";

/** Declaration, size and sign of a field; fields follow each other without gaps, as dynamic events pack them. */
export type MadeField = readonly [decl: string, size: number, signed: 0 | 1];

export interface MadeEvent {
  readonly category: string;
  readonly name: string;
  readonly format: string;
}

const FIRST_FIELD = 8;

export function madeEvent(category: string, name: string, id: number, fields: readonly MadeField[]): MadeEvent {
  let offset = FIRST_FIELD;
  const placed = fields.map(([decl, size, signed]) => {
    const field = [decl, offset, size, signed] as const;
    offset += size;
    return field;
  });
  return { category, name, format: formatText(name, id, placed) };
}

export const entryIp: MadeField = ["unsigned long __probe_ip", 8, 0];
export const returnIps: readonly MadeField[] = [
  ["unsigned long __probe_func", 8, 0],
  ["unsigned long __probe_ret_ip", 8, 0],
];

/** Stack records as the kernel describes them; their frames are given as the 64 bytes (or more) behind the count. */
export const kernelStack = {
  category: "ftrace",
  name: "kernel_stack",
  format: formatText("kernel_stack", 4, [
    ["int size", 8, 4, 1],
    ["unsigned long caller[8]", 16, 64, 0],
  ]),
};
export const userStack = {
  category: "ftrace",
  name: "user_stack",
  format: formatText("user_stack", 13, [
    ["unsigned int tgid", 8, 4, 0],
    ["unsigned long caller[8]", 16, 64, 0],
  ]),
};

export interface MadeRecord {
  readonly event: MadeEvent;
  readonly pid?: number;
  /** common_flags. */
  readonly flags?: number;
  readonly values?: Readonly<Record<string, FieldValue>>;
  readonly cpu?: number;
  /** So many events were lost before it on its CPU. */
  readonly lost?: number;
}

export interface MadeOptions {
  readonly kallsyms?: string;
  readonly btf?: Uint8Array;
  readonly byteOrder?: "little" | "big";
  readonly uname?: string;
  /** Events that it describes beside those that it has records of. */
  readonly described?: readonly MadeEvent[];
}

/** A trace.dat with records 1 µs apart, in order. */
export function madeTraceDat(records: readonly MadeRecord[], options: MadeOptions = {}): Uint8Array {
  const { byteOrder = "little", kallsyms, btf, uname, described = [] } = options;
  const events = [...new Set([...records.map(({ event }) => event), ...described])];
  const cpus = [...new Set(records.map(({ cpu = 0 }) => cpu))].sort();
  return traceDatBytes({
    version: 7,
    byteOrder,
    events,
    comms: new Map(),
    cpuCount: 2,
    clock: "mono",
    ...(kallsyms === undefined ? {} : { kallsyms }),
    ...(btf === undefined ? {} : { btf }),
    ...(uname === undefined ? {} : { options: [{ id: optionIds.uname, data: new TextEncoder().encode(`${uname}\0`) }] }),
    buffers: [
      {
        name: "",
        cpus: cpus.map((cpu) => ({
          cpu,
          pages(emit) {
            const builder = pageBuilder({ pageBytes: 4096, longBytes: 8, byteOrder }, emit);
            records.forEach((record, i) => {
              if ((record.cpu ?? 0) !== cpu) return;
              if (record.lost !== undefined) builder.lost(record.lost);
              const values = { common_pid: record.pid ?? 100, common_flags: record.flags ?? 0, ...record.values };
              builder.record(1000 * (i + 1), encodeRecord(record.event.format, values, byteOrder));
            });
            builder.flush();
          },
        })),
      },
    ],
  });
}

/** The same, opened. */
export async function madeRecording(records: readonly MadeRecord[], options: MadeOptions = {}): Promise<Recording> {
  const opened = await openRecordingBytes("made.dat", madeTraceDat(records, options));
  if (!opened.ok) expect.fail(opened.message);
  return opened.recording;
}
