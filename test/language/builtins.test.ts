/** Builtin variables: section 4 of the language's table. */
import { expect, test } from "vitest";
import { openRecording } from "../../probes/open.ts";
import { unpackedFixture } from "../support/fixtures.ts";
import { runScript } from "../support/run-script.ts";
import { recordingOf, type WrittenEvent } from "../support/written-events.ts";

/** What `print` says of each expression in begin. */
async function printed(...expressions: readonly string[]): Promise<string[]> {
  const { stdout, stderr } = await runScript(`begin { ${expressions.map((expression) => `print(${expression});`).join(" ")} }`);
  expect(stderr).toBe("Attached 1 probe\n");
  return stdout.trimEnd().split("\n");
}

/** The errors of a script in begin, without their places. */
async function errors(body: string, options: Parameters<typeof runScript>[1] = {}): Promise<string[]> {
  const { stderr } = await runScript(body.includes("{") ? body : `begin { ${body} }`, options);
  return [...stderr.matchAll(/ERROR: (.*)/g)].map(([, message]) => message!);
}

const fork = (ns: number, parent: number, child: number, comm: string, thread = false): WrittenEvent => ({
  ns,
  event: "task:task_newtask",
  pid: parent,
  fields: { pid: child, comm, clone_flags: thread ? 0x10000 : 0 },
});
const work = (ns: number, pid: number, cpu: 0 | 1 = 0): WrittenEvent => ({ ns, event: "app:work", pid, cpu });

const rename: WrittenEvent = { ns: 1500, event: "task:task_rename", pid: 101, fields: { pid: 101, oldcomm: "init", newcomm: "shell" } };

/** 100 forks 101, which takes another name and starts the thread 102. */
const family = [
  fork(1000, 100, 101, "init"),
  rename,
  fork(2000, 101, 102, "shell", true),
  work(3000, 100),
  work(4000, 101),
  work(5000, 102, 1),
];
const comms = new Map([
  [100, "init"],
  [101, "shell"],
]);

test("row 4.01: pid in all its forms; row 4.02: tid", async () => {
  expect(await printed("(pid, pid(), pid(curr_ns), pid(init))", "sizeof(pid)")).toEqual(["(4242, 4242, 4242, 4242)", "4"]);
  expect(await printed("(tid, tid(), tid(curr_ns), tid(init))", "sizeof(tid)")).toEqual(["(4242, 4242, 4242, 4242)", "4"]);
  const recording = await recordingOf(family, { comms });
  const { stdout } = await runScript('tracepoint:app:work { printf("%d %d\\n", pid, tid); }', { recording });
  expect(stdout.trim().split("\n")).toEqual(["100 100", "101 101", "101 102"]);
  expect(await errors("print(pid(me));")).toEqual(["Invalid PID namespace mode: me (expects: curr_ns or init)"]);
  expect(await errors("print(tid(1));")).toEqual(["tid() only supports curr_ns and init as the argument"]);
});

test("row 4.03: uid and gid are 64 bits wide; a recording has none", async () => {
  expect(await printed("(uid, gid)", "sizeof(uid)")).toEqual(["(0, 0)", "8"]);
});

test("row 4.04: username is empty where no ids are recorded", async () => {
  expect(await printed("username", "(1, username)")).toEqual(["", "(1, )"]);
  expect((await runScript('begin { printf("[%s]", username); }')).stdout).toBe("[]\n\n");
});

test("row 4.05: comm", async () => {
  expect(await printed("comm", "comm()", "sizeof(comm)")).toEqual(["hindsight", "hindsight", "16"]);
  const recording = await recordingOf(family, { comms });
  const { stdout } = await runScript("tracepoint:app:work { @[tid, comm] = count(); }", { recording });
  expect(stdout.trim().split("\n")).toEqual(["@[100, init]: 1", "@[101, shell]: 1", "@[102, shell]: 1"]);
});

