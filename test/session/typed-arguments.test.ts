/** Arguments of probed functions by the names and types that the kernel has for them (rows 1.28, 1.33, 1.34, 4.21, 4.22). */
import { expect, test } from "vitest";
import type { Recording } from "../../probes/recording.ts";
import { btfBlob } from "../support/btf-blob.ts";
import { fixtureTypes, openedBtf, sideWithTypes } from "../support/kernel-types.ts";
import { entryIp, madeEvent, madeRecording, returnIps, type MadeField, type MadeRecord } from "../support/made-recording.ts";
import { runScript } from "../support/run-script.ts";

const FUNCTION = 0xffffffff81001000n;
const OUTER = 0xffff888000001000n;
const NEXT = 0xffff888000002000n;
const NAME = 0xffff888000003000n;
const KALLSYMS = `${FUNCTION.toString(16)} T serve\n`;

const argument = (name: string): MadeField => [`u64 ${name}`, 8, 0];

async function run(script: string, recording: Recording, definitions: readonly string[] = []): Promise<string[]> {
  const side = { ...sideWithTypes({ given: fixtureTypes() }), definitions };
  const { stdout, stderr, exitCode } = await runScript(script, { recording, side });
  expect(exitCode, stderr).toBe(0);
  return stdout.trimEnd().split("\n");
}

/** serve(OUTER, "...", flags) as an fprobe by `$arg*` records it. */
const byName = madeEvent("hs", "serve", 500, [entryIp, argument("request"), argument("name"), argument("flags"), ["u32 p0_id", 4, 0]]);
const namedCall = async (): Promise<Recording> =>
  madeRecording([{ event: byName, values: { __probe_ip: FUNCTION, request: OUTER, name: NAME, flags: 0x1_0000_0007n, p0_id: 42 } }], {
    kallsyms: KALLSYMS,
  });

test("row 1.33: arguments of fentry have the types of the function", async () => {
  const script = 'fentry:serve { print(args.request->id); print(args.flags); print(args.request); printf("%p\\n", args.name); }';
  expect(await run(script, await namedCall())).toEqual(["42", "7", "0xffff888000001000", "0xffff888000003000"]);
});

test("row 4.20: fields with the names of parameters are argN of a kprobe", async () => {
  const script = "kprobe:serve { print((arg0, arg1, arg2)); print(((struct outer *)arg0)->id); }";
  expect(await run(script, await namedCall())).toEqual([`(${OUTER}, ${NAME}, 4294967303)`, "42"]);
});

test("row 4.21: arguments that were recorded by number have their names too", async () => {
  const event = madeEvent("hs", "serve", 501, [entryIp, argument("arg0"), argument("arg2")]);
  const recording = await madeRecording([{ event, values: { __probe_ip: FUNCTION, arg0: OUTER, arg2: 9n } }], { kallsyms: KALLSYMS });
  expect(await run("fentry:serve { print((args.request, args.flags)); }", recording)).toEqual([`(0x${OUTER.toString(16)}, 9)`]);
  const { stderr } = await runScript("fentry:serve { print(args.name); }", { recording, side: sideWithTypes({ given: fixtureTypes() }) });
  expect(stderr).toContain("the recording does not hold the argument name of serve\n");
  expect(stderr).toContain("HINT: it holds request, flags; record all by name with: echo 'f:hs/serve serve $arg*'");
});

test("row 1.34: retval of fexit has the type of the function", async () => {
  const event = madeEvent("hs", "serve_exit", 502, [...returnIps, argument("retval"), argument("arg2")]);
  const values = { __probe_func: FUNCTION, __probe_ret_ip: FUNCTION + 64n, retval: 0xffff_fff7n, arg2: 3n };
  const recording = await madeRecording([{ event, values }], { kallsyms: KALLSYMS });
  expect(await run("fexit:serve { print(retval); print(retval < 0); print(args.flags); }", recording)).toEqual(["-9", "true", "3"]);
});

