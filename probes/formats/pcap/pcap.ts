/** Classic capture files (pcap-savefile(5)). */
import type { ByteSource } from "../../byte-source.ts";
import { hex } from "../../damage.ts";
import { ByteWindow } from "../../stream/byte-window.ts";
import { baseOf, MAX_CAPTURED_BYTES, type PacketReader } from "./packet.ts";
import type { PcapKind } from "./sniff.ts";

const FILE_HEADER_BYTES = 24;
const LINK_TYPE_MASK = 0xffff;
const NS_PER_SECOND = 1e9;

export type PcapResult = { readonly ok: true; readonly reader: PacketReader } | { readonly ok: false; readonly message: string };

export function openPcap(source: ByteSource, kind: PcapKind, warn: (message: string) => void): PcapResult {
  const window = new ByteWindow(source);
  if (!window.has(FILE_HEADER_BYTES)) return { ok: false, message: `damaged pcap: the header is cut after ${source.sizeBytes} bytes` };
  const little = kind.byteOrder === "little";
  const { ticksPerSecond, packetHeaderBytes } = kind;
  const word = (offset: number): number => window.view.getUint32(window.at + offset, little);
  const linkType = word(20) & LINK_TYPE_MASK;
  window.skip(FILE_HEADER_BYTES);
  const firstSecond = window.has(packetHeaderBytes) ? word(0) : 0;
  const baseNs = baseOf(BigInt(firstSecond) * BigInt(NS_PER_SECOND));
  const baseSecond = Number(baseNs / BigInt(NS_PER_SECOND));
  let captured = 0;
  let isDamaged = false;

  return {
    ok: true,
    reader: {
      window,
      interfaces: [{ name: "if0", linkType }],
      littleEndian: little,
      baseNs,
      next(packet) {
        if (isDamaged || !window.has(packetHeaderBytes)) {
          if (window.has(1) && !isDamaged) warn(`the last packet is cut: ${window.end - window.at} bytes at ${hex(window.offset)}`);
          return false;
        }
        captured = word(8);
        if (captured > MAX_CAPTURED_BYTES) {
          warn(`the packet at ${hex(window.offset)} claims ${captured} captured bytes: what follows is left out`);
          isDamaged = true;
          return false;
        }
        const [second, fraction, length] = [word(0), word(4), word(12)];
        if (!window.has(packetHeaderBytes + captured)) {
          warn(`the last packet is cut: ${window.end - window.at} of ${packetHeaderBytes + captured} bytes at ${hex(window.offset)}`);
          isDamaged = true;
          return false;
        }
        window.skip(packetHeaderBytes);
        packet.ns = Math.max(0, (second - baseSecond) * NS_PER_SECOND + fraction * (NS_PER_SECOND / ticksPerSecond));
        packet.interfaceIndex = 0;
        packet.length = length;
        packet.captured = captured;
        packet.direction = 0;
        packet.lost = 0;
        return true;
      },
      done() {
        window.skip(captured);
      },
      rewind() {
        isDamaged = false;
        window.seek(FILE_HEADER_BYTES);
      },
    },
  };
}
