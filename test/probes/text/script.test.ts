/** perf script: its layouts, samples, stacks and side-band events. */
import { expect, test } from "vitest";
import { sampledNames } from "../../../lang/check/attach/sampled.ts";
import { runScript } from "../../support/run-script.ts";
import { ofScript, openText, printed } from "./support.ts";

const BODY = "sched:sched_wakeup: comm=a pid=22 prio=120 target_cpu=001";
const SCRIPT = 't:sched:sched_wakeup { printf("%s %d %d %d %llu %d\\n", comm, pid, tid, cpu, nsecs, args.pid) }';

test.each([
  ["as it is", `            bash  1360 [001]  1214.942565:      ${BODY}`, "bash 1360 1360 1 1214942565000 22"],
  ["with callchains names are not padded", `bash  1360 [001]  1214.942565:      ${BODY}`, "bash 1360 1360 1 1214942565000 22"],
  ["process and thread", `            bash  1360/1361  [001]  1214.942565:      ${BODY}`, "bash 1360 1361 1 1214942565000 22"],
  ["no CPU", `            bash  1360  1214.942565:      ${BODY}`, "bash 1360 1360 0 1214942565000 22"],
  ["--ns", `            bash  1360 [001]  1214.942565123:      ${BODY}`, "bash 1360 1360 1 1214942565123 22"],
  ["with the period", `            bash  1360 [001]  1214.942565:          1 ${BODY}`, "bash 1360 1360 1 1214942565000 22"],
  ["-F +misc", `            bash  1360 [001] K       1214.942565:      ${BODY}`, "bash 1360 1360 1 1214942565000 22"],
  ["-F +misc without CPU", `            bash  1360 Up      1214.942565:      ${BODY}`, "bash 1360 1360 0 1214942565000 22"],
  [
    "-F +misc,+tod",
    `            bash  1360 [001] K     2026-11-20 11:26:55.963349  1214.942565:      ${BODY}`,
    "bash 1360 1360 1 1214942565000 22",
  ],
  [
    "-F +iregs,+uregs",
    `  bash  1360 [001]  1214.942565: ${BODY} ABI:2    AX:0x16  ABI:2    SP:0x7ff `,
    "bash 1360 1360 1 1214942565000 22",
  ],
  ["names with blanks and numbers", `   Web Content 2  1360 [001]  1214.942565:  ${BODY}`, "Web Content 2 1360 1360 1 1214942565000 22"],
  ["the idle task", `         swapper     0 [003]  1214.942565:  ${BODY}`, "swapper/3 0 0 3 1214942565000 22"],
])("%s", async (_name, line, expected) => {
  expect(await ofScript(`${line}\n`, SCRIPT)).toEqual([expected]);
});

test("registers behind the text are no part of its last field", async () => {
  const text = `bash  1360 [001]  1.000001: ${BODY} ABI:2    AX:0x16    BX:0x7 \nbash  1360 [001]  1.000001: syscalls:sys_exit_read: 0x340 ABI:2    AX:0x16 \n`;
  const script = "t:sched:sched_wakeup { @cpu = args.target_cpu } t:syscalls:sys_exit_read { @ret = args.ret }";
  expect(await ofScript(text, script)).toEqual(["@cpu: 1", "@ret: 832"]);
});

test("without tasks: -F time,event,trace", async () => {
  const text = ` 1214.942565: ${BODY}\n 1214.942566: ${BODY}\n`;
  const recording = await openText(text, "perf script text");
  expect(recording.info.warnings).toEqual(["the text has no tasks (perf script -F +comm,+tid prints them): all events are of task 0"]);
  expect(await printed("t:sched:sched_wakeup { @[tid, args.pid] = count() }", recording)).toEqual(["@[0, 22]: 2"]);
});

test("names are those of the moment", async () => {
  const text = [`sh  7 [000]  1.000001: ${BODY}`, `ls  7 [000]  1.000002: ${BODY}`, `:8  8 [000]  1.000003: ${BODY}`, ""].join("\n");
  expect(await ofScript(text, "t:sched:sched_wakeup { @[comm] = count() }")).toEqual(["@[<...>]: 1", "@[ls]: 1", "@[sh]: 1"]);
});

