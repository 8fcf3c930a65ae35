/** What traces can hold, each written by hand, in both byte orders; where babeltrace2 is installed it reads them too. */
import { describe, expect, test } from "vitest";
import type { Recording } from "../../../probes/recording.ts";
import {
  BitWriter,
  concatPackets,
  HeaderWriter,
  headerText,
  packetBytes,
  packetised,
  type ByteOrder,
  type WrittenPacket,
} from "../../../tooling/ctf/writer.ts";
import { survey } from "../../../src/session/survey.ts";
import { runScript } from "../../support/run-script.ts";
import { babeltrace, hasBabeltrace, open, text, type TraceFiles } from "./support.ts";

async function lines(recording: Recording, script: string): Promise<string[]> {
  const { stdout, stderr } = await runScript(script, { recording });
  expect(stderr).toMatch(/^Attached \d+ probes?\n$/);
  return stdout.split("\n").filter((line) => line !== "");
}

const STREAM = `stream { id = 0; event.header := struct event_header_compact; packet.context := struct packet_context; };`;
const eventText = (id: number, name: string, fields: string): string =>
  `event { name = "${name}"; id = ${id}; stream_id = 0; fields := struct { ${fields} }; };`;

interface Written {
  readonly id: number;
  readonly ticks: bigint;
  readonly values: (bits: BitWriter) => void;
}

function packetOf(order: ByteOrder, events: readonly Written[], more: Partial<WrittenPacket> = {}): Uint8Array {
  const begin = more.begin ?? events[0]?.ticks ?? 0n;
  return packetBytes(order, {
    ...{ streamId: 0, cpu: 0, begin, end: events.at(-1)?.ticks ?? begin, ...more },
    events(bits) {
      const header = new HeaderWriter(begin);
      for (const { id, ticks, values } of events) {
        header.write(bits, id, ticks);
        values(bits);
      }
    },
  });
}

function seenByBabeltrace(files: TraceFiles, count: number): void {
  if (hasBabeltrace) expect(babeltrace(files)).toHaveLength(count);
}

describe.each(["le", "be"] as const)("%s", (order) => {
  const fields = `integer { size = 3; align = 1; signed = 0; } _three; integer { size = 13; align = 1; signed = 1; } _odd;
    integer { size = 33; align = 1; signed = 1; } _long; integer { size = 16; align = 8; byte_order = ${order === "le" ? "be" : "le"}; } _other;
    enum : integer { size = 7; align = 1; } { A, B = 4, "C" = 9 ... 11, D } _choice; variant <_choice> { integer { size = 8; } A; string B; struct { uint32_t x, y; } C; } _v;
    uint8_t _count; uint32_t _list[_count]; integer { size = 5; align = 1; } _bits[3]; string _name; integer { size = 64; align = 64; signed = 1; } _far;`;
  const values = (bits: BitWriter, choice: number, own: (bits: BitWriter) => void, list: readonly number[]): void => {
    bits
      .align(64)
      .integer(5, 3)
      .integer(-1234, 13)
      .integer(-4_000_000_000n, 33)
      .integer(0x1234, 16, 8, order === "le" ? "be" : "le")
      .integer(choice, 7);
    own(bits);
    bits.integer(list.length, 8);
    bits.align(8);
    for (const one of list) bits.integer(one, 32);
    for (const one of [1, 31, 16]) bits.integer(one, 5);
    bits.string("text").align(64).integer(-7, 64);
  };
  const files: TraceFiles = {
    metadata: packetised([headerText(order), STREAM, eventText(3, "app:all", fields)].join("\n"), order),
    s0: packetOf(order, [
      { id: 3, ticks: 5_000_000_000n, values: (bits) => values(bits, 0, (b) => b.integer(200, 8), [7, 8]) },
      { id: 3, ticks: 5_000_000_001n, values: (bits) => values(bits, 4, (b) => b.string("bee"), []) },
      { id: 3, ticks: 5_100_000_000n, values: (bits) => values(bits, 10, (b) => b.integer(1, 32).integer(2, 32), [9]) },
    ]),
  };

  test("numbers of any size, in both orders, enumerations, variants, sequences, alignment", async () => {
    const script = `tracepoint:app:all { printf("%lld %d %d %lld %x|%d %d %s %d %d|%d %d %d %d|%s %lld\\n", nsecs, args.three, args.odd, args.long, args.other,
        args.choice, args.v_A, str(args.v_B), args.v_C_x, args.v_C_y, args.count, args.bits[0], args.bits[1], args.bits[2], str(args.name), args.far); }`;
    const common = "5 -1234 -4000000000 1234";
    expect(await lines(await open(files), script)).toEqual([
      `5000000000 ${common}|0 200  0 0|2 1 31 16|text -7`,
      `5000000001 ${common}|4 0 bee 0 0|0 1 31 16|text -7`,
      `5100000000 ${common}|10 0  1 2|1 1 31 16|text -7`,
    ]);
    seenByBabeltrace(files, 3);
  });

  test("times: short ones that wrap, whole ones, packets that begin later", async () => {
    const ticks = [100n, (1n << 27n) - 1n, 1n << 27n, (1n << 28n) + 5n, 1n << 40n, (1n << 40n) + 3n];
    const tick = (n: bigint): Written => ({ id: 1, ticks: n, values: (bits) => bits.integer(1, 8) });
    const own: TraceFiles = {
      metadata: text([headerText(order), STREAM, eventText(1, "app:tick", "uint8_t _b;")].join("\n")),
      s0: concatPackets([packetOf(order, ticks.map(tick)), packetOf(order, [tick((1n << 40n) + 9n)], { begin: (1n << 40n) + 7n })]),
    };
    expect(await lines(await open(own), 'tracepoint:app:tick { printf("%lld\\n", nsecs); }')).toEqual(
      [...ticks, (1n << 40n) + 9n].map(String),
    );
    seenByBabeltrace(own, 7);
    const { info } = await open(own);
    expect(info).toMatchObject({ clock: "mono", epochNs: 1_700_000_000_000_000_005n });
  });

  test("what was lost: counts of events, and packets that are missing", async () => {
    const tick = (n: bigint): Written => ({ id: 1, ticks: n, values: (bits) => bits.integer(1, 8) });
    const metadata = text([headerText(order), STREAM, eventText(1, "app:tick", "uint8_t _b;")].join("\n"));
    const packet = (ticks: bigint, discarded: number, sequence: number): Uint8Array =>
      packetOf(order, [tick(ticks)], { discarded, sequence, cpu: 3 });
    const counted = await open({ metadata, s: concatPackets([packet(1n, 0, 0), packet(2n, 5, 1), packet(3n, 5, 2), packet(4n, 7, 3)]) });
    expect(counted.catalogue.ncpus).toBe(4);
    expect(counted.streams.map(({ cpu }) => cpu)).toEqual([3]);
    expect(await lines(counted, "tracepoint:app:tick { @[cpu] = count(); }")).toEqual(["@[3]: 4"]);
    for (const stream of counted.streams) stream.rewind();
    expect(survey(counted).stats).toMatchObject({ lost: 7n, lostUnknown: 0, damaged: 0 });
    const missing = await open({ metadata, s: concatPackets([packet(1n, 0, 0), packet(2n, 0, 4)]) });
    expect(survey(missing).stats).toMatchObject({ lost: 0n, lostUnknown: 1, damaged: 0 });
  });
});

