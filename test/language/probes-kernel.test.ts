/** Probe types over the kernel that this recording holds nothing of: read completely, then answered with how to record them. */
import { expect, test } from "vitest";
import { recordingOf } from "../support/recordings.ts";
import { runScript, type RunOptions } from "../support/run-script.ts";

const forkExec = await recordingOf("s03-forkexec");

const said = async (text: string, options: RunOptions = {}): Promise<string[]> => {
  const { stderr, exitCode } = await runScript(text, { recording: forkExec, ...options });
  expect(exitCode, stderr).toBe(1);
  return stderr.split("\n").filter((line) => /ERROR|WARNING|HINT/.test(line));
};

interface Case {
  readonly point: string;
  readonly name: string;
  readonly record: string;
}

/** The name as `probe` would give it, and the command. */
async function expectRecordable({ point, name, record }: Case, options: RunOptions = {}): Promise<void> {
  expect(await said(`${point} { }`, options)).toEqual([
    `stdin:1:1-${point.length + 1}: ERROR: ${name} is not in the recording.`,
    `HINT: record it with: ${record}`,
  ]);
}

async function expectProblem(point: string, message: string, ...hints: readonly string[]): Promise<void> {
  expect(await said(`${point} { }`)).toEqual([`stdin:1:1-${point.length + 1}: ERROR: ${message}`, ...hints.map((hint) => `HINT: ${hint}`)]);
}

const kprobeEvent = (name: string, definition: string) =>
  `echo '${definition}' >> /sys/kernel/tracing/kprobe_events && trace-cmd record -C mono -e hs:${name}`;
const dynamicEvent = (name: string, definition: string) =>
  `echo '${definition}' >> /sys/kernel/tracing/dynamic_events && trace-cmd record -C mono -e hs:${name}`;
const entry = (name: string, symbol: string) => kprobeEvent(name, `p:hs/${name} ${symbol} arg0=$arg1 arg1=$arg2 arg2=$arg3`);

test("without any recording the command comes with the flag that takes the recording", async () => {
  const { stderr } = await runScript("profile:hz:99 { }");
  expect(stderr).toBe(
    "stdin:1:1-14: ERROR: profile:hz:99 needs a recording\nprofile:hz:99 { }\n~~~~~~~~~~~~~\n" +
      "HINT: record it with: perf record -k mono -a -e cpu-clock -F 99\nHINT: pass the recorded trace with --trace FILE\n",
  );
});

test("missing_probes lets them go, with or without a word", async () => {
  const text = "kprobe:vfs_read, begin { @ = count() }";
  const warned = await runScript(`config = { missing_probes = warn } ${text}`, { recording: forkExec });
  expect(warned.stderr).toContain("WARNING: kprobe:vfs_read is not in the recording. Skipping.");
  expect(warned.stdout.trim()).toBe("@: 1");
  const ignored = await runScript(text, { recording: forkExec, config: { BPFTRACE_MISSING_PROBES: "ignore" } });
  expect(ignored).toMatchObject({ stderr: "Attached 1 probe\n", exitCode: 0 });
});

test.each<Case>([
  { point: "profile:hz:99", name: "profile:hz:99", record: "perf record -k mono -a -e cpu-clock -F 99" },
  { point: "p:ms:10", name: "profile:ms:10", record: "perf record -k mono -a -e cpu-clock -c 10000000" },
  { point: "profile:10ms", name: "profile:us:10000", record: "perf record -k mono -a -e cpu-clock -c 10000000" },
])("row 1.23: $point", async (wanted) => expectRecordable(wanted));

test("row 1.23: rates as of intervals", async () => {
  await expectProblem("profile:hz:0", "profile frequency should be a positive integer");
  await expectProblem("profile:foo:1", "foo is not an accepted unit of time");
  await expectProblem("profile:999", "Invalid rate of profile probe. Minimum is 1000 or 1us. Found: 999 nanoseconds");
});

test.each<Case>([
  { point: "software:page-faults:1", name: "software:page-faults:1", record: "perf record -k mono -a -e page-faults -c 1" },
  { point: "software:faults", name: "software:faults", record: "perf record -k mono -a -e page-faults -c 100" },
  { point: "s:cs", name: "software:cs", record: "perf record -k mono -a -e context-switches -c 1000" },
  { point: "software:cpu:", name: "software:cpu", record: "perf record -k mono -a -e cpu-clock -c 1000000" },
  { point: "software:cpu:*", name: "software:cpu", record: "perf record -k mono -a -e cpu-clock -c 1000000" },
  { point: "software:dummy", name: "software:dummy", record: "perf record -k mono -a -e dummy -c 1" },
])("row 1.24: $point", async (wanted) => expectRecordable(wanted));

