/** Tracepoints and their args; filters by process; names. */
import { expect, test } from "vitest";
import { recordingOf } from "../support/recordings.ts";
import { runScript, type RunOptions } from "../support/run-script.ts";

const forkExec = await recordingOf("s03-forkexec");
const signals = await recordingOf("s09-signals");

const replayed = async (text: string, options: RunOptions = {}): Promise<string> =>
  (await runScript(text, { recording: forkExec, ...options })).stdout.trim();
const said = async (text: string, options: RunOptions = {}): Promise<string[]> => {
  const { stderr, exitCode } = await runScript(text, { recording: forkExec, ...options });
  expect(exitCode, stderr).toBe(1);
  return stderr.split("\n").filter((line) => /ERROR|WARNING|HINT/.test(line));
};

test("row 1.26: category and event, by name, alias and wildcard", async () => {
  expect(await replayed("tracepoint:sched:sched_process_fork { @ = count() }")).toBe("@: 74");
  expect(await replayed("t:task:task_newtask { @ = count() }")).toBe("@: 74");
  // One part with a wildcard is looked for in every category.
  expect(await replayed("tracepoint:*newtask { @[probe] = count() }")).toBe("@[tracepoint:task:task_newtask]: 74");
});

test("row 1.26: events that the recording does not have", async () => {
  expect(await said("tracepoint:sched:sched_process_frok { }")).toEqual([
    "stdin:1:1-36: ERROR: Tracepoint not found: sched:sched_process_frok",
    "HINT: did you mean sched:sched_process_fork?",
    "HINT: record it with: trace-cmd record -e sched:sched_process_frok",
  ]);
  expect(await said("tracepoint:syscall:sys_enter_execve { }")).toEqual([
    "stdin:1:1-36: ERROR: Tracepoint not found: syscall:sys_enter_execve",
    "HINT: the category is called syscalls: tracepoint:syscalls:sys_enter_execve",
  ]);
  expect((await said("tracepoint::x { }"))[0]).toContain("tracepoint probe must have a target");
});

test("row 1.27: fields of the record, strings of characters among them", async () => {
  expect(await replayed("tracepoint:sched:sched_process_fork { @[args.parent_comm, args->child_comm] = count() }")).toBe(
    "@[bash, bash]: 1\n@[kthreadd, kthreadd]: 1\n@[hssh, hssh]: 72",
  );
  expect(await replayed("tracepoint:sched:sched_process_fork { @ = max(args.child_pid) }")).toBe("@: 1485");
});

test("row 1.27: a string behind __data_loc is read through its pointer", async () => {
  const names = await replayed("tracepoint:sched:sched_process_exec { @[str(args.filename)] = count() }");
  expect(names).toContain("@[/usr/bin/expr]: ");
});

const EXEC = "tracepoint:sched:sched_process_exec";

test("row 1.27: the address of such a string tells nothing of where it is kept here, and leads to it", async () => {
  // Offset 0x14 of the record of the first event that a program runs for; begin is the one before.
  const pointers = 'printf("%p ", args.filename); $p = args.filename + 1; printf("%p %s %c", $p, str($p), *args.filename); exit();';
  for (const backend of ["jit", "interp"] as const) {
    expect(await replayed(`${EXEC} { ${pointers} }`, { backend })).toBe("0x6461000000010014 0x6461000000010015 opt/hs/hssh /");
    expect(await replayed(`${EXEC} { ${pointers} } ${EXEC} { @more = count(); } begin { }`, { backend })).toContain("0x6461000000020014");
  }
});

test("row 1.27: the address is that event's: another one reads nothing of its own there", async () => {
  const program = `${EXEC} { if (@p != 0) { @texts[str(@p)] = count(); } @p = (uint64)args.filename; @own[str((int8 *)@p)] = count(); }`;
  const printed = await replayed(program.replace("str(@p)", "str((int8 *)@p)"));
  expect(printed).toContain("@own[/usr/bin/expr]: ");
  expect(printed.split("\n").filter((line) => line.startsWith("@texts"))).toEqual([expect.stringMatching(/^@texts\[\]: \d+$/)]);
});

