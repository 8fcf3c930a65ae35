/**
 * Traces of the kernel laid out as LTTng-modules does (src/metadata-ctf-1-8.c, src/lttng-ring-buffer-client.h, instrumentation/events/lttng-module):
 * compact and large headers, numbers aligned to bytes (x86) or to their size, its names of events and fields, contexts, the state at the start.
 */
import { describe, expect, test } from "vitest";
import { BitWriter, UUID, UUID_TEXT } from "../../../tooling/ctf/writer.ts";
import type { Recording } from "../../../probes/recording.ts";
import { runScript } from "../../support/run-script.ts";
import { babeltrace, hasBabeltrace, open, text, type TraceFiles } from "./support.ts";

type Alignment = "bytes" | "natural";
type Header = "compact" | "large";

/** Writes numbers as the machine's alignment wants them. */
class KernelWriter {
  readonly bits = new BitWriter("le");
  readonly #alignment: Alignment;

  constructor(alignment: Alignment) {
    this.#alignment = alignment;
  }

  alignOf(sizeBits: number): number {
    return this.#alignment === "bytes" ? 8 : sizeBits;
  }

  number(value: number | bigint, sizeBits: number, order: "le" | "be" = "le"): this {
    this.bits.integer(value, sizeBits, this.alignOf(sizeBits), order);
    return this;
  }

  chars(value: string, length: number): this {
    for (let i = 0; i < length; i++) this.bits.integer(value.charCodeAt(i) || 0, 8);
    return this;
  }

  string(value: string): this {
    this.bits.string(value);
    return this;
  }
}

const integer = (align: number, size: number, more = "signed = 0; encoding = none; base = 10;"): string =>
  `integer { size = ${size}; align = ${align}; ${more} }`;

function headText(alignment: Alignment): string {
  const align = (size: number): number => (alignment === "bytes" ? 8 : size);
  const alias = (size: number, name: string): string =>
    `typealias integer { size = ${size}; align = ${align(size)}; signed = false; } := ${name};`;
  const clock = (size: number, own: number): string =>
    `typealias integer {\n\tsize = ${size}; align = ${own}; signed = false;\n\tmap = clock.monotonic.value;\n} := uint${size}_clock_monotonic_t;`;
  const header = (name: string, id: string, time: string, own: number): string =>
    `struct ${name} {\n\t${id}\n\tvariant <id> {\n\t\tstruct { ${time} timestamp; } compact;\n\t\tstruct { uint32_t id; uint64_clock_monotonic_t timestamp; } extended;\n\t} v;\n} align(${own});`;
  return [
    "/* CTF 1.8 */",
    ...[8, 16, 32, 64].map((size) => alias(size, `uint${size}_t`)),
    alias(64, "unsigned long"),
    "typealias integer { size = 5; align = 1; signed = false; } := uint5_t;",
    "typealias integer { size = 27; align = 1; signed = false; } := uint27_t;",
    `trace { major = 1; minor = 8; uuid = "${UUID_TEXT}"; byte_order = le;`,
    "\tpacket.header := struct { uint32_t magic; uint8_t  uuid[16]; uint32_t stream_id; uint64_t stream_instance_id; };\n};",
    `env {\n\thostname = "box";\n\tdomain = "kernel";\n\tsysname = "Linux";\n\tkernel_release = "6.1.0";\n\tkernel_version = "#1 SMP";\n\ttracer_name = "lttng-modules";`,
    `\ttracer_major = 2;\n\ttracer_minor = 13;\n\ttracer_patchlevel = 9;\n\ttrace_buffering_scheme = "global";\n\ttrace_name = "a \\"b\\" c\\n";\n};`,
    `clock {\n\tname = "monotonic";\n\tuuid = "${UUID_TEXT}";\n\tdescription = "Monotonic Clock";\n\tfreq = 1000000000; /* Frequency, in Hz */\n\t/* clock value offset from Epoch is: offset * (1/freq) */\n\toffset = 1700000000000000025;\n};`,
    clock(27, 1),
    clock(32, align(32)),
    clock(64, align(64)),
    "struct packet_context { uint64_clock_monotonic_t timestamp_begin; uint64_clock_monotonic_t timestamp_end; uint64_t content_size; uint64_t packet_size; uint64_t packet_seq_num; unsigned long events_discarded; uint32_t cpu_id; };",
    header("event_header_compact", "enum : uint5_t { compact = 0 ... 30, extended = 31 } id;", "uint27_clock_monotonic_t", align(32)),
    header("event_header_large", "enum : uint16_t { compact = 0 ... 65534, extended = 65535 } id;", "uint32_clock_monotonic_t", align(16)),
  ].join("\n");
}

