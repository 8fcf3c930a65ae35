/** Probe types over programs of the recorded machine, of which this recording holds nothing. */
import { expect, test } from "vitest";
import { recordingOf } from "../support/recordings.ts";
import { runScript, type RunOptions } from "../support/run-script.ts";

const forkExec = await recordingOf("s03-forkexec");

const said = async (text: string, options: RunOptions = {}): Promise<string[]> => {
  const { stderr, exitCode } = await runScript(text, { recording: forkExec, ...options });
  expect(exitCode, stderr).toBe(1);
  return stderr.split("\n").filter((line) => /ERROR|WARNING|HINT/.test(line));
};

/** What is said of an attach point: message, then hints. */
const saidOf = async (point: string, options: RunOptions = {}): Promise<string[]> =>
  (await said(`${point} { }`, options)).map((line) => line.replace(/^stdin:1:1-\d+: /, ""));

const recordable = (name: string, command: string): string[] => [
  `ERROR: ${name} is not in the recording.`,
  `HINT: record it with: ${command}`,
];
const perfProbe = (file: string, event: string, where: string): string =>
  `perf probe -x ${file} 'hs:${event}=${where}' && trace-cmd record -C mono -e hs:${event}`;
const perfPlace = (file: string, event: string, where: string): string =>
  `perf probe -x ${file} hs:${event}=${where} && trace-cmd record -C mono -e hs:${event}`;
const entryArgs = "arg0=%di arg1=%si arg2=%dx";

test.each([
  ["uprobe:/bin/bash:readline", "uprobe:/bin/bash:readline", perfProbe("/bin/bash", "readline", `readline ${entryArgs}`)],
  ["u:bash:readline", "uprobe:bash:readline", perfProbe("bash", "readline", `readline ${entryArgs}`)],
  ["uprobe:libc:malloc", "uprobe:libc:malloc", perfProbe("libc", "malloc", `malloc ${entryArgs}`)],
  ["uprobe:/bin/bash:main+4", "uprobe:/bin/bash:main+4", perfPlace("/bin/bash", "main", "main+4")],
  ["uprobe:/bin/bash:main+0x20", "uprobe:/bin/bash:main+32", perfPlace("/bin/bash", "main", "main+32")],
  ["uprobe:/bin/bash:read*", "uprobe:/bin/bash:read*", perfProbe("/bin/bash", "read_", `read* ${entryArgs}`)],
])("row 1.36: %s", async (point, name, command) => {
  expect(await saidOf(point)).toEqual(recordable(name, command));
});

test("row 1.36: what is refused", async () => {
  expect(await saidOf("uprobe::main")).toEqual(["ERROR: uprobe should have a target"]);
  expect(await saidOf("uprobe:/bin/sh:")).toEqual(["ERROR: uprobe should be attached to a function and/or address"]);
  expect(await saidOf("uprobe:/bin/sh:main+1+1")).toEqual(["ERROR: Cannot take more than one offset"]);
  expect(await saidOf("uprobe:/bin/*:main")).toEqual([
    "ERROR: uprobe:/bin/*:main is not in the recording.",
    "HINT: name one file to see how it is recorded",
  ]);
});

test("row 1.37: an address in a file", async () => {
  expect(await saidOf("uprobe:/bin/sh:0x1234")).toEqual(recordable("uprobe:/bin/sh:4660", perfPlace("/bin/sh", "at_0x1234", "0x1234")));
  expect(await saidOf("uprobe:/bin/*:0x1234")).toEqual(["ERROR: Cannot use wildcards with absolute address"]);
  expect(await saidOf("uprobe:/bin/sh:0")).toEqual(["ERROR: uprobe should be attached to a function and/or address"]);
});

test("row 1.38: a C++ name", async () => {
  const name = "uprobe:/bin/x:cpp:list::push(int, char)";
  expect((await saidOf('uprobe:/bin/x:cpp:"list::push(int, char)"'))[0]).toBe(`ERROR: ${name} is not in the recording.`);
  expect(await saidOf("uprobe:/bin/x:rust:main")).toEqual(["ERROR: unsupported language type: rust"]);
});