test("LTTng's system calls are the kernel's: by name, with strings where these have pointers", async () => {
  const order = "le";
  const files: TraceFiles = {
    metadata: text(
      [
        headerText(order),
        `env { domain = "kernel"; tracer_name = "lttng-modules"; };`,
        STREAM,
        eventText(
          1,
          "syscall_entry_openat",
          "integer { size = 32; align = 8; signed = 1; } _dfd; string _filename; integer { size = 32; align = 8; signed = 1; } _flags; integer { size = 16; align = 8; base = 8; } _mode;",
        ),
        eventText(2, "syscall_exit_openat", "integer { size = 64; align = 8; signed = 1; } _ret;"),
        eventText(3, "kmem_kmalloc", "uint64_t _call_site; uint64_t _bytes_req;"),
        eventText(4, "lttng_statedump_start", ""),
      ].join("\n"),
    ),
    channel0_0: packetOf(order, [
      { id: 1, ticks: 1n, values: (bits) => bits.integer(-100, 32).string("/etc/passwd").integer(0o102, 32).integer(0o644, 16) },
      { id: 2, ticks: 2n, values: (bits) => bits.integer(-13, 64) },
      { id: 3, ticks: 3n, values: (bits) => bits.integer(1, 64).integer(192, 64) },
      { id: 4, ticks: 4n, values: () => undefined },
    ]),
  };
  const recording = await open(files);
  const script = `tracepoint:syscalls:sys_enter_openat { printf("%d %s %x %o\\n", args.dfd, str(args.filename), args.flags, args.mode); }
    tracepoint:syscalls:sys_exit_openat { printf("%d\\n", args.ret); }
    tracepoint:kmem:kmalloc { printf("%d\\n", args.bytes_req); }
    tracepoint:lttng:lttng_statedump_start { printf("%lld\\n", nsecs); }`;
  expect(await lines(recording, script)).toEqual(["-100 /etc/passwd 42 644", "-13", "192", "4"]);
  expect(recording.info.warnings).toEqual([
    "4 events do not tell their task and no switch before does: tid is -1 there (lttng add-context -t vtid -t vpid -t procname records it)",
  ]);
  seenByBabeltrace(files, 4);
});

test("a clock that does not count ns", async () => {
  const metadata = text(
    `/* CTF 1.8 */ typealias integer { size = 64; align = 8; map = clock.slow.value; } := ticks_t;
    trace { major = 1; minor = 8; byte_order = le; };
    clock { name = slow; freq = 24000000; offset_s = 2; offset = 12000000; };
    stream { event.header := struct { ticks_t timestamp; }; packet.context := struct { integer { size = 32; } content_size; integer { size = 32; } packet_size; }; };
    event { name = "app:only"; fields := struct { integer { size = 8; } _n; }; };`,
  );
  const bits = new BitWriter("le").integer(8 * 26, 32).integer(8 * 26, 32);
  for (const [ticks, n] of [[24_000_001n, 1], [48_000_000_000_003n, 2]] as const) bits.integer(ticks, 64).integer(n, 8); // prettier-ignore
  const recording = await open({ metadata, s: bits.done() });
  expect(await lines(recording, 'tracepoint:app:only { printf("%d %lld\\n", args.n, nsecs); }')).toEqual([
    "1 1000000041",
    "2 2000000000000125",
  ]);
  expect(recording.info).toMatchObject({ clock: "slow", epochNs: 2_500_000_000n, ncpus: 1 });
});