test("tracepoints with stacks of the kernel and of programs", async () => {
  const text = [
    `probe  8744 [000]  1286.666702: ${BODY}`,
    "\tffffffff8158c3f5 try_to_wake_up+0xd5 ([kernel.kallsyms])",
    "\tffffffffc0123456 ext4_thing+0x6 ([ext4])",
    "\t           20b1d __GI___open64_nocancel+0x2d (/usr/lib/ld-linux-x86-64.so.2)",
    "\t           20b00 inner (inlined)",
    "\t    7fdb649bf8a8 [unknown] ([unknown])",
    "",
    `probe  8744 [000]  1286.666703: ${BODY}`,
    "",
  ].join("\n");
  const recording = await openText(text, "perf script text");
  expect(await printed('t:sched:sched_wakeup { printf("%s%s", kstack, ustack) }', recording)).toEqual([
    "        try_to_wake_up+213",
    "        ext4_thing+6",
    "        __GI___open64_nocancel+45",
    "        0x7fdb649bf8a8",
  ]);
});

const SAMPLES = [
  "bash 27754 [000]  1112.927826:    1001001 cpu-clock: ",
  "\tffffffff8158c3f5 next_uptodate_folio+0xd5 ([kernel.kallsyms])",
  "",
  "bash 27754 [000]  1112.928826:    1001001 cpu-clock: ",
  "\t            1195 warm+0xc (/opt/hs/hsburn)",
  "",
  "bash 27754 [000]  1112.929826:     250000 cycles:u: ",
  "\t            1195 warm+0xc (/opt/hs/hsburn)",
  "",
].join("\n");

test("samples are what profile, software and hardware probes fire on", async () => {
  const script = `profile:us:1001 { printf("k%s u%s\\n", kstack, ustack) }
    hardware:cpu-cycles:250000 { @h = count() }`;
  expect(await ofScript(SAMPLES, script)).toEqual(["k", "        next_uptodate_folio+213", " u", "k u", "        warm+12", "@h: 1"]);
});

test("samples without callchains have one frame", async () => {
  const text =
    "            bash 27754  1112.927826:    1001001 cpu-clock:  ffffffff8158c3f5 next_uptodate_folio+0xd5 ([kernel.kallsyms])\n";
  const recording = await openText(text, "perf script text");
  expect(recording.catalogue.sampled?.map(({ label, rate }) => [label, rate.count])).toEqual([["cpu-clock", 1001001n]]);
  expect(await printed("profile:hz:999 { @[kstack] = count() }", recording)).toEqual(["@[", "        next_uptodate_folio+213", "]: 1"]);
});

test("what --show-task-events tells", async () => {
  const text = [
    "           probe  8744 [000]  1.000001: PERF_RECORD_COMM exec: probe:8744/8744",
    "           probe  8744 [000]  1.000002: PERF_RECORD_FORK(8744:8745):(8744:8744)",
    `           probe  8745 [001]  1.000003: ${BODY}`,
    "           probe  8744 [000]  1.000004: PERF_RECORD_FORK(8750:8750):(8744:8744)",
    `           probe  8750 [001]  1.000005: ${BODY}`,
    "           probe  8745 [000]  1.000006: PERF_RECORD_EXIT(8744:8745):(8744:8744)",
    "           probe  8744 [000]  1.000007: PERF_RECORD_LOST lost 12",
    "           probe  8744 [000]  1.000008: PERF_RECORD_MMAP2 8744/8744: [0x400000(0x1000) @ 0 08:01 12 0]: r-xp /bin/probe",
    "",
  ].join("\n");
  expect(await ofScript(text, 't:sched:sched_wakeup { printf("%d %d\\n", pid, tid) }')).toEqual(["8744 8745", "8750 8750"]);
});

