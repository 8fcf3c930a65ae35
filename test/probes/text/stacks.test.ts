/** Stacks, functions and calls. */
import { expect, test } from "vitest";
import { ofReport, ofTrace, openText, printed } from "./support.ts";

const head = (time: string): string => `            bash-1360    [001] .....  ${time}: `;
const WAKEUP = "sched_wakeup: comm=a pid=22 prio=120 target_cpu=001";

test("stacks belong to the event before", async () => {
  const text = [
    "# tracer: nop\n#",
    head("1.000001") + WAKEUP,
    `${head("1.000002")}<stack trace>`,
    " => trace_event_raw_event_sched_wakeup",
    " => try_to_wake_up",
    " => ext4_thing [ext4]",
    `${head("1.000003")}<user stack trace>`,
    " =>  <00007fe71828eb70>",
    " =>  <0000558310ba5256>",
    head("1.000004") + WAKEUP,
    "",
  ].join("\n");
  const script = 't:sched:sched_wakeup { printf("%s%s", kstack, ustack(raw)) }';
  expect(await ofTrace(text, script)).toEqual(["        try_to_wake_up", "        ext4_thing", "7fe71828eb70", "558310ba5256"]);
});

test("offsets that the text has are printed; addresses of given symbols are theirs", async () => {
  const text = [
    `# tracer: nop\n#`,
    head("1.000001") + WAKEUP,
    `${head("1.000002")}<stack trace>`,
    " => try_to_wake_up+0x39/0x60",
    " => schedule",
    "",
  ].join("\n");
  const script = "t:sched:sched_wakeup { @[kstack] = count(); @r[kstack(raw)] = count() }";
  expect((await ofTrace(text, script)).slice(0, 4)).toEqual(["@[", "        try_to_wake_up+57", "        schedule", "]: 1"]);
  const kallsyms = "ffffffff81000100 T try_to_wake_up\nffffffff81000200 T schedule\nffffffff81000300 T other\n";
  expect(await ofTrace(text, script, { kallsyms })).toEqual([
    "@[",
    "        try_to_wake_up+57",
    "        schedule+0",
    "]: 1",
    "@r[",
    "ffffffff81000139",
    "ffffffff81000200",
    "]: 1",
  ]);
});

test("stacks of trace-cmd report", async () => {
  const text = [
    "cpus=2",
    "            bash-1360  [001]  1.000001: sched_wakeup:         comm=a pid=22 prio=120 target_cpu=001",
    "            bash-1360  [001]  1.000002: kernel_stack:         <stack trace >",
    "=> trace_event_raw_event_sched_wakeup (ffffffff810dbd36)",
    "=> try_to_wake_up (ffffffff810d7b6e)",
    "            bash-1360  [001]  1.000003: user_stack:           \t=> 0x558310ba5256",
    "\t=> 0x7fcb0aaf324a",
    "\t=> 0x0",
    "",
  ].join("\n");
  const script = 't:sched:sched_wakeup { printf("%s%s", kstack, ustack(raw)) }';
  expect(await ofReport(text, script)).toEqual(["        try_to_wake_up", "558310ba5256", "7fcb0aaf324a"]);
});

test("the function tracer: functions, callers, arguments", async () => {
  const text = [
    "# tracer: function\n#",
    `${head("1.000001")}vfs_read <-ksys_read`,
    `${head("1.000002")}vfs_write(file=0xffff888004712345, buf=0x7ffd, count=24, pos=0x0) <-ksys_write`,
    "",
  ].join("\n");
  const script = 'kprobe:vfs_* { printf("%s %lx %d%s", func, arg0, arg2, kstack) }';
  expect(await ofTrace(text, script)).toEqual([
    "vfs_read 0 0",
    "        vfs_read",
    "        ksys_read",
    "vfs_write ffff888004712345 24",
    "        vfs_write",
    "        ksys_write",
  ]);
});

