/** Probes on functions, over recordings that hold them (rows 1.28–1.37, 1.41, 4.20–4.23). */
import { expect, test } from "vitest";
import type { Recording } from "../../probes/recording.ts";
import { userCode } from "../../probes/symbols/user-code.ts";
import type { SideData } from "../../src/session/recorded-machine.ts";
import { fixtureBytes } from "../support/fixtures.ts";
import { entryIp, madeEvent, madeRecording, returnIps, type MadeField, type MadeRecord } from "../support/made-recording.ts";
import { runScript, type RunOptions } from "../support/run-script.ts";

const KALLSYMS = `ffffffff81000000 T _stext
ffffffff81001000 T vfs_read
ffffffff81002000 T vfs_write
ffffffff81003000 t vfs_writev
ffffffff81004000 T tcp_connect\t[net_tcp]
ffffffff81005000 T never_called
`;
const VFS_READ = 0xffffffff81001000n;
const VFS_WRITE = 0xffffffff81002000n;
const TCP_CONNECT = 0xffffffff81004000n;

const u64 = (name: string): MadeField => [`u64 ${name}`, 8, 0];
const s32 = (name: string): MadeField => [`s32 ${name}`, 4, 1];
const text = (name: string): MadeField => [`__data_loc char[] ${name}`, 4, 0];

const readEntry = madeEvent("hs", "vfs_read", 700, [entryIp, u64("arg0"), u64("arg1"), s32("arg2"), text("s1")]);
const readReturn = madeEvent("hs", "vfs_read_ret", 701, [...returnIps, ["s64 retval", 8, 1]]);
const writeEntry = madeEvent("kprobes", "p_vfs_write_0", 702, [entryIp, u64("arg1"), u64("arg2")]);
const connectEntry = madeEvent("hs", "tcp_connect", 703, [entryIp]);

const call = (arg2: number, s1: string): MadeRecord => ({
  event: readEntry,
  values: { __probe_ip: VFS_READ, arg0: 0xffff888012345678n, arg1: 0x7f0000001000n, arg2, s1 },
});
const ret = (retval: number): MadeRecord => ({
  event: readReturn,
  values: { __probe_func: VFS_READ, __probe_ret_ip: 0xffffffff81000010n, retval },
});

const kernel = (): Promise<Recording> =>
  madeRecording(
    [
      call(10, "alpha"),
      ret(5),
      call(-3, "(fault)"),
      ret(-14),
      { event: writeEntry, values: { __probe_ip: VFS_WRITE, arg1: 11n, arg2: 22n } },
      { event: connectEntry, values: { __probe_ip: TCP_CONNECT } },
    ],
    { kallsyms: KALLSYMS },
  );

const side = (change: Partial<SideData>): SideData => ({ definitions: [], kallsyms: null, user: userCode([], () => null), ...change });

async function run(script: string, recording: Recording, options: Omit<RunOptions, "recording"> = {}): Promise<string> {
  const { stdout, stderr, exitCode } = await runScript(script, { ...options, recording });
  expect(exitCode, stderr).toBe(0);
  return stdout.trim();
}

async function fail(script: string, recording: Recording): Promise<string> {
  const { stderr, exitCode } = await runScript(script, { recording });
  expect(exitCode).toBe(1);
  return stderr;
}

test("row 1.29: kprobe fires on the records of its function; row 4.20: argN by the names of its fields", async () => {
  expect(await run('kprobe:vfs_read { printf("%p %d %s\\n", arg0, (int32)arg2, probe); }', await kernel())).toBe(
    "0xffff888012345678 10 kprobe:vfs_read\n0xffff888012345678 -3 kprobe:vfs_read",
  );
});

test("row 4.20: a narrow argument is extended by its sign", async () => {
  expect(await run('kprobe:vfs_read { printf("%ld\\n", (int64)arg2); }', await kernel())).toBe("10\n-3");
});

