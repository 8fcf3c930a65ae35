/** Static probes of programs over recordings that hold them (row 1.43). */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Recording } from "../../probes/recording.ts";
import { userCode } from "../../probes/symbols/user-code.ts";
import { missingArguments } from "../../src/cli/missing-arguments.ts";
import type { SideData } from "../../src/session/recorded-machine.ts";
import { fixtureBytes, fixturePath } from "../support/fixtures.ts";
import { entryIp, madeEvent, madeRecording, type MadeField } from "../support/made-recording.ts";
import { runScript } from "../support/run-script.ts";

const DEMO = "/opt/demo";
/** Of the notes of request and done. */
const [REQUEST, DONE] = [0xc1n, 0x133n];
const MAPS = [{ start: 0x400000n, end: 0x402000n, fileOffset: 0n, path: DEMO }];

const u64 = (name: string): MadeField => [`u64 ${name}`, 8, 0];
const s32 = (name: string): MadeField => [`s32 ${name}`, 4, 1];
const string = (name: string): MadeField => [`__data_loc char[] ${name}`, 4, 0];

const side = (change: Partial<SideData> & { readonly hasFile?: boolean }): SideData => ({
  definitions: [],
  kallsyms: null,
  user: userCode(MAPS, (path) => (path === DEMO && change.hasFile !== false ? fixtureBytes("sdt/demo") : null)),
  ...change,
});

/** What is printed; behind it, what is said of arguments that are not recorded. */
async function run(script: string, recording: Recording, files: SideData): Promise<string[]> {
  const { stdout, stderr, exitCode, missingArguments: missing } = await runScript(script, { recording, side: files });
  expect(exitCode, stderr).toBe(0);
  return [...stdout.trim().split("\n"), ...missingArguments(missing).flatMap(({ message, hint }) => [message, hint ?? ""])];
}

const ip = (offset: bigint): bigint => 0x400000n + offset;

/** As perf makes events of the notes: constants are left out, numbers count from 1. */
const perfEvents = (): Promise<Recording> => {
  const request = madeEvent("sdt_demo", "request", 700, [entryIp, s32("arg1"), u64("arg2")]);
  const done = madeEvent("sdt_demo", "done", 701, [entryIp, s32("arg1"), ["s8 arg3", 1, 1]]);
  return madeRecording([
    { event: request, values: { __probe_ip: ip(REQUEST), arg1: -2, arg2: 0x402000n } },
    { event: request, values: { __probe_ip: ip(REQUEST), arg1: 5, arg2: 0x402005n } },
    { event: done, values: { __probe_ip: ip(DONE), arg1: 525, arg3: -43 } },
  ]);
};

const ARGUMENTS = `usdt:${DEMO}:demo:request { printf("%d %p %s\\n", arg0, arg1, probe); print(arg0); }
usdt:${DEMO}:done { printf("%d %d %d %s\\n", arg0, arg1, arg2, probe); }`;

const PRINTED = [
  `-2 0x402000 usdt:${DEMO}:demo:request`,
  "-2",
  `5 0x402005 usdt:${DEMO}:demo:request`,
  "5",
  `525 7 -43 usdt:${DEMO}:demo:done`,
];

test("row 1.43: perf's events of static probes: arg1 is arg0, constants are in the note", async () => {
  expect(await run(ARGUMENTS, await perfEvents(), side({}))).toEqual(PRINTED);
});

test("the last of twelve arguments, which is data of the program", async () => {
  const path = "/opt/globals";
  const user = userCode([{ start: 0x7000_0000_1000n, end: 0x7000_0000_2000n, fileOffset: 0x1000n, path }], () =>
    fixtureBytes("sdt/globals"),
  );
  const many = madeEvent("sdt_globals", "many", 702, [entryIp, s32("arg12")]);
  const recording = await madeRecording([{ event: many, values: { __probe_ip: 0x7000_0000_103en, arg12: -51 } }]);
  const script = `usdt:${path}:globals:many { print((arg0, arg10, arg11)); }`;
  expect(await run(script, recording, { definitions: [], kallsyms: null, user })).toEqual(["(1, 11, -51)"]);
});

test("the same without the program's file: what is not recorded is 0, and said", async () => {
  const [last, ...said] = (await run(ARGUMENTS, await perfEvents(), side({ hasFile: false }))).slice(4);
  expect(last).toBe(`525 0 -43 usdt:${DEMO}:demo:done`);
  expect(said.join("\n")).toContain(`the recording does not hold arg1 of usdt:${DEMO}:demo:done`);
  expect(said.join("\n")).toContain("give the program with --symfs DIR");
});

test("without the program's mappings, the events are those of whatever file the script means", async () => {
  const files: SideData = { definitions: [], kallsyms: null, user: userCode([], () => null) };
  expect(await run("usdt:./any:demo:request { @[probe, arg0] = count(); }", await perfEvents(), files)).toEqual([
    "@[usdt:./any:demo:request, -2]: 1",
    "@[usdt:./any:demo:request, 5]: 1",
  ]);
});

test("several events of one probe, which perf numbers", async () => {
  const events = ["request", "request_1", "other_1"].map((name, i) => madeEvent("sdt_demo", name, 700 + i, [entryIp, u64("arg1")]));
  const recording = await madeRecording(events.map((event, i) => ({ event, values: { __probe_ip: 4096n + BigInt(i), arg1: BigInt(i) } })));
  const files: SideData = { definitions: [], kallsyms: null, user: userCode([], () => null) };
  expect(await run("usdt:/x:demo:* { @[probe] = sum(arg0 + 1); }", recording, files)).toEqual([
    "@[usdt:/x:demo:other_1]: 3",
    "@[usdt:/x:demo:request]: 3",
  ]);
});

