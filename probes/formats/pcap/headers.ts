/** What the headers of a packet say, as far as they were captured: Ethernet (with VLAN tags), Linux cooked, raw IP, loopback; IPv4, IPv6; TCP, UDP and their like. */
import { packetField } from "./packet-event.ts";

/** Link types: www.tcpdump.org/linktypes.html. */
const LINK = { null: 0, ethernet: 1, raw: 101, rawOld: 12, loop: 108, cooked: 113, ipv4: 228, ipv6: 229, cooked2: 276 } as const;

const ETHERTYPE = { ipv4: 0x0800, ipv6: 0x86dd, vlan: 0x8100, qinq: 0x88a8 } as const;
const AF_INET = 2;
const AF_INET6 = 10;
/** AF_INET6 of the BSDs and of macOS. */
const OTHER_AF_INET6: readonly number[] = [24, 28, 30];
const IP_PROTOCOL = {
  hopByHop: 0,
  tcp: 6,
  udp: 17,
  routing: 43,
  fragment: 44,
  destination: 60,
  dccp: 33,
  sctp: 132,
  udpLite: 136,
} as const;
const EXTENSIONS: readonly number[] = [IP_PROTOCOL.hopByHop, IP_PROTOCOL.routing, IP_PROTOCOL.fragment, IP_PROTOCOL.destination];
const WITH_PORTS: readonly number[] = [IP_PROTOCOL.tcp, IP_PROTOCOL.udp, IP_PROTOCOL.dccp, IP_PROTOCOL.sctp, IP_PROTOCOL.udpLite];
const MOST_EXTENSIONS = 16;

export const isKnownLink = (linkType: number): boolean => Object.values<number>(LINK).includes(linkType);

/** Writes into the record at `to` what the packet's bytes [start, end) say. Both are in `view`, whose record is zero before. */
export class HeaderReader {
  #view: DataView = new DataView(new ArrayBuffer(0));
  #to = 0;
  #end = 0;

  /** `littleEndian`: the byte order of the capturing machine, for loopback families. */
  read(view: DataView, to: number, start: number, end: number, linkType: number, littleEndian: boolean): void {
    this.#view = view;
    this.#to = to;
    this.#end = end;
    switch (linkType) {
      case LINK.ethernet:
        return this.#ethernet(start);
      case LINK.cooked:
        if (start + 16 <= end) this.#network(start + 16, view.getUint16(start + 14));
        return;
      case LINK.cooked2:
        if (start + 20 <= end) this.#network(start + 20, view.getUint16(start));
        return;
      case LINK.null:
      case LINK.loop:
        if (start + 4 <= end) this.#loopback(start + 4, view.getUint32(start, linkType === LINK.null && littleEndian));
        return;
      case LINK.raw:
      case LINK.rawOld:
      case LINK.ipv4:
      case LINK.ipv6:
        if (start < end) this.#network(start, view.getUint8(start) >> 4 === 6 ? ETHERTYPE.ipv6 : ETHERTYPE.ipv4);
    }
  }

  #ethernet(start: number): void {
    let at = start + 12;
    if (at + 2 > this.#end) return;
    let type = this.#view.getUint16(at);
    while ((type === ETHERTYPE.vlan || type === ETHERTYPE.qinq) && at + 6 <= this.#end) {
      at += 4;
      type = this.#view.getUint16(at);
    }
    this.#network(at + 2, type);
  }

  #loopback(at: number, family: number): void {
    if (family === AF_INET) this.#network(at, ETHERTYPE.ipv4);
    else if (family === AF_INET6 || OTHER_AF_INET6.includes(family)) this.#network(at, ETHERTYPE.ipv6);
  }

  #network(at: number, type: number): void {
    this.#view.setUint16(this.#to + packetField.protocol, type, true);
    if (type === ETHERTYPE.ipv4) this.#ipv4(at);
    else if (type === ETHERTYPE.ipv6) this.#ipv6(at);
  }

  #copy(from: number, field: number, length: number): void {
    for (let i = 0; i < length; i++) this.#view.setUint8(this.#to + field + i, this.#view.getUint8(from + i));
  }

  #ipv4(at: number): void {
    const view = this.#view;
    if (at + 20 > this.#end || view.getUint8(at) >> 4 !== 4) return;
    const headerBytes = (view.getUint8(at) & 15) * 4;
    view.setUint16(this.#to + packetField.family, AF_INET, true);
    view.setUint8(this.#to + packetField.ttl, view.getUint8(at + 8));
    this.#copy(at + 12, packetField.saddr, 4);
    this.#copy(at + 16, packetField.daddr, 4);
    const isLaterFragment = (view.getUint16(at + 6) & 0x1fff) !== 0;
    this.#transport(at + headerBytes, view.getUint8(at + 9), isLaterFragment, view.getUint16(at + 2) - headerBytes);
  }

  #ipv6(at: number): void {
    const view = this.#view;
    if (at + 40 > this.#end || view.getUint8(at) >> 4 !== 6) return;
    view.setUint16(this.#to + packetField.family, AF_INET6, true);
    view.setUint8(this.#to + packetField.ttl, view.getUint8(at + 7));
    this.#copy(at + 8, packetField.saddrV6, 16);
    this.#copy(at + 24, packetField.daddrV6, 16);
    const end = at + 40 + view.getUint16(at + 4);
    let next = view.getUint8(at + 6);
    let isLaterFragment = false;
    let header = at + 40;
    for (let left = MOST_EXTENSIONS; left > 0 && EXTENSIONS.includes(next) && header + 8 <= this.#end; left--) {
      const isFragment = next === IP_PROTOCOL.fragment;
      if (isFragment) isLaterFragment = (view.getUint16(header + 2) & 0xfff8) !== 0;
      next = view.getUint8(header);
      header += isFragment ? 8 : 8 + view.getUint8(header + 1) * 8;
    }
    this.#transport(header, next, isLaterFragment, end - header);
  }

  /** `length`: of the transport header and what follows it, as the network header says. */
  #transport(at: number, protocol: number, isLaterFragment: boolean, length: number): void {
    const view = this.#view;
    const to = this.#to;
    view.setUint8(to + packetField.ipProtocol, protocol);
    let headerBytes = 0;
    if (!isLaterFragment && WITH_PORTS.includes(protocol) && at + 4 <= this.#end) {
      view.setUint16(to + packetField.sport, view.getUint16(at), true);
      view.setUint16(to + packetField.dport, view.getUint16(at + 2), true);
      headerBytes = 8;
      if (protocol === IP_PROTOCOL.tcp && at + 14 <= this.#end) headerBytes = this.#tcp(at);
    }
    view.setUint32(to + packetField.payloadLen, Math.max(0, length - headerBytes), true);
  }

  /** Bytes of the header. */
  #tcp(at: number): number {
    const view = this.#view;
    view.setUint32(this.#to + packetField.tcpSeq, view.getUint32(at + 4), true);
    view.setUint32(this.#to + packetField.tcpAck, view.getUint32(at + 8), true);
    view.setUint8(this.#to + packetField.tcpFlags, view.getUint8(at + 13));
    return (view.getUint8(at + 12) >> 4) * 4;
  }
}
