/** Captured packets as a recording: one event per interface, one record per packet, the time of the capture. */
import type { ByteSource } from "../../byte-source.ts";
import { buildCatalogue } from "../../catalogue.ts";
import type { Recording } from "../../recording.ts";
import { recordStream, type RecordSource } from "../../stream/record-stream.ts";
import { NO_ROOM } from "../../stream/page-writer.ts";
import { warningList } from "../../warnings.ts";
import type { OpenResult } from "../format.ts";
import { HeaderReader, isKnownLink } from "./headers.ts";
import { packetEvent, packetEventId, packetField } from "./packet-event.ts";
import { newPacket, type CaptureInterface, type PacketReader } from "./packet.ts";
import { openPcap } from "./pcap.ts";
import { openPcapng } from "./pcapng.ts";
import { pcapKind } from "./sniff.ts";

/** A __data_loc has 16 bits of length. */
const MAX_DATA_BYTES = 0xffff;
/** Holds the longest record. */
const PAGE_BYTES = 131_072;

function sourceOf(reader: PacketReader): RecordSource {
  const packet = newPacket();
  const headers = new HeaderReader();
  let isPending = false;
  return {
    fill(writer) {
      while (isPending || reader.next(packet)) {
        if (!isPending && packet.lost > 0) writer.lost(packet.lost);
        const data = Math.min(packet.captured, MAX_DATA_BYTES);
        const at = writer.begin(packet.ns, 0, packetField.sizeBytes + data);
        isPending = at === NO_ROOM;
        if (isPending) return;
        const { view, bytes } = writer;
        bytes.fill(0, at, at + packetField.sizeBytes);
        view.setUint16(at, packetEventId(packet.interfaceIndex), true);
        view.setUint32(at + packetField.len, packet.length, true);
        view.setUint32(at + packetField.caplen, packet.captured, true);
        view.setUint32(at + packetField.ifindex, packet.interfaceIndex + 1, true);
        view.setUint8(at + packetField.direction, packet.direction);
        view.setUint32(at + packetField.data, (data << 16) | packetField.sizeBytes, true);
        const start = at + packetField.sizeBytes;
        bytes.set(reader.window.bytes.subarray(reader.window.at, reader.window.at + data), start);
        headers.read(view, at, start, start + data, reader.interfaces[packet.interfaceIndex]!.linkType, reader.littleEndian);
        reader.done();
      }
    },
    rewind() {
      isPending = false;
      reader.rewind();
    },
  };
}

/** As parts of probe names: no blanks or colons, each once. */
function eventNames(interfaces: readonly CaptureInterface[]): string[] {
  const used = new Set<string>();
  return interfaces.map(({ name }, index) => {
    const plain = name.replace(/[^A-Za-z0-9_.-]/g, "_");
    const unique = used.has(plain) ? `${plain}_${index}` : plain;
    used.add(unique);
    return unique;
  });
}

interface Capture {
  readonly source: ByteSource;
  readonly format: string;
  readonly reader: PacketReader;
  readonly dropped: readonly bigint[];
  readonly warnings: string[];
  readonly warn: (message: string) => void;
}

function recordingOf({ source, format, reader, dropped, warnings, warn }: Capture): Recording {
  const names = eventNames(reader.interfaces);
  for (const [i, { linkType }] of reader.interfaces.entries())
    if (!isKnownLink(linkType)) warn(`${names[i]!} has link type ${linkType}: its packets' headers are not read, only args.data has them`);
  const events = names.map(packetEvent);
  const ncpus = 1;
  return {
    info: {
      path: source.path,
      format,
      clock: "realtime",
      clockIsNs: true,
      ncpus,
      uname: null,
      buffers: [""],
      warnings,
      sizeBytes: source.sizeBytes,
      recordedLost: dropped.map((count, i) => ({ buffer: names[i]!, cpu: 0, overrun: 0n, dropped: count })),
    },
    catalogue: buildCatalogue({ events, byteOrder: "little", longBytes: 8, ncpus, warn }),
    streams: [recordStream({ source: sourceOf(reader), baseNs: reader.baseNs, pageBytes: PAGE_BYTES })],
    comms: new Map(),
    taskRules: [],
    kallsyms: () => null,
    close() {
      source.close();
    },
  };
}

export function openCapture(source: ByteSource, head: Uint8Array): OpenResult {
  const { warnings, warn } = warningList();
  const kind = pcapKind(head);
  const common = { source, warnings, warn };
  if (kind !== null) {
    const opened = openPcap(source, kind, warn);
    if (!opened.ok) return opened;
    const format = `pcap (${kind.ticksPerSecond === 1e9 ? "ns" : "µs"})`;
    return { ok: true, recording: recordingOf({ ...common, format, reader: opened.reader, dropped: [] }) };
  }
  const opened = openPcapng(source, warn);
  if (!opened.ok) return opened;
  return { ok: true, recording: recordingOf({ ...common, format: "pcapng", reader: opened.reader, dropped: opened.dropped }) };
}
