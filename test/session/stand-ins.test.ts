/** Pointers that were followed while recording and not recorded themselves: what is said of them as numbers. */
import { expect, test } from "vitest";
import { findType } from "../../probes/kernel/btf/lookup.ts";
import { missingArguments } from "../../src/cli/missing-arguments.ts";
import { noSideData } from "../../src/session/recorded-machine.ts";
import { fixtureTypes, sideWithTypes } from "../support/kernel-types.ts";
import { entryIp, madeEvent, madeRecording } from "../support/made-recording.ts";
import { runScript } from "../support/run-script.ts";

const FUNCTION = 0xffffffff81001000n;

/** Messages and hints, and what was printed. */
async function run(script: string): Promise<{ readonly said: readonly string[]; readonly stdout: string }> {
  const event = madeEvent("hs", "serve", 504, [entryIp, ["s32 p0_next_x", 4, 1], ["u64 arg2", 8, 0]]);
  const records = [1, 2].map((arg2) => ({ event, values: { __probe_ip: FUNCTION, p0_next_x: -5, arg2 } }));
  const recording = await madeRecording(records, { kallsyms: `${FUNCTION.toString(16)} T serve\n` });
  const side = { ...sideWithTypes({ given: fixtureTypes() }), definitions: [] };
  const { stdout, stderr, exitCode, missingArguments: missing } = await runScript(script, { recording, side });
  expect(exitCode, stderr).toBe(0);
  return { stdout, said: missingArguments(missing).flatMap(({ message, hint }) => [message, hint ?? ""]) };
}

const lacks = (name: string, point: string): string =>
  `the recording does not hold ${name} of ${point}, only what it leads to: asked for 2 times, answered with a number that stands for it`;
const RECORD_IT = "record it with: echo 'p:hs/serve serve arg0=$arg1 arg2=$arg3' >> /sys/kernel/tracing/kprobe_events";

test.each([
  ["a key", "@[arg0] = count();"],
  ["a value that is kept", "@last = arg0;"],
  ["a value that is printed", 'printf("%p", arg0);'],
  ["computed with", "@ = sum(arg0 + 8);"],
  ["compared with another number", "if (arg0 == arg2) { print(1); }"],
  ["by way of a variable", "$p = arg0; print(($p, 1));"],
  ["a symbol of the kernel", "print(ksym(arg0));"],
  ["kept, followed and printed", "@p[tid] = arg0; print(((struct outer *)@p[tid])->next->x); print(@p[tid]); delete(@p, tid);"],
  ["kept, and printed by way of a variable", "@p[tid] = arg0; $p = @p[tid]; print($p); delete(@p, tid);"],
  ["kept, and compared by way of a variable", "@p[tid] = arg0; $p = @p[tid]; if ($p == arg2) { print(1); } delete(@p, tid);"],
  ["kept, followed, and the map printed", "@p[tid] = arg0; print(((struct outer *)@p[tid])->next->x); print(@p); clear(@p);"],
  [
    "kept, followed, and printed in a loop",
    "@p[tid] = arg0; print(((struct outer *)@p[tid])->next->x); for ($kv : @p) { print($kv.1); } clear(@p);",
  ],
])("said once: %s", async (_, body) => {
  expect((await run(`kprobe:serve { ${body} }`)).said).toEqual([lacks("arg0", "kprobe:serve"), RECORD_IT]);
});

test.each([
  [
    "another probe prints it",
    "kprobe:serve { @p[1] = arg0; $o = (struct outer *)@p[1]; print($o->next->x); } end { print(@p[1]); clear(@p); }",
  ],
  ["a function prints it", 'fn show($p: uint64): void { printf("%d\\n", $p); } kprobe:serve { show(arg0); }'],
  ["a function keeps it", "fn keep($p: uint64): void { @last = $p; } kprobe:serve { keep(arg0); }"],
  [
    "a function hands it on",
    "fn show($p: uint64): void { print($p); } fn hand($p: uint64): void { show($p); } kprobe:serve { hand(arg0); }",
  ],
  ["a function returns it", "fn same($p: uint64): uint64 { return $p; } kprobe:serve { $q = same(arg0); print($q); }"],
  ["a function prints what is kept", "fn show(): void { $p = @p[1]; print($p); } kprobe:serve { @p[1] = arg0; show(); clear(@p); }"],
])("said once: %s", async (_, script) => {
  expect((await run(script)).said).toEqual([lacks("arg0", "kprobe:serve"), RECORD_IT]);
});

