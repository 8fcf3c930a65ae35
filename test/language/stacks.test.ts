/** kstack and ustack over recorded stacks (rows 4.17, 4.18, 5.19, 6.28, 6.61–6.66). */
import { expect, test } from "vitest";
import type { Recording } from "../../probes/recording.ts";
import { parseMaps, userCode } from "../../probes/symbols/user-code.ts";
import type { SideData } from "../../src/session/recorded-machine.ts";
import { formatText } from "../../tooling/trace-dat/record.ts";
import { fixtureBytes } from "../support/fixtures.ts";
import { entryIp, kernelStack, madeEvent, madeRecording, returnIps, userStack, type MadeRecord } from "../support/made-recording.ts";
import { runScript, type RunOptions } from "../support/run-script.ts";

const KALLSYMS = `ffffffff81000000 T trace_event_raw_event_tick
ffffffff81000100 T do_read
ffffffff81000200 T do_syscall_64
ffffffff81000300 T irq_work
`;
const TRACER = 0xffffffff81000010n;
const READ = 0xffffffff81000123n;
const SYSCALL = 0xffffffff81000256n;
const IRQ = 0xffffffff81000308n;
const UNKNOWN = 0xffff000000001000n;

const HARDIRQ = 0x08;

const tick = madeEvent("demo", "tick", 900, [["int n", 4, 1]]);
const tock = madeEvent("demo", "tock", 901, [["int n", 4, 1]]);

function frameBytes(frames: readonly bigint[], atLeast: number): Uint8Array {
  const bytes = new Uint8Array(8 * Math.max(atLeast, frames.length));
  const view = new DataView(bytes.buffer);
  frames.forEach((frame, i) => view.setBigUint64(8 * i, frame, true));
  return bytes;
}

/** As the kernel writes it: as many frames as there are, whatever the format says. */
const stack = (frames: readonly bigint[], flags = 0): MadeRecord => ({
  event: kernelStack,
  flags,
  values: { size: frames.length, caller: frameBytes(frames, 0) },
});
const user = (frames: readonly bigint[]): MadeRecord => ({ event: userStack, values: { tgid: 100, caller: frameBytes(frames, 8) } });
const at = (n: number, flags = 0): MadeRecord => ({ event: tick, flags, values: { n } });

const record = (records: readonly MadeRecord[]): Promise<Recording> => madeRecording(records, { kallsyms: KALLSYMS });

async function run(script: string, recording: Recording, options: Omit<RunOptions, "recording"> = {}): Promise<string> {
  const { stdout, stderr, exitCode } = await runScript(script, { ...options, recording });
  expect(exitCode, stderr).toBe(0);
  // What separates output from maps.
  return stdout.replace(/\n\n$/, "");
}

const INDENT = " ".repeat(8);

test("row 4.17: kstack; row 6.28: a stack as a key; row 6.61: frames as func+off", async () => {
  const recording = await record([at(1), stack([TRACER, READ, SYSCALL]), at(2), stack([READ, SYSCALL])]);
  expect(await run("tracepoint:demo:tick { @[kstack] = count(); }", recording)).toContain(
    `@[\n${INDENT}do_read+35\n${INDENT}do_syscall_64+86\n]: 2\n`,
  );
});

test.each([
  ["by a call", 5n, 1],
  ["by a trap that leaves the place behind it", 1n, 1],
  ["by a trap that leaves the place itself", 0n, 0],
])("row 4.17: of a function that is probed %s, without the probe's handler", async (_how, left, shown) => {
  const probed = madeEvent("kprobes", "p_do_read_0", 902, [entryIp]);
  const start = 0xffffffff81000100n;
  const recording = await record([
    { event: probed, values: { __probe_ip: start } },
    stack([UNKNOWN, IRQ, start + left, SYSCALL, start + left]),
  ]);
  expect(await run("kprobe:do_read { print(kstack); print(kstack(1)); }", recording)).toBe(
    `\n${INDENT}do_read+${shown}\n${INDENT}do_syscall_64+86\n${INDENT}do_read+${left}\n\n\n${INDENT}do_read+${shown}\n\n`,
  );
});

