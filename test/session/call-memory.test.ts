/** Pointers that are kept at the entry of a call and followed later: what the entry recorded is there until the call has returned. */
import { describe, expect, test } from "vitest";
import type { Recording } from "../../probes/recording.ts";
import { openRecordingBytes } from "../../probes/open.ts";
import { together } from "../../probes/together.ts";
import { noSideData, type SideData } from "../../src/session/recorded-machine.ts";
import { entryIp, madeEvent, madeRecording, returnIps, type MadeRecord } from "../support/made-recording.ts";
import { fixtureTypes, sideWithTypes } from "../support/kernel-types.ts";
import { runScript } from "../support/run-script.ts";

/** As Linux 6.19 records them: with the text behind the pointer. */
const enterOpen = madeEvent("syscalls", "sys_enter_openat", 900, [
  ["const char * filename", 8, 0],
  ["__data_loc char[] __filename_val", 4, 1],
]);
const exitOpen = madeEvent("syscalls", "sys_exit_openat", 901, [["long ret", 8, 1]]);
const enterRead = madeEvent("syscalls", "sys_enter_read", 902, [
  ["char * buf", 8, 0],
  ["__data_loc char[] __buf_val", 4, 1],
]);
const exitRead = madeEvent("syscalls", "sys_exit_read", 903, [["long ret", 8, 1]]);
const enterExec = madeEvent("syscalls", "sys_enter_execve", 904, [
  ["const char * filename", 8, 0],
  ["__data_loc char[] __filename_val", 4, 1],
]);
const exitExec = madeEvent("syscalls", "sys_exit_execve", 905, [["long ret", 8, 1]]);
const exited = madeEvent("sched", "sched_process_exit", 906, [["pid_t pid", 4, 1]]);
const tick = madeEvent("made", "tick", 907, [["u64 n", 8, 0]]);
const outer = madeEvent("hs", "outer", 910, [entryIp, ["u64 arg0", 8, 0], ["__data_loc char[] s0", 4, 1], ["u64 m0_8", 8, 0]]);
const outerReturn = madeEvent("hs", "outer_ret", 911, [...returnIps, ["u64 retval", 8, 0]]);
const inner = madeEvent("hs", "inner", 912, [entryIp, ["u64 arg0", 8, 0], ["__data_loc char[] s0", 4, 1]]);
const innerReturn = madeEvent("hs", "inner_ret", 913, [...returnIps, ["u64 retval", 8, 0]]);

const AT = 0x7fff_1000n;
type Extra = Omit<MadeRecord, "event" | "values">;

const opens = (path: string, more: Extra = {}, at = AT): MadeRecord => ({
  event: enterOpen,
  values: { filename: at, __filename_val: path },
  ...more,
});
const opened = (ret: bigint, more: Extra = {}): MadeRecord => ({ event: exitOpen, values: { ret }, ...more });
const ticks = (n: bigint, more: Extra = {}): MadeRecord => ({ event: tick, values: { n }, ...more });
const calls = (path: string, at = AT, more: Extra = {}): MadeRecord => ({
  event: outer,
  values: { arg0: at, s0: path, m0_8: 77n },
  ...more,
});
const callsInner = (path: string, at: bigint): MadeRecord => ({ event: inner, values: { arg0: at, s0: path } });
const returned: MadeRecord = { event: outerReturn, values: { retval: 1n } };
const innerReturned: MadeRecord = { event: innerReturn, values: { retval: 2n } };

const OPENS = `tracepoint:syscalls:sys_enter_openat { @f[tid] = args.filename; }
  tracepoint:syscalls:sys_exit_openat /@f[tid]/ { printf("%d %s=%d\\n", tid, str(@f[tid]), args.ret); }`;
const CALLS = `uprobe:./p:outer { @f[tid] = arg0; }
  uretprobe:./p:outer /@f[tid]/ { printf("%s\\n", str(@f[tid])); }`;
const DEFINITIONS = `p:hs/outer ${process.cwd()}/p:0x10 arg0=%di s0=+0(%di):string m0_8=+8(%di):x64
r:hs/outer_ret ${process.cwd()}/p:0x10 retval=$retval
p:hs/inner ${process.cwd()}/p:0x20 arg0=%di s0=+0(%di):string
r:hs/inner_ret ${process.cwd()}/p:0x20 retval=$retval\n`;

interface Run {
  readonly lines: readonly string[];
  /** Events that asked for user memory that the recording lacks. */
  readonly missing: number;
}

async function run(script: string, recording: Recording): Promise<Run> {
  const side = { ...noSideData, definitions: [DEFINITIONS] };
  const [compiled, interpreted] = await Promise.all(
    (["jit", "interp"] as const).map((backend) => async () => runScript(script, { recording, backend, side })).map((start) => start()),
  );
  expect(interpreted!.stdout).toBe(compiled!.stdout);
  expect(interpreted!.missing).toEqual(compiled!.missing);
  return {
    lines: compiled!.stdout.split("\n").filter((line) => line !== "" && !line.startsWith("@f[")),
    missing: (compiled!.missing["userMemory"] ?? 0) + (compiled!.missing["kernelMemory"] ?? 0),
  };
}

