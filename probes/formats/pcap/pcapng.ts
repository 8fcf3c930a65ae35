/** Next generation capture files (draft-ietf-opsawg-pcapng). */
import type { ByteSource } from "../../byte-source.ts";
import { hex } from "../../damage.ts";
import { ByteWindow } from "../../stream/byte-window.ts";
import { baseOf, MAX_CAPTURED_BYTES, type Packet, type PacketReader } from "./packet.ts";
import { absoluteNs, eachOption, readInterface, TickClock, type PcapngInterface } from "./pcapng-interface.ts";

const BLOCK = { section: 0x0a0d0d0a, interface: 1, packet: 2, simple: 3, statistics: 5, enhanced: 6 } as const;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** Type and length in front, length behind. */
const FRAME_BYTES = 12;
const MAX_BLOCK_BYTES = 16 << 20;
/** Events are numbered with 16 bits. */
const MAX_INTERFACES = 4096;
const EPB_FLAGS = 2;
const EPB_DROPCOUNT = 4;
const ISB_IFDROP = 5;
const ISB_OSDROP = 7;

export type PcapngResult =
  | { readonly ok: true; readonly reader: PacketReader; readonly dropped: readonly bigint[] }
  | { readonly ok: false; readonly message: string };

/** One section's state: interfaces are numbered anew in each. */
class Blocks {
  readonly window: ByteWindow;
  little = true;
  type = 0;
  bodyBytes = 0;
  readonly #warn: (message: string) => void;

  constructor(source: ByteSource, warn: (message: string) => void) {
    this.window = new ByteWindow(source);
    this.#warn = warn;
  }

  /** Enters the next block: its body is at window.at. */
  next(): boolean {
    const { window } = this;
    if (!window.has(FRAME_BYTES)) return this.#cut(FRAME_BYTES);
    this.type = window.view.getUint32(window.at, this.little);
    if (window.view.getUint32(window.at, true) === BLOCK.section) {
      if (window.view.getUint32(window.at + 8, true) === BYTE_ORDER_MAGIC) this.little = true;
      else if (window.view.getUint32(window.at + 8, false) === BYTE_ORDER_MAGIC) this.little = false;
      else return this.#damaged("has no byte-order magic");
      this.type = BLOCK.section;
    }
    const length = window.view.getUint32(window.at + 4, this.little);
    if (length < FRAME_BYTES || length % 4 !== 0 || length > MAX_BLOCK_BYTES) return this.#damaged(`claims ${length} bytes`);
    if (!window.has(length)) return this.#cut(length);
    window.skip(8);
    this.bodyBytes = length - FRAME_BYTES;
    return true;
  }

  leave(): void {
    this.window.skip(this.bodyBytes + 4);
  }

  word(offset: number): number {
    return this.window.view.getUint32(this.window.at + offset, this.little);
  }

  #cut(wanted: number): false {
    const left = this.window.end - this.window.at;
    if (left > 0) this.#warn(`the last block is cut: ${left} of ${wanted} bytes at ${hex(this.window.offset)}`);
    return false;
  }

  #damaged(what: string): false {
    this.#warn(`the block at ${hex(this.window.offset)} ${what}: what follows is left out`);
    return false;
  }
}

interface Survey {
  readonly interfaces: readonly PcapngInterface[];
  readonly dropped: readonly bigint[];
  readonly firstNs: bigint | null;
}

/** All interfaces of all sections, and what they dropped: packets may come before the description of the next interface. */
function survey(source: ByteSource, warn: (message: string) => void): Survey {
  const blocks = new Blocks(source, warn);
  const { window } = blocks;
  const interfaces: PcapngInterface[] = [];
  const dropped: bigint[] = [];
  let sectionStart = 0;
  let firstNs: bigint | null = null;
  while (blocks.next()) {
    const { at, view } = window;
    if (blocks.type === BLOCK.section) sectionStart = interfaces.length;
    else if (blocks.type === BLOCK.interface && blocks.bodyBytes >= 8 && interfaces.length < MAX_INTERFACES) {
      dropped.push(0n);
      interfaces.push(readInterface(view, at, at + blocks.bodyBytes, blocks.little, `if${interfaces.length}`));
    } else if (blocks.type === BLOCK.enhanced && firstNs === null && blocks.bodyBytes >= 20) {
      const own = interfaces[sectionStart + blocks.word(0)];
      if (own !== undefined) firstNs = absoluteNs(own, blocks.word(4), blocks.word(8));
    } else if (blocks.type === BLOCK.statistics && blocks.bodyBytes >= 12) {
      const index = sectionStart + blocks.word(0);
      let sum = 0n;
      eachOption(view, at + 12, at + blocks.bodyBytes, blocks.little, (code, value, length) => {
        if ((code === ISB_IFDROP || code === ISB_OSDROP) && length >= 8) sum += view.getBigUint64(value, blocks.little);
      });
      if (index < dropped.length) dropped[index] = sum;
    }
    blocks.leave();
  }
  return { interfaces, dropped, firstNs };
}