const GRAPH = [
  "# tracer: function_graph",
  "#",
  "#     TIME        CPU  TASK/PID         DURATION                  FUNCTION CALLS",
  "#      |          |     |    |           |   |                     |   |   |   |",
  "    1.000000 |   0)    cat-77    |   0.500 us    |  } /* old_call */",
  "    1.000001 |   0)    cat-77    |               |  vfs_read() {",
  "    1.000002 |   0)    cat-77    |   0.201 us    |    rw_verify_area(); /* = 0x0 */",
  "    1.000003 |   0)    cat-77    |               |    /* sched_wakeup: comm=a pid=22 prio=120 target_cpu=001 */",
  "    1.000004 |   1)   bash-78    | + 12.315 us   |  do_it(a=0x5, b=7);",
  "    1.000005 |   0)    cat-77    |   4.000 us    |  } /* vfs_read ret=-22 */",
  "    1.000006 |   0)   ==========> |",
  "    1.000007 |   0)    cat-77    |               |  never_ends() {",
  "",
].join("\n");

test("the graph tracer: entries, returns, results, arguments, other events", async () => {
  const script = `kprobe:* { printf("> %s %s %d %llu\\n", func, comm, arg1, nsecs) }
    kretprobe:* { printf("< %s %s %d %llu\\n", func, comm, retval, nsecs) }
    t:sched:sched_wakeup { printf("! %s %d\\n", comm, args.pid) }`;
  expect(await ofTrace(GRAPH, script)).toEqual([
    "< old_call cat 0 1000000000",
    "> vfs_read cat 0 1000001000",
    "> rw_verify_area cat 0 1000002000",
    "< rw_verify_area cat 0 1000002201",
    "! cat 22",
    "> do_it bash 7 1000004000",
    "< do_it bash 0 1000016315",
    "< vfs_read cat -22 1000005000",
    "> never_ends cat 0 1000007000",
  ]);
});

test("without times the graph tracer's durations make them up", async () => {
  const text = [
    "# tracer: function_graph\n#",
    " 0)               |  vfs_read() {",
    " 0)   1.000 us    |    inner();",
    " 0) ! 250.000 us  |  }",
    " ------------------------------------------",
    " 0)   bash-1234    =>   cat-1240",
    " ------------------------------------------",
    " 0)   2.000 us    |  other();",
    "",
  ].join("\n");
  const recording = await openText(text, "ftrace text");
  expect(recording.info.warnings.join("\n")).toContain("durations");
  const script = 'kprobe:* { @at[tid] = nsecs } kretprobe:* { printf("%s %d %llu\\n", func, tid, nsecs) } END { clear(@at) }';
  expect(await printed(script, recording)).toEqual(["inner 0 1000", "vfs_read 0 250000", "other 1240 252000"]);
});

test("calls as trace-cmd report prints them, formatted and raw", async () => {
  const line = (time: string, event: string, body: string): string => `             cat-77    [000]  ${time}: ${event.padEnd(22)}${body}`;
  const script = 'kprobe:* { printf("> %s\\n", func) } kretprobe:* { printf("< %s\\n", func) }';
  const wanted = ["> vfs_read", "> inner", "< inner", "< vfs_read"];
  const text = [
    "cpus=2",
    line("1.000001000", "funcgraph_entry:", "                  |  vfs_read() {"),
    line("1.000002000", "funcgraph_entry:", "        0.201 us   |    inner();"),
    line("1.000003000", "funcgraph_exit:", "      + 10.946 us  |  }"),
    "",
  ].join("\n");
  expect(await ofReport(text, script)).toEqual(wanted);
  const raw = [
    "cpus=2",
    line("1.000001000", "funcgraph_entry:", " func=vfs_read depth=0"),
    line("1.000002000", "funcgraph_entry:", " func=inner depth=1"),
    line("1.000002201", "funcgraph_exit:", " func=inner depth=1 overrun=0 calltime=37acf4f4cf rettime=37acf4f598"),
    line("1.000003000", "funcgraph_exit:", " func=vfs_read depth=0 overrun=0 calltime=37acf4f4cf rettime=37acf9b136"),
    "",
  ].join("\n");
  expect(await ofReport(raw, script)).toEqual(wanted);
});
