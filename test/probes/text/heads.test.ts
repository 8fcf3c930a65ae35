/** What stands in front of an event: every set of columns that the kernel can be told to print. */
import { expect, test } from "vitest";
import { readTraceHead } from "../../../probes/formats/ftrace-text/head.ts";
import { newHead } from "../../../probes/formats/text/head.ts";
import { latin1, ofTrace, openText, printed } from "./support.ts";

const HEADER = "# tracer: nop\n#\n# entries-in-buffer/entries-written: 2/2   #P:4\n#\n";
const BODY = "sched_wakeup: comm=ksoftirqd/1 pid=22 prio=120 target_cpu=001";
const SCRIPT = 't:sched:sched_wakeup { printf("%s %d %d %d %llu c%d\\n", comm, pid, tid, cpu, nsecs, args.target_cpu) }';

test.each([
  ["five letters", `            bash-1360    [001] d..2.  1214.942565: ${BODY}`, "bash 1360 1360 1 1214942565000 c1", [1, 2]],
  [
    "four letters, as before 5.13",
    `            bash-1360    [001] dNh2  1214.942565: ${BODY}`,
    "bash 1360 1360 1 1214942565000 c1",
    [45, 2],
  ],
  ["migration disabled", `            bash-1360    [001] b...1  1214.942565: ${BODY}`, "bash 1360 1360 1 1214942565000 c1", [128, 16]],
  ["record-tgid", `            bash-1361    (   1360) [001] .....  1214.942565: ${BODY}`, "bash 1360 1361 1 1214942565000 c1", [0, 0]],
  [
    "record-tgid, unknown",
    `            bash-1361    (-------) [001] .....  1214.942565: ${BODY}`,
    "bash 1361 1361 1 1214942565000 c1",
    [0, 0],
  ],
  ["noirq-info", `            bash-1360    [001]  1214.942565: ${BODY}`, "bash 1360 1360 1 1214942565000 c1", [0, 0]],
  ["many CPUs", `            bash-1360    [1023] .....  1214.942565: ${BODY}`, "bash 1360 1360 1023 1214942565000 c1", [0, 0]],
  [
    "blanks, dashes, brackets in the name",
    `    Web-1 [2] -x-1360    [001] .....  1.000001: ${BODY}`,
    "Web-1 [2] -x 1360 1360 1 1000001000 c1",
    [0, 0],
  ],
  ["blanks in front cut off", `bash-1360 [001] ..... 1214.942565: ${BODY}`, "bash 1360 1360 1 1214942565000 c1", [0, 0]],
  ["nanoseconds", `            bash-1360    [001] .....  1214.942565123: ${BODY}`, "bash 1360 1360 1 1214942565123 c1", [0, 0]],
  [
    "trace-cmd report --ts-diff",
    `            bash-1360  [001]  1214.942565: (+4550)  ${BODY}`,
    "bash 1360 1360 1 1214942565000 c1",
    [0, 0],
  ],
  ["no name", `           <...>-1360    [001] .....  1214.942565: ${BODY}`, "<...> 1360 1360 1 1214942565000 c1", [0, 0]],
  ["idle", `          <idle>-0       [001] d.h1.  1214.942565: ${BODY}`, "swapper/1 0 0 1 1214942565000 c1", [9, 1]],
  ["flags of a uprobe", `            bash-1360    [001] DNZff  1214.942565: ${BODY}`, "bash 1360 1360 1 1214942565000 c1", [255, 255]],
])("%s", async (_name, line, expected, flags) => {
  expect(await ofTrace(`${HEADER}${line}\n`, SCRIPT)).toEqual([expected]);
  const head = newHead();
  const bytes = latin1(`${line}\n`);
  expect(readTraceHead(bytes, 0, bytes.length - 1, head)).toBe(true);
  expect([head.flags, head.preempt]).toEqual(flags);
});

test("trace_pipe has no header", async () => {
  const line = `            bash-1360    [003] d..2.  1214.942565: ${BODY}\n`;
  const recording = await openText(`CPU:1 [LOST 2244 EVENTS]\n${line}${line}`, "ftrace text");
  expect(recording.catalogue.ncpus).toBe(4);
  expect(await printed("t:sched:sched_wakeup { @ = count() }", recording)).toEqual(["@: 2"]);
});

test("a clock that counts is no time", async () => {
  const text = `${HEADER}            bash-1360    [001] d..2.  68: ${BODY}\n            bash-1360    [001] d..2.  12345678901: ${BODY}\n`;
  const recording = await openText(text, "ftrace text");
  expect(recording.info.clockIsNs).toBe(false);
  expect(await printed('t:sched:sched_wakeup { printf("%llu\\n", nsecs) }', recording)).toEqual(["68", "12345678901"]);
});