interface Event {
  readonly id: number;
  readonly ns: bigint;
  /** pid, tid, procname. */
  readonly task?: readonly [pid: number, tid: number, comm: string];
  /** Bits that the largest of its fields begins at a multiple of, where these are aligned to their size; absent: 32. */
  readonly largest?: 8 | 64;
  readonly fields: (out: KernelWriter) => void;
}

function writeHeader(out: KernelWriter, header: Header, event: Event, last: bigint): void {
  const isCompact = header === "compact";
  const [idBits, timeBits, most] = isCompact ? [5, 27, 30] : [16, 32, 65534];
  const isExtended = event.id > most || event.ns - last >= 1n << BigInt(timeBits);
  // What is in the structure is aligned by its largest member, that of the extended form only where it is chosen.
  out.bits.align(out.alignOf(isCompact ? 32 : 16));
  out.bits.integer(isExtended ? most + 1 : event.id, idBits, isCompact ? 1 : out.alignOf(16));
  if (!isExtended) out.bits.integer(event.ns & ((1n << BigInt(timeBits)) - 1n), timeBits, isCompact ? 1 : out.alignOf(32));
  else {
    out.bits.align(out.alignOf(64));
    out.number(event.id, 32).number(event.ns, 64);
  }
}

function packet(alignment: Alignment, header: Header, events: readonly Event[], stream = 0, cpu = 1): Uint8Array {
  const write = (contentBits: number, packetBits: number): KernelWriter => {
    const out = new KernelWriter(alignment);
    const begin = events[0]!.ns;
    out.number(0xc1fc1fc1, 32);
    for (const byte of UUID) out.number(byte, 8);
    out.number(stream, 32).number(cpu, 64);
    for (const value of [begin, events.at(-1)!.ns, contentBits, packetBits, 0, 0]) out.number(value, 64);
    out.number(cpu, 32);
    let last = begin;
    for (const event of events) {
      writeHeader(out, header, event, last);
      if (event.task !== undefined) out.number(event.task[0], 32).number(event.task[1], 32).chars(event.task[2], 17);
      out.bits.align(out.alignOf(event.largest ?? 32));
      event.fields(out);
      last = event.ns;
    }
    return out;
  };
  const { bits } = write(0, 0).bits;
  const bytes = Math.ceil(bits / 8 / 4096) * 4096;
  const all = new Uint8Array(bytes);
  all.set(write(bits, bytes * 8).bits.done());
  return all;
}

const open1 = (alignment: Alignment, header: Header, events: string, written: readonly Event[], context = ""): TraceFiles => ({
  metadata: text(
    [
      headText(alignment),
      `stream {\n\tid = 0;\n\tevent.header := struct event_header_${header};\n\tpacket.context := struct packet_context;\n${context}};`,
      events,
    ].join("\n"),
  ),
  channel0_1: packet(alignment, header, written),
});

const eventText = (id: number, name: string, fields: string): string =>
  `event {\n\tname = "${name}";\n\tid = ${id};\n\tstream_id = 0;\n\tfields := struct {\n${fields}\t};\n};\n`;

async function lines(recording: Recording, script: string): Promise<string[]> {
  const { stdout, stderr } = await runScript(script, { recording });
  expect(stderr).toMatch(/^Attached /);
  return stdout.split("\n").filter((line) => line !== "");
}

function seenByBabeltrace(files: TraceFiles, count: number): void {
  if (hasBabeltrace) expect(babeltrace(files)).toHaveLength(count);
}

const signed = "signed = 1; encoding = none; base = 10;";
const comm = (name: string, length = 16): string => `${integer(8, 8, "signed = 1; encoding = UTF8; base = 10;")} _${name}[${length}];\n`;