test("row 4.06: comm(PID) is the name of another process, N/A with a warning if there is none", async () => {
  const recording = await recordingOf(family, { comms });
  const { stdout, stderr } = await runScript("tracepoint:app:work /tid == 102/ { print((comm(100), comm(pid), comm(7))); }", { recording });
  expect(stdout.trim()).toBe("(init, shell, N/A)");
  expect(stderr).toContain("WARNING: No such process (pid=7)\n");
  // Numbers that are no pid, some of them with the low bits of one.
  const none = await runScript("tracepoint:app:work /tid == 102/ { print((comm(0), comm(-1), comm(134217828), comm(4294967396))); }", {
    recording,
  });
  expect(none.stdout.trim()).toBe("(N/A, N/A, N/A, init)");
  expect(await errors('print(comm("init"));')).toEqual(["comm() only supports integer arguments (string provided)"]);
});

test("row 4.07: nsecs is the time of the event", async () => {
  const recording = await recordingOf(family);
  const { stdout } = await runScript("tracepoint:app:work { print(nsecs); }", { recording });
  expect(stdout.trim().split("\n")).toEqual(["3000", "4000", "5000"]);
  expect(await printed("sizeof(nsecs)")).toEqual(["8"]);
});

test("row 4.08: the clocks of nsecs", async () => {
  expect(await printed("nsecs == nsecs(boot)", "nsecs(monotonic) > 0", "nsecs(tai) == nsecs(sw_tai)")).toEqual(["true", "true", "true"]);
  expect(await errors("print(nsecs(x));")).toEqual(["Invalid timestamp mode: x"]);
  expect(await errors("print(nsecs(1));")).toEqual(["nsecs() takes the name of a clock: monotonic, boot, tai or sw_tai"]);
  expect(await errors("print(nsecs(boot, boot));")).toEqual(["nsecs() takes up to one argument (2 provided)"]);
});

test("row 4.09: elapsed counts from the start of the recording", async () => {
  const recording = await recordingOf(family);
  const { stdout } = await runScript("tracepoint:app:work { print(elapsed); }", { recording });
  expect(stdout.trim().split("\n")).toEqual(["2000", "3000", "4000"]);
});

test("row 4.10: jiffies", async () => {
  expect(await printed("jiffies > 0", "sizeof(jiffies)")).toEqual(["true", "8"]);
});

test("row 4.11: cpu; row 4.12: ncpus", async () => {
  const recording = await recordingOf(family);
  const { stdout } = await runScript('tracepoint:app:work { printf("%d/%d\\n", cpu, ncpus); }', { recording });
  expect(stdout.trim().split("\n")).toEqual(["0/2", "0/2", "1/2"]);
  expect(await printed("(sizeof(cpu), sizeof(ncpus))", "ncpus")).toEqual(["(8, 8)", "2"]);
});

test("rows 4.13, 4.14: numaid and cgroup are 0 where they are not recorded", async () => {
  expect(await printed("(numaid, cgroup)", "(sizeof(numaid), sizeof(cgroup))")).toEqual(["(0, 0)", "(8, 8)"]);
});

test("row 4.15: curtask is a pointer to a task", async () => {
  expect(await printed("curtask > 0", "sizeof(curtask)")).toEqual(["true", "8"]);
});

test("row 4.16: the parent and the leader of the current task", async () => {
  const recording = await recordingOf(family, { comms });
  const { stdout } = await runScript("tracepoint:app:work { print((tid, ppid, pcomm, leader_tid, leader_comm)); }", { recording });
  expect(stdout.trim().split("\n")).toEqual(["(100, 0, <...>, 100, init)", "(101, 100, init, 101, shell)", "(102, 100, init, 101, shell)"]);
  expect(await errors("print(ppid(1));")).toEqual(["ppid() only supports arguments of type 'struct task_struct *' (int8 provided)"]);
});

