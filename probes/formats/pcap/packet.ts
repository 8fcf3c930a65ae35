/** What both readers of captures tell of a packet. */
import type { ByteWindow } from "../../stream/byte-window.ts";

export interface Packet {
  /** ns after the capture's base time. */
  ns: number;
  /** Index into PacketReader.interfaces. */
  interfaceIndex: number;
  /** Bytes on the wire, and how many of them were captured; these are at hand at window.at. */
  length: number;
  captured: number;
  /** 0: nobody knows; 1: received, 2: sent. */
  direction: number;
  /** Packets that were lost before it. */
  lost: number;
}

export const newPacket = (): Packet => ({ ns: 0, interfaceIndex: 0, length: 0, captured: 0, direction: 0, lost: 0 });

export interface CaptureInterface {
  readonly name: string;
  readonly linkType: number;
}

export interface PacketReader {
  readonly window: ByteWindow;
  readonly interfaces: readonly CaptureInterface[];
  readonly littleEndian: boolean;
  /** Time that packets' times count from, ns since 1970. */
  readonly baseNs: bigint;
  /** Fills in the next packet; false at the end. `done` moves behind it. */
  next(packet: Packet): boolean;
  done(): void;
  rewind(): void;
}

/** No capture has longer ones (MAXIMUM_SNAPLEN of tcpdump). */
export const MAX_CAPTURED_BYTES = 262_144;

/** Packets are not quite in order of time: the first one is not always the earliest. */
const BEFORE_FIRST_NS = 86_400_000_000_000n;

export const baseOf = (firstNs: bigint): bigint => (firstNs > BEFORE_FIRST_NS ? firstNs - BEFORE_FIRST_NS : 0n);