test("row 1.39: a source line", async () => {
  const name = "uprobe:/bin/x@main.c:17";
  expect(await saidOf(name)).toEqual(recordable(name, perfPlace("/bin/x", "main_c_17", "main.c:17")));
  expect((await saidOf("uprobe:/bin/x@src/main.c:17:5"))[0]).toBe("ERROR: uprobe:/bin/x@src/main.c:17:5 is not in the recording.");
  expect(await saidOf("uprobe:/bin/x@main.c")).toEqual(["ERROR: a source line is written TARGET@FILE:LINE or TARGET@FILE:LINE:COLUMN"]);
  expect(await saidOf("uprobe:/bin/x@main.c:x")).toEqual(["ERROR: Invalid line: invalid integer: x"]);
  expect(await saidOf("uprobe:/bin/*@main.c:1")).toEqual(["ERROR: Cannot use wildcards with a source line"]);
  expect(await saidOf("uretprobe:/bin/x@main.c:1")).toEqual(["ERROR: uretprobes can not be attached to a source line"]);
});

test("row 1.40: of one process the target may be left out", async () => {
  expect(await saidOf("uprobe:main", { pid: 17 })).toEqual(
    recordable("uprobe:main", perfProbe("/proc/PID/exe", "main", `main ${entryArgs}`)),
  );
  expect((await saidOf('uprobe:cpp:"f(int)"', { pid: 17 }))[0]).toBe("ERROR: uprobe:cpp:f(int) is not in the recording.");
  expect(await saidOf("uprobe:main")).toEqual(["ERROR: uprobe probe type requires 2 or 3 arguments, found 1"]);
});

test("row 1.41: returns", async () => {
  expect(await saidOf("ur:/bin/bash:readline")).toEqual(
    recordable("uretprobe:/bin/bash:readline", perfProbe("/bin/bash", "readline_ret", "readline%return retval=$retval")),
  );
  expect(await saidOf("uretprobe:/bin/bash:readline+8")).toEqual(["ERROR: Offset not allowed"]);
  expect(await saidOf("uretprobe::readline")).toEqual(["ERROR: uretprobe should have a target"]);
});

test("row 1.42: members of archives are refused", async () => {
  const refusal = "a recording names the files that were mapped, not the members of archives";
  const hint = "HINT: unpack the archive and probe the file itself";
  expect(await saidOf('uprobe:"/app.apk!/lib/x.so":f')).toEqual([`ERROR: /app.apk!/lib/x.so: ${refusal}`, hint]);
  expect(await saidOf('usdt:"/app.apk!/lib/x.so":n:f')).toEqual([`ERROR: /app.apk!/lib/x.so: ${refusal}`, hint]);
});

test("row 1.43: usdt", async () => {
  const record = (file: string, event: string, word = event) =>
    `perf buildid-cache --add ${file} && perf probe ${word} && trace-cmd record -C mono -e ${word}`;
  expect(await saidOf("usdt:/bin/x:ns:begin")).toEqual(recordable("usdt:/bin/x:ns:begin", record("/bin/x", "sdt_ns:begin")));
  expect(await saidOf("U:/bin/x:begin")).toEqual(recordable("usdt:/bin/x:begin", record("/bin/x", "sdt_*:begin", "'sdt_*:begin'")));
  expect((await saidOf("usdt:*:begin"))[0]).toBe("ERROR: usdt:*:begin is not in the recording.");
  expect((await saidOf("usdt:begin", { pid: 17 }))[0]).toBe("ERROR: usdt:begin is not in the recording.");
  expect(await saidOf("usdt:/bin/x:")).toEqual(["ERROR: usdt probe must have a target function or wildcard"]);
  expect((await saidOf("usdt::begin"))[0]).toContain("usdt probe must specify at least path or pid to probe.");
});