test("row 4.17: none where a program's own code is probed: that of the probe's handler is not its own", async () => {
  const probed = madeEvent("uprobes", "serve", 904, [entryIp]);
  const [code, frames] = [0x55d0_1000_2000n, stack([TRACER, READ, SYSCALL])];
  const recording = await record([{ event: probed, values: { __probe_ip: code } }, frames, user([code])]);
  const { stdout, missing } = await runScript("uprobe:/srv/bin:0x2000 { print((len(kstack), len(ustack))); @[kstack] = count(); }", {
    recording,
    side: { definitions: ["p:uprobes/serve /srv/bin:0x2000"], kallsyms: null, user: userCode([], () => null) },
  });
  expect(stdout.trim().split(/\n+/)).toEqual(["(0, 1)", "@[]: 1"]);
  expect(missing["kernelStack"]).toBe(0);
});

test("row 4.17: where a function returns, the place behind its call, without what leads there", async () => {
  const returned = madeEvent("kprobes", "r_do_read_0", 903, returnIps);
  const values = { __probe_func: 0xffffffff81000100n, __probe_ret_ip: SYSCALL };
  const recording = await record([{ event: returned, values }, stack([UNKNOWN, IRQ, SYSCALL, READ])]);
  expect(await run("kretprobe:do_read { print(kstack); }", recording)).toBe(`\n${INDENT}do_syscall_64+86\n${INDENT}do_read+35\n\n`);
});

test("row 4.17: at most N frames; row 10.21: 127 unless said otherwise", async () => {
  const recording = await record([at(1), stack([READ, SYSCALL])]);
  expect(await run("tracepoint:demo:tick { print(kstack(1)); }", recording)).toBe(`\n${INDENT}do_read+35\n\n`);
  const format = formatText("kernel_stack", 4, [
    ["int size", 8, 4, 1],
    ["unsigned long caller[200]", 16, 1600, 0],
  ]);
  const long: MadeRecord = {
    event: { ...kernelStack, format },
    values: { size: 200, caller: frameBytes(Array<bigint>(200).fill(READ), 0) },
  };
  const deep = await record([at(1), long]);
  expect(await run("tracepoint:demo:tick { print(len(kstack)); print(len(kstack(5))); }", deep)).toBe("127\n5\n");
});

test("row 6.62: mode perf; row 6.63: mode raw; row 6.65: frames without a symbol", async () => {
  const recording = await record([at(1), stack([READ, UNKNOWN])]);
  const script = "tracepoint:demo:tick { print(kstack(perf)); print(kstack(raw, 1)); print(kstack); }";
  expect(await run(script, recording)).toBe(
    `\n\tffffffff81000123 do_read+35\n\tffff000000001000 0xffff000000001000\n\n` +
      `\nffffffff81000123\n\n` +
      `\n${INDENT}do_read+35\n${INDENT}0xffff000000001000\n\n`,
  );
});

test("row 7.24: the mode of config", async () => {
  const recording = await record([at(1), stack([READ])]);
  expect(await run("config = { stack_mode = raw } tracepoint:demo:tick { print(kstack); }", recording)).toBe("\nffffffff81000123\n\n");
});

test("row 6.66: a stack in printf and in a tuple; row 9.30: a string in JSON", async () => {
  const recording = await record([at(1), stack([READ])]);
  expect(await run('tracepoint:demo:tick { printf("<%s>", kstack); print((kstack, 1)); }', recording)).toBe(
    `<\n${INDENT}do_read+35\n>(\n${INDENT}do_read+35\n, 1)\n`,
  );
  const again = await record([at(1), stack([READ])]);
  const json = await run("tracepoint:demo:tick { print(kstack); }", again, { format: "json" });
  expect(json).toContain(`{"type": "value", "data": "\\n${INDENT}do_read+35\\n"}`);
});

test("row 5.19: len of the event's stack, of one that was kept, and of none", async () => {
  const recording = await record([at(1), stack([READ, SYSCALL]), at(2)]);
  const script =
    "tracepoint:demo:tick { $s = kstack; @[args.n] = kstack; print((len(kstack), len($s), len(@[args.n]))); } END { clear(@); }";
  expect(await run(script, recording)).toBe("(2, 2, 2)\n(0, 0, 0)\n");
});