describe.each([
  ["bytes", "compact"],
  ["bytes", "large"],
  ["natural", "compact"],
  ["natural", "large"],
] as const)("numbers aligned to %s, %s headers", (alignment, header) => {
  const align = (size: number): number => (alignment === "bytes" ? 8 : size);
  const int = (name: string): string => `${integer(align(32), 32, signed)} _${name};\n`;
  const long = (name: string): string => `${integer(align(64), 64, signed)} _${name};\n`;
  const context = `\tevent.context := struct {\n${int("pid")}${int("tid")}${comm("procname", 17)}\t};\n`;

  test("switches, wakeups and interrupts are the kernel's: names, threads, priorities", async () => {
    const wakeup = comm("comm") + int("tid") + int("prio") + int("target_cpu");
    const metadata =
      eventText(
        0,
        "sched_switch",
        comm("prev_comm") +
          int("prev_tid") +
          int("prev_prio") +
          long("prev_state") +
          comm("next_comm") +
          int("next_tid") +
          int("next_prio"),
      ) +
      eventText(1, "sched_waking", wakeup) +
      eventText(40, "irq_softirq_entry", `${integer(align(32), 32)} _vec;\n`) +
      eventText(70_000, "irq_handler_entry", `${int("irq")}string _name;\n`) +
      eventText(2, "x86_irq_vectors_local_timer_entry", int("vector"));
    const files = open1(alignment, header, metadata, [
      { id: 1, ns: 1000n, fields: (out) => out.chars("worker", 16).number(11, 32).number(20, 32).number(3, 32) },
      {
        id: 0,
        ns: 1100n,
        largest: 64,
        fields: (out) =>
          out.chars("main", 16).number(10, 32).number(20, 32).number(1, 64).chars("worker", 16).number(11, 32).number(-51, 32),
      },
      { id: 40, ns: 1200n, fields: (out) => out.number(9, 32) },
      { id: 70_000, ns: 1300n, fields: (out) => out.number(5, 32).string("eth0") },
      // Farther away than any short time tells.
      { id: 2, ns: 9_000_000_000n, fields: (out) => out.number(236, 32) },
    ]);
    const recording = await open(files);
    const script = `tracepoint:sched:sched_waking { printf("%lld %s %d %d %d\\n", nsecs, args.comm, args.pid, args.prio, args.target_cpu); }
      tracepoint:sched:sched_switch { printf("%lld %d %s:%d:%d:%d %s:%d:%d\\n", nsecs, tid, args.prev_comm, args.prev_pid, args.prev_prio, args.prev_state, args.next_comm, args.next_pid, args.next_prio); }
      tracepoint:irq:softirq_entry { printf("%lld %d %d\\n", nsecs, tid, args.vec); }
      tracepoint:irq:irq_handler_entry { printf("%lld %d %s\\n", nsecs, args.irq, str(args.name)); }
      tracepoint:irq_vectors:local_timer_entry { printf("%lld %d %s\\n", nsecs, args.vector, comm); }`;
    expect(await lines(recording, script)).toEqual([
      "1000 worker 11 120 3",
      "1100 10 main:10:120:1 worker:11:49",
      "1200 11 9",
      "1300 5 eth0",
      "9000000000 236 worker",
    ]);
    expect(recording.info).toMatchObject({ clock: "mono", uname: "Linux 6.1.0 #1 SMP", format: "CTF 1.8 (lttng-modules)" });
    seenByBabeltrace(files, 5);
  });

  test("system calls and their contexts", async () => {
    const metadata =
      eventText(
        0,
        "syscall_entry_openat",
        `${int("dfd")}string _filename;\n${integer(align(32), 32, "signed = 1; encoding = none; base = 8;")} _flags;\n${integer(align(16), 16, "signed = 0; encoding = none; base = 8;")} _mode;\n`,
      ) +
      eventText(1, "syscall_exit_openat", long("ret")) +
      eventText(2, "syscall_exit_read", `${long("ret")}${integer(align(64), 64, "signed = 0; encoding = none; base = 16;")} _buf;\n`) +
      eventText(3, "compat_syscall_entry_close", `${integer(align(32), 32)} _fd;\n`) +
      eventText(4, "syscall_entry_unknown", `${int("id")}${integer(align(64), 64)} _args[6];\n`);
    const task = [500, 501, "a name of fifteen"] as const;
    const files = open1(
      alignment,
      header,
      metadata,
      [
        { id: 0, ns: 1n, task, fields: (out) => out.number(-100, 32).string("/etc/hosts").number(0o102, 32).number(0o644, 16) },
        { id: 1, ns: 2n, task, largest: 64, fields: (out) => out.number(3, 64) },
        { id: 2, ns: 3n, task: [600, 600, "cat"], largest: 64, fields: (out) => out.number(-11, 64).number(0x7fff0000n, 64) },
        { id: 3, ns: 4n, task, fields: (out) => out.number(3, 32) },
        {
          id: 4,
          ns: 5n,
          largest: 64,
          task,
          fields: (out) => [999, 1, 2, 3, 4, 5, 6].reduce((own, value, i) => own.number(value, i === 0 ? 32 : 64), out),
        },
      ],
      context,
    );
    const recording = await open(files);
    const script = `tracepoint:syscalls:sys_enter_openat { printf("%d %d %s: %d %s %o %o\\n", pid, tid, comm, args.dfd, str(args.filename), args.flags, args.mode); }
      tracepoint:syscalls:sys_exit_openat { printf("%d %d\\n", tid, args.ret); }
      tracepoint:syscalls:sys_exit_read { printf("%d %s %d %x\\n", pid, comm, args.ret, args.buf); }
      tracepoint:syscalls:compat_sys_enter_close { printf("%d\\n", args.fd); }
      tracepoint:syscalls:sys_enter_unknown { printf("%d %d\\n", args.id, args.args[5]); }`;
    expect(await lines(recording, script)).toEqual([
      "500 501 a name of fifte: -100 /etc/hosts 102 644",
      "501 3",
      "600 cat -11 7fff0000",
      "3",
      "999 6",
    ]);
    expect(recording.info.warnings).toEqual([]);
    seenByBabeltrace(files, 5);
  });

  test("sequences with their lengths and padding, numbers of the network, variants by labels", async () => {
    const padding = alignment === "natural" ? "struct { } align(32) _vtids_padding;\n" : "";
    const netBe = (size: number): string => integer(align(size), size, "signed = 0; encoding = none; base = 10; byte_order = be;");
    const metadata =
      eventText(
        0,
        "sched_process_fork",
        `${comm("parent_comm")}${int("parent_tid")}${int("parent_pid")}${integer(align(32), 32)} _parent_ns_inum;\n${comm("child_comm")}${int("child_tid")}${integer(8, 8)} __vtids_length;\n${padding}${integer(align(32), 32, signed)} _vtids[ __vtids_length ];\n${int("child_pid")}${integer(align(32), 32)} _child_ns_inum;\n`,
      ) +
      eventText(
        1,
        "skb_kfree",
        `${integer(align(64), 64, "signed = 0; encoding = none; base = 16;")} _skbaddr;\n${integer(align(64), 64, "signed = 0; encoding = none; base = 16;")} _location;\n${netBe(16)} _protocol;\nenum : ${integer(8, 8)} { "NOT_SPECIFIED" = 2, "NO_SOCKET" = 3, "MAX" = 4 ... 9, } _reason;\n`,
      ) +
      eventText(
        2,
        "net_if_receive_skb",
        `${integer(align(64), 64)} _skbaddr;\n${integer(align(32), 32)} _len;\nstring _name;\nenum : ${integer(8, 8)} { "_unknown" = 0, "_ipv4" = 1, } _network_header_type;\nvariant <_network_header_type> {\nstruct {\n} _unknown;\nstruct {\n${netBe(16)} _tot_len;\n${netBe(8)} _saddr[4];\n} _ipv4;\n} _network_header;\n`,
      ) +
      eventText(3, "kvm_x86_exit", `${integer(align(32), 32)} _exit_reason;\n`);
    const files = open1(alignment, header, metadata, [
      // A thread of its parent's process, then a process of its own; then both speak.
      {
        id: 0,
        ns: 1n,
        fields: (out) =>
          out
            .chars("main", 16)
            .number(10, 32)
            .number(9, 32)
            .number(1, 32)
            .chars("main", 16)
            .number(20, 32)
            .number(2, 8)
            .number(20, 32)
            .number(3, 32)
            .number(9, 32)
            .number(1, 32),
      },
      {
        id: 0,
        ns: 2n,
        fields: (out) =>
          out
            .chars("main", 16)
            .number(10, 32)
            .number(9, 32)
            .number(1, 32)
            .chars("main", 16)
            .number(21, 32)
            .number(0, 8)
            .number(21, 32)
            .number(1, 32),
      },
      {
        id: 1,
        ns: 3n,
        largest: 64,
        fields: (out) => out.number(0xffff888000001000n, 64).number(0xffffffff81000000n, 64).number(0x0800, 16, "be").number(3, 8),
      },
      {
        id: 2,
        ns: 4n,
        largest: 64,
        fields: (out) =>
          out
            .number(1, 64)
            .number(60, 32)
            .string("lo")
            .number(1, 8)
            .number(1500, 16, "be")
            .number(127, 8)
            .number(0, 8)
            .number(0, 8)
            .number(1, 8),
      },
      { id: 2, ns: 5n, largest: 64, fields: (out) => out.number(2, 64).number(61, 32).string("lo").number(0, 8) },
      { id: 3, ns: 6n, fields: (out) => out.number(12, 32) },
    ]);
    const recording = await open(files);
    const script = `tracepoint:sched:sched_process_fork { printf("%d %d %s %d %d\\n", args.parent_pid, args.parent_tgid, args.child_comm, args.child_pid, args.child_tgid); }
      tracepoint:skb:kfree_skb { printf("%llx %d %d\\n", (uint64)args.location, args.protocol, args.reason); }
      tracepoint:net:netif_receive_skb { printf("%d %s %d %d %d\\n", args.len, str(args.name), args.network_header_type, args.network_header_ipv4_tot_len, args.network_header_ipv4_saddr[0]); }
      tracepoint:kvm:kvm_exit { printf("%d\\n", args.exit_reason); }`;
    expect(await lines(recording, script)).toEqual([
      "10 9 main 20 9",
      "10 9 main 21 21",
      "ffffffff81000000 2048 3",
      "60 lo 1 1500 127",
      "61 lo 0 0 0",
      "12",
    ]);
    seenByBabeltrace(files, 6);
  });

  test("who is a thread of whom, where no context tells", async () => {
    const switched =
      comm("prev_comm") + int("prev_tid") + int("prev_prio") + long("prev_state") + comm("next_comm") + int("next_tid") + int("next_prio");
    const forked = `${comm("parent_comm")}${int("parent_tid")}${int("parent_pid")}${comm("child_comm")}${int("child_tid")}${int("child_pid")}`;
    const state =
      ["tid", "vtid", "pid", "vpid", "ppid", "vppid"].map(int).join("") +
      comm("name") +
      ["type", "mode", "submode", "status", "ns_level"].map(int).join("") +
      int("cpu");
    const metadata =
      eventText(0, "sched_switch", switched) +
      eventText(1, "sched_process_fork", forked) +
      eventText(2, "lttng_statedump_process_state", state) +
      eventText(3, "kmem_kfree", `${integer(align(64), 64)} _call_site;\n${integer(align(64), 64)} _ptr;\n`);
    const fork = (ns: bigint, child: number, process: number): Event => ({
      id: 1,
      ns,
      fields: (out) => out.chars("main", 16).number(9, 32).number(9, 32).chars("main", 16).number(child, 32).number(process, 32),
    });
    const to = (ns: bigint, prev: number, next: number): Event => ({
      id: 0,
      ns,
      largest: 64,
      fields: (out) =>
        out.chars(`t${prev}`, 16).number(prev, 32).number(20, 32).number(0, 64).chars(`t${next}`, 16).number(next, 32).number(20, 32),
    });
    const free = (ns: bigint): Event => ({ id: 3, ns, largest: 64, fields: (out) => out.number(1, 64).number(2, 64) });
    const files = open1(alignment, header, metadata, [
      {
        id: 2,
        ns: 1n,
        fields: (out) =>
          [77, 77, 70, 70, 1, 1]
            .reduce((own, value) => own.number(value, 32), out)
            .chars("daemon", 16)
            .number(0, 32)
            .number(5, 32)
            .number(0, 32)
            .number(5, 32)
            .number(0, 32)
            .number(1, 32),
      },
      to(2n, 0, 9),
      fork(3n, 20, 9),
      fork(4n, 21, 21),
      to(5n, 9, 20),
      free(6n),
      to(7n, 20, 21),
      free(8n),
    ]);
    const recording = await open(files);
    expect(await lines(recording, 'tracepoint:kmem:kfree { printf("%d %d\\n", pid, tid); }')).toEqual(["9 20", "21 21"]);
    seenByBabeltrace(files, 8);
  });
});

test("a task that the state at the start names, and no event after it", async () => {
  const int = (name: string): string => `${integer(8, 32, signed)} _${name};\n`;
  const metadata =
    eventText(0, "lttng_statedump_process_state", int("tid") + int("pid") + comm("name")) + eventText(1, "kmem_kfree", int("ptr"));
  const context = `\tevent.context := struct {\n${int("tid")}\t};\n`;
  const written: readonly Event[] = [
    { id: 0, ns: 1n, fields: (out) => out.number(5, 32).number(77, 32).number(70, 32).chars("daemon", 16) },
    { id: 1, ns: 2n, fields: (out) => out.number(77, 32).number(1, 32) },
  ];
  const recording = await open(open1("bytes", "compact", metadata, written, context));
  expect(await lines(recording, 'tracepoint:kmem:kfree { printf("%d %s\\n", tid, comm); }')).toEqual(["77 daemon"]);
});
