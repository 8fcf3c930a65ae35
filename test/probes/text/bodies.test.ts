/** What events print, read back into their fields. */
import { expect, test } from "vitest";
import { latin1, ofReport, ofTrace, openText, printed } from "./support.ts";

const trace = (...bodies: readonly string[]): string =>
  `# tracer: nop\n#\n${bodies.map((body, i) => `            bash-1360    [001] .....  1214.94256${i}: ${body}\n`).join("")}`;
const report = (...bodies: readonly string[]): string =>
  `cpus=2\n${bodies.map((body, i) => `            bash-1360  [001]  1214.94256${i}: ${body}\n`).join("")}`;

test.each([
  [
    "names of tasks with blanks and signs",
    "sched_switch: prev_comm=a b=c pid=1 prev_pid=7 prev_prio=120 prev_state=S ==> next_comm=x ==> y next_pid=8 next_prio=100",
    't:sched:sched_switch { printf("%s|%d|%d|%s|%d|%d\\n", args.prev_comm, args.prev_pid, args.prev_state, args.next_comm, args.next_pid, args.next_prio) }',
    "a b=c pid=1|7|1|x ==> y|8|100",
  ],
  [
    "letters of states",
    "sched_switch: prev_comm=a prev_pid=7 prev_prio=120 prev_state=R+ ==> next_comm=b next_pid=8 next_prio=100",
    't:sched:sched_switch { printf("%d\\n", args.prev_state) }',
    "256",
  ],
  [
    "several letters of states",
    "sched_switch: prev_comm=a prev_pid=7 prev_prio=120 prev_state=D|I ==> next_comm=b next_pid=8 next_prio=100",
    't:sched:sched_switch { printf("%d\\n", args.prev_state) }',
    "130",
  ],
  [
    "a number in two parts",
    "block_rq_issue: 254,16 WS 65536 () 4503599627370496 + 128 [dd]",
    't:block:block_rq_issue { printf("%d %s %d %llu %d %s\\n", args.dev, args.rwbs, args.bytes, args.sector, args.nr_sector, args.comm) }',
    `${254 * 2 ** 20 + 16} WS 65536 4503599627370496 128 dd`,
  ],
  [
    "names of numbers, network addresses",
    "inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP sport=7070 dport=80 saddr=127.0.0.1 daddr=10.0.0.255 saddrv6=::ffff:127.0.0.1 daddrv6=fe80::1:2 oldstate=TCP_CLOSE newstate=TCP_SYN_SENT",
    't:sock:inet_sock_set_state { printf("%d %d %d %d %s %s %s %s %d %d\\n", args.family, args.protocol, args.sport, args.dport, ntop(args.saddr), ntop(args.daddr), ntop(args.saddr_v6), ntop(args.daddr_v6), args.oldstate, args.newstate) }',
    "2 6 7070 80 127.0.0.1 10.0.0.255 ::ffff:127.0.0.1 fe80::1:2 7 2",
  ],
  [
    "lists of flags, and none",
    "kmalloc: call_site=alloc_thing+0x1/0x20 ptr=ffff888004712345 bytes_req=100 bytes_alloc=128 gfp_flags=GFP_KERNEL|__GFP_ZERO node=-1 accounted=false",
    't:kmem:kmalloc { printf("%s %lx %d %d %lx %d\\n", ksym(args.call_site), args.ptr, args.bytes_req, args.bytes_alloc, args.gfp_flags, args.node) }',
    "alloc_thing ffff888004712345 100 128 dc0 -1",
  ],
  [
    "strings behind the record, negative numbers",
    "sched_process_exec: filename=/tmp/a b pid=1=2 pid=12 old_pid=-1",
    't:sched:sched_process_exec { printf("%s %d %d\\n", str(args.filename), args.pid, args.old_pid) }',
    "/tmp/a b pid=1=2 12 -1",
  ],
  [
    "the largest numbers",
    "block_dirty_buffer: 254,0 sector=18446744073709486080 size=4096",
    't:block:block_dirty_buffer { printf("%llu %d\\n", args.sector, args.size) }',
    "18446744073709486080 4096",
  ],
  [
    "raw system calls",
    "sys_enter: NR 257 (ffffffffffffff9c, 559b31b6a0c0, 0, 1b6, 0, 7ff8)",
    't:raw_syscalls:sys_enter { printf("%d %lx %lx %lx\\n", args.id, args.args[0], args.args[1], args.args[3]) }',
    "257 ffffffffffffff9c 559b31b6a0c0 1b6",
  ],
  ["raw results", "sys_exit: NR 257 = -2", 't:raw_syscalls:sys_exit { printf("%d %d\\n", args.id, args.ret) }', "257 -2"],
  [
    "bpf's own text",
    "bpf_trace_printk: hello: 1=2",
    't:bpf_trace:bpf_trace_printk { printf("%s\\n", str(args.bpf_string)) }',
    "hello: 1=2",
  ],
])("%s", async (_name, body, script, expected) => {
  expect(await ofTrace(trace(body), script)).toEqual([expected]);
  expect(await ofReport(report(body.replace(": ", ":  ")), script)).toEqual([expected]);
});

