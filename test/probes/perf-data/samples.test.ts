/** Samples that are no tracepoints: what fires on them, and what their programs see. */
import { expect, test } from "vitest";
import { attrType } from "../../../probes/formats/perf-data/attr.ts";
import { branchBit, readBit, sample, sampleBit } from "../../../probes/formats/perf-data/transcoder-layout.ts";
import type { Recording } from "../../../probes/recording.ts";
import { together } from "../../../probes/together.ts";
import { byteList } from "../../../tooling/perf-data/bytes.ts";
import { perfDataBytes, recordsOf, type ByteOrder, type WrittenAttr, type WrittenSample } from "../../../tooling/perf-data/writer.ts";
import { runScript } from "../../support/run-script.ts";
import { walkPages } from "../../support/page-walker.ts";
import { opened, printed } from "./made.ts";

const BASE = sampleBit.identifier | sampleBit.ip | sampleBit.tid | sampleBit.time | sampleBit.addr | sampleBit.cpu | sampleBit.period;
const KERNEL = 0xffffffffffffff80n;
const USER = 0xfffffffffffffe00n;
const KERNEL_IP = 0xffffffff81000010n;

const attr = (name: string, type: number, config: number, more: Partial<WrittenAttr> = {}): WrittenAttr => ({
  name,
  type,
  config,
  sampleType: BASE,
  ids: [1],
  ...more,
});

async function sampled(
  attrs: readonly WrittenAttr[],
  samples: readonly (WrittenSample & { readonly of?: WrittenAttr })[],
  byteOrder: ByteOrder = "little",
  arch = "x86_64",
): Promise<Recording> {
  const records = samples.map(({ of = attrs[0]!, ...one }, i) =>
    recordsOf(byteOrder, of.sampleType).sample({ pid: 7, tid: 8, ns: 1000 + i, id: of.ids[0]!, ...one }),
  );
  return opened(perfDataBytes({ byteOrder, arch, attrs, records, kallsyms: "ffffffff81000000 T do_work\nffffffff81000100 T other\n" }));
}

const ORDERS = ["little", "big"] as const;

const faults = attr("page-faults", attrType.software, 2);

test.each(ORDERS)("row 1.24: software events by their names; the address and the instruction of a fault (%s endian)", async (byteOrder) => {
  const recording = await sampled(
    [faults],
    [
      { ip: 0x401000, addr: 0x7f00_0000_1234, cpumode: 2 },
      { ip: KERNEL_IP, addr: 0x5000, cpumode: 1 },
    ],
    byteOrder,
  );
  const script =
    'software:page-faults:1 { printf("%s %d %d %lx %d\\n", probe, pid, tid, reg("ip"), usermode); @[ksym(reg("ip"))] = count(); }';
  expect(await printed(recording, script)).toEqual([
    "software:page-faults:1 7 8 401000 1",
    "software:page-faults:1 7 8 ffffffff81000010 0",
    "@[0x401000]: 1",
    "@[do_work]: 1",
  ]);
});

test("row 1.25: hardware events, whatever unit counted them; a recorded rate that is another is told", async () => {
  const cycles = attr("cpu/cycles/u", 4, 0x3c, { freq: true, period: 4000 });
  const recording = await sampled([cycles], [{ ip: 1 }, { ip: 2 }]);
  const { stdout, stderr } = await runScript("hardware:cycles:1000 { @ = count(); }", { recording });
  expect(stdout).toContain("@: 2\n");
  expect(stderr).toContain(
    "hardware:cycles:1000 asks for every 1000 events; it fires on each sample of cpu/cycles/u in the recording, which was made with 4000 samples a second",
  );
});

test("row 1.23: profile fires on the samples of the clock; the same rate needs no word", async () => {
  const clock = attr("cpu-clock", attrType.software, 0, { freq: true, period: 99 });
  const recording = await sampled([faults, { ...clock, ids: [2] }], [{ ip: 1 }, { ip: 2, of: { ...clock, ids: [2] } }]);
  const { stdout, stderr } = await runScript("profile:hz:99 { @[cpu] = count(); }", { recording });
  expect(stdout).toContain("@[0]: 1\n");
  expect(stderr).toBe("Attached 1 probe\n");
});

