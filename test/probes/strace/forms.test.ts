/** One workload, traced with different options: a shell that runs cat, ls and wc and kills a child. */
import { expect, test } from "vitest";
import { openFixture, printed } from "./support.ts";

/** Processes in order of their forks, as n-th of them. */
const LIVES = `
  tracepoint:sched:sched_process_fork { printf("fork %s %s\\n", args.parent_comm, args.child_comm); }
  tracepoint:syscalls:sys_enter_execve { printf("exec %s: ", str(args.filename)); join(args.argv); }
  tracepoint:signal:signal_deliver { printf("signal %d %d\\n", args.sig, args.code); }
  tracepoint:sched:sched_process_exit { printf("exit %s\\n", args.comm); }`;

const OF_THE_WORKLOAD = [
  "exec /usr/bin/sh: sh w.sh",
  "fork sh sh",
  "fork sh sh",
  "exec /usr/bin/cat: cat /etc/hostname",
  "exit cat",
  "signal 17 1",
  "fork sh sh",
  "fork sh sh",
  "exec /usr/bin/ls: ls /",
  "exec /usr/bin/wc: wc -l",
  "exit ls",
  "signal 17 1",
  "exit wc",
  "signal 17 1",
  "fork sh sh",
  "signal 10 0",
  "exit sh",
  "signal 17 2",
  "exit sh",
  "signal 17 1",
  "exit sh",
];

/** The order of what the two sides of a pipe do is up to the scheduler. */
const sorted = (lines: readonly string[]): string[] => [...lines].sort();

test.each(["unix", "day", "both", "everything", "stderr"])("%s: lives of processes", async (name) => {
  expect(sorted(await printed(LIVES, await openFixture(name)))).toEqual(sorted(OF_THE_WORKLOAD));
});

test("hexadecimal strings and verbose numbers say the same", async () => {
  const lines = await printed(LIVES, await openFixture("verbose-hex"));
  expect(sorted(lines)).toEqual(sorted(OF_THE_WORKLOAD));
});

test.each([
  ["unix", "realtime", true],
  ["day", "time of day", true],
  ["relative", "relative", true],
  ["both", "time of day", true],
  ["plain", "lines", false],
] as const)("%s: the clock", async (name, clock, clockIsNs) => {
  const { info } = await openFixture(name);
  expect(info).toMatchObject({ clock, clockIsNs, ncpus: 1 });
});

test("calls with times to the ns, comm, number and address of the instruction", async () => {
  const recording = await openFixture("everything");
  const lines = await printed(
    `tracepoint:syscalls:sys_enter_execve { printf("%s %d\\n", comm, args.__syscall_nr); }
     tracepoint:syscalls:sys_enter_brk { @ns[nsecs % 1000 != 0] = count(); @frame = ustack(raw, 3); }`,
    recording,
  );
  expect(lines.slice(0, 2)).toEqual(["strace 59", "sh 59"]);
  expect(lines.join(" ")).toMatch(/@frame: +7f[0-9a-f]{10} @/);
  expect(lines.find((line) => /^@ns\[(1|true)\]/.test(line))).toBeDefined();
});

test.each(["unix", "day", "relative", "everything", "stderr", "plain", "verbose-hex", "stacks-raw"])(
  "%s: every call has its entry, and every return its exit",
  async (name) => {
    const recording = await openFixture(name);
    const text = new TextDecoder().decode(await textOf(name));
    const lines = text.split("\n").filter((line) => !line.startsWith(" > "));
    const entries = lines.filter((line) => /^(\[pid +\d+\] |\d+(<\S*>)? +)?([\d:.]+ |\s+[\d.]+ )?(\[.*?\] )*\w+\(/.test(line)).length;
    const returns = lines.filter((line) => /\) += (-?\d|0x|\? ER)/.test(line)).length;
    expect(entries).toBeGreaterThan(80);
    expect(
      await printed(
        "tracepoint:raw_syscalls:sys_enter { @e = count(); } t:raw_syscalls:sys_exit { @x = count(); } t:syscalls:sys_enter_* { @se = count(); } t:syscalls:sys_exit_* { @sx = count(); }",
        recording,
      ),
    ).toEqual([`@e: ${entries}`, `@se: ${entries}`, `@sx: ${returns}`, `@x: ${returns}`]);
    expect(recording.info.warnings.filter((warning) => !/cut by strace|-T|no times|no process ids/.test(warning))).toEqual([]);
  },
);

async function textOf(name: string): Promise<Uint8Array> {
  const { fixtureBytes } = await import("../../support/fixtures.ts");
  return fixtureBytes(`strace/${name}.txt`);
}

test("stacks: frames of files have the names that strace found", async () => {
  const lines = await printed("tracepoint:syscalls:sys_enter_access { print(ustack); }", await openFixture("stacks-raw"));
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.every((line) => /^ {8}(\S+\+\d+|0x4854[0-9a-f]{12})$/.test(line))).toBe(true);
  expect(lines.some((line) => /\w+\+\d+/.test(line))).toBe(true);
});