test("arguments at a return that recorded none: refused, and what the plan says instead answers", async () => {
  const exit = madeEvent("hs", "serve_ret", 503, [...returnIps, argument("retval")]);
  const left = { __probe_func: FUNCTION, __probe_ret_ip: FUNCTION + 64n };
  const entered = (pid: number, flags: bigint): MadeRecord => ({
    event: byName,
    pid,
    values: { __probe_ip: FUNCTION, request: OUTER, name: NAME, flags, p0_id: 42 },
  });
  const records = [
    entered(7, 1n),
    entered(8, 2n),
    ...[7, 8].map((pid) => ({ event: exit, pid, values: { ...left, retval: BigInt(pid) } })),
  ];
  const recording = await madeRecording(records, { kallsyms: KALLSYMS });
  const { stderr, exitCode } = await runScript("fexit:serve { print(args.flags); }", {
    recording,
    side: sideWithTypes({ given: fixtureTypes() }),
  });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("the recording does not hold the argument flags of serve\n");
  const saved = "fentry:serve { @saved[tid] = args.flags; } fexit:serve { print((@saved[tid], retval)); delete(@saved, tid); }";
  expect(await run(saved, await madeRecording(records, { kallsyms: KALLSYMS }))).toEqual(["(1, 7)", "(2, 8)"]);
});

test("members that were recorded by their names are memory of what the argument points to", async () => {
  const fields: MadeField[] = [
    entryIp,
    argument("arg0"),
    ["u64 p0_next", 8, 0],
    ["s32 p0_next_x", 4, 1],
    ["s64 p0_next_count_counter", 8, 1],
  ];
  const event = madeEvent("hs", "serve", 503, [...fields, ["u16 p0_word_high", 2, 0]]);
  const values = { __probe_ip: FUNCTION, arg0: OUTER, p0_next: NEXT, p0_next_x: -5, p0_next_count_counter: -7, p0_word_high: 513 };
  const recording = await madeRecording([{ event, values }], { kallsyms: KALLSYMS });
  const script = "fentry:serve { $r = args.request; print(($r->next, $r->next->x, $r->next->count.counter, $r->word.high)); }";
  expect(await run(script, recording)).toEqual([`(0x${NEXT.toString(16)}, -5, -7, 513)`]);
});

test("members are reached through pointers that were not recorded themselves", async () => {
  const event = madeEvent("hs", "serve", 504, [entryIp, ["s32 p0_next_x", 4, 1]]);
  const recording = await madeRecording([{ event, values: { __probe_ip: FUNCTION, p0_next_x: -5 } }], { kallsyms: KALLSYMS });
  expect(await run("kprobe:serve { print(((struct outer *)arg0)->next->x); }", recording)).toEqual(["-5"]);
});

test("members and arguments that a definition fetches by their BTF names", async () => {
  const event = madeEvent("hs", "serve", 507, [
    entryIp,
    argument("who"),
    ["s32 x", 4, 1],
    argument("n"),
    ["__data_loc char[] label", 4, 0],
  ]);
  const values = { __probe_ip: FUNCTION, who: OUTER, x: -6, n: 11n, label: "a name" };
  const recording = await madeRecording([{ event, values }], { kallsyms: KALLSYMS });
  const definition = "f:hs/serve serve who=request x=request->next->x:s32 n=flags label=name:string";
  const script = "fentry:serve { print((args.request->next->x, args.flags)); } kprobe:serve { print((arg2, str(arg1))); }";
  expect(await run(script, recording, [definition])).toEqual(["(-6, 11)", "(11, a name)"]);
});

test("a pointer that was followed while recording, and not recorded itself, is an argument by its name too", async () => {
  const fields: MadeField[] = [entryIp, ["__data_loc char[] name", 4, 1], ["s32 x", 4, 1], argument("n")];
  const values = { __probe_ip: FUNCTION, name: "a name", x: -6, n: 11n };
  const recording = await madeRecording([{ event: madeEvent("hs", "serve", 509, fields), values }], { kallsyms: KALLSYMS });
  const side = {
    ...sideWithTypes({ given: fixtureTypes() }),
    definitions: ["p:hs/serve serve name=+0($arg2):string x=request->next->x:s32 n=$arg3"],
  };
  const { stdout, stderr } = await runScript("fentry:serve { print((str(args.name), args.request->next->x, args.flags)); }", {
    recording,
    side,
  });
  expect(stdout.trim()).toBe("(a name, -6, 11)");
  expect(stderr).not.toContain("WARNING");
});