test("row 1.44: a watchpoint on the breakpoint that was recorded", async () => {
  const watched = attr("mem:0x1000/8:w", attrType.breakpoint, 0, { breakpoint: { type: 2, address: 0x1000, length: 8 } });
  const recording = await sampled([watched], [{ ip: 1 }, { ip: 2 }]);
  expect(await printed(recording, 'watchpoint:0x1000:8:w { @[reg("ip")] = count(); }')).toEqual(["@[1]: 1", "@[2]: 1"]);
  const { stderr } = await runScript("watchpoint:0x1000:8:rw { @ = count(); }", { recording });
  expect(stderr).toContain("watchpoint:4096:8:rw is not in the recording");
});

test("what was not sampled is said with what samples it", async () => {
  const { stderr, stdout } = await runScript("hardware:instructions { @ = count(); }", { recording: await sampled([faults], [{ ip: 1 }]) });
  expect(stdout).toBe("");
  expect(stderr).toContain("perf record -k mono -a -e instructions -c 1000000");
});

test.each(ORDERS)("row 5.45: registers of the interrupted code, else of user code (%s endian)", async (byteOrder) => {
  const withRegs = (more: Partial<WrittenAttr>): WrittenAttr => ({ ...faults, ...more });
  // ax and sp; r8.
  const intr = withRegs({ sampleType: BASE | sampleBit.regsUser | sampleBit.regsIntr, userRegs: 0x10000, intrRegs: 0x81 });
  const regs = byteList(byteOrder).u64(2, 0x88).u64(2, 0xaa, 0x5b).done();
  const script = 'software:faults:1 { printf("%x %x %x %x\\n", reg("ax"), reg("sp"), reg("r8"), reg("ip")); }';
  expect(await printed(await sampled([intr], [{ ip: 0x77, rest: regs }], byteOrder), script)).toEqual(["aa 5b 0 77"]);
  const user = withRegs({ sampleType: BASE | sampleBit.regsUser, userRegs: 0x10081 });
  const rest = byteList(byteOrder).u64(2, 0xaa, 0x5b, 0x88).done();
  expect(await printed(await sampled([user], [{ ip: 0x77, rest }], byteOrder), script)).toEqual(["aa 5b 88 77"]);
  // A sample without registers.
  expect(await printed(await sampled([user], [{ ip: 0x77, rest: byteList(byteOrder).u64(0).done() }], byteOrder), script)).toEqual([
    "0 0 0 77",
  ]);
});

test.each(ORDERS)("registers of user code do not say where in the kernel a sample was taken (%s endian)", async (byteOrder) => {
  // ax, sp, ip and cs.
  const user = { ...faults, sampleType: BASE | sampleBit.regsUser, userRegs: 0x581 };
  const rest = byteList(byteOrder).u64(2, 0xaa, 0x5b, 0x40_1000, 0x33).done();
  const samples = [
    { ip: KERNEL_IP, cpumode: 1, rest },
    { ip: 0x40_1000, cpumode: 2, rest },
  ];
  const script = 'software:faults:1 { printf("%x %x %lx %d\\n", reg("ax"), reg("sp"), reg("ip"), usermode); }';
  expect(await printed(await sampled([user], samples, byteOrder), script)).toEqual(["aa 5b ffffffff81000010 0", "aa 5b 401000 1"]);
});

test.each(ORDERS)("callchains are split into the kernel's and the user's stack (%s endian)", async (byteOrder) => {
  const chained = { ...faults, sampleType: BASE | sampleBit.callchain };
  const chain = byteList(byteOrder)
    .u64(6, KERNEL, KERNEL_IP, KERNEL_IP + 0x100n, USER, 0x401000, 0x402000)
    .done();
  const recording = await sampled([chained], [{ ip: KERNEL_IP, rest: chain }], byteOrder);
  expect(await printed(recording, "software:faults:1 { @[kstack, ustack] = count(); }")).toEqual([
    "@[",
    "        do_work+16",
    "        other+16",
    ", ",
    "        0x401000",
    "        0x402000",
    "]: 1",
  ]);
});