const OPEN = 't:syscalls:sys_enter_openat { printf("%llu %lx %d %d\\n", args.dfd, args.filename, args.flags, args.mode) }';
test.each([
  ["hexadecimal without 0x", "sys_openat(dfd: ffffff9c, filename: 7f1234, flags: 80000, mode: 0)"],
  ["one digit, else 0x", "sys_openat(dfd: 0xffffff9c, filename: 0x7f1234, flags: 0x80000, mode: 0)"],
  ["with the string", 'sys_openat(dfd: 0xffffff9c, filename: 0x7f1234 "/etc/a, flags: b", flags: 0x80000, mode: 0)'],
])("arguments of system calls: %s", async (_name, body) => {
  expect(await ofTrace(trace(body), OPEN)).toEqual(["4294967196 7f1234 524288 0"]);
});

test("strings of system calls can be read at their pointers", async () => {
  const body = 'sys_openat(dfd: 0xffffff9c, filename: 0x7f1234 "/etc/hosts", flags: 0x80000, mode: 0)';
  expect(await ofTrace(trace(body), 't:syscalls:sys_enter_openat { printf("%s\\n", str(args.filename)) }')).toEqual(["/etc/hosts"]);
});

test("results of system calls", async () => {
  const text = trace("sys_openat -> 0xfffffffffffffffe", "sys_openat -> 0x3");
  expect(await ofTrace(text, "t:syscalls:sys_exit_openat { @[args.ret] = count() }")).toEqual(["@[-2]: 1", "@[3]: 1"]);
});

test("the option `fields` prints every field", async () => {
  const text = trace(
    "sched_switch: prev_comm=a b prev_pid=0x7 (7) prev_prio=0x78 (120) prev_state=0x100 (256) next_comm=swapper/0 next_pid=0x0 (0) next_prio=0x78 (120)",
    "sched_switch: prev_comm=c prev_pid=0x9 (9) prev_prio=0x78 (120) prev_state=0x1 (1) next_comm=x next_pid=0xffffffff (-1) next_prio=0x78 (120)",
  );
  const script =
    't:sched:sched_switch { printf("%s %d %d %s %d\\n", args.prev_comm, args.prev_pid, args.prev_state, args.next_comm, args.next_pid) }';
  expect(await ofTrace(text, script)).toEqual(["a b 7 256 swapper/0 0", "c 9 1 x -1"]);
});

test("report -R prints numbers as the print format has them", async () => {
  const text = report(
    "task_newtask:          pid=1412 comm=bash clone_flags=1200000 oom_score_adj=0",
    "sys_enter:             id=262 args=ARRAY[01, 00, 00, 00, 00, 00, 00, 00, d5, 8d, 67, 6e, 89, 7f, 00, 00]",
  );
  const script =
    't:task:task_newtask { printf("%d %lx\\n", args.pid, args.clone_flags) } t:raw_syscalls:sys_enter { printf("%d %lx\\n", args.id, args.args[1]) }';
  expect(await ofReport(text, script)).toEqual(["1412 1200000", "262 7f896e678dd5"]);
});

test("plugins of trace-cmd print otherwise", async () => {
  const text = report(
    "sched_switch:         kworker/0:1:53 [120] D ==> swapper/1:0 [120]",
    "sched_wakeup:         rcu:x:15 [98] CPU:001",
    "sys_enter_futex:      op=FUTEX_WAIT_BITSET|FUTEX_PRIVATE_FLAG uaddr=0x7fec val=0x000003b1 utime=0x00000000 val3=0xffffffff",
    "sys_enter_futex:      op=FUTEX_WAKE uaddr=0x7fed val=2147483647",
  );
  const script = `t:sched:sched_switch { printf("%s %d %d %s\\n", args.prev_comm, args.prev_pid, args.prev_state, args.next_comm) }
    t:sched:sched_wakeup { printf("%s %d %d %d\\n", args.comm, args.pid, args.prio, args.target_cpu) }
    t:syscalls:sys_enter_futex { printf("%d %lx %d\\n", args.op, args.uaddr, args.val) }`;
  expect(await ofReport(text, script)).toEqual(["kworker/0:1 53 2 swapper/1", "rcu:x 15 98 1", "137 7fec 945", "1 7fed 2147483647"]);
});