test("row 4.20: fields that the kernel numbered from 1 are the arguments from 0", async () => {
  expect(await run('kprobe:vfs_write { printf("%d %d\\n", arg0, arg1); }', await kernel())).toBe("11 22");
});

test("row 4.20: x86-64 passes six arguments in registers, and none to a callback", async () => {
  const recording = await kernel();
  expect(await fail("kprobe:vfs_read { print(arg6); }", recording)).toContain("kprobe probes have only arg0 to arg5");
  expect(await fail("kretprobe:vfs_read { print(arg0); }", recording)).toContain("The arg0 builtin can only be used with");
  expect(await fail("kprobe:vfs_read { for ($i : 0..2) { print(arg0); } }", recording)).toContain("not allowed in a for-loop");
});

test("row 1.29: memory behind an argument is what the record brought; a fault stays unreadable", async () => {
  expect(await run('kprobe:vfs_read { printf("[%s]\\n", str(arg1)); }', await kernel())).toBe("[alpha]\n[]");
});

test("row 1.31: kretprobe; row 4.22: retval", async () => {
  expect(await run('kretprobe:vfs_read { printf("%d %s\\n", retval, probe); }', await kernel())).toBe(
    "5 kretprobe:vfs_read\n-14 kretprobe:vfs_read",
  );
});

test("row 4.22: retval is for returns only", async () => {
  expect(await fail("kprobe:vfs_read { print(retval); }", await kernel())).toContain("The retval builtin can only be used with");
});

test("row 4.23: func by the kernel's symbols, at entry and at return", async () => {
  expect(
    await run("kprobe:vfs_read, kprobe:vfs_write { @[func] = count(); } kretprobe:vfs_read { @r[func] = count(); }", await kernel()),
  ).toBe("@[vfs_write]: 1\n@[vfs_read]: 2\n\n@r[vfs_read]: 2".replace("\n\n", "\n"));
});

test("row 1.06: wildcards in functions, and in the provider", async () => {
  const recording = await kernel();
  expect(await run("kprobe:vfs_* { @[probe] = count(); }", recording)).toBe("@[kprobe:vfs_write]: 1\n@[kprobe:vfs_read]: 2");
  const both = await kernel();
  expect(await run("k*probe:vfs_read { @[probe] = count(); }", both)).toBe("@[kprobe:vfs_read]: 2\n@[kretprobe:vfs_read]: 2");
});

test("row 1.29: a module may be named", async () => {
  expect(await run("kprobe:net_tcp:tcp_* { @[probe] = count(); }", await kernel())).toBe("@[kprobe:net_tcp:tcp_connect]: 1");
  expect(await fail("kprobe:other:tcp_connect { }", await kernel())).toContain("is not in the recording");
});

test("row 1.30: an address is for --unsafe", async () => {
  const recording = await kernel();
  expect(await fail(`kprobe:${VFS_WRITE} { }`, recording)).toContain("Probing by address requires --unsafe");
  expect(await run(`kprobe:${VFS_WRITE} { @[probe] = count(); }`, await kernel(), { unsafe: true })).toBe(`@[kprobe:${VFS_WRITE}]: 1`);
});

test("row 1.32: a kprobe and a kretprobe on one function are one attachment", async () => {
  const { stderr } = await runScript("kprobe:vfs_read { @a = count(); } kretprobe:vfs_read { @b = count(); }", {
    recording: await kernel(),
  });
  expect(stderr).toContain("Attached 1 probe\n");
});

test("row 1.29: what is not recorded is said with the command that records it", async () => {
  const message = await fail("kprobe:do_exit { }", await kernel());
  expect(message).toContain("kprobe:do_exit is not in the recording.");
  expect(message).toContain("p:hs/do_exit do_exit");
});