test("fields of variable length before what is wanted are stepped over", async () => {
  const all = {
    ...faults,
    sampleType:
      BASE | sampleBit.read | sampleBit.callchain | sampleBit.branchStack | sampleBit.stackUser | sampleBit.dataSrc | sampleBit.regsIntr,
    readFormat: readBit.group | readBit.enabled | readBit.id | readBit.lost,
    branchFlags: branchBit.hwIndex,
    intrRegs: 1,
  };
  const rest = byteList("little")
    // Two members, one time; each a value, an id and a loss.
    .u64(2, 55, 1, 1, 0, 2, 2, 0)
    .u64(2, USER, 0x1234)
    .u64(1, 9, 10, 11, 12)
    .u64(16)
    .bytes(new Uint8Array(16))
    .u64(8)
    .u64(0xda7a)
    .u64(2, 0xabc)
    .done();
  const recording = await sampled([all], [{ ip: 1, rest }]);
  expect(await printed(recording, 'software:faults:1 { printf("%x\\n", reg("ax")); @[ustack] = count(); }')).toEqual([
    "abc",
    "@[",
    "        0x1234",
    "]: 1",
  ]);
  expect(recording.info.warnings.join()).toContain("1 sample with a copy of the user stack");
});

test("copies of user stacks are told of when a script asks for user stacks", async () => {
  const dumped = { ...faults, sampleType: BASE | sampleBit.callchain | sampleBit.stackUser };
  const rest = byteList("little").u64(2, KERNEL, KERNEL_IP).u64(16).bytes(new Uint8Array(16)).u64(8).done();
  const recording = await sampled([dumped], [{ ip: 1, rest }]);
  await printed(recording, "software:faults:1 { @ = count(); @k[kstack] = count(); @n[len(kstack)] = count(); }");
  expect(recording.info.warnings).toEqual([]);
  await printed(recording, "software:faults:1 { @[ustack] = count(); }");
  expect(recording.info.warnings.join()).toContain(
    "1 sample with a copy of the user stack, which is not unwound: ustack has no frames of it",
  );
});

const INNERMOST = "with a copy of the user stack, which is not unwound: only its innermost frame is known, from the registers";

/** Registers of user code, and a copy of its stack. */
const copied = (byteOrder: ByteOrder, regs: readonly (number | bigint)[]): Uint8Array =>
  byteList(byteOrder)
    .u64(...regs, 16)
    .bytes(new Uint8Array(16))
    .u64(8)
    .done();

const [X86_REGISTERS, ARM64_REGISTERS] = [0xff0fff, 0x1_ffff_ffff];
const numbered = (count: number): number[] => Array.from({ length: count }, (_, i) => 0x1000 + i);