test("probes have their group in front, addresses without 0x", async () => {
  const text = [
    'hssh   249 [000]    27.630398:  probe:open_it: (ffffffff81360d50) dfd=-100 filename="/var/hs" how=0xffa0',
    "hssh   249 [000]    27.630399:  probe:opened: (ffffffff81360d50 <- ffffffff81076840) ret=3",
    "",
  ].join("\n");
  const definitions = [
    "p:probe/open_it do_open dfd=$arg1:s32 filename=+0($arg2):ustring how=$arg3:x64\nr:probe/opened do_open ret=$retval:s64\n",
  ];
  const script = 'kprobe:do_open { printf("%d %s\\n", (int32)arg0, str(arg1)) } kretprobe:do_open { printf("%d\\n", retval) }';
  expect(await ofScript(text, script, { definitions })).toEqual(["-100 /var/hs", "3"]);
});

test("frames without files: -F ip,sym,symoff", async () => {
  const text = [
    `probe  8744  1286.666702: ${BODY}`,
    "\tffffffff8158c3f5 try_to_wake_up+0xd5",
    "\t           20b1d __GI___open64_nocancel+0x2d",
    "\t    7fdb649bf8a8 [unknown]",
    "",
  ].join("\n");
  expect(await ofScript(text, 't:sched:sched_wakeup { printf("%s%s", kstack, ustack) }')).toEqual([
    "        try_to_wake_up+213",
    "        __GI___open64_nocancel+45",
    "        0x7fdb649bf8a8",
  ]);
});

test("what a stack without frame pointers leads to is no kernel code", async () => {
  const text = [
    `probe  8744  1286.666702: ${BODY}`,
    "\t          16790f strcpy+0x28f (/usr/lib/libc.so.6)",
    "\tdfdfdfdf00000000 [unknown] ([unknown])",
    "",
  ].join("\n");
  expect(await ofScript(text, 't:sched:sched_wakeup { printf("k%s u%s\\n", kstack, ustack) }')).toEqual([
    "k u",
    "        strcpy+655",
    "        0xdfdfdfdf00000000",
  ]);
});

test("lines of the source behind frames: -F +srcline", async () => {
  const frames = ["\tffffffff8158c3f5 try_to_wake_up+0xd5", "  core.c:4012", "\t  1d open+0x2d (/usr/lib/ld.so)", "  abc def.c:7", ""];
  const recording = await openText([`probe  8744  1.000002: ${BODY}`, ...frames, ""].join("\n"), "perf script text");
  expect(recording.info.warnings).toEqual([]);
  expect(await printed('t:sched:sched_wakeup { printf("%s%s", kstack, ustack) }', recording)).toEqual([
    "        try_to_wake_up+213",
    "        open+45",
  ]);
});

test("events without their text, -F comm,tid,time,event,ip, have stacks and no fields", async () => {
  const text = [
    "sh  7  1.000001:  250000 cpu-clock: ",
    "\tffffffff8158c3f5 one+0x1 ([kernel.kallsyms])",
    "",
    "sh  8  1.000002: syscalls:sys_enter_openat: ",
    "\tffffffff8158d3f6 two+0x2 ([kernel.kallsyms])",
    "",
  ].join("\n");
  const recording = await openText(text, "perf script text");
  const script = 't:syscalls:sys_enter_openat { printf("%d%s", tid, kstack) } software:cpu-clock:250000 { printf("%d%s", tid, kstack) }';
  expect(await printed(script, recording)).toEqual(["7", "        one+1", "8", "        two+2"]);
  const { stderr, exitCode } = await runScript("t:syscalls:sys_enter_openat { @ = args.flags }", { recording });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("flags");
});

test("stacks of lines that cannot be read are of no other event", async () => {
  const text = [
    `sh  7  1.000001: ${BODY}`,
    "",
    "sh  8  1.000002: sched:sched_wakeup: what is this",
    "\tffffffff8158c3f6 two+0x2 ([kernel.kallsyms])",
    "",
  ].join("\n");
  expect(await ofScript(text, 't:sched:sched_wakeup { printf("%d%s.\\n", tid, kstack) }')).toEqual(["7."]);
});