test("row 1.24: what is no software event", async () => {
  await expectProblem("software:page*", "wildcards are not allowed for software probe type");
  await expectProblem("software:faults:x", "Invalid count for software probe: invalid integer: x");
  await expectProblem("software:", "software probe must have a software event name");
  await expectProblem(
    "software:cycles",
    "cycles is not a software probe",
    "there are: alignment-faults, bpf-output, context-switches, cpu-clock, cpu-migrations, dummy, emulation-faults, major-faults, minor-faults, page-faults, task-clock",
  );
});

test.each<Case>([
  { point: "hardware:cycles:50000", name: "hardware:cycles:50000", record: "perf record -k mono -a -e cpu-cycles -c 50000" },
  { point: "h:branches", name: "hardware:branches", record: "perf record -k mono -a -e branch-instructions -c 100000" },
  { point: "hardware:cache-misses", name: "hardware:cache-misses", record: "perf record -k mono -a -e cache-misses -c 1000000" },
  {
    point: "hardware:backend-stalls",
    name: "hardware:backend-stalls",
    record: "perf record -k mono -a -e stalled-cycles-backend -c 1000000",
  },
])("row 1.25: $point", async (wanted) => expectRecordable(wanted));

test("row 1.25: what is no hardware event", async () => {
  await expectProblem("hardware:cache*", "wildcards are not allowed for hardware probe type");
  expect((await said("hardware:faults { }"))[0]).toBe("stdin:1:1-16: ERROR: faults is not a hardware probe");
});

test.each<Case>([
  {
    point: "rawtracepoint:sched_wakeup",
    name: "rawtracepoint:sched_wakeup",
    record: dynamicEvent("sched_wakeup", "t:hs/sched_wakeup sched_wakeup"),
  },
  {
    point: "rt:xfs:xfs_buf_init",
    name: "rawtracepoint:xfs:xfs_buf_init",
    record: dynamicEvent("xfs_buf_init", "t:hs/xfs_buf_init xfs_buf_init"),
  },
])("row 1.28: $point", async (wanted) => expectRecordable(wanted));

test("row 1.28: an event must be named", async () => {
  await expectProblem("rawtracepoint:", "rawtracepoint should be attached to a function");
  expect((await said("rt:nope_* { }"))[1]).toBe("HINT: name one event to see how it is recorded");
});

test.each<Case>([
  { point: "kprobe:vfs_read", name: "kprobe:vfs_read", record: entry("vfs_read", "vfs_read") },
  { point: "k:ext4:ext4_sync_file", name: "kprobe:ext4:ext4_sync_file", record: entry("ext4_sync_file", "ext4:ext4_sync_file") },
  { point: "kprobe:vfs_read+16", name: "kprobe:vfs_read+16", record: kprobeEvent("vfs_read", "p:hs/vfs_read vfs_read+16") },
  { point: "kprobe:vfs_read+0x10", name: "kprobe:vfs_read+16", record: kprobeEvent("vfs_read", "p:hs/vfs_read vfs_read+16") },
  { point: "kprobe:vfs_*", name: "kprobe:vfs_*", record: "trace-cmd record -C mono -p function -l 'vfs_*'" },
  { point: "kprobe:ext4:*", name: "kprobe:ext4:*", record: "trace-cmd record -C mono -p function -l '*:mod:ext4'" },
])("row 1.29: $point", async (wanted) => expectRecordable(wanted));

test.each([
  ["kprobe:a+1+2", "Cannot take more than one offset"],
  ["kprobe:a+", "Invalid offset"],
  ["kprobe:+1", "Invalid offset"],
  ["kprobe:a+x", "Invalid offset: invalid integer: x"],
  ["kprobe:", "kprobes should be attached to a function"],
])("row 1.29: %s is refused", async (point, message) => expectProblem(point, message));

test("row 1.30: an address is for --unsafe, and stays decimal in the name", async () => {
  await expectProblem("kprobe:0xffffffff81000000", "Probing by address requires --unsafe");
  const record = kprobeEvent("at_ffffffff81000000", "p:hs/at_ffffffff81000000 0xffffffff81000000");
  await expectRecordable({ point: "kprobe:0xffffffff81000000", name: "kprobe:18446744071578845184", record }, { unsafe: true });
});

test.each<Case>([
  {
    point: "kretprobe:vfs_read",
    name: "kretprobe:vfs_read",
    record: kprobeEvent("vfs_read_ret", "r:hs/vfs_read_ret vfs_read retval=$retval"),
  },
  {
    point: "kr:vfs_*",
    name: "kretprobe:vfs_*",
    record: "trace-cmd record -C mono -p function_graph -g 'vfs_*' -O funcgraph-retval",
  },
])("row 1.31: $point", async (wanted) => expectRecordable(wanted));

test("row 1.31: a return has no offset", async () => {
  await expectProblem("kretprobe:vfs_read+8", "Offset not allowed");
});