test.each(
  ORDERS.flatMap((byteOrder) => [
    { byteOrder, arch: "x86_64", userRegs: X86_REGISTERS, values: numbered(20), frame: "0x1008" },
    { byteOrder, arch: "x86_64", userRegs: 0x180, values: [0x1007, 0x40_1008], frame: "0x401008" },
    { byteOrder, arch: "aarch64", userRegs: ARM64_REGISTERS, values: numbered(33), frame: "0x1020" },
  ]),
)("the innermost frame of a user stack that is a copy is the registers' ($arch, $userRegs, $byteOrder endian)", async (machine) => {
  const { byteOrder, arch, userRegs, values, frame } = machine;
  const dumped = { ...faults, userRegs, sampleType: BASE | sampleBit.callchain | sampleBit.regsUser | sampleBit.stackUser };
  const chain = (...words: (number | bigint)[]): Uint8Array =>
    byteList(byteOrder)
      .u64(words.length, ...words)
      .done();
  const records = [
    { ip: 1, cpumode: 2, rest: Buffer.concat([chain(), copied(byteOrder, [2, ...values])]) },
    { ip: KERNEL_IP, rest: Buffer.concat([chain(KERNEL, KERNEL_IP), copied(byteOrder, [2, ...values])]) },
    // The frames that perf has are taken.
    { ip: 1, rest: Buffer.concat([chain(USER, 0x7777), copied(byteOrder, [2, ...values])]) },
    // A thread of the kernel has no registers of user code, and no such stack.
    { ip: KERNEL_IP, rest: Buffer.concat([chain(KERNEL, KERNEL_IP), byteList(byteOrder).u64(0, 0).done()]) },
  ];
  const recording = await sampled([dumped], records, byteOrder, arch);
  expect(await printed(recording, 'software:faults:1 { printf("%d %s|", len(kstack), ustack); }')).toEqual([
    "0 ",
    `        ${frame}`,
    "|1 ",
    `        ${frame}`,
    "|0 ",
    "        0x7777",
    "|1 |",
  ]);
  expect(recording.info.warnings.join("\n")).toContain(`2 samples ${INNERMOST}`);
  expect(recording.info.warnings.join("\n")).toContain(
    "1 sample with a copy of the user stack, which is not unwound: ustack has no frames",
  );
});

test.each([
  { lack: "registers of a machine whose numbers nobody knows", arch: "s390x", userRegs: X86_REGISTERS, values: numbered(20) },
  { lack: "the instruction pointer", arch: "x86_64", userRegs: 0x81, values: [1, 2] },
])("without $lack, a user stack that is a copy has no frame", async ({ arch, userRegs, values }) => {
  const dumped = { ...faults, userRegs, sampleType: BASE | sampleBit.regsUser | sampleBit.stackUser };
  const recording = await sampled([dumped], [{ ip: 1, rest: copied("little", [2, ...values]) }], "little", arch);
  expect(await printed(recording, "software:faults:1 { @[len(ustack)] = count(); }")).toEqual(["@[0]: 1"]);
  expect(recording.info.warnings.join()).toContain("ustack has no frames of it");
  expect(recording.info.warnings.join()).not.toContain("innermost");
});

test("the length of a user stack asks for it", async () => {
  const dumped = { ...faults, sampleType: BASE | sampleBit.stackUser };
  const rest = byteList("little").u64(16).bytes(new Uint8Array(16)).u64(8).done();
  const recording = await sampled([dumped], [{ ip: 1, rest }]);
  await printed(recording, "software:faults:1 { @[len(ustack)] = count(); }");
  expect(recording.info.warnings.join()).toContain("1 sample with a copy of the user stack");
});

const group = { sampleType: BASE | sampleBit.read, readFormat: readBit.group | readBit.id };
const leader = attr("cpu-clock", attrType.software, 0, { ...group, period: 1000 });
const counts = (byteOrder: ByteOrder, clock: number, of: number): Uint8Array => byteList(byteOrder).u64(2, clock, 1, of, 2).done();