test("--deltatime", async () => {
  const line = (time: string): string => `sh  7 [000]  ${time}: ${BODY}\n`;
  const script = 't:sched:sched_wakeup { printf("%llu\\n", nsecs) }';
  const deltas = await openText(["0.000000000", "1.600000000", "0.000000007", "0.500000000"].map(line).join(""), "perf script text");
  expect(deltas.info.warnings).toEqual([
    "the text has the times since the line before (perf script --deltatime): they are added up, and count from the first line",
  ]);
  expect(await printed(script, deltas)).toEqual(["0", "1600000000", "1600000007", "2100000007"]);
  // As --reltime and the clock have them.
  expect(await ofScript(["0.000000", "0.000007", "0.500000"].map(line).join(""), script)).toEqual(["0", "7000", "500000000"]);
  expect(await ofScript(["0.000001", "1.000000", "0.500000"].map(line).join(""), script)).toEqual(["1000", "1000000000", "500000000"]);
});

test("names without places in functions, -F ip,sym, stand as they are for each address", async () => {
  const text = [
    `probe  8744  1.000001: ${BODY}`,
    "\tffffffff8158c3f5 try_to_wake_up",
    "\t           20b1d _dl_map_object",
    "",
    `probe  8744  1.000002: ${BODY}`,
    "\tffffffff8158c4a0 try_to_wake_up ([kernel.kallsyms])",
    "\t           20b2d _dl_map_object (/usr/lib/ld.so)",
    "",
  ].join("\n");
  const script = `t:sched:sched_wakeup { printf("%s%s%s", kstack, kstack(raw), ustack) } end { printf("%d\\n", kaddr("try_to_wake_up")) }`;
  const names = ["        try_to_wake_up", "ffffffff8158c3f5", "        _dl_map_object", "        try_to_wake_up", "ffffffff8158c4a0"];
  const recording = await openText(text, "perf script text");
  expect(await printed(script.replace(/ end.*/, ""), recording)).toEqual([...names, "        _dl_map_object"]);
  // It is none of the addresses.
  expect((await runScript(script, { recording })).stderr).toContain("try_to_wake_up");
  // A table of symbols tells where in the function they are.
  const kallsyms = "ffffffff8158c3f0 T try_to_wake_up\n";
  const stack = "t:sched:sched_wakeup { print(kstack) }";
  const withTable = await openText(text, "perf script text", { kallsyms });
  expect(await printed(stack, withTable, { kallsyms })).toEqual(["        try_to_wake_up+5", "        try_to_wake_up+176"]);
});

test("watchpoints are those of their address: perf prints neither length nor mode", async () => {
  const text = [
    "wp 30332 12982.972726:          1 mem:0x0000000000404028: ",
    "\tffffffff81752b6a elf_load+0x28a ([kernel.kallsyms])",
    "",
    "wp 30332 12982.972842:          1 mem:0x0000000000404028: ",
    "",
  ].join("\n");
  const recording = await openText(text, "perf script text");
  expect(sampledNames(recording.catalogue)).toEqual(["watchpoint:0x404028:LENGTH:MODE"]);
  const { stdout, stderr } = await runScript("watchpoint:0x404028:4:w { @ = count() }", { recording });
  expect(stdout).toContain("@: 2");
  expect(stderr).toContain("the recording does not tell length and mode of its watchpoints");
  expect((await runScript("watchpoint:0x404030:4:w { @ = count() }", { recording })).exitCode).toBe(1);
});

test("watchpoints by the name that they were asked for with", async () => {
  const text = "wp 30332 12982.972726:          1 mem:0x404028/4:w:u: \n";
  const recording = await openText(text, "perf script text");
  expect(sampledNames(recording.catalogue)).toEqual(["watchpoint:0x404028:4:w"]);
  expect(await printed("watchpoint:0x404028:4:w { @ = count() }", recording)).toEqual(["@: 1"]);
  expect((await runScript("watchpoint:0x404028:8:w { @ = count() }", { recording })).exitCode).toBe(1);
});
