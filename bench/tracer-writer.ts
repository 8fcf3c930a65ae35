/**
 * Writes large traces of one invented run, the same bytes every time: on each of two CPUs a task reads, and is switched away from; as Perfetto's
 * recorder writes it, and as LTTng's kernel tracer does with the contexts pid, tid and procname.
 */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { headerText, UUID } from "../tooling/ctf/writer.ts";

const CPUS = 2;
/** Of a bundle, or a packet. */
const EVENTS_TOGETHER = 600;
const START_NS = 100_000_000_000;
const STEP_NS = 700;
const MOST_TOGETHER_BYTES = 1 << 17;
const TWO_32 = 2 ** 32;

/** Bytes one behind the other, again and again in the same place. */
class Scratch {
  readonly bytes = new Uint8Array(MOST_TOGETHER_BYTES);
  readonly view = new DataView(this.bytes.buffer);
  at = 0;

  varint(value: number): this {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.bytes[this.at++] = (rest % 0x80) | 0x80;
    this.bytes[this.at++] = rest;
    return this;
  }

  u32(value: number): this {
    this.view.setUint32(this.at, value, true);
    this.at += 4;
    return this;
  }

  u64(value: number): this {
    return this.u32(value % TWO_32).u32(Math.floor(value / TWO_32));
  }

  chars(text: string, length: number): this {
    for (let i = 0; i < length; i++) this.bytes[this.at++] = i < text.length ? text.charCodeAt(i) : 0;
    return this;
  }

  raw(from: Scratch): this {
    this.bytes.set(from.bytes.subarray(0, from.at), this.at);
    this.at += from.at;
    return this;
  }
}

const nsOf = (i: number): number => START_NS + i * STEP_NS;
const tidOf = (cpu: number, i: number): number => 2000 + cpu + 2 * (Math.floor(i / 3) & 7);
const readBytes = (i: number): number => 1 + ((i * 37) & 2047);

/** FtraceEvent's number and the message of event `i`: sys_enter, sys_exit, sched_switch in turn. */
function perfettoMessage(out: Scratch, cpu: number, i: number): number {
  const text = (field: number, value: string): Scratch =>
    out
      .varint(field * 8 + 2)
      .varint(value.length)
      .chars(value, value.length);
  const number = (field: number, value: number): Scratch => out.varint(field * 8).varint(value);
  switch (i % 3) {
    case 0:
      number(1, 0);
      for (const value of [3, 0x7ffe10002000, readBytes(i), 0, 0, 0]) number(2, value);
      return 329;
    case 1:
      number(1, 0);
      number(2, readBytes(i));
      return 330;
    default:
      text(1, "reader");
      number(2, tidOf(cpu, i));
      number(3, 120);
      number(4, 1);
      text(5, "reader");
      number(6, tidOf(cpu, i + 1));
      number(7, 120);
      return 4;
  }
}

export function writeBigPerfetto(path: string, events: number): void {
  const file = openSync(path, "w");
  const [own, event, bundle, head] = [new Scratch(), new Scratch(), new Scratch(), new Scratch()];
  for (let from = 0; from < events / CPUS; from += EVENTS_TOGETHER)
    for (let cpu = 0; cpu < CPUS; cpu++) {
      bundle.at = 0;
      bundle.varint(8).varint(cpu);
      for (let i = from; i < Math.min(from + EVENTS_TOGETHER, events / CPUS); i++) {
        own.at = 0;
        const id = perfettoMessage(own, cpu, i);
        event.at = 0;
        event.varint(8).varint(nsOf(i)).varint(16).varint(tidOf(cpu, i));
        event
          .varint(id * 8 + 2)
          .varint(own.at)
          .raw(own);
        bundle.varint(18).varint(event.at).raw(event);
      }
      // The packet's own number and length, those of its bundle, and the sequence behind it.
      own.at = 0;
      own.varint(10).varint(bundle.at).raw(bundle).varint(80).varint(7);
      head.at = 0;
      head.varint(10).varint(own.at);
      writeSync(file, head.bytes, 0, head.at);
      writeSync(file, own.bytes, 0, own.at);
    }
  closeSync(file);
}

const CONTEXT = `event.context := struct { integer { size = 32; align = 8; signed = 1; } _pid; integer { size = 32; align = 8; signed = 1; } _tid; integer { size = 8; align = 8; encoding = UTF8; } _procname[17]; };`;
const NUMBER = "integer { size = 32; align = 8; signed = 1; }";
const LONG = "integer { size = 64; align = 8; signed = 1; }";
const COMM = (name: string): string => `integer { size = 8; align = 8; encoding = UTF8; } _${name}[16];`;
const EVENT = (id: number, name: string, fields: string): string =>
  `event { name = "${name}"; id = ${id}; stream_id = 0; fields := struct { ${fields} }; };`;

const METADATA = [
  headerText("le"),
  `env { domain = "kernel"; sysname = "Linux"; kernel_release = "6.1"; tracer_name = "lttng-modules"; };`,
  `stream { id = 0; event.header := struct event_header_compact; packet.context := struct packet_context; ${CONTEXT} };`,
  EVENT(0, "syscall_entry_read", `${NUMBER} _fd; ${LONG} _count;`),
  EVENT(1, "syscall_exit_read", `${LONG} _ret; ${LONG} _buf;`),
  EVENT(2, "sched_switch", `${COMM("prev_comm")} ${NUMBER} _prev_tid; ${NUMBER} _prev_prio; ${LONG} _prev_state; ${COMM("next_comm")} ${NUMBER} _next_tid; ${NUMBER} _next_prio;`), // prettier-ignore
].join("\n");

/** A directory; the events of a packet are closer together than the short times reach. */
export function writeBigCtf(directory: string, events: number): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "metadata"), METADATA);
  const out = new Scratch();
  for (let cpu = 0; cpu < CPUS; cpu++) {
    const file = openSync(join(directory, `channel0_${cpu}`), "w");
    for (let from = 0; from < events / CPUS; from += EVENTS_TOGETHER) {
      const to = Math.min(from + EVENTS_TOGETHER, events / CPUS);
      out.at = 0;
      out.u32(0xc1fc1fc1);
      out.bytes.set(UUID, out.at);
      out.at += UUID.length;
      out
        .u32(0)
        .u64(nsOf(from))
        .u64(nsOf(to - 1));
      const sizesAt = out.at;
      out
        .u64(0)
        .u64(0)
        .u64(from / EVENTS_TOGETHER)
        .u64(0)
        .u32(cpu);
      for (let i = from; i < to; i++) ctfEvent(out, cpu, i);
      const bytes = Math.ceil(out.at / 4096) * 4096;
      out.view.setUint32(sizesAt, out.at * 8, true);
      out.view.setUint32(sizesAt + 8, bytes * 8, true);
      out.bytes.fill(0, out.at, bytes);
      writeSync(file, out.bytes, 0, bytes);
    }
    closeSync(file);
  }
}

function ctfEvent(out: Scratch, cpu: number, i: number): void {
  const id = i % 3;
  const tid = tidOf(cpu, i);
  out.u32(((nsOf(i) % 2 ** 27) * 32 + id) % TWO_32);
  out.u32(tid).u32(tid).chars("reader", 17);
  if (id === 0) out.u32(3).u64(readBytes(i));
  else if (id === 1) out.u64(readBytes(i)).u64(0x7ffe10002000);
  else {
    out.chars("reader", 16).u32(tid).u32(20).u64(1);
    out
      .chars("reader", 16)
      .u32(tidOf(cpu, i + 1))
      .u32(20);
  }
}
