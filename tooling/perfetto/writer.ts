/** Writes Perfetto traces for tests: protobuf messages from fields by number. Source: protobuf.dev, "Encoding". */

/** A number as varint, text, or bytes (also of a message). */
export type Value = number | bigint | string | Uint8Array;
export type Fields = readonly (readonly [field: number, value: Value])[];

/** Negative numbers are 64 bits long. */
export function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return bytes;
}

export const packed = (values: readonly (number | bigint)[]): Uint8Array => Uint8Array.from(values.flatMap(varint));

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function message(fields: Fields): Uint8Array {
  return concat(
    fields.map(([field, value]) => {
      if (typeof value === "number" || typeof value === "bigint") return Uint8Array.from([...varint(field * 8), ...varint(value)]);
      const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
      return concat([Uint8Array.from([...varint(field * 8 + 2), ...varint(bytes.length)]), bytes]);
    }),
  );
}

/** A file; each packet given by its fields. */
export const trace = (packets: readonly Fields[]): Uint8Array => message(packets.map((fields) => [1, message(fields)]));

/** An event of ftrace; `field` names it. */
export const ftraceEvent = (ns: number | bigint, pid: number, field: number, fields: Fields): Uint8Array =>
  message([
    [1, ns],
    [2, pid],
    [field, message(fields)],
  ]);

export interface SwitchColumns {
  readonly ns: readonly bigint[];
  readonly prevState: readonly bigint[];
  readonly nextPid: readonly number[];
  readonly nextPrio: readonly number[];
  readonly nextComm: readonly string[];
}

export interface WakingColumns {
  readonly ns: readonly bigint[];
  readonly pid: readonly number[];
  readonly cpu: readonly number[];
  readonly prio: readonly number[];
  readonly comm: readonly string[];
  readonly flags: readonly number[];
}

const differences = (times: readonly bigint[]): bigint[] => times.map((time, i) => (i === 0 ? time : time - times[i - 1]!));

/** FtraceEventBundle.CompactSched. */
export function compactSched(switches: SwitchColumns, wakings: WakingColumns): Uint8Array {
  const texts = [...new Set([...switches.nextComm, ...wakings.comm])];
  const numbers = (comms: readonly string[]): Uint8Array => packed(comms.map((comm) => texts.indexOf(comm)));
  return message([
    ...texts.map((text): [number, string] => [5, text]),
    [1, packed(differences(switches.ns))],
    [2, packed(switches.prevState)],
    [3, packed(switches.nextPid)],
    [4, packed(switches.nextPrio)],
    [6, numbers(switches.nextComm)],
    [7, packed(differences(wakings.ns))],
    [8, packed(wakings.pid)],
    [9, packed(wakings.cpu)],
    [10, packed(wakings.prio)],
    [11, numbers(wakings.comm)],
    [12, packed(wakings.flags)],
  ]);
}