const runOver = async (script: string, records: readonly MadeRecord[]): Promise<Run> => run(script, await madeRecording(records));

describe("system calls", () => {
  test("each thread reads what its own call was given", async () => {
    const one = { pid: 7, cpu: 0 };
    const two = { pid: 8, cpu: 1 };
    expect(await runOver(OPENS, [opens("/one", one), opens("/two", two), opened(4n, two), opened(3n, one)])).toEqual({
      lines: ["8 /two=4", "7 /one=3"],
      missing: 0,
    });
  });

  test("in the call, any event of the thread reads it, and no other thread's; behind it, nobody", async () => {
    const script = `${OPENS}
      tracepoint:made:tick { printf("%d: [%s]\\n", args.n, str(@f[100])); }`;
    const records = [opens("/a"), ticks(1n), ticks(2n, { pid: 9 }), opened(3n), ticks(3n)];
    expect(await runOver(script, records)).toEqual({ lines: ["1: [/a]", "2: []", "100 /a=3", "3: []"], missing: 2 });
  });

  test("where returns were not recorded, nobody knows how long it is there", async () => {
    const script = `${OPENS} tracepoint:made:tick { printf("[%s]\\n", str(@f[tid])); }`;
    const format = await madeRecording([opens("/a"), ticks(1n), opened(3n)]);
    expect((await run(script, format)).lines).toEqual(["[/a]", "100 /a=3"]);
    // The same events, without any return though it is described.
    const jsonl = [
      '{"hindsight":1,"ncpus":1,"events":{"syscalls:sys_enter_openat":{"id":900,"fields":[{"decl":"const char * filename","offset":8,"size":8,"signed":false},{"decl":"__data_loc char[] __filename_val","offset":16,"size":4,"signed":true}]},"syscalls:sys_exit_openat":{"id":901,"fields":[{"decl":"long ret","offset":8,"size":8,"signed":true}]},"made:tick":{"id":907,"fields":[{"decl":"u64 n","offset":8,"size":8,"signed":false}]}}}',
      '{"ts":1,"cpu":0,"pid":100,"event":"syscalls:sys_enter_openat","args":{"filename":4198400,"__filename_val":"/a"}}',
      '{"ts":2,"cpu":0,"pid":100,"event":"made:tick","args":{"n":1}}',
    ];
    const lines = await openRecordingBytes("made.jsonl", new TextEncoder().encode(`${jsonl.join("\n")}\n`));
    if (!lines.ok) expect.fail(lines.message);
    expect(await run(script, lines.recording)).toEqual({ lines: ["[]"], missing: 1 });
  });

  test("another call of the thread says that the first one is over, though its return was not recorded", async () => {
    const script = `${OPENS} tracepoint:made:tick { printf("[%s]\\n", str(@first)); }
      tracepoint:syscalls:sys_enter_openat /@first == 0/ { @first = args.filename; }`;
    const records = [opens("/a"), ticks(1n), opens("/b", {}, AT + 0x100n), ticks(2n), opened(3n)];
    expect(await runOver(script, records)).toEqual({ lines: ["[/a]", "[]", "100 /b=3", `@first: 0x${AT.toString(16)}`], missing: 1 });
  });

  test("memory that a call fills is not what it was at the entry", async () => {
    const script = `tracepoint:syscalls:sys_enter_read { @f[tid] = args.buf; }
      tracepoint:syscalls:sys_exit_read { printf("[%s]\\n", str(@f[tid])); }`;
    const records = [
      { event: enterRead, values: { buf: AT, __buf_val: "old" } },
      { event: exitRead, values: { ret: 3n } },
    ];
    expect(await runOver(script, records)).toEqual({ lines: ["[]"], missing: 1 });
  });

  test("behind an exec, memory is another program's", async () => {
    const script = `tracepoint:syscalls:sys_enter_execve { @f[tid] = args.filename; printf("%s\\n", str(args.filename)); }
      tracepoint:syscalls:sys_exit_execve { printf("[%s]\\n", str(@f[tid])); }`;
    const records = [
      { event: enterExec, values: { filename: AT, __filename_val: "/bin/ls" } },
      { event: exitExec, values: { ret: 0n } },
    ];
    expect(await runOver(script, records)).toEqual({ lines: ["/bin/ls", "[]"], missing: 1 });
  });

  test("a thread that has the number of one that ended has none of its memory", async () => {
    const script = `${OPENS} tracepoint:made:tick { printf("[%s]\\n", str(@f[tid])); }`;
    const records = [opens("/a"), { event: exited, values: { pid: 100 } }, ticks(1n), opens("/b", { pid: 5 }), opened(3n, { pid: 5 })];
    expect(await runOver(script, records)).toEqual({ lines: ["[]", "5 /b=3"], missing: 1 });
  });

  test("a return may be among events that were lost", async () => {
    const script = `${OPENS} tracepoint:made:tick { printf("[%s]\\n", str(@f[tid])); }`;
    const records = [opens("/a"), ticks(1n), ticks(2n, { lost: 5 }), opens("/b", { pid: 5 }), opened(3n, { pid: 5 })];
    expect(await runOver(script, records)).toEqual({ lines: ["[/a]", "[]", "5 /b=3"], missing: 1 });
  });

  test("threads of two recordings are two, whatever their numbers", async () => {
    const one = await madeRecording([opens("/one"), ticks(1n), ticks(2n)]);
    const two = await madeRecording([ticks(1n), opened(3n), ticks(2n)]);
    const both = together([one, two].map((recording, i) => ({ recording, tag: String(i), offsetNs: 0n })));
    if (!both.ok) expect.fail(both.message);
    const { lines } = await run(OPENS, both.recording);
    expect(lines).toEqual(["100 =3"]);
  });
});

