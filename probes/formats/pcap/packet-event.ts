/** Packets as events `packet:INTERFACE`: what their headers say is in fields, all that was captured behind them. */
import type { EventSource } from "../../catalogue.ts";

/** Offsets of the fields in the record; names as the kernel's network tracepoints have them (sock:inet_sock_set_state, net:net_dev_queue). */
export const packetField = {
  len: 8,
  caplen: 12,
  ifindex: 16,
  protocol: 20,
  direction: 22,
  ipProtocol: 23,
  family: 24,
  sport: 26,
  dport: 28,
  tcpFlags: 30,
  ttl: 31,
  saddr: 32,
  daddr: 36,
  saddrV6: 40,
  daddrV6: 56,
  tcpSeq: 72,
  tcpAck: 76,
  payloadLen: 80,
  data: 84,
  /** The captured bytes begin here. */
  sizeBytes: 88,
} as const;

const f = packetField;
const FIELDS: readonly (readonly [decl: string, offset: number, size: number])[] = [
  ["unsigned int len", f.len, 4],
  ["unsigned int caplen", f.caplen, 4],
  ["unsigned int ifindex", f.ifindex, 4],
  ["unsigned short protocol", f.protocol, 2],
  ["unsigned char direction", f.direction, 1],
  ["unsigned char ip_protocol", f.ipProtocol, 1],
  ["unsigned short family", f.family, 2],
  ["unsigned short sport", f.sport, 2],
  ["unsigned short dport", f.dport, 2],
  ["unsigned char tcp_flags", f.tcpFlags, 1],
  ["unsigned char ttl", f.ttl, 1],
  ["__u8 saddr[4]", f.saddr, 4],
  ["__u8 daddr[4]", f.daddr, 4],
  ["__u8 saddr_v6[16]", f.saddrV6, 16],
  ["__u8 daddr_v6[16]", f.daddrV6, 16],
  ["unsigned int tcp_seq", f.tcpSeq, 4],
  ["unsigned int tcp_ack", f.tcpAck, 4],
  ["unsigned int payload_len", f.payloadLen, 4],
  ["__data_loc unsigned char[] data", f.data, 4],
];

const COMMON = `\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;
`;

/** Events of interface n are 1 + n. */
export const packetEventId = (interfaceIndex: number): number => interfaceIndex + 1;

export function packetEvent(name: string, interfaceIndex: number): EventSource {
  const id = packetEventId(interfaceIndex);
  return {
    category: "packet",
    name,
    id,
    formatText: () =>
      `name: ${name}\nID: ${id}\nformat:\n${COMMON}\n${FIELDS.map(
        ([decl, offset, size]) => `\tfield:${decl};\toffset:${offset};\tsize:${size};\tsigned:0;\n`,
      ).join("")}\nprint fmt: "len=%u", REC->len\n`,
  };
}
