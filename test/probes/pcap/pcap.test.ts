/** Packets of captures as events: every kind of file, of link and of header, and what damage leaves of them. */
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { openRecordingBytes } from "../../../probes/open.ts";
import type { Recording } from "../../../probes/recording.ts";
import { fixtureBytes, fixturePath } from "../../support/fixtures.ts";
import { missingArguments } from "../../../src/cli/missing-arguments.ts";
import { runScript } from "../../support/run-script.ts";
import { ethernet, ipv4, ipv6, pcapBytes, pcapng, tcp, udp, type ByteOrder } from "./written.ts";

async function open(bytes: Uint8Array): Promise<Recording> {
  const result = await openRecordingBytes("x.pcap", bytes);
  if (!result.ok) expect.fail(result.message);
  return result.recording;
}

async function lines(bytes: Uint8Array, script: string): Promise<string[]> {
  const { stdout } = await runScript(script, { recording: await open(bytes) });
  return stdout.split("\n").filter((line) => line !== "");
}

const SECOND = 1_700_000_000;
const packet = (...bytes: readonly number[]): Uint8Array => Uint8Array.from(bytes);
const frame = packet(...ethernet(0x0800, ipv4(6, tcp(4000, 80, 0x12, [1, 2, 3]))));
const HEADERS = `packet { printf("%d %x %d %s>%s %s>%s %d:%d %x %d %d\\n", args.len, args.protocol, args.ip_protocol, ntop(args.saddr), ntop(args.daddr),
  ntop(args.saddr_v6), ntop(args.daddr_v6), args.sport, args.dport, args.tcp_flags, args.ttl, args.payload_len); }`;
const NO4 = "0.0.0.0>0.0.0.0";
const NO6 = "::>::";
const V4 = `10.0.0.1>10.0.0.2 ${NO6}`;
const V6 = `${NO4} 2001:db8::1>2001:db8::2`;

describe.each(["little", "big"] as const)("%s-endian", (order: ByteOrder) => {
  test.each([
    ["us", 250_000, 250_000_000],
    ["ns", 250_000_001, 250_000_001],
    ["modified", 250_000, 250_000_000],
  ] as const)("pcap with times in %s", async (kind, fraction, ns) => {
    const bytes = pcapBytes(order, kind, 1, [
      { second: SECOND, fraction, data: frame },
      { second: SECOND + 100_000, fraction: 1, data: frame.subarray(0, 20), length: 1500 },
    ]);
    expect(await lines(bytes, 'packet:if0 { printf("%llu %d %d %d\\n", nsecs, args.len, args.caplen, args.sport); }')).toEqual([
      `${SECOND}${String(ns).padStart(9, "0")} ${frame.length} ${frame.length} 4000`,
      `${SECOND + 100_000}${kind === "ns" ? "000000001" : "000001000"} 1500 20 0`,
    ]);
  });

  test("pcapng: interfaces, their clocks, sections, directions, losses", async () => {
    const w = pcapng(order);
    const bytes = w.file([
      w.section(),
      w.interface(1, [[2, packet(...Buffer.from("eth0"))]]),
      w.interface(101, [
        [2, packet(...Buffer.from("tun 0"))],
        [9, packet(9)],
        [14, w.u64(10n)],
      ]),
      w.enhanced(0, 1_700_000_000_000_001n, frame, [[2, w.u32(1)]]),
      w.enhanced(1, 1_700_000_000_000_000_007n - 10_000_000_000n, packet(...ipv4(17, udp(53, 54))), [
        [2, w.u32(2)],
        [4, w.u64(3n)],
      ]),
      w.simple(frame),
      { type: 0xbad, body: packet(1, 2, 3, 4) },
      w.statistics(0, [[5, w.u64(8n)]]),
      w.section(),
      w.interface(1, [[9, packet(0x80 | 20)]]),
      w.enhanced(0, (1_700_000_001n << 20n) + (1n << 19n), frame),
    ]);
    const recording = await open(bytes);
    expect(recording.catalogue.tracepoints.map(({ name }) => name)).toEqual(["eth0", "if2", "tun_0"]);
    expect(recording.info.recordedLost[0]).toMatchObject({ buffer: "eth0", dropped: 8n });
    const { stdout } = await runScript(
      'packet { printf("%s %llu %d %d %d\\n", probe, nsecs, args.ifindex, args.direction, args.dport); }',
      {
        recording,
      },
    );
    expect(stdout.split("\n").filter((line) => line !== "")).toEqual([
      "packet:eth0 1700000000000001000 1 1 80",
      "packet:tun_0 1700000000000000007 2 2 54",
      "packet:eth0 1700000000000000007 1 0 80",
      "packet:if2 1700000001500000000 3 0 80",
    ]);
  });
});