test("row 4.16: of a parent that is not the first thread of its process ppid is the process, pcomm the thread's name", async () => {
  const renamed: WrittenEvent = {
    ns: 5500,
    event: "task:task_rename",
    pid: 102,
    fields: { pid: 102, oldcomm: "shell", newcomm: "worker" },
  };
  const recording = await recordingOf(
    [...family, renamed, fork(6000, 102, 103, "worker"), fork(6100, 103, 104, "worker", true), work(7000, 104)],
    {
      comms,
    },
  );
  const { stdout } = await runScript("tracepoint:app:work /tid == 104/ { print((pid, ppid, ppid(), pcomm)); }", { recording });
  expect(stdout.trim()).toBe("(103, 101, 101, worker)");
});

test("row 4.16: where nobody knows the parent's process, ppid is its thread id, and that is said", async () => {
  const missing = async (text: string): Promise<string[]> => {
    const { stdout, missing: counts } = await runScript(text, { recording: await recordingOf(family, { comms }) });
    return [stdout.trim(), JSON.stringify(counts)];
  };
  expect(await missing("tracepoint:app:work /tid == 101/ { print(ppid); }")).toEqual(["100", expect.stringContaining('"tgid":1')]);
  expect(await missing("tracepoint:app:work /tid == 101/ { print(pcomm); }")).toEqual(["init", expect.stringContaining('"tgid":0')]);
});

test("row 4.17: the mode and the limit of kstack; row 4.18: those of ustack, which has one mode more", async () => {
  expect(await errors("print(kstack(build_id));")).toEqual([
    "Unknown stack mode for kstack(): 'build_id' (expects one of: bpftrace, perf, raw)",
  ]);
  expect(await errors("print(kstack(1025));")).toEqual(["kstack([int limit]): limit shouldn't exceed 1024, 1025 given"]);
  expect(await errors('print(kstack(perf, "x"));')).toEqual(["kstack() expects a non-negative integer literal as the limit"]);
  expect(await errors("print(ustack(x));")).toEqual([
    "Unknown stack mode for ustack(): 'x' (expects one of: bpftrace, perf, raw, build_id)",
  ]);
  expect(await errors("print(ustack(build_id, 1025));")).toEqual(["ustack([int limit]): limit shouldn't exceed 1024, 1025 given"]);
});

test("row 4.19: dw_ustack", async () => {
  expect(await errors("print(dw_ustack);")).toEqual([
    "dw_ustack is not possible: unwinding needs the stack's memory, which is not recorded",
  ]);
});

test("rows 4.20, 4.22, 4.23: arguments, results and functions belong to other probes", async () => {
  const recording = await recordingOf(family);
  expect(await errors("print(arg0);")).toEqual(["The arg0 builtin can only be used with 'kprobes', 'uprobes' and 'usdt' probes"]);
  expect(await errors("print(retval);")).toEqual([
    "The retval builtin can only be used with 'kretprobe' and 'uretprobe' and 'fentry' probes",
  ]);
  expect(await errors("tracepoint:app:work { print(retval); }", { recording })).toEqual([
    "The retval builtin can only be used with 'kretprobe' and 'uretprobe' and 'fentry' probes (try to use args.ret instead)",
  ]);
  expect(await errors("print(func);")).toEqual(["The func builtin can not be used with 'begin' probes"]);
});

test("row 4.21: args in tracepoints, and nowhere else", async () => {
  const recording = await recordingOf([{ ns: 1, event: "app:work", pid: 1, fields: { ret: -5, name: "x" } }]);
  const { stdout } = await runScript('tracepoint:app:work { printf("%d %s %d\\n", args.ret, args.name, args->ret); }', { recording });
  expect(stdout.trim()).toBe("-5 x -5");
  expect(await errors("print(args.ret);")).toEqual(['args can not be used with "begin" probes']);
});

test("row 4.25: probetype, one body for each type", async () => {
  const recording = await recordingOf(family);
  const { stdout } = await runScript(
    "begin, end, tracepoint:app:work { @[probetype, probetype()] = count(); } self:signal:SIGUSR1 { print(probetype); } test:a { print(probetype); }",
    { recording },
  );
  expect(stdout.trim().split("\n")).toEqual(["@[special, special]: 2", "@[tracepoint, tracepoint]: 3"]);
  const timer = await runScript("interval:1s { print(probetype); exit(); }");
  expect(timer.stdout.trim()).toBe("interval");
});