test.each(ORDERS)(
  "a leader's sample is one of each member of its group whose count moved, by as much as it moved (%s endian)",
  async (byteOrder) => {
    const member = attr("page-faults", attrType.software, 2, { ...group, period: 0, ids: [2] });
    const samples = [
      { ip: 0x10, rest: counts(byteOrder, 1000, 3) },
      { ip: 0x20, rest: counts(byteOrder, 2000, 3) },
      { ip: 0x30, rest: counts(byteOrder, 2000, 10) },
    ];
    const recording = await sampled([leader, member], samples, byteOrder);
    expect(recording.info.warnings).toEqual([]);
    const script = `software:cpu:1000 { printf("clock %lx\\n", reg("ip")); } software:faults:1 { printf("faults %lx\\n", reg("ip")); }`;
    const expected = ["clock 10", "faults 10", "clock 20", "faults 30"];
    const periods = (): bigint[] => {
      const stream = recording.streams[0]!;
      stream.rewind();
      const window = new Uint8Array(1 << 18);
      const { records } = walkPages(window.subarray(0, stream.read(window)), stream);
      // What the tasks are called comes in between.
      return records.flatMap(({ payload }) =>
        payload.length < sample.sizeBytes
          ? []
          : [new DataView(payload.buffer, payload.byteOffset).getBigUint64(sample.period, byteOrder === "little")],
      );
    };
    expect(await printed(recording, script)).toEqual(expected);
    // The counts begin anew with the stream.
    expect(periods()).toEqual([1000n, 3n, 1000n, 7n]);
    expect(periods()).toEqual([1000n, 3n, 1000n, 7n]);
    const { stderr } = await runScript("software:faults:1 { @ = count(); }", { recording });
    expect(stderr).toContain("which was made with one at a sample of its group's leader, if there were events since the one before");
  },
);

test("a tracepoint that its group's leader counts is there without fields, which is told", async () => {
  const member = attr("app:work", attrType.tracepoint, 300, { ...group, period: 0, ids: [2] });
  const samples = [
    { ip: 1, rest: counts("little", 1000, 1) },
    { ip: 2, rest: counts("little", 2000, 1) },
  ];
  const recording = await sampled([leader, member], samples);
  expect(recording.info.warnings).toEqual([
    "app:work: only counted by the leader of a group ({…}:S): its events have no fields, and several may be one; record without :S",
  ]);
  expect(await printed(recording, "tracepoint:app:work { @[pid, tid] = count(); }")).toEqual(["@[7, 8]: 1"]);
});

test("members of a group that counts for each task are told of, and are no probes", async () => {
  const own = { ...group, inherits: true };
  const member = attr("page-faults", attrType.software, 2, { ...own, period: 0, ids: [2] });
  const recording = await sampled([{ ...leader, ...own }, member], [{ ip: 1, rest: counts("little", 1000, 3) }]);
  expect(recording.catalogue.sampled?.map(({ label }) => label)).toEqual(["cpu-clock"]);
  expect(recording.info.warnings).toEqual([
    "page-faults: counts of each task within the samples of a group ({…}:S), which are not read; record without :S, or with --no-inherit",
  ]);
  expect(await printed(recording, "software:cpu:1000 { @ = count(); }")).toEqual(["@: 1"]);
});

test("samples whose attrs differ are told apart by their ids; unknown ones are counted", async () => {
  const clock = attr("cpu-clock", attrType.software, 0, { ids: [0x7000_0000_0000], sampleType: BASE & ~sampleBit.addr });
  const recording = await sampled(
    [faults, clock],
    [
      { ip: 1, addr: 5 },
      { ip: 2, of: clock },
      { ip: 3, id: 99 },
    ],
  );
  expect(await printed(recording, 'software:faults:1 { @f[reg("ip")] = count(); } software:cpu:1 { @c[reg("ip")] = count(); }')).toEqual([
    "@c[2]: 1",
    "@f[1]: 1",
  ]);
  expect(recording.info.warnings).toEqual(["1 sample of unknown events left out"]);
});

test("samples of two recordings side by side", async () => {
  const clock = attr("cpu-clock", attrType.software, 0, { freq: true, period: 99 });
  const both = together([
    { recording: await sampled([clock], [{ ip: 1 }, { ip: 2 }]), tag: "a", offsetNs: 0n },
    {
      recording: await sampled([faults, { ...clock, ids: [2] }], [{ ip: 3, of: { ...clock, ids: [2] } }, { ip: 4 }]),
      tag: "b",
      offsetNs: 5n,
    },
  ]);
  if (!both.ok) expect.fail(both.message);
  expect(await printed(both.recording, 'profile:hz:99 { @[recording, reg("ip")] = count(); }')).toEqual([
    "@[a, 1]: 1",
    "@[a, 2]: 1",
    "@[b, 3]: 1",
  ]);
});