test("row 1.27: what a program reads of its own memory stays what it is", async () => {
  const words = "struct two { unsigned long a; unsigned long b; };";
  const program = `${words} ${EXEC} { $t = (0x1234, 0x2174616421746164); $p = (struct two *)&$t; $c = *$p; printf("%lx %lx", $c.a, $c.b); exit(); }`;
  expect(await replayed(program)).toBe("1234 2174616421746164");
});

test("row 1.27: an int in eight bytes is as wide as its place", async () => {
  // sys_exit_* keep long; sys_enter_kill keeps pid and sig in eight bytes each.
  const options = { recording: signals };
  expect(await replayed("tracepoint:syscalls:sys_enter_kill { @[args.sig] = count() }", options)).toContain("@[0]: ");
  expect(await replayed("tracepoint:syscalls:sys_enter_kill { @ = max(sizeof(args.sig)) }", options)).toBe("@: 8");
});

test("row 1.27: common fields cannot be read, unknown ones not either", async () => {
  expect((await said("tracepoint:sched:sched_process_fork { print(args.common_pid) }"))[0]).toMatch(/^stdin:1:\d+-\d+: ERROR: /);
  expect(await said("tracepoint:sched:sched_process_fork { print(args.child_pit) }")).toEqual([
    expect.stringMatching(/^stdin:1:\d+-\d+: ERROR: .*child_pit/),
    "HINT: did you mean child_pid?",
  ]);
});

test("row 1.46: with -p bodies of events run for one process, others as ever", async () => {
  const options = { pid: 1412 };
  const all = "tracepoint:sched:sched_process_fork { @[pid] = count() }";
  expect(await replayed(all)).toContain("@[1412]: 72");
  expect(await replayed(all, options)).toBe("@[1412]: 72");
  expect(await replayed('begin { print("begin") } interval:s:1 { print("tick") } end { print("end") }', options)).toBe(
    "begin\ntick\ntick\nend",
  );
});

test.each([
  ["begin { print(probe) }", "begin"],
  ["interval:ms:10 { print(probe); exit() }", "interval:ms:10"],
  ["interval:10ms { print(probe); exit() }", "interval:us:10000"],
  ["i:hz:7 { print(probe); exit() }", "interval:hz:7"],
  ["t:sched:sched_process_fork { print(probe); exit() }", "tracepoint:sched:sched_process_fork"],
  ["t:task:* /!@n++/ { print(probe) } end { clear(@n) }", "tracepoint:task:task_newtask"],
])("row 1.48: %s", async (text, expected) => {
  expect(await replayed(text)).toBe(expected);
});

test.each([
  ["k:vfs_read+0x10", "kprobe:vfs_read+16"],
  ["kprobe:ext4:ext4_sync_file", "kprobe:ext4:ext4_sync_file"],
  ["software:cpu:100000", "software:cpu:100000"],
  ["s:faults:", "software:faults"],
  ["h:cycles", "hardware:cycles"],
  ["uprobe:/bin/sh:main+0x20", "uprobe:/bin/sh:main+32"],
  ["uprobe:/bin/sh:0x1f", "uprobe:/bin/sh:31"],
  ['uprobe:/bin/sh:cpp:"a(int)"', "uprobe:/bin/sh:cpp:a(int)"],
  ["usdt:/bin/sh:ns:name", "usdt:/bin/sh:ns:name"],
  ["w:0x1000:8:wr", "watchpoint:4096:8:rw"],
  ["p:hz:99", "profile:hz:99"],
  ["p:1ms", "profile:us:1000"],
  ["it:task_vma", "iter:task_vma"],
])("row 1.48: the name of %s", async (point, name) => {
  expect((await said(`${point} { }`))[0]).toBe(`stdin:1:1-${point.length + 1}: ERROR: ${name} is not in the recording.`);
});