test("what a text does not tell is no field", async () => {
  const { runScript } = await import("../../support/run-script.ts");
  const recording = await openText(trace("sys_openat(dfd: 3, filename: 0x1, flags: 0, mode: 0)"), "ftrace text");
  const { exitCode, stderr } = await runScript("t:syscalls:sys_enter_openat { @ = args.__syscall_nr }", { recording });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("__syscall_nr");
});

test("lines that are unlike their description are counted, not made up", async () => {
  const good = "sched_wakeup: comm=a pid=22 prio=120 target_cpu=001";
  const recording = await openText(trace(good, "sched_wakeup: comm=a pid=22 prio", good), "ftrace text");
  expect(await printed("t:sched:sched_wakeup { @[args.pid] = count() }", recording)).toEqual(["@[22]: 2"]);
  expect(recording.info.warnings.join()).toContain("1 lines of sched_wakeup");
});

test("names that the description does not know are counted", async () => {
  const recording = await openText(
    trace("kmalloc: call_site=f ptr=1 bytes_req=1 bytes_alloc=1 gfp_flags=GFP_KERNEL|__GFP_NEW node=0 accounted=false"),
    "ftrace text",
  );
  expect(await printed("t:kmem:kmalloc { @[args.gfp_flags] = count() }", recording)).toEqual(["@[3264]: 1"]);
  expect(recording.info.warnings.join()).toContain("1 values of kmalloc");
});

test("events that nobody describes have the fields that their lines name", async () => {
  const text = trace(
    "widget_start: id=7 state=on delta=-3 at=0xffff0001",
    "widget_start: id=8 state=off and on delta=12 at=0x2 extra=ab",
    "other_thing: value=12 hash=00ff12ab",
  );
  const recording = await openText(text, "ftrace text");
  const script = `t:*:widget_start { printf("%d %s %d %lx\\n", args.id, str(args.state), args.delta, args.at) }
    t:*:other_thing { printf("%d %x\\n", args.value, args.hash) }`;
  expect(await printed(script, recording)).toEqual(["7 on -3 ffff0001", "8 off and on 12 2", "12 ff12ab"]);
});

test("an event whose lines are of another kernel has the fields of its lines", async () => {
  const text = trace("sched_wakeup: comm=a pid=22 nice=-3", "sched_wakeup: comm=b pid=23 nice=4");
  expect(await ofTrace(text, 't:sched:sched_wakeup { printf("%s %d %d\\n", str(args.comm), args.pid, args.nice) }')).toEqual([
    "a 22 -3",
    "b 23 4",
  ]);
});

test("other descriptions can be given", async () => {
  const format = `name: sched_wakeup\nID: 77\nformat:\n\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n\tfield:short nice;\toffset:8;\tsize:2;\tsigned:1;\n\nprint fmt: "nice=%d", REC->nice\n`;
  const events = [{ category: "sched", name: "sched_wakeup", id: 77, formatText: () => format }];
  const recording = await openText(trace("sched_wakeup: nice=-3"), "ftrace text", { events });
  expect(recording.catalogue.tracepoints.find(({ name }) => name === "sched_wakeup")?.fields.at(-1)).toMatchObject({
    offset: 8,
    sizeBytes: 2,
  });
  expect(await printed('t:sched:sched_wakeup { printf("%d\\n", args.nice) }', recording)).toEqual(["-3"]);
});

test("text that programs write", async () => {
  const text = trace("tracing_mark_write: begin: x=1", "do_thing: some words, no fields", "0xffffffff81000010: at an address");
  const recording = await openText(text, "ftrace text");
  expect((await printed("t:ftrace:print { @[ksym(args.ip)] = count() }", recording)).sort()).toEqual([
    "@[0xffffffff81000010]: 1",
    "@[do_thing]: 1",
    "@[tracing_mark_write]: 1",
  ]);
});

test("bytes that are no UTF-8 stay as they are", async () => {
  const recording = await openText(latin1(trace("sched_process_exec: filename=/tmp/\xff\xfe pid=12 old_pid=12")), "ftrace text");
  expect(await printed('t:sched:sched_process_exec { printf("%r\\n", buf(args.filename, 7)) }', recording)).toEqual(["/tmp/\\xff\\xfe"]);
});

test("the option `fields` does not tell pointers to characters", async () => {
  const { runScript } = await import("../../support/run-script.ts");
  const body =
    "sys_enter_openat: __syscall_nr=0x101 (257) dfd=0xffffff9c (4294967196) filename=(0xffff8881059d101c) flags=0x241 (577) mode=0x1b6 (438)";
  const recording = await openText(trace(body), "ftrace text");
  expect(
    await printed('t:syscalls:sys_enter_openat { printf("%d %d %o\\n", args.__syscall_nr, args.flags, args.mode) }', recording),
  ).toEqual(["257 577 666"]);
  expect((await runScript("t:syscalls:sys_enter_openat { @ = args.filename }", { recording })).stderr).toContain("filename");
});
