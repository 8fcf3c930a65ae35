/** Lines that people write, and the events that they are. */
import { expect, test } from "vitest";
import { openLines, printed } from "./support.ts";

test("events of a common kernel have its types; strings stand where pointers are", async () => {
  const recording = await openLines(
    {
      ts: 1000,
      cpu: 0,
      pid: 8,
      tgid: 7,
      comm: "cat",
      event: "syscalls:sys_enter_openat",
      args: { dfd: -100, filename: "/etc/pässwd", flags: 0x80000 },
    },
    { ts: 2000, cpu: 1, pid: 8, event: "syscalls:sys_exit_openat", args: { ret: -2 } },
    { ts: 3000, cpu: 1, pid: 8, event: "sched:sched_switch", args: { prev_comm: "cat", prev_pid: 8, next_comm: "sh", next_pid: 9 } },
  );
  expect(
    await printed(
      `t:syscalls:sys_enter_openat { printf("%d %d %d %s %s %d %d\\n", nsecs, pid, tid, comm, str(args.filename), args.dfd, args.flags); }
       t:syscalls:sys_exit_openat { printf("%d %d\\n", cpu, args.ret); }
       t:sched:sched_switch { printf("%s %d %s\\n", args.prev_comm, args.next_pid, args.next_comm); }`,
      recording,
    ),
  ).toEqual([`1000 7 8 cat ${Buffer.from("/etc/pässwd").toString("latin1")} -100 524288`, "1 -2", "cat 9 sh"]);
  expect(recording.info.warnings).toEqual([]);
});

test("fields that no line gives are none of the event", async () => {
  const recording = await openLines({ ts: 1, pid: 1, event: "sched:sched_switch", args: { next_pid: 9 } });
  const event = recording.catalogue.tracepoints.find(({ name }) => name === "sched_switch");
  expect(event?.fields.filter(({ name }) => !name.startsWith("common_")).map(({ decl }) => decl)).toEqual(["pid_t next_pid"]);
});

test("the types of other events follow from their values", async () => {
  const recording = await openLines(
    {
      ts: 1,
      pid: 1,
      event: "app:done",
      args: { n: 3, big: "0xffffffffffffffff", text: "a", list: [1, 2], ok: true, raw: { hex: "00ff" } },
    },
    { ts: 2, pid: 1, event: "app:done", args: { n: -3, big: 1, text: "b", list: [3, 4, 5], ok: false, raw: { hex: "01" } } },
  );
  const event = recording.catalogue.tracepoints.find(({ name }) => name === "done");
  expect(event?.fields.filter(({ name }) => !name.startsWith("common_")).map(({ decl }) => decl)).toEqual([
    "s64 n",
    "u64 big",
    "__data_loc char[] text",
    "__data_loc u64[] list",
    "bool ok",
    "__data_loc u8[] raw",
  ]);
  expect(await printed('t:app:done { printf("%d %llx %s %d\\n", args.n, args.big, str(args.text), args.ok); }', recording)).toEqual([
    "3 ffffffffffffffff a 1",
    "-3 1 b 0",
  ]);
});

test.each([
  ["18446744073709551615", "-1 ffffffffffffffff"],
  ["9223372036854775807", "9223372036854775807 7fffffffffffffff"],
  ["-9223372036854775808", "-9223372036854775808 8000000000000000"],
  ['"9007199254740993"', "9007199254740993 20000000000001"],
  ['"-0x10"', "-16 fffffffffffffff0"],
])("numbers are exact: %s", async (number, expected) => {
  const recording = await openLines(
    { hindsight: 1, events: { "a:b": { fields: ["s64 n"] } } },
    `{"ts":1,"event":"a:b","args":{"n":${number}}}`,
  );
  expect(await printed('t:a:b { printf("%lld %llx\\n", args.n, args.n); }', recording)).toEqual([expected]);
});