test("row 4.26: cpid without a child is 0, with a warning at run time", async () => {
  const { stdout, stderr } = await runScript("begin { print((cpid, has_cpid)); }");
  expect(stdout.trim()).toBe("(0, false)");
  expect(stderr).toContain("WARNING: cpid is 0: no child process was started (a recording has none)\n");
});

test("row 4.27: usermode is 1 in begin and end, 0 in the kernel", async () => {
  const recording = await recordingOf(family, { uname: "Linux host 6.1.0 x86_64" });
  const { stdout } = await runScript("begin, end, tracepoint:app:work { @[usermode] = count(); }", { recording });
  expect(stdout.trim().split("\n")).toEqual(["@[1]: 2", "@[0]: 3"]);
  const arm = await recordingOf(family, { uname: "Linux host 6.1.0 aarch64" });
  expect(await errors("begin { print(usermode); }", { recording: arm })).toEqual(["'usermode' builtin is only supported on x86_64"]);
});

test("row 4.28: rand starts from the seed", async () => {
  const script = "begin { print((rand, rand)); print(sizeof(rand)); }";
  const first = await runScript(script, { seed: 1n });
  expect(first.stdout.trim().split("\n")[1]).toBe("4");
  expect((await runScript(script, { seed: 1n })).stdout).toBe(first.stdout);
  expect((await runScript(script, { seed: 2n })).stdout).not.toBe(first.stdout);
});

test("row 4.29: ctx", async () => {
  const recording = await recordingOf(family);
  expect(await errors("tracepoint:app:work { print(ctx); }", { recording })).toEqual(["Use args instead of ctx in tracepoint"]);
  expect(await errors("interval:1s { print(ctx); }")).toEqual([
    "ctx is not possible: the recording holds neither registers nor samples of interval probes",
  ]);
  const sampled = await openRecording(unpackedFixture("traces/s14-profile/perf.data"));
  if (!sampled.ok) expect.fail(sampled.message);
  expect(await errors("profile:hz:99 { print(ctx); }", { recording: sampled.recording })).toEqual([
    "ctx is not possible: the recording holds what profile probes were given, and not where the kernel had it",
  ]);
});

test("row 4.30: config is a record of all settings", async () => {
  expect(await printed("config.max_strlen", "config.print_maps_on_exit", "config.missing_probes", "config.str_trunc_trailer")).toEqual([
    "1024",
    "true",
    "error",
    "..",
  ]);
  const { stdout } = await runScript(
    "config = { max_map_keys = 7; missing_probes = WARN } begin { print((config.max_map_keys, config.missing_probes)); }",
  );
  expect(stdout.trim()).toBe("(7, warn)");
});

test("row 4.31: sarg0 was removed, with a hint", async () => {
  const { stderr } = await runScript("begin { print(sarg1); }");
  expect(stderr).toContain("ERROR: The sarg1 builtin was removed\n");
  expect(stderr).toContain('HINT: read the stack instead: *(uint64 *)(reg("sp") + 16)\n');
});

test("row 4.32: positional parameters", async () => {
  const { stdout } = await runScript("begin { print(($1, str($2), $#)); }", { params: ["7", "x"] });
  expect(stdout.trim()).toBe("(7, x, 2)");
});

test("row 4.33: the raw forms of builtins", async () => {
  expect(
    await printed(
      "(__builtin_comm, __builtin_cpu, __builtin_ncpus, __builtin_probe, __builtin_probetype, __builtin_usermode)",
      "(__builtin_arch, __builtin_safe_mode, __builtin_elapsed, __builtin_config.max_probes)",
    ),
  ).toEqual(["(hindsight, 0, 2, begin, special, 1)", "(x86_64, true, 0, 1024)"]);
  expect(await errors("print(arch);")).toEqual(["Unknown identifier: 'arch'"]);
  expect(await errors("print(__builtin_func); print(__builtin_retval);")).toHaveLength(2);
});