test("a function follows a pointer and prints the one that is there", async () => {
  const script = "fn show($p: uint64): void { print(((struct outer *)$p)->next); } kprobe:serve { show(arg0); }";
  expect((await run(script)).said).toEqual([lacks("arg0->next", "kprobe:serve"), RECORD_NEXT]);
});

test.each([
  ["a function follows it", "fn show($p: uint64): void { print(((struct outer *)$p)->next->x); } kprobe:serve { show(arg0); }"],
  ["a function returns another number", "fn none($p: uint64): uint64 { return 3; } kprobe:serve { print(none(arg0)); }"],
])("nothing to say: %s", async (_, script) => {
  expect((await run(script)).said).toEqual([]);
});

/** Where `next` lies in struct outer. */
const NEXT = fixtureTypes().type(findType(fixtureTypes(), "struct", "outer")!);
const AT = NEXT.kind === "struct" ? NEXT.members.find(({ name }) => name === "next")!.bitOffset / 8 : -1;
const RECORD_NEXT = `record it with: echo 'p:hs/serve serve arg0=$arg1 arg2=$arg3 m0_${AT}=+${AT}($arg1):x64' >> /sys/kernel/tracing/kprobe_events`;

test.each([
  ["printed", "print(((struct outer *)arg0)->next);"],
  ["a key", "@[((struct outer *)arg0)->next] = count();"],
  ["kept", "@last = ((struct outer *)arg0)->next;"],
  ["compared", "if (((struct outer *)arg0)->next == (struct outer *)arg2) { print(1); }"],
  ["by way of variables", "$o = (struct outer *)arg0; $n = $o->next; print(($n, 1));"],
  ["computed with", "$n = (uint64)((struct outer *)arg0)->next; print($n + 16);"],
  ["as a number at its address", `print(*(uint64 *)(arg0 + ${AT}));`],
])("a pointer in recorded memory: %s", async (what, body) => {
  const name = what.startsWith("as a number") ? `*(arg0 + ${AT})` : "arg0->next";
  expect((await run(`kprobe:serve { ${body} }`)).said).toEqual([lacks(name, "kprobe:serve"), RECORD_NEXT]);
});

test("a pointer in recorded memory, by the name of what leads to it", async () => {
  expect((await run("fentry:serve { print(args.request->next); }")).said).toEqual([
    lacks("args.request->next", "fentry:vmlinux:serve"),
    `record it with: echo 'f:hs/serve serve $arg* m0_${AT}=+${AT}($arg1):x64' >> /sys/kernel/tracing/dynamic_events (Linux 6.5 or newer)`,
  ]);
});

test("a pointer in memory that an event probe fetched", async () => {
  const probe = madeEvent("hs", "sys_enter_execve", 900, [
    ["u64 argv", 8, 0],
    ["__data_loc char[] s_argv_0", 4, 0],
  ]);
  for (const byteOrder of ["little", "big"] as const) {
    const recording = await madeRecording([{ event: probe, values: { argv: 0x3ff_f000n, s_argv_0: "ls" } }], { byteOrder });
    const definitions = ["e:hs/sys_enter_execve syscalls/sys_enter_execve argv=$argv:u64 s_argv_0=+0(+0($argv)):ustring\n"];
    const told = async (body: string): Promise<readonly string[]> => {
      const script = `tracepoint:syscalls:sys_enter_execve { ${body} }`;
      const { missingArguments: missing } = await runScript(script, { recording, side: { ...noSideData, definitions } });
      return missingArguments(missing).flatMap(({ message, hint }) => [message, hint ?? ""]);
    };
    expect(await told("print(*uptr((uint64)args.argv));")).toEqual([
      "the recording does not hold *args.argv of tracepoint:syscalls:sys_enter_execve, only what it leads to: asked for once, answered with a number that stands for it",
      "record it with the event probe in place of tracepoint:syscalls:sys_enter_execve: add m_argv_0=+u0($argv):x64",
    ]);
    expect(await told("print(str(*uptr((uint64)args.argv))); print(args.argv);")).toEqual([]);
  }
});

