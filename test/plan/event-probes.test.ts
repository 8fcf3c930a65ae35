/** An event probe that was recorded in place of its event: a script's probes on the event fire on its records, with strings. */
import { expect, test } from "vitest";
import { noSideData } from "../../src/session/recorded-machine.ts";
import { entryIp, madeEvent, madeRecording, type MadeField } from "../support/made-recording.ts";
import { runScript } from "../support/run-script.ts";

const FIELDS: readonly MadeField[] = [
  ["s32 dfd", 4, 1],
  ["u64 filename", 8, 0],
  ["__data_loc char[] s_filename", 4, 1],
];
const DEFINITION = "e:hs/sys_enter_openat syscalls/sys_enter_openat dfd=$dfd:s32 filename=$filename:u64 s_filename=+0($filename):ustring\n";

const probe = madeEvent("hs", "sys_enter_openat", 900, FIELDS);
const original = madeEvent("syscalls", "sys_enter_openat", 901, [
  ["int __syscall_nr", 4, 1],
  ["int dfd", 8, 1],
  ["const char * filename", 8, 0],
]);

const opens = (path: string, filename: bigint) => ({ event: probe, values: { dfd: -100, filename, s_filename: path } });

test("fires on its records, and its strings are there", async () => {
  const recording = await madeRecording([opens("/etc/passwd", 0x7fff_1000n), opens("/tmp/x", 0x7fff_2000n)]);
  const { stdout, stderr } = await runScript('tracepoint:syscalls:sys_enter_openat { printf("%d %s\\n", args.dfd, str(args.filename)); }', {
    recording,
    side: { ...noSideData, definitions: [DEFINITION] },
  });
  expect(stdout.trim().split("\n")).toEqual(["-100 /etc/passwd", "-100 /tmp/x"]);
  expect(stderr).not.toContain("WARNING");
});

test("so does a probe where the kernel enters a system call, if it has the event's name", async () => {
  const entered = madeEvent("hs", "sys_enter_openat", 900, [entryIp, ...FIELDS]);
  const records = [
    { event: entered, values: { __probe_ip: 0xffffffff81000000n, dfd: -100, filename: 0x7fff_1000n, s_filename: "/tmp/x" } },
  ];
  const definition = (name: string): string =>
    `p:hs/${name} __x64_sys_openat dfd=+112($arg1):s32 filename=+104($arg1):u64 s_filename=+0(+104($arg1)):ustring\n`;
  const script = 'tracepoint:syscalls:sys_enter_openat { printf("%d %s\\n", args.dfd, str(args.filename)); }';
  const { stdout, stderr } = await runScript(script, {
    recording: await madeRecording(records),
    side: { ...noSideData, definitions: [definition("sys_enter_openat")] },
  });
  expect(stdout.trim()).toBe("-100 /tmp/x");
  expect(stderr).not.toContain("WARNING");
  const other = { ...entered, name: "opens", format: entered.format.replace("sys_enter_openat", "opens") };
  const { compilation } = await runScript(script, {
    recording: await madeRecording(records.map((record) => ({ ...record, event: other }))),
    side: { ...noSideData, definitions: [definition("opens")] },
  });
  expect(compilation.script).toBeNull();
});

test.each([
  ["an event that the recording describes", [madeEvent("syscalls", "sys_enter_bind", 901, [["struct sockaddr * umyaddr", 8, 0]])]],
  ["an event that it does not describe", []],
])("members of the structure that a pointer of %s is declared with", async (_title, described) => {
  const bind = madeEvent("hs", "sys_enter_bind", 900, [
    ["u64 umyaddr", 8, 0],
    ["u16 m_umyaddr_0", 2, 0],
  ]);
  const recording = await madeRecording([{ event: bind, values: { umyaddr: 0x7fff_1000n, m_umyaddr_0: 10n } }], { described });
  const script =
    "struct sockaddr { unsigned short sa_family; char sa_data[14]; }; tracepoint:syscalls:sys_enter_bind { @[args.umyaddr->sa_family] = count(); }";
  const definition = "e:hs/sys_enter_bind syscalls/sys_enter_bind umyaddr=$umyaddr:u64 m_umyaddr_0=+u0($umyaddr):x16\n";
  const { stdout, stderr } = await runScript(script, { recording, side: { ...noSideData, definitions: [definition] } });
  expect(stdout.trim()).toBe("@[10]: 1");
  expect(stderr).not.toContain("WARNING");
});

test("an event that has records of its own stays what it is", async () => {
  const recording = await madeRecording([
    opens("/etc/passwd", 0x7fff_1000n),
    { event: original, values: { dfd: 3n, filename: 0x7fff_1000n } },
  ]);
  const { stdout } = await runScript("tracepoint:syscalls:sys_enter_openat { @[args.dfd] = count(); }", {
    recording,
    side: { ...noSideData, definitions: [DEFINITION] },
  });
  expect(stdout.trim()).toBe("@[3]: 1");
});

test("without its definition it is an event of its own, whose fields say by their names what they are", async () => {
  const recording = await madeRecording([opens("/etc/passwd", 0x7fff_1000n)]);
  const { stdout } = await runScript("tracepoint:hs:sys_enter_openat { @[str(args.filename)] = count(); }", { recording });
  expect(stdout.trim()).toBe("@[/etc/passwd]: 1");
});