test("text that an event has beside the arguments is no argument", async () => {
  const fields: MadeField[] = [entryIp, argument("arg0"), ["__data_loc char[] label", 4, 1]];
  const event = madeEvent("hs", "serve", 510, fields);
  const recording = await madeRecording([{ event, values: { __probe_ip: FUNCTION, arg0: OUTER, label: "x" } }], { kallsyms: KALLSYMS });
  const { stderr } = await runScript("fentry:serve { print(str(args.label)); }", {
    recording,
    side: sideWithTypes({ given: fixtureTypes() }),
  });
  expect(stderr).toContain("the recording does not hold the argument label of serve\n");
  expect(stderr).toContain("HINT: it holds request; record all by name");
});

test("names that are no members mean nothing", async () => {
  const fields: MadeField[] = [
    entryIp,
    argument("arg0"),
    ["u32 p0_nothing", 4, 0],
    ["u32 p2_id", 4, 0],
    ["u32 p9_id", 4, 0],
    ["u8 p0_flag", 1, 0],
  ];
  const event = madeEvent("hs", "serve", 505, fields);
  const recording = await madeRecording([{ event, values: { __probe_ip: FUNCTION, arg0: OUTER } }], { kallsyms: KALLSYMS });
  expect(await run("kprobe:serve { print(arg0); }", recording)).toEqual([String(OUTER)]);
});

test("without types a field keeps the recorder's", async () => {
  const { stdout } = await runScript("fentry:serve { print(args.flags); }", { recording: await namedCall() });
  expect(stdout.trim()).toBe("4294967303");
});

/** tick(preempt: bool, task: struct task *, left: int). */
function tickTypes(): ReturnType<typeof openedBtf> {
  const blob = btfBlob();
  const int = blob.add(1, "int", 4, [(1 << 24) | 32]);
  const bool = blob.add(1, "_Bool", 1, [(4 << 24) | 8]);
  const task = blob.add(2, "", blob.add(4, "task", 4, [blob.name("pid"), int, 0], 1));
  const data = blob.add(2, "", 0);
  const params = (...names: string[]): number[] => [data, bool, task, int].flatMap((type, i) => [blob.name(names[i] ?? ""), type]);
  blob.add(8, "btf_trace_tick", blob.add(2, "", blob.add(13, "", 0, params(), 4)));
  blob.add(12, "__traceiter_tick", blob.add(13, "", int, params("__data", "preempt", "task", "left"), 4), [], 0);
  return openedBtf(blob.bytes());
}

test("row 1.28: arguments of raw tracepoints by name and type", async () => {
  const event = madeEvent("hs", "tick", 506, [entryIp, argument("arg1"), argument("arg2"), ["s32 p1_pid", 4, 1]]);
  const recording = await madeRecording([{ event, values: { __probe_ip: 0n, arg1: OUTER, arg2: 0xffff_fffen, p1_pid: 12 } }]);
  const side = { ...sideWithTypes({ given: tickTypes() }), definitions: ["t:hs/tick tick arg1=$arg2 arg2=$arg3 p1_pid=task->pid"] };
  const { stdout, stderr } = await runScript("rawtracepoint:tick { print((args.task->pid, args.left, arg2, arg1)); }", { recording, side });
  expect(stderr).toBe("Attached 1 probe\n");
  expect(stdout.trim()).toBe(`(12, -2, 4294967294, ${OUTER})`);
  const failed = await runScript("rawtracepoint:tick { print(args.preempt); }", { recording, side });
  expect(failed.stderr).toContain("HINT: it holds task, left; record all by name with: echo 't:hs/tick tick $arg*'");
});