test.each([
  ["1500", "1500"],
  ['"1795146740788066123"', "1795146740788066123"],
  ["1795146740788066123", "1795146740788066123"],
  ["0.0000015", "1500"],
  ["12.000000001", "12000000001"],
])("times: %s", async (ts, ns) => {
  expect(await printed("t:a:b { print(nsecs); }", await openLines(`{"ts":${ts},"event":"a:b"}`))).toEqual([ns]);
});

test("probes on functions", async () => {
  const recording = await openLines(
    { ts: 1, pid: 5, probe: "kprobe:vfs_read", arg0: 17, arg1: "name", args: {} },
    { ts: 2, pid: 5, probe: "kretprobe:vfs_read", retval: -5 },
    { ts: 3, pid: 5, probe: "uprobe:/bin/app:run", args: { arg0: "text" } },
    { ts: 4, pid: 5, probe: "uretprobe:/bin/app:run", retval: "made" },
  );
  expect(
    await printed(
      `kprobe:vfs_read { printf("%d %s %s\\n", arg0, str(arg1), func); } kretprobe:vfs_read { printf("%d\\n", retval); }
       uprobe:/bin/app:run { printf("%s\\n", str(arg0)); } uretprobe:/bin/app:run { printf("%s\\n", str(retval)); }`,
      recording,
    ),
  ).toEqual(["17 name vfs_read", "-5", "text", "made"]);
});

test("stacks: names, addresses with names, and addresses", async () => {
  const recording = await openLines(
    {
      ts: 1,
      pid: 5,
      event: "a:b",
      kstack: ["vfs_read+0x10", "ksys_read+32"],
      ustack: ["main+0x5 (/bin/app)", "0x401000 start+1 (/bin/app)", "0x402000"],
    },
    { ts: 2, pid: 5, sample: "cpu-clock", frequency: 99, kstack: ["vfs_read"] },
  );
  expect(await printed("t:a:b { print(kstack); print(ustack); } profile:hz:99 { print(kstack); }", recording)).toEqual([
    "        vfs_read+16",
    "        ksys_read+32",
    "        main+5",
    "        start+1",
    "        0x402000",
    "        vfs_read+0",
  ]);
});

test("tasks are what lines say, from each line on", async () => {
  const recording = await openLines(
    { ts: 1, pid: 5, tgid: 4, comm: "old", event: "a:b" },
    { ts: 2, pid: 5, event: "a:b" },
    { ts: 3, pid: 5, comm: "new", event: "a:b" },
    { ts: 4, pid: 6, event: "a:b" },
  );
  expect(await printed('t:a:b { printf("%d %d %s\\n", pid, tid, comm); }', recording)).toEqual([
    "4 5 old",
    "4 5 old",
    "4 5 new",
    "6 6 <...>",
  ]);
});

test("lost events are told of", async () => {
  const { runScript } = await import("../../support/run-script.ts");
  const recording = await openLines({ ts: 1, event: "a:b" }, { ts: 2, lost: 5 }, { ts: 3, event: "a:b" });
  const { stdout } = await runScript("t:a:b { @ = count(); }", { recording });
  expect(stdout).toContain("@: 2");
  const { survey } = await import("../../../src/session/survey.ts");
  expect(survey(recording).stats).toMatchObject({ lost: 5n });
});

test("a header declares events in C, and no others are read", async () => {
  const recording = await openLines(
    {
      hindsight: 1,
      clock: "boot",
      ncpus: 4,
      uname: "Linux x 6.1 aarch64",
      comms: { "9": "init" },
      events: { "a:b": { fields: ["int x", "char who[8]", "unsigned long at[2]"] } },
      complete: true,
    },
    { ts: 1, cpu: 3, pid: 9, event: "a:b", args: { x: -1, who: "me", at: [1, 2] } },
    { ts: 2, event: "c:d", args: {} },
  );
  expect(recording.info).toMatchObject({ clock: "boot", ncpus: 4, uname: "Linux x 6.1 aarch64" });
  expect(await printed('t:a:b { printf("%d %s %d %s\\n", args.x, args.who, args.at[1], comm); }', recording)).toEqual(["-1 me 2 init"]);
  expect(recording.info.warnings).toEqual(["1 line left out: the header does not describe c:d"]);
});
