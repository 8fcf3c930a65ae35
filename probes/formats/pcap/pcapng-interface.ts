/** Interface descriptions of pcapng sections: names, link types, and how their time stamps count. */
import type { CaptureInterface } from "./packet.ts";

/** Options (draft-ietf-opsawg-pcapng). */
const IF_NAME = 2;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;
const MICROSECONDS = 6;
const TWO_32 = 2 ** 32;

export interface PcapngInterface extends CaptureInterface {
  readonly snapLength: number;
  readonly ticksPerSecond: bigint;
  /** Added to its times. */
  readonly offsetSeconds: bigint;
}

/** Calls back with each option of a block body: its code, and where its value is. */
export function eachOption(
  view: DataView,
  start: number,
  end: number,
  little: boolean,
  each: (code: number, at: number, length: number) => void,
): void {
  for (let at = start; at + 4 <= end;) {
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    if (code === 0 || at + 4 + length > end) return;
    each(code, at + 4, length);
    at += 4 + ((length + 3) & ~3);
  }
}

const ticksOf = (resolution: number): bigint => ((resolution & 0x80) === 0 ? 10n ** BigInt(resolution) : 2n ** BigInt(resolution & 0x7f));

/** The body of an interface description block, [start, end). */
export function readInterface(view: DataView, start: number, end: number, little: boolean, unnamed: string): PcapngInterface {
  let name = unnamed;
  let resolution = MICROSECONDS;
  let offsetSeconds = 0n;
  eachOption(view, start + 8, end, little, (code, at, length) => {
    if (code === IF_NAME && length > 0) name = new TextDecoder("latin1").decode(new Uint8Array(view.buffer, view.byteOffset + at, length));
    if (code === IF_TSRESOL && length >= 1) resolution = view.getUint8(at);
    if (code === IF_TSOFFSET && length >= 8) offsetSeconds = view.getBigInt64(at, little);
  });
  return {
    name,
    linkType: view.getUint16(start, little),
    snapLength: view.getUint32(start + 4, little),
    ticksPerSecond: ticksOf(resolution),
    offsetSeconds,
  };
}

/** Turns time stamps into ns after a base without leaving the numbers that a double holds. */
export class TickClock {
  readonly #baseHigh: number;
  readonly #baseLow: number;
  readonly #nsPerTick: number;
  readonly #restNs: number;

  constructor({ ticksPerSecond, offsetSeconds }: PcapngInterface, baseNs: bigint) {
    const ns = baseNs - offsetSeconds * 1_000_000_000n;
    const ticks = (ns * ticksPerSecond) / 1_000_000_000n;
    this.#baseHigh = Number(ticks >> 32n);
    this.#baseLow = Number(ticks & 0xffffffffn);
    this.#nsPerTick = 1e9 / Number(ticksPerSecond);
    this.#restNs = Number(ticks * 1_000_000_000n - ns * ticksPerSecond) / Number(ticksPerSecond);
  }

  ns(high: number, low: number): number {
    const ticks = (high - this.#baseHigh) * TWO_32 + (low - this.#baseLow);
    return Math.max(0, Math.round(ticks * this.#nsPerTick + this.#restNs));
  }
}

export function absoluteNs({ ticksPerSecond, offsetSeconds }: PcapngInterface, high: number, low: number): bigint {
  return (((BigInt(high) << 32n) | BigInt(low)) * 1_000_000_000n) / ticksPerSecond + offsetSeconds * 1_000_000_000n;
}