/** Uprobes of one's own at the places of notes. */
const uprobes = (byteOrder: "little" | "big" = "little"): Promise<Recording> => {
  const request = madeEvent("hs", "req", 700, [entryIp, u64("arg0"), u64("arg1"), string("s1")]);
  return madeRecording(
    [
      { event: request, values: { __probe_ip: ip(REQUEST), arg0: 0x7777_ffff_fffen, arg1: 0x402000n, s1: "even" } },
      { event: request, values: { __probe_ip: ip(REQUEST), arg0: 0x1_0000_0005n, arg1: 0x402005n, s1: "odd" } },
    ],
    { byteOrder },
  );
};

const TEXTS = `usdt:${DEMO}:demo:request { printf("%d [%s]\\n", arg0, str(arg1)); }`;

test.each(["little", "big"] as const)("a uprobe at a note: operands are the low bytes of registers, %s-endian", async (byteOrder) => {
  expect(await run(TEXTS, await uprobes(byteOrder), side({}))).toEqual(["-2 [even]", "5 [odd]"]);
});

test("fields are operands by their definition, whatever their names", async () => {
  const event = madeEvent("mine", "x", 700, [entryIp, u64("who"), s32("n"), string("text")]);
  const recording = await madeRecording([{ event, values: { __probe_ip: ip(REQUEST), who: 0x402000n, n: -2, text: "even" } }]);
  const definitions = [`p:mine/x ${DEMO}:0xc1 who=%si n=%di:s32 text=+0(%si):string\n`];
  expect(await run(TEXTS, recording, side({ definitions }))).toEqual(["-2 [even]"]);
  // Registers that are no operands of the probe are no arguments of it.
  const other = await madeRecording([{ event, values: { __probe_ip: ip(REQUEST), who: 0x402000n, n: -2, text: "even" } }]);
  const [first, ...said] = await run(TEXTS, other, side({ definitions: [`p:mine/x ${DEMO}:0xc1 arg0=%cx arg1=%dx\n`] }));
  expect(first).toBe("0 []");
  expect(said.join("\n")).toContain(`echo 'p:hs/request ${DEMO}:0xc1 arg0=%di:s32 arg1=%si:u64'`);
});

test("wildcards in provider and name, and what is not there", async () => {
  expect(await run("usdt:*:*:* { @[probe] = count(); }", await perfEvents(), side({}))).toEqual([
    `@[usdt:${DEMO}:demo:done]: 1`,
    `@[usdt:${DEMO}:demo:request]: 2`,
  ]);
  const { stderr, exitCode } = await runScript(`usdt:${DEMO}:demo:gone { }`, { recording: await perfEvents(), side: side({}) });
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`usdt:${DEMO}:demo:gone is not in the recording`);
  expect(stderr).toContain("perf probe sdt_demo:gone");
});

const failing = test.each([
  ["print(func)", "The func builtin can not be used with 'usdt' probes"],
  ['print(reg("di"))', 'reg can not be used with "usdt" probes'],
  ["print(retval)", "The retval builtin can only be used with"],
  ["print(arg12)", "usdt probes have only arg0 to arg11"],
]);
failing("what static probes do not have: %s", async (body, want) => {
  const { stderr } = await runScript(`usdt:${DEMO}:demo:request { ${body}; }`, { recording: await perfEvents(), side: side({}) });
  expect(stderr).toContain(want);
});

/** What bpftrace prints of a program of our own; a text: why it cannot. */
function live(script: string, program: string): string[] | string {
  if (spawnSync("gcc", ["--version"]).status !== 0) return "no gcc";
  const flags = ["-O1", "-nostdlib", "-static", "-fno-pie", "-no-pie", "-o", program];
  if (spawnSync("gcc", [...flags, fixturePath("sdt/demo.c")]).status !== 0) return "gcc does not build the program";
  const traced = spawnSync("bpftrace", ["-q", "-e", script, "-c", program], { encoding: "utf8", timeout: 30_000 });
  if (traced.error !== undefined || traced.status !== 0) return "bpftrace is not here, or may not trace";
  return traced.stdout.trim().split("\n");
}

test("what bpftrace prints of the program is what a replay prints", { timeout: 90_000 }, async ({ skip }) => {
  const directory = mkdtempSync(join(tmpdir(), "hindsight-usdt-"));
  try {
    const program = join(directory, "demo");
    const script = 'usdt:PROGRAM:demo:request { printf("%d %s\\n", arg0, probe); }';
    const printed = live(script.replace("PROGRAM", program), program);
    if (typeof printed === "string") {
      console.log(`skipped: ${printed}`);
      skip();
      return;
    }
    const event = madeEvent("sdt_demo", "request", 700, [entryIp, s32("arg1")]);
    const recording = await madeRecording([-2, -1, 0, 1, 2].map((arg1) => ({ event, values: { __probe_ip: ip(REQUEST), arg1 } })));
    const replayed = await run(script.replace("PROGRAM", DEMO), recording, side({}));
    expect(replayed).toEqual(printed.map((line) => line.replace(program, DEMO)));
  } finally {
    rmSync(directory, { recursive: true });
  }
});