test("what the hint names is then there, and nothing is to be said", async () => {
  const event = madeEvent("hs", "serve", 504, [entryIp, ["s32 p0_next_x", 4, 1], ["u64 arg0", 8, 0], [`u64 m0_${AT}`, 8, 0]]);
  const values = { __probe_ip: FUNCTION, p0_next_x: -5, arg0: 0xffff888000001000n, [`m0_${AT}`]: 0xffff888000002000n };
  const recording = await madeRecording([{ event, values }], { kallsyms: `${FUNCTION.toString(16)} T serve\n` });
  const side = { ...sideWithTypes({ given: fixtureTypes() }), definitions: [] };
  const script = "kprobe:serve { $o = (struct outer *)arg0; print($o->next); print($o->next->x); }";
  const { stdout, missingArguments: missing } = await runScript(script, { recording, side });
  expect(stdout.split("\n").filter((line) => line !== "")).toEqual(["0xffff888000002000", "-5"]);
  expect(missingArguments(missing)).toEqual([]);
});

test("a pointer in a copy of recorded memory: told where it is shown", async () => {
  const event = madeEvent("hs", "serve", 504, [entryIp, ["__data_loc char[] s0_0", 4, 0], ["u64 m0_8", 8, 0]]);
  const values = { __probe_ip: FUNCTION, s0_0: "text", m0_8: 7n };
  const told = async (body: string): Promise<readonly string[]> => {
    const recording = await madeRecording([{ event, values }], { kallsyms: `${FUNCTION.toString(16)} T serve\n` });
    const script = `struct two { char *name; long n; }; kprobe:serve { $t = *(struct two *)arg0; ${body} }`;
    const { missingArguments: missing } = await runScript(script, { recording, side: { ...noSideData, definitions: [] } });
    return missingArguments(missing).map(({ message }) => message);
  };
  const said = (name: string): string =>
    `the recording does not hold ${name} of kprobe:serve, only what it leads to: asked for once, answered with a number that stands for it`;
  expect(await told("print($t.name);")).toEqual([said("arg0->name")]);
  expect(await told("print($t);")).toEqual([said("*arg0")]);
  expect(await told("print((str($t.name), $t.n));")).toEqual([]);
});

test("by its name", async () => {
  expect((await run("fentry:serve { @[args.request] = count(); }")).said).toEqual([
    lacks("args.request", "fentry:vmlinux:serve"),
    "record all by name with: echo 'f:hs/serve serve $arg*' >> /sys/kernel/tracing/dynamic_events (Linux 6.5 or newer)",
  ]);
});

test.each([
  ["followed", "print(((struct outer *)arg0)->next->x);"],
  ["asked whether there is one", "if (arg0 != 0 && arg0) { print(((struct outer *)arg0)->next->x); }"],
  ["followed twice", "$o = (struct outer *)arg0; if ($o->next) { $n = $o->next; print($n->x); }"],
  ["kept and then followed", "@p[tid] = arg0; print(((struct outer *)@p[tid])->next->x); delete(@p, tid);"],
  [
    "keys of an entry",
    "@p[tid] = arg0; print(((struct outer *)@p[tid])->next->x); for ($kv : @p) { $kv.0; if ($kv.0 == 1) { print(1); } } clear(@p);",
  ],
  ["another value in the same variable", "$p = arg0; print(((struct outer *)$p)->next->x); $p = 3; if ($p == arg2) { print(1); }"],
])("nothing to say: %s", async (_, body) => {
  const { said, stdout } = await run(`kprobe:serve { ${body} }`);
  expect(said).toEqual([]);
  expect(stdout).toContain("-5\n-5");
});