test("row 1.29: definitions kept beside the recording name functions, registers and memory", async () => {
  const event = madeEvent("probe", "openat", 710, [entryIp, s32("dfd"), text("filename"), ["u64 mode", 8, 0]]);
  const recording = await madeRecording([
    { event, values: { __probe_ip: 0xffffffff81009000n, dfd: -100, filename: "/etc/passwd", mode: 0o644 } },
  ]);
  const definitions = ["p:probe/openat do_sys_openat2 dfd=$arg1:s32 filename=+0(+8($arg2)):ustring mode=+16($arg2):x64\n"];
  const script =
    'struct how { unsigned long a; char *name; unsigned long mode; }; kprobe:do_sys_openat2 { $h = (struct how *)arg1; printf("%d %s %o\\n", (int32)arg0, str($h->name), $h->mode); }';
  expect(await run(script, recording, { side: side({ definitions }) })).toBe("-100 /etc/passwd 644");
});

test("row 1.31: memory that the return recorded at an argument of its entry", async () => {
  const entry = madeEvent("hs", "vfs_read", 760, [entryIp, u64("arg0"), u64("arg1")]);
  const leave = madeEvent("hs", "vfs_read_ret", 761, [...returnIps, ["s64 retval", 8, 1], text("rs1")]);
  const at = (pid: number, arg1: bigint): MadeRecord => ({ event: entry, pid, values: { __probe_ip: VFS_READ, arg1 } });
  const back = (pid: number, rs1: string): MadeRecord => ({ event: leave, pid, values: { __probe_func: VFS_READ, retval: 4, rs1 } });
  const records = [at(1, 0x7f0000001000n), at(2, 0x7f0000002000n), back(1, "one"), back(2, "two"), back(3, "nobody's")];
  const recording = (): Promise<Recording> => madeRecording(records, { kallsyms: KALLSYMS });
  const script = 'kprobe:vfs_read { @b[tid] = arg1; } kretprobe:vfs_read { printf("%d [%s]\\n", tid, str(@b[tid])); delete(@b, tid); }';
  expect(await run(script, await recording())).toBe("1 [one]\n2 [two]\n3 []");
  expect(await run('kretprobe:vfs_read { printf("[%s]\\n", str((uint64)0x7f0000002000)); }', await recording())).toBe("[]\n[two]\n[]");
});

test("row 1.33: fentry has its arguments by name; row 4.21: args of fentry", async () => {
  const event = madeEvent("hs", "vfs_read", 720, [entryIp, u64("file"), ["u64 buf", 8, 0], ["u32 count", 4, 0]]);
  const records = [{ event, values: { __probe_ip: VFS_READ, file: 1n, buf: 2n, count: 4096 } }];
  const script = 'fentry:vfs_read { printf("%d %s %s\\n", args.count, func, probe); }';
  expect(await run(script, await madeRecording(records, { kallsyms: KALLSYMS }))).toBe("4096 vfs_read fentry:vmlinux:vfs_read");
  const message = await fail("fentry:vfs_read { print(args.pos); }", await madeRecording(records, { kallsyms: KALLSYMS }));
  expect(message).toContain("does not hold the argument pos of vfs_read");
  expect(message).toContain("f:hs/vfs_read vfs_read $arg*");
});

test("row 1.34: fexit has retval, and the arguments that were recorded", async () => {
  const event = madeEvent("hs", "vfs_read_exit", 721, [...returnIps, ["s32 ret", 4, 1], ["u32 count", 4, 0]]);
  const records = [{ event, values: { __probe_func: VFS_READ, ret: -5, count: 7 } }];
  const script = 'fexit:vfs_read { printf("%d %d %s\\n", retval, args.count, func); }';
  expect(await run(script, await madeRecording(records, { kallsyms: KALLSYMS }))).toBe("-5 7 vfs_read");
});

test("row 1.28: rawtracepoint with its arguments, from a tracepoint probe", async () => {
  const event = madeEvent("hs", "sched_switch", 730, [entryIp, u64("arg0"), u64("arg3")]);
  const recording = await madeRecording([{ event, values: { __probe_ip: VFS_READ, arg0: 1n, arg3: 99n } }]);
  const definitions = ["t:hs/sched_switch sched_switch arg0=$arg1 arg3=$arg4"];
  expect(
    await run('rawtracepoint:sched_switch { printf("%d %d %s\\n", arg0, arg3, probe); }', recording, { side: side({ definitions }) }),
  ).toBe("1 99 rawtracepoint:sched_switch");
});

