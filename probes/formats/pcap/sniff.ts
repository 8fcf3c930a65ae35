/** First words of capture files, as their bytes are read in little-endian order. */
const PCAP_MICROSECONDS = 0xa1b2c3d4;
const PCAP_NANOSECONDS = 0xa1b23c4d;
/** Of Alexey Kuznetzov's libpcap, with longer packet headers. */
const PCAP_MODIFIED = 0xa1b2cd34;
const SECTION_HEADER = 0x0a0d0d0a;

export interface PcapKind {
  readonly byteOrder: "little" | "big";
  readonly ticksPerSecond: number;
  /** Before each packet. */
  readonly packetHeaderBytes: 16 | 24;
}

/** Null: no pcap file. */
export function pcapKind(head: Uint8Array): PcapKind | null {
  if (head.length < 4) return null;
  const view = new DataView(head.buffer, head.byteOffset);
  for (const byteOrder of ["little", "big"] as const)
    switch (view.getUint32(0, byteOrder === "little")) {
      case PCAP_MICROSECONDS:
        return { byteOrder, ticksPerSecond: 1e6, packetHeaderBytes: 16 };
      case PCAP_NANOSECONDS:
        return { byteOrder, ticksPerSecond: 1e9, packetHeaderBytes: 16 };
      case PCAP_MODIFIED:
        return { byteOrder, ticksPerSecond: 1e6, packetHeaderBytes: 24 };
    }
  return null;
}

/** The type of a section header block reads the same in both byte orders; its magic number follows. */
export function isPcapng(head: Uint8Array): boolean {
  if (head.length < 12) return false;
  const view = new DataView(head.buffer, head.byteOffset);
  return view.getUint32(0, true) === SECTION_HEADER && [0x1a2b3c4d, 0x4d3c2b1a].includes(view.getUint32(8, true));
}