test.each<Case>([
  { point: "fentry:vfs_read", name: "fentry:vfs_read", record: dynamicEvent("vfs_read", "f:hs/vfs_read vfs_read $arg*") },
  { point: "f:vmlinux:vfs_read", name: "fentry:vmlinux:vfs_read", record: dynamicEvent("vfs_read", "f:hs/vfs_read vfs_read $arg*") },
  { point: "kfunc:vfs_read", name: "fentry:vfs_read", record: dynamicEvent("vfs_read", "f:hs/vfs_read vfs_read $arg*") },
  { point: "fentry:vfs_*", name: "fentry:vfs_*", record: "trace-cmd record -C mono -p function -l 'vfs_*'" },
])("row 1.33: $point", async (wanted) => expectRecordable(wanted));

test("row 1.33: a function must be named", async () => {
  await expectProblem("fentry:", "fentry/fexit should specify a function");
  await expectProblem("fentry:a:b:c", "Only the 'bpf' variant of this probe supports 4 arguments");
});

test.each<Case>([
  {
    point: "fexit:vfs_read",
    name: "fexit:vfs_read",
    record: dynamicEvent("vfs_read_exit", "f:hs/vfs_read_exit vfs_read%return retval=$retval"),
  },
  {
    point: "kretfunc:vfs_read",
    name: "fexit:vfs_read",
    record: dynamicEvent("vfs_read_exit", "f:hs/vfs_read_exit vfs_read%return retval=$retval"),
  },
  {
    point: "fr:ext4:ext4_sync_file",
    name: "fexit:ext4:ext4_sync_file",
    record: dynamicEvent("ext4_sync_file_exit", "f:hs/ext4_sync_file_exit ext4_sync_file%return retval=$retval"),
  },
])("row 1.34: $point", async (wanted) => expectRecordable(wanted));

test("row 1.35: running BPF programs are refused", async () => {
  const hint = "attach to the event or function that the BPF program is attached to";
  await expectProblem("fentry:bpf:prog", "fentry:bpf:prog can't be replayed: no recorder sees calls of BPF programs", hint);
  await expectProblem("fexit:bpf:17:prog", "fexit:bpf:17:prog can't be replayed: no recorder sees calls of BPF programs", hint);
  await expectProblem("fentry:bpf:*:prog", "fentry:bpf:*:prog can't be replayed: no recorder sees calls of BPF programs", hint);
  await expectProblem("fentry:bpf:x:prog", "bpf program id must be a number or '*'");
  await expectProblem("fentry:bpf", "the 'bpf' variant of this probe requires a bpf program name and optional bpf program id");
});

test.each<Case>([
  {
    point: "watchpoint:0xffffffff82000000:8:w",
    name: "watchpoint:18446744071595622400:8:w",
    record: "perf record -k mono -p PID -e mem:0xffffffff82000000/8:w",
  },
  { point: "w:4096:4:wr", name: "watchpoint:4096:4:rw", record: "perf record -k mono -p PID -e mem:0x1000/4:rw" },
])("row 1.44: $point", async (wanted) => expectRecordable(wanted));

test.each([
  ["watchpoint:0:8:w", "watchpoint must be attached to a non-zero address"],
  ["watchpoint:x:8:w", "Invalid function/address argument: invalid integer: x"],
  ["watchpoint:1:x:w", "Invalid length argument: invalid integer: x"],
  ["watchpoint:1:3:w", "watchpoint length must be one of (1,2,4,8)"],
  ["watchpoint:1:8:", "watchpoint mode must be combination of (r,w,x)"],
  ["watchpoint:1:8:q", "watchpoint mode must be combination of (r,w,x)"],
  ["watchpoint:1:8:ww", "watchpoint modes may not be duplicated"],
])("row 1.44: %s is refused", async (point, message) => expectProblem(point, message));

test("row 1.44: modes that the machine has no register for", async () => {
  await expectProblem("watchpoint:1:8:r", "invalid watchpoint mode: r", "supported modes: rw,w,x");
});

test("row 1.45: of iterators a recording holds the tasks alone", async () => {
  const hint = "a recording tells which tasks there are, and not what they have open or mapped: iter:task walks them";
  await expectProblem("iter:task_vma", "iter:task_vma is not in the recording.", hint);
  await expectProblem("it:task_file:pinned", "iter:task_file:pinned is not in the recording.", hint);
  await expectProblem(
    "iter:task:pinned",
    "iter:task:pinned is not in the recording.",
    "iter:task walks the tasks of a recording; it cannot be pinned",
  );
});

test("row 1.45: an iterator is known, alone and without wildcards", async () => {
  await expectProblem("iter:task*", "iter probe type does not support wildcards");
  await expectProblem("iter:tasks", "iter tasks not available for your kernel version.", "did you mean task?");
  expect((await said("iter:task, iter:task_vma { }"))[0]).toContain("iter probe only supports one attach point.");
  expect((await said("iter:task { } begin { }"))[0]).toContain("an iter probe has to be the only probe");
});