test.each([
  ["Ethernet, TCP", 1, [...frame], `57 800 6 ${V4} 4000:80 12 64 3`],
  ["VLAN in VLAN", 1, ethernet(0x88a8, [0, 5, 0x81, 0, 0, 6, 0x08, 0, ...ipv4(17, udp(1, 2, [9]))]), `51 800 17 ${V4} 1:2 0 64 1`],
  [
    "IPv6 with extensions",
    1,
    ethernet(0x86dd, ipv6(0, [60, 0, 0, 0, 0, 0, 0, 0, 6, 1, ...Array<number>(14).fill(0), ...tcp(5, 6, 2)])),
    `98 86dd 6 ${V6} 5:6 2 63 0`,
  ],
  ["a later fragment has no ports", 1, ethernet(0x0800, ipv4(17, [9, 9, 9, 9], 100)), `38 800 17 ${V4} 0:0 0 64 4`],
  ["a later fragment of IPv6", 1, ethernet(0x86dd, ipv6(44, [17, 0, 0, 8, 0, 0, 0, 0, 9, 9, 9, 9])), `66 86dd 17 ${V6} 0:0 0 63 4`],
  ["ARP", 1, ethernet(0x0806, [0, 1]), `16 806 0 ${NO4} ${NO6} 0:0 0 0 0`],
  ["raw IPv4", 101, ipv4(1, [8, 0]), `22 800 1 ${V4} 0:0 0 64 2`],
  ["raw IPv6", 101, ipv6(17, udp(7, 8)), `48 86dd 17 ${V6} 7:8 0 63 0`],
  ["loopback of a BSD", 108, [0, 0, 0, 30, ...ipv6(17, udp(7, 8))], `52 86dd 17 ${V6} 7:8 0 63 0`],
  ["null", 0, [2, 0, 0, 0, ...ipv4(17, udp(7, 8))], `32 800 17 ${V4} 7:8 0 64 0`],
  ["Linux cooked", 113, [...Array<number>(14).fill(0), 8, 0, ...ipv4(17, udp(7, 8))], `44 800 17 ${V4} 7:8 0 64 0`],
  ["Linux cooked 2", 276, [8, 0, ...Array<number>(18).fill(0), ...ipv4(17, udp(7, 8))], `48 800 17 ${V4} 7:8 0 64 0`],
  ["nothing at all", 1, [], `0 0 0 ${NO4} ${NO6} 0:0 0 0 0`],
] as const)("headers: %s", async (_name, linkType, bytes, want) => {
  const data = Uint8Array.from(bytes);
  expect(await lines(pcapBytes("little", "us", linkType, [{ second: SECOND, fraction: 0, data }]), HEADERS)).toEqual([want]);
  // However short it was captured.
  for (let length = 0; length < data.length; length++) {
    const cut = pcapBytes("little", "us", linkType, [{ second: SECOND, fraction: 0, data: data.subarray(0, length), length: data.length }]);
    expect(await lines(cut, "packet { print(args.len); }")).toEqual([String(data.length)]);
  }
});

test("the captured bytes are memory", async () => {
  const bytes = pcapBytes("little", "us", 1, [{ second: SECOND, fraction: 0, data: frame }]);
  expect(await lines(bytes, 'packet { printf("%rh %x\\n", buf(args.data, 6), *(uint8*)(args.data + 13)); }')).toEqual([
    "01 02 03 04 05 06 0",
  ]);
});

test("packets of every size, more than a window holds", async () => {
  const packets = Array.from({ length: 300 }, (_, i) => ({ second: SECOND + i, fraction: 0, data: new Uint8Array((i * 877) % 70_000) }));
  const found = await lines(
    pcapBytes("little", "us", 1, packets),
    "packet { @n = count(); @bytes = sum(args.caplen); @max = max(args.caplen); }",
  );
  expect(found).toEqual([
    `@bytes: ${packets.reduce((sum, { data }) => sum + data.length, 0)}`,
    `@max: ${Math.max(...packets.map(({ data }) => data.length))}`,
    "@n: 300",
  ]);
});