export function openPcapng(source: ByteSource, warn: (message: string) => void): PcapngResult {
  const { interfaces, dropped, firstNs } = survey(source, warn);
  if (interfaces.length === 0) return { ok: false, message: "damaged pcapng: it describes no interface" };
  const baseNs = baseOf(firstNs ?? 0n);
  const clocks = interfaces.map((one) => new TickClock(one, baseNs));
  const blocks = new Blocks(source, () => undefined);
  const { window } = blocks;
  let sectionStart = 0;
  let described = 0;
  let lastNs = 0;
  /** To the end of the block, from its data on. */
  let restBytes = 0;

  /** Where the data are in the body; -1: no packet, or none that can be read. */
  const enhanced = (packet: Packet, isOld: boolean): number => {
    if (blocks.bodyBytes < 20) return -1;
    const own = isOld ? window.view.getUint16(window.at, blocks.little) : blocks.word(0);
    packet.interfaceIndex = sectionStart + own;
    packet.captured = blocks.word(12);
    packet.length = blocks.word(16);
    if (packet.interfaceIndex >= described || packet.captured > blocks.bodyBytes - 20) return -1;
    lastNs = clocks[packet.interfaceIndex]!.ns(blocks.word(4), blocks.word(8));
    packet.lost = isOld ? window.view.getUint16(window.at + 2, blocks.little) % 0xffff : 0;
    const options = 20 + ((packet.captured + 3) & ~3);
    if (options + 4 <= blocks.bodyBytes) readOptions(packet, window.at + options, window.at + blocks.bodyBytes);
    return 20;
  };
  const readOptions = (packet: Packet, start: number, end: number): void => {
    const { view } = window;
    eachOption(view, start, end, blocks.little, (code, at, length) => {
      if (code === EPB_FLAGS && length >= 4) packet.direction = view.getUint32(at, blocks.little) & 3;
      if (code === EPB_DROPCOUNT && length >= 8) packet.lost = Number(view.getBigUint64(at, blocks.little));
    });
  };
  /** Has no time of its own: it keeps that of the packet before it. */
  const simple = (packet: Packet): number => {
    const first = interfaces[sectionStart];
    if (blocks.bodyBytes < 4 || first === undefined || sectionStart >= described) return -1;
    packet.interfaceIndex = sectionStart;
    packet.length = blocks.word(0);
    packet.captured = Math.min(packet.length, blocks.bodyBytes - 4, first.snapLength === 0 ? Infinity : first.snapLength);
    return 4;
  };
  const dataOffset = (packet: Packet): number => {
    packet.direction = 0;
    packet.lost = 0;
    switch (blocks.type) {
      case BLOCK.section:
        sectionStart = described;
        return -1;
      case BLOCK.interface:
        if (blocks.bodyBytes >= 8 && described < interfaces.length) described++;
        return -1;
      case BLOCK.enhanced:
        return enhanced(packet, false);
      case BLOCK.packet:
        return enhanced(packet, true);
      case BLOCK.simple:
        return simple(packet);
      default:
        return -1;
    }
  };

  return {
    ok: true,
    dropped,
    reader: {
      window,
      interfaces,
      get littleEndian() {
        return blocks.little;
      },
      baseNs,
      next(packet) {
        while (blocks.next()) {
          const at = dataOffset(packet);
          if (at < 0 || packet.captured > MAX_CAPTURED_BYTES) {
            blocks.leave();
            continue;
          }
          packet.ns = lastNs;
          window.skip(at);
          restBytes = blocks.bodyBytes + 4 - at;
          return true;
        }
        return false;
      },
      done() {
        window.skip(restBytes);
      },
      rewind() {
        sectionStart = 0;
        described = 0;
        lastNs = 0;
        blocks.little = true;
        window.seek(0);
      },
    },
  };
}