test("the stack of an interrupt in between is its own event's", async () => {
  const records = [at(1), at(9, HARDIRQ), stack([IRQ], HARDIRQ), stack([READ]), at(2), { event: tock }, stack([SYSCALL])];
  const script = 'tracepoint:demo:tick { printf("%d %d %s|", args.n, len(kstack), kstack); }';
  expect(await run(script, await record(records))).toBe(`1 1 \n${INDENT}do_read+35\n|9 1 \n${INDENT}irq_work+8\n|2 0 |`);
});

test("stacks of other tasks and of other CPUs do not count", async () => {
  const records = [at(1), { ...stack([IRQ]), pid: 7 }, { ...stack([IRQ]), cpu: 1 }, stack([READ])];
  expect(await run("tracepoint:demo:tick { print(kstack); }", await record(records))).toBe(`\n${INDENT}do_read+35\n\n`);
});

test("a stack is found across pages and refilled windows", async () => {
  const count = 30_000;
  const records = Array.from({ length: count }, (_, i) => [at(i), stack([READ, SYSCALL, BigInt(0xffff_8000 + (i % 7))])]).flat();
  const script = "tracepoint:demo:tick { @n = sum(len(kstack)); @s[kstack(raw)] = count(); } END { @kinds = len(@s); clear(@s); }";
  expect((await run(script, await record(records))).trim()).toBe(`@kinds: 7\n@n: ${3 * count}`);
});

test("without stacks the answer is empty, and said", async () => {
  const { stdout, compilation } = await runScript("tracepoint:demo:tick { @[kstack, ustack] = count(); }", {
    recording: await record([at(1)]),
  });
  expect(compilation.script).not.toBeNull();
  expect(stdout.trim()).toBe("@[, ]: 1");
});

const MAPS = `558310ba5000-558310ba6000 r-xp 00001000 fe:00 338                        /opt/hs/hsdemo
7fcb0aaf2000-7fcb0ac48000 r-xp 00026000 fe:00 7776                       /usr/lib/x86_64-linux-gnu/libc.so.6
`;
const COMPUTE = 0x558310ba5256n;
const MAIN = 0x558310ba54adn;
const LIBC = 0x7fcb0aaf324an;

const side: SideData = {
  definitions: [],
  kallsyms: null,
  user: userCode(parseMaps(MAPS), (path) => (path.endsWith("/hsdemo") ? fixtureBytes("traces/bin/hsdemo") : null)),
};

test("row 4.18: ustack by the mappings and files of the process; row 6.62: with the module", async () => {
  const records = [at(1), stack([READ]), user([COMPUTE, MAIN, LIBC, 0x10n])];
  const script = "tracepoint:demo:tick { print(ustack); print(ustack(perf, 3)); print(ustack(raw, 1)); }";
  const named = await run(script, await record(records), { side });
  expect(named).toMatch(/^\n {8}compute\+0\n {8}main\+\d+\n {8}0x7fcb0aaf324a\n {8}0x10\n\n/);
  expect(named).toContain("\t558310ba5256 compute+0 (/opt/hs/hsdemo)\n");
  expect(named).toContain("\t7fcb0aaf324a 0x7fcb0aaf324a (/usr/lib/x86_64-linux-gnu/libc.so.6)\n");
  expect(named.endsWith("\n558310ba5256\n\n")).toBe(true);
  const bare = await run("tracepoint:demo:tick { print(ustack(perf, 1)); }", await record(records));
  expect(bare).toBe("\n\t558310ba5256 0x558310ba5256 ([unknown])\n\n");
});

test("row 6.64: mode build_id", async () => {
  const records = [at(1), user([COMPUTE, LIBC])];
  expect(await run("tracepoint:demo:tick { print(ustack(build_id)); }", await record(records), { side })).toBe(
    "\nc19e8775c3683c4bb70be968ccd2018f00cb0e60 0x1256\n0x7fcb0aaf324a\n\n",
  );
});

test("row 6.65: function records know the function and its caller", async () => {
  const traced = madeEvent("ftrace", "function", 1, [
    ["unsigned long ip", 8, 0],
    ["unsigned long parent_ip", 8, 0],
  ]);
  const recording = await record([{ event: traced, values: { ip: 0xffffffff81000104n, parent_ip: SYSCALL } }]);
  expect(await run("kprobe:do_read { print(kstack); }", recording)).toBe(`\n${INDENT}do_read+4\n${INDENT}do_syscall_64+86\n\n`);
});
