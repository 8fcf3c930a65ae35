/** kprobes and uprobes in text: heads with names or addresses, what they fetched, with and without their definitions. */
import { expect, test } from "vitest";
import { ofReport, ofTrace, openText, printed } from "./support.ts";

const trace = (...bodies: readonly string[]): string =>
  `# tracer: nop\n#\n${bodies.map((body, i) => `            bash-1360    [001] .....  1214.94256${i}: ${body}\n`).join("")}`;
const report = (...bodies: readonly string[]): string =>
  `cpus=2\n${bodies.map((body, i) => `            bash-1360  [001]  1214.94256${i}: ${body}\n`).join("")}`;

const OPEN = "p:probe/open_it do_sys_openat2 dfd=$arg1:s32 filename=+0($arg2):ustring how=$arg3:x64\n";
const RETURN = "r:probe/opened do_sys_openat2 ret=$retval:s64\n";
const definitions = [OPEN + RETURN];
const BODIES = [
  'open_it: (do_sys_openat2+0x0/0x170) dfd=-100 filename="/etc/a" b" how=0xffa0000000a4bd70',
  "opened: ([unknown/kretprobe'd] <- do_sys_openat2) ret=-2",
  "open_it: (do_sys_openat2+0x0/0x170) dfd=3 filename=(fault) how=0x1",
];

test("as its definition says, with the types of its fields", async () => {
  const script =
    't:probe:open_it { printf("%d|%s|%lx\\n", args.dfd, str(args.filename), args.how) } t:probe:opened { printf("%d\\n", args.ret) }';
  expect(await ofTrace(trace(...BODIES), script, { definitions })).toEqual(['-100|/etc/a" b|ffa0000000a4bd70', "-2", "3|(fault)|1"]);
  const recording = await openText(trace(...BODIES), "ftrace text", { definitions });
  const fields = recording.catalogue.tracepoints.find(({ name }) => name === "open_it")?.fields ?? [];
  expect(fields.slice(4).map(({ name, offset, sizeBytes }) => [name, offset, sizeBytes])).toEqual([
    ["__probe_ip", 8, 8],
    ["dfd", 16, 4],
    ["filename", 20, 4],
    ["how", 24, 8],
  ]);
});

test("as a kprobe and its return, with the string that the pointer led to", async () => {
  const script =
    'kprobe:do_sys_openat2 { printf("%s %d %s\\n", func, (int32)arg0, str(arg1)) } kretprobe:do_sys_openat2 { printf("%s %d\\n", func, retval) }';
  expect(await ofTrace(trace(...BODIES), script, { definitions })).toEqual([
    'do_sys_openat2 -100 /etc/a" b',
    "do_sys_openat2 -2",
    "do_sys_openat2 3 ",
  ]);
});

test("without its definition: by the names of its values", async () => {
  const bodies = [
    "vfs_write: (vfs_write+0x0/0x3f0) arg0=18379471558721934336 arg1=94026414568016 arg2=24",
    "vfs_write_ret: (ksys_write+0x57/0xd0 <- vfs_write) retval=-9",
  ];
  const script = 'kprobe:vfs_write { printf("%llx %d\\n", arg0, arg2) } kretprobe:vfs_write { printf("%d\\n", retval) }';
  expect(await ofTrace(trace(...bodies), script)).toEqual(
    ["ff11000009ed9a00 24", "-9"].map((line, i) => (i === 0 ? `${BigInt("18379471558721934336").toString(16)} 24` : line)),
  );
});

test("a program's: addresses, return addresses behind or in front of the function", async () => {
  const entry = 'compute: (0x558310ba5256) n=0 label="alpha" scale=-5';
  const script =
    't:uprobes:compute { printf("%lx %s %d\\n", args.__probe_ip, str(args.label), args.scale) } t:uprobes:compute__return { printf("%lx %lx\\n", args.__probe_func, args.__probe_ret_ip) }';
  const wanted = ["558310ba5256 alpha -5", "558310ba5256 558310ba543a"];
  expect(await ofTrace(trace(entry, "compute__return: (0x558310ba543a <- 0x558310ba5256) ret=259"), script)).toEqual(wanted);
  const reported = report(entry.replace("0x", ""), "compute__return:      (558310ba5256 <- 558310ba543a) ret=259");
  expect(await ofReport(reported, script)).toEqual(wanted);
});

test("arrays and characters", async () => {
  const definition = "p:probe/f func arr=+0($arg1):s32[2] ch=+8($arg1):char\n";
  const text = trace("f: (func+0x0/0x10) arr={-5,7} ch='e'");
  const script = 't:probe:f { printf("%d %d %c\\n", args.arr[0], args.arr[1], args.ch) }';
  expect(await ofTrace(text, script, { definitions: [definition] })).toEqual(["-5 7 e"]);
});

test("a name that the kernel's own event has too: what the line is like tells", async () => {
  const text = trace(
    "sched_wakeup: (try_to_wake_up+0x0/0x20) task=0xffff888004712345",
    "sched_wakeup: comm=a pid=22 prio=120 target_cpu=001",
  );
  const recording = await openText(text, "ftrace text", { definitions: ["p:mine/sched_wakeup try_to_wake_up task=$arg1\n"] });
  const script = 't:mine:sched_wakeup { printf("%lx\\n", args.task) } t:sched:sched_wakeup { printf("%d\\n", args.pid) }';
  expect(await printed(script, recording)).toEqual(["ffff888004712345", "22"]);
});