test("row 1.28: without arguments the event of that name is as good", async () => {
  const event = madeEvent("irq", "softirq_entry", 731, [["unsigned int vec", 4, 0]]);
  const recording = await madeRecording([{ event }, { event }]);
  expect(await run("rawtracepoint:softirq_* { @[probe] = count(); }", recording)).toBe("@[rawtracepoint:softirq_entry]: 2");
});

test("row 1.28: the event of a system call keeps its number, and its result", async () => {
  const enter = madeEvent("raw_syscalls", "sys_enter", 732, [
    ["long id", 8, 1],
    ["unsigned long args[6]", 48, 0],
  ]);
  const exit = madeEvent("raw_syscalls", "sys_exit", 733, [
    ["long id", 8, 1],
    ["long ret", 8, 1],
  ]);
  const recording = await madeRecording([
    { event: enter, values: { id: 257n } },
    { event: exit, values: { id: 257n, ret: -2n } },
  ]);
  const script = "rawtracepoint:sys_enter { print((arg1, args.id)); } rawtracepoint:sys_exit { print(((int64)arg1, args.ret)); }";
  expect(await run(script, recording)).toBe("(257, 257)\n(-2, -2)");
});

const compute = madeEvent("probe_demo", "compute", 740, [entryIp, s32("n"), text("label")]);
const computeReturn = madeEvent("probe_demo", "compute__return", 741, [...returnIps, ["s64 arg1", 8, 1]]);
const DEMO = [
  "p:probe_demo/compute /opt/demo:0x1256 n=%di:s32 label=+0(%si):ustring",
  "r:probe_demo/compute__return /opt/demo:0x1256 arg1=$retval:s64",
];
const user = (): Promise<Recording> =>
  madeRecording([
    { event: compute, values: { __probe_ip: 0x558310ba5256n, n: 3, label: "gamma" } },
    { event: computeReturn, values: { __probe_func: 0x558310ba5256n, __probe_ret_ip: 0x558310ba5461n, arg1: 42 } },
  ]);
const demo = side({ definitions: DEMO });

test.each([
  ["uprobe:/opt/demo:compute", "uprobe:/opt/demo:compute"],
  ["uprobe:demo:compute", "uprobe:/opt/demo:compute"],
  ["u:/opt/*:comp*", "uprobe:/opt/demo:compute"],
])("row 1.36: %s", async (point, name) => {
  expect(await run(`${point} { printf("%s %d %s\\n", probe, arg0, str(arg1)); }`, await user(), { side: demo })).toBe(`${name} 3 gamma`);
});

test("row 1.37: an offset in the file", async () => {
  expect(await run("uprobe:/opt/demo:0x1256 { @[probe] = count(); }", await user(), { side: demo })).toBe("@[uprobe:/opt/demo:4694]: 1");
});

test("row 1.41: uretprobe has retval", async () => {
  expect(await run('uretprobe:/opt/demo:compute { printf("%d %s\\n", retval, probe); }', await user(), { side: demo })).toBe(
    "42 uretprobe:/opt/demo:compute",
  );
});