test("latency format has relative times", async () => {
  const text = `# tracer: nop\n#\n# nop latency trace v1.1.5 on 6.1.0\n# latency: 0 us, #2/2, CPU#0 | (M:server VP:0, KP:0, SP:0 HP:0 #P:2)\n${[
    `   probe-24030     1d..2.    0us#: ${BODY}`,
    `   probe-24030     1d..2. 262754us : ${BODY}`,
  ].join("\n")}\n`;
  const recording = await openText(text, "ftrace text");
  expect(recording.info.warnings.join()).toContain("relative");
  expect(await printed(SCRIPT, recording)).toEqual(["probe 24030 24030 1 0 c1", "probe 24030 24030 1 262754000 c1"]);
});

test("latency format with verbose has times in microseconds, flags and CPUs in columns", async () => {
  const text = `# tracer: nop\n#\n# nop latency trace v1.1.5 on 6.18.44\n# latency: 0 us, #2/2, CPU#0 | (M:server VP:0, KP:0, SP:0 HP:0 #P:2)\n${[
    `        my probe   21722   1 193 00000002 00000001 [1843c146f] 22.448ms (+0.221ms): ${BODY}`,
    `       ksoft-1 2   21723   0 0 00000000 00000002 [1843c154c] 22.668ms (+0.000ms): ${BODY}`,
  ].join("\n")}\n`;
  const recording = await openText(text, "ftrace text");
  expect(recording.info.warnings).toEqual([]);
  expect(await printed(SCRIPT, recording)).toEqual(["my probe 21722 21722 1 6513497199000 c1", "ksoft-1 2 21723 21723 0 6513497420000 c1"]);
  const head = newHead();
  const first = latin1(text.split("\n")[4]!);
  expect(readTraceHead(first, 0, first.length, head)).toBe(true);
  expect([head.flags, head.preempt]).toEqual([193, 2]);
});

test.each([
  ["raw", "21728 1 6513581378661 type: 782\n21728 1 6513581642431 type: 365\n"],
  ["hex", "000054e6 00000001 000005ec93be9a25 type: 782\n\n000054e6 00000001 000005ec93c17a3d type: 365\n"],
  ["bin", "\u00d4T\0\0\0\0\0\0A type: 782\n"],
])("numbers in place of fields are told with their option: %s", async (option, lines) => {
  const recording = await openText(`${HEADER}${lines}`, "ftrace text");
  const told = recording.info.warnings.join("; ");
  expect(told).toContain(`the text holds numbers in place of the events' fields (option ${option}): nothing of it can be read`);
  expect(told).not.toContain("nocontext-info");
});

test("a CPU that no machine has is damage, not a map of as many CPUs", async () => {
  const line = (cpu: number): string => `            bash-1360    [${cpu}] d..2.  1214.942565: ${BODY}\n`;
  const recording = await openText(`${HEADER}${line(60_000)}${line(4095)}${line(3)}`, "ftrace text");
  expect(recording.catalogue.ncpus).toBe(4096);
  expect(recording.info.warnings.join()).toContain("1 of ");
  expect(await printed("t:sched:sched_wakeup { @[cpu] = count() }", recording)).toEqual(["@[3]: 1", "@[4095]: 1"]);
  const verbose = `            true   21722   60000 0 00000000 00000001 [1843c146f] 22.448ms (+0.221ms): ${BODY}\n`;
  const header = "# tracer: nop\n#\n# entries-in-buffer/entries-written: 2/2   #P:60000\n#\n";
  expect((await openText(`${header}${verbose}${line(1)}`, "ftrace text")).catalogue.ncpus).toBe(2);
  const script = (cpu: number): string => `bash 1360 [${cpu}] 1214.942565: sched:sched_wakeup: comm=a pid=1 prio=1 target_cpu=000\n`;
  expect((await openText(`${script(60_000)}${script(1)}`, "perf script text")).catalogue.ncpus).toBe(2);
});

test("without context there are bodies alone", async () => {
  const recording = await openText(`# tracer: nop\n#\n${BODY}\n${BODY}\n`, "ftrace text");
  expect(recording.info.warnings.join()).toContain("nocontext-info");
  expect(await printed('t:sched:sched_wakeup { printf("%s %d %llu\\n", args.comm, args.pid, nsecs) }', recording)).toEqual([
    "ksoftirqd/1 22 0",
    "ksoftirqd/1 22 0",
  ]);
});

test("lost events are counted, other lines between are passed over", async () => {
  const line = `            bash-1360    [001] d..2.  1214.942565: ${BODY}\n`;
  const { runScript } = await import("../../support/run-script.ts");
  const text = `${HEADER}##### CPU 1 buffer started ####\n${line}CPU:1 [LOST 2244 EVENTS]\n${line}CPU:0 [LOST EVENTS]\n${line}`;
  const recording = await openText(text, "ftrace text");
  expect(recording.info.warnings).toEqual([]);
  const { stdout } = await runScript("t:sched:sched_wakeup { @ = count() }", { recording });
  expect(stdout).toContain("@: 3");
  const { survey } = await import("../../../src/session/survey.ts");
  for (const stream of recording.streams) stream.rewind();
  const { stats } = survey(recording);
  expect([stats.lost, stats.lostUnknown]).toEqual([2244n, 1]);
});

test("lines that end like on Windows", async () => {
  const line = `            bash-1360    [001] d..2.  1214.942565: ${BODY}\r\n`;
  expect(await ofTrace(HEADER.replaceAll("\n", "\r\n") + line, "t:sched:sched_wakeup { @[args.target_cpu] = count() }")).toEqual([
    "@[1]: 1",
  ]);
});

test("names that change from line to line are those of the moment, unless events tell better", async () => {
  const line = (comm: string, s: number): string => `${comm.padStart(16)}-1360    [001] .....  ${s}.000000: ${BODY}\n`;
  // sched_wakeup tells the name of the task that is woken: nobody else's.
  const exit = (comm: string, s: number): string => `${comm.padStart(16)}-1360    [001] .....  ${s}.000000: sys_close(fd: 3)\n`;
  const script = 't:syscalls:sys_enter_close { printf("%s\\n", comm) }';
  expect(await ofTrace(exit("sh", 1) + exit("ls", 2), script)).toEqual(["sh", "ls"]);
  const rename = "              ls-1360    [001] .....  2.000000: task_rename: pid=1360 oldcomm=sh newcomm=ls oom_score_adj=0\n";
  expect(await ofTrace(exit("ls", 1) + rename + exit("ls", 3), script)).toEqual(["sh", "ls"]);
  expect(await ofTrace(line("a", 1), SCRIPT)).toHaveLength(1);
});