describe("damage", () => {
  const good = pcapBytes("little", "us", 1, [
    { second: SECOND, fraction: 0, data: frame },
    { second: SECOND + 1, fraction: 0, data: frame },
  ]);
  const w = pcapng("little");
  const blocks = [w.section(), w.interface(1), w.enhanced(0, 5n, frame), w.enhanced(0, 6n, frame)];
  const goodNg = w.file(blocks);
  const patched = (bytes: Uint8Array, at: number, value: number): Uint8Array => {
    const copy = bytes.slice();
    new DataView(copy.buffer).setUint32(at, value, true);
    return copy;
  };
  const COUNT = "packet { @ = count(); }";

  test.each([
    ["last packet cut", good.subarray(0, good.length - 5), ["@: 1"], /the last packet is cut: 68 of 73 bytes/],
    ["packet header cut", good.subarray(0, good.length - frame.length - 6), ["@: 1"], /the last packet is cut: 10 bytes/],
    ["absurd size", patched(good, 24 + 8, 0x7fffffff), [], /claims 2147483647 captured bytes/],
    ["pcapng block cut", goodNg.subarray(0, goodNg.length - 7), ["@: 1"], /the last block is cut/],
    ["pcapng block of no length", patched(goodNg, 28 + 4, 0), null, /describes no interface/],
    ["pcapng block beyond all bounds", patched(goodNg, 28 + 20 + 4, 0xfffffff0), [], /claims 4294967280 bytes/],
    ["pcapng packet longer than its block", patched(goodNg, 28 + 20 + 8 + 12, 60_000), ["@: 1"], null],
    ["pcapng packet of an unknown interface", patched(goodNg, 28 + 20 + 8, 9), ["@: 1"], null],
    ["pcapng section without magic", patched(goodNg, 8, 7), null, /not a recording/],
  ])("%s", async (_name, bytes, counted, message) => {
    const result = await openRecordingBytes("x", bytes);
    if (!result.ok) {
      expect(counted).toBeNull();
      expect(result.message).toMatch(message!);
      return;
    }
    const { stdout } = await runScript(COUNT, { recording: result.recording });
    expect(stdout.split("\n").filter((line) => line !== "")).toEqual(counted);
    if (message === null) expect(result.recording.info.warnings).toEqual([]);
    else expect(result.recording.info.warnings.join("\n")).toMatch(message);
  });

  test("cut anywhere, it is read as far as it goes", async () => {
    for (const bytes of [good, goodNg])
      for (let length = 0; length < bytes.length; length += 3) {
        const result = await openRecordingBytes("x", bytes.subarray(0, length));
        if (result.ok) await runScript(COUNT, { recording: result.recording });
      }
  });
});

const hasTcpdump = spawnSync("tcpdump", ["--version"]).status === 0;

test.skipIf(!hasTcpdump)(`as tcpdump counts and dates them${hasTcpdump ? "" : " (skipped: no tcpdump here)"}`, async () => {
  const { stdout } = spawnSync("tcpdump", ["-r", fixturePath("lo.pcap"), "-tt", "-n", "-q"], { encoding: "utf8" });
  const want = stdout
    .trim()
    .split("\n")
    .map((line) => {
      const [, time, from, to] = /^(\d+\.\d+) IP (\S+) > (\S+): /.exec(line)!;
      return `${time!} ${from!} ${to!}`;
    });
  expect(want).toHaveLength(267);
  const script = `packet { printf("%llu.%06llu %s.%d %s.%d\\n", nsecs / 1000000000, nsecs % 1000000000 / 1000,
    ntop(args.saddr), args.sport, ntop(args.daddr), args.dport); }`;
  expect(await lines(fixtureBytes("lo.pcap"), script)).toEqual(want);
});

test("the totals of a real capture", async () => {
  const script = `packet { @bytes = sum(args.len); @n = count(); if (args.tcp_flags & 4) { @rst = count(); } @[args.dport == 7070 || args.sport == 7070] = count(); }`;
  expect(await lines(fixtureBytes("lo.pcap"), script.replace("@[", "@port["))).toEqual([
    "@bytes: 368136",
    "@n: 267",
    "@port[false]: 8",
    "@port[true]: 259",
    "@rst: 4",
  ]);
});

test("what tells of tasks is counted as missing", async () => {
  const packet = { second: SECOND, fraction: 0, data: frame };
  const recording = await open(pcapBytes("little", "us", 1, [packet, packet]));
  const {
    stdout,
    stderr,
    missingArguments: missing,
  } = await runScript("packet { @[comm, tid] = sum(args.len); } packet { @n = count() } end { print(pid); }", { recording });
  expect(stdout).toContain(`@[swapper/0, 0]: ${2 * frame.length}\n`);
  expect(stdout).toContain("@n: 2\n");
  expect(stderr).not.toContain("WARNING");
  expect(missing.map(({ names, count }) => [names, count])).toEqual([[["comm", "tid"], 2]]);
  const [shortfall] = missingArguments(missing);
  expect(shortfall).toMatchObject({ type: "missing", kind: "packetTask", count: 2n });
  expect(shortfall?.message).toMatch(
    /^packets have no task and no CPU: comm, tid of packet:\S+ asked for 2 times, answered with those of the idle/,
  );
});