test("row 4.23: func of a program is known from where its probe is, without mappings: the entry's and the return's are one", async () => {
  const script = 'uprobe:/opt/demo:compute, uretprobe:/opt/demo:compute { @[func] = count(); printf("%s\\n", func); }';
  const said = async (definitions: readonly string[], hasFile: boolean): Promise<string> => {
    const user = userCode([], (path) => (hasFile && path === "/opt/demo" ? fixtureBytes("traces/bin/hsdemo") : null));
    const recording = await madeRecording([
      { event: compute, values: { __probe_ip: 0x558310ba5256n, n: 3, label: "gamma" } },
      { event: computeReturn, values: { __probe_func: 0x558310ba5256n, __probe_ret_ip: 0x558310ba5461n, arg1: 42 } },
    ]);
    const { stdout, stderr, missingSymbols } = await runScript(
      script.replaceAll("/opt/demo", definitions.length > 0 ? "/opt/demo" : "probe_demo"),
      {
        recording,
        side: side({ definitions, user }),
      },
    );
    expect(missingSymbols, stderr).toEqual({ kernelSymbols: 0, userSymbols: 0 });
    return stdout.trim();
  };
  const answer = "compute\ncompute\n\n\n@[compute]: 2";
  expect(await said(DEMO, true)).toBe(answer);
  // The event is called after it.
  expect(await said(DEMO, false)).toBe(answer);
  expect(await said([], false)).toBe(answer);
});

test("row 4.23: func is the function of the place, whatever its event is called", async () => {
  const event = madeEvent("mine", "third_step", 742, [entryIp]);
  const recording = await madeRecording([{ event, values: { __probe_ip: 0x558310ba525bn } }]);
  const user = userCode([], () => fixtureBytes("traces/bin/hsdemo"));
  const definitions = ["p:mine/third_step /opt/demo:0x125b"];
  expect(
    await run('uprobe:/opt/demo:compute+5 { print((func, usym(reg("ip")), probe)); }', recording, { side: side({ definitions, user }) }),
  ).toBe("(compute, compute, uprobe:/opt/demo:compute+5)");
});

test("a function that tracers wrote of: entries by function, exits by function_graph; an unseen one fires never, with a warning", async () => {
  const traced = madeEvent("ftrace", "function", 1, [
    ["unsigned long ip", 8, 0],
    ["unsigned long parent_ip", 8, 0],
  ]);
  const exit = madeEvent("ftrace", "funcgraph_exit", 10, [["unsigned long func", 8, 0], u64("retval"), ["int depth", 4, 1]]);
  const records = [
    { event: traced, values: { ip: VFS_READ + 4n, parent_ip: VFS_WRITE + 0x30n } },
    { event: exit, values: { func: VFS_READ, retval: 9n } },
    { event: traced, values: { ip: TCP_CONNECT, parent_ip: VFS_WRITE } },
  ];
  const script = "kprobe:vfs_read, kprobe:never_called { @[func] = count(); } kretprobe:vfs_read { @r[func, retval] = count(); }";
  const { stdout, stderr } = await runScript(script, { recording: await madeRecording(records, { kallsyms: KALLSYMS }) });
  expect(stdout.trim().split("\n").filter(Boolean)).toEqual(["@[vfs_read]: 1", "@r[vfs_read, 9]: 1"]);
  expect(stderr).toContain("the recording has no record of never_called");
  const wild = await madeRecording(records, { kallsyms: KALLSYMS });
  expect(await run("kprobe:* { @[probe] = count(); }", wild)).toBe("@[kprobe:tcp_connect]: 1\n@[kprobe:vfs_read]: 1");
});

test("records of other byte order", async () => {
  const recording = await madeRecording([call(-7, "beta"), ret(3)], { kallsyms: KALLSYMS, byteOrder: "big" });
  const script =
    'kprobe:vfs_read { printf("%d %s %s\\n", (int32)arg2, str(arg1), func); } kretprobe:vfs_read { printf("%d %s\\n", retval, func); }';
  expect(await run(script, recording)).toBe("-7 beta vfs_read\n3 vfs_read");
});

test("tracepoints bring the memory that event probes recorded with them", async () => {
  const event = madeEvent("hs", "open", 750, [u64("filename"), text("s_filename")]);
  const records = [{ event, values: { filename: 0x7f0000002000n, s_filename: "/etc/hosts" } }];
  expect(await run('tracepoint:hs:open { printf("%s\\n", str((int8 *)args.filename)); }', await madeRecording(records))).toBe("/etc/hosts");
});
