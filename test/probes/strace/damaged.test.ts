/** Texts that are cut, mixed up or hostile: what can be read is, the rest is counted. */
import { expect, test } from "vitest";
import { openRecordingBytes } from "../../../probes/open.ts";
import { fixtureBytes } from "../../support/fixtures.ts";
import { openText, printed } from "./support.ts";

const COUNT = "tracepoint:raw_syscalls:sys_enter { @e = count(); } tracepoint:raw_syscalls:sys_exit { @x = count(); }";
/** The same, and arguments are looked at. */
const READ = `${COUNT} t:syscalls:sys_enter_read, t:syscalls:sys_enter_poll /args.__syscall_nr < 0/ { print(args); }`;
const GOOD = "7 1700000000.000001 getpid() = 7 <0.000001>\n";

const broken: Readonly<Record<string, readonly [text: string, warning: RegExp | null, ...printed: string[]]>> = {
  "cut-in-arguments": [`${GOOD}7 1700000000.000100 openat(AT_FDCWD, "/etc/pa`, /1 return left out/, "@e: 2", "@x: 1"],
  "cut-in-result": [`${GOOD}7 1700000000.000100 close(3) = `, null, "@e: 2", "@x: 1"],
  "open-string": [`${GOOD}7 1700000000.000100 write(1, "abc\\`, /1 return left out/, "@e: 2", "@x: 1"],
  "resumed-without-beginning": [`${GOOD}8 1700000000.000100 <... read resumed>"x", 1) = 1 <0.000050>\n`, null, "@e: 1", "@x: 2"],
  "never-resumed": [`${GOOD}8 1700000000.000100 read(3,  <unfinished ...>\n`, /1 entry without all arguments/, "@e: 2", "@x: 1"],
  "program-output-between": [`${GOOD}hello, world\n${GOOD}`, /1 line cannot be read as strace's, the first is line 2/, "@e: 2", "@x: 2"],
  "unknown-call": [
    `${GOOD}7 1700000000.000100 syscall_0x3e7(0x1, 0x2) = -1 ENOSYS (Function not implemented) <0.000001>\n`,
    /syscall_0x3e7/,
    "@e: 2",
    "@x: 2",
  ],
  "call-without-a-number": [`${GOOD}7 1700000000.000100 frobnicate(1) = 0 <0.000001>\n`, /frobnicate/, "@e: 1", "@x: 1"],
  "unknown-error": [`${GOOD}7 1700000000.000100 close(3) = -1 EWHAT (What) <0.000001>\n`, /1 return left out/, "@e: 2", "@x: 1"],
  "huge-numbers": [
    `${GOOD}7 99999999999999999999.000100 close(99999999999999999999999) = 0 <99999999999999.000001>\n`,
    null,
    "@e: 2",
    "@x: 2",
  ],
  "brackets-without-end": [
    `${GOOD}7 1700000000.000100 poll([[[[[{{{{(((( <unfinished ...>\n`,
    /1 entry without all arguments/,
    "@e: 2",
    "@x: 1",
  ],
  "interrupted-at-the-end": [`${GOOD}7 1700000000.000100 wait4(-1, strace: Process 9 attached`, /return left out/, "@e: 2", "@x: 1"],
};

test.each(Object.entries(broken))("%s", async (_name, [text, warning, ...expected]) => {
  const recording = await openText(text);
  expect(await printed(COUNT, recording)).toEqual(expected);
  expect(await printed(READ, recording)).toEqual(expected);
  if (warning !== null) expect(recording.info.warnings.join("\n")).toMatch(warning);
});

test("a line longer than the window is left out, and only that", async () => {
  const recording = await openText(`${GOOD}7 1700000000.000002 write(1, "${"x".repeat(9 << 20)}", 1) = 1\n${GOOD}`);
  expect(await printed(COUNT, recording)).toEqual(["@e: 2", "@x: 2"]);
  expect(recording.info.warnings.join()).toContain("1 line longer than 4 MiB");
});

test("a text that is cut anywhere gives what is before the cut", async () => {
  const whole = fixtureBytes("strace/everything.txt");
  for (let size = 400; size < 12_000; size += 331) {
    const opened = await openRecordingBytes("cut.txt", whole.subarray(0, size));
    if (!opened.ok) expect.fail(opened.message);
    const [entries] = await printed(COUNT, opened.recording);
    expect(Number(entries?.slice(4))).toBeGreaterThan(1);
  }
});

test("what is no text of strace is not taken for one", async () => {
  for (const text of [
    "int main(void) { return f(1) = 2; }\n",
    "hello\nworld\n",
    '{"a": 1}\n',
    "bash-1 [000] d... 12.5: sys_openat(dfd: 3)\n",
  ]) {
    const opened = await openRecordingBytes("text", new TextEncoder().encode(text));
    expect(opened.ok ? opened.recording.info.format : "refused", text).not.toBe("strace text");
  }
});

test("a string longer than a record is cut, and counted", async () => {
  const recording = await openText(`7 1700000000.000001 write(1, "${"x".repeat(100_000)}", 100000) = 100000 <0.000001>\n`);
  expect(await printed("tracepoint:syscalls:sys_enter_write { print(args.count); }", recording)).toEqual(["100000"]);
  expect(recording.info.warnings.join()).toBe("");
  const script = `tracepoint:syscalls:sys_enter_write { @e = strlen(str(args.buf, 64)); }`;
  expect(await printed(script, recording)).toEqual(["@e: 63"]);
  expect(recording.info.warnings.join()).toContain("1 string cut");
  expect(await printed(`${script} tracepoint:syscalls:sys_exit_write { @x = strlen(str(args.__buf, 64)); }`, recording)).toEqual([
    "@e: 63",
    "@x: 63",
  ]);
  expect(recording.info.warnings.join()).toContain("1 string cut");
});

test("of strings that only the task table's rules could read nothing is said", async () => {
  const recording = await openText('7 1700000000.000001 execve("/bin/sh", ["sh", "-c", "a"...], 0x7ffe /* 3 vars */) = 0 <0.000001>\n');
  expect(await printed("tracepoint:syscalls:sys_exit_* { @[pid, comm] = count(); }", recording)).toEqual(["@[7, sh]: 1"]);
  expect(recording.info.warnings).toEqual([]);
  expect(await printed("tracepoint:syscalls:sys_enter_execve { @[pid, str(args.filename)] = count(); }", recording)).toEqual([
    "@[7, /bin/sh]: 1",
  ]);
  expect(recording.info.warnings.join()).toContain("1 string cut");
});