describe("functions", () => {
  test("text that a function was given is there at its return", async () => {
    expect(await runOver(CALLS, [calls("/a"), returned, calls("/b"), returned])).toEqual({ lines: ["/a", "/b"], missing: 0 });
  });

  test("members of a structure may have been changed", async () => {
    const script = `struct s { unsigned long a; unsigned long b; }; uprobe:./p:outer { @f[tid] = arg0; }
      uretprobe:./p:outer { printf("%d\\n", ((struct s *)@f[tid])->b); }`;
    expect(await runOver(script, [calls("/a"), returned])).toEqual({ lines: ["0"], missing: 1 });
  });

  test("the newest that was recorded at an address is what is there", async () => {
    const script = `${CALLS} uprobe:./p:inner { @seen = count(); } uretprobe:./p:inner { printf("inner %s\\n", str(@f[tid])); }`;
    const records = [calls("first"), callsInner("2nd", AT), innerReturned, returned];
    expect(await runOver(script, records)).toEqual({ lines: ["inner 2nd", "2nd", "@seen: 1"], missing: 0 });
    const longer = [calls("first"), callsInner("much longer", AT), innerReturned, returned];
    expect(await runOver(script, longer)).toEqual({ lines: ["inner ", "@seen: 1"], missing: 2 });
  });

  test("recursion: each call has its own", async () => {
    const script = `uprobe:./p:outer { @depth[tid]++; @f[tid, @depth[tid]] = arg0; }
      uretprobe:./p:outer { printf("%s\\n", str(@f[tid, @depth[tid]])); @depth[tid]--; }`;
    const records = [calls("/a"), calls("/b", AT + 0x100n), returned, returned];
    expect((await runOver(script, records)).lines.filter((line) => !line.startsWith("@"))).toEqual(["/b", "/a"]);
  });

  test("of the kernel's functions, by their declarations", async () => {
    const script = `kprobe:serve { @n[tid] = arg1; @r[tid] = arg0; } kretprobe:serve { printf("%s [%s]\\n", str(@n[tid]), str(@r[tid])); }`;
    const entry = madeEvent("hs", "serve", 920, [
      entryIp,
      ["u64 arg0", 8, 0],
      ["u64 arg1", 8, 0],
      ["__data_loc char[] s0", 4, 1],
      ["__data_loc char[] s1", 4, 1],
    ]);
    const exit = madeEvent("hs", "serve_ret", 921, [...returnIps, ["u64 retval", 8, 0]]);
    const records = [
      { event: entry, values: { arg0: 0xffff_8880_0000_1000n, arg1: 0xffff_8880_0000_2000n, s0: "request", s1: "name" } },
      { event: exit, values: { retval: 0n } },
    ];
    const kernel = "p:hs/serve serve arg0=$arg1 arg1=$arg2 s0=+0($arg1):string s1=+0($arg2):string\nr:hs/serve_ret serve retval=$retval\n";
    const runWith = async (side: SideData): Promise<string> => {
      const recording = await madeRecording(records);
      return (await runScript(script, { recording, side: { ...side, definitions: [kernel] } })).stdout.split("\n")[0]!;
    };
    // int serve(struct outer *request, const char *name, u32 flags)
    expect(await runWith(sideWithTypes({ given: fixtureTypes() }))).toBe("name []");
    expect(await runWith(noSideData)).toBe(" []");
  });

  test("of more calls under way than there is room for, the ones that began first are forgotten", async () => {
    const many = Array.from({ length: 2050 }, (_, i) => calls(`/${i}`, AT, { pid: 1000 + i }));
    const ends = [0, 1, 2, 2049].map((i): MadeRecord => ({ ...returned, pid: 1000 + i }));
    expect(await runOver(CALLS, [...many, ...ends])).toEqual({ lines: ["/2", "/2049"], missing: 2 });
  });
});
