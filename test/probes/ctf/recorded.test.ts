/** Traces that LTTng and perf wrote, held to what babeltrace2 and perf's own file say of the same events. */
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRecording, openRecordingBytes } from "../../../probes/open.ts";
import { fixtureBytes, fixturePath } from "../../support/fixtures.ts";
import { runScript } from "../../support/run-script.ts";
import { fixtureFiles, open } from "./support.ts";

const LTTNG = ["metadata", "ch0_0", "ch0_1", "ch1_0", "ch1_1"];
const PERF = ["metadata", "perf_stream_0", "perf_stream_1"];

/** `{ a = 1, b = "x", c = [ [0] = 1 ], d = ( "X" : container = 2 ) }` of all groups of a line. */
function valuesOf(line: string): Map<string, string> {
  const found = [...line.matchAll(/(\w+) = (?:"([^"]*)"|\[ (.*?) \](?=[,} ])|\( "?[\w.]+"? : container = (\d+) \)|(-?[\w.]+))/g)];
  return new Map(
    found.map(([, name, string, list, chosen, plain]) => [name!, string ?? list?.replace(/\[\d+\] = /g, "") ?? chosen ?? plain!]),
  );
}

test("every field of every event is what babeltrace2 prints", async () => {
  const recording = await open(fixtureFiles("lttng-ust", LTTNG));
  const script = `tracepoint:my_app:work {
      printf("work %lld %d|%d|%s|%llx|%d, %d, %d|%s|%s|%d|%d|%d|%d|", nsecs, cpu, args.number, str(args.name), args.addr, args.mac[0], args.mac[1], args.mac[5], args.fixed, str(args.text), args.col, args.port, args._list_length, args.vtid);
      printf("%d %d\\n", tid, pid); }
    tracepoint:my_app:tick { printf("tick %lld %d|%d|%d\\n", nsecs, cpu, args.b, tid); }`;
  const { stdout } = await runScript(script, { recording });
  const want = new TextDecoder()
    .decode(fixtureBytes("ctf/lttng-ust.babeltrace2.txt"))
    .trim()
    .split("\n")
    .map((line) => {
      const ns = String(Number(/^\[(\d+)\]/.exec(line)![1]));
      const values = valuesOf(line);
      const of = (name: string): string => values.get(name)!;
      if (line.includes("my_app:tick")) return `tick ${ns} ${of("cpu_id")}|${of("b")}|${of("vtid")}`;
      const mac = of("mac").split(", ");
      const address = BigInt(of("addr")).toString(16);
      const fields = [
        of("number"),
        of("name"),
        address,
        `${mac[0]!}, ${mac[1]!}, ${mac[5]!}`,
        of("fixed"),
        of("text"),
        of("col"),
        of("port"),
      ];
      return `work ${ns} ${of("cpu_id")}|${fields.join("|")}|${of("_list_length")}|${of("vtid")}|${of("vtid")} ${of("vtid")}`;
    });
  expect(want).toHaveLength(300);
  expect(stdout.trim().split("\n")).toEqual(want);
  expect(recording.info).toMatchObject({
    ...{ format: "CTF 1.8 (lttng-ust)", clock: "mono", ncpus: 2 },
    warnings: ["fields that scripts have no type for are left out: floating-point numbers"],
  });
  expect(Number(recording.info.epochNs! / 1_000_000_000n)).toBeGreaterThan(1_700_000_000);
});

test("the name of the task, and its process, from contexts", async () => {
  const recording = await open(fixtureFiles("lttng-ust", LTTNG));
  const { stdout } = await runScript("tracepoint:my_app:tick { @[comm, pid == tid] = count(); }", { recording });
  expect(stdout.trim()).toBe("@[app, true]: 180");
});

test.each(["exec.bt", "forks.bt", "rename.bt", "lifetime.bt", "exitcode.bt"])(
  "%s over what perf converted prints what it prints over perf.data",
  async (name) => {
    const script = readFileSync(fixturePath(`traces/s03-forkexec/${name}`), "utf8");
    const original = await openRecordingBytes("perf.data", fixtureBytes("traces/s03-forkexec/perf.data"));
    if (!original.ok) expect.fail(original.message);
    const want = await runScript(script, { recording: original.recording });
    const got = await runScript(script, { recording: await open(fixtureFiles("perf", PERF)) });
    expect(got.stdout).toBe(want.stdout);
  },
);

test("directories: that of the trace, that of its session, none, and several", async () => {
  const top = mkdtempSync(join(tmpdir(), "hindsight-session-"));
  const write = (directory: string): void => {
    mkdirSync(join(directory, "index"), { recursive: true });
    writeFileSync(join(directory, "index", "ch0_0.idx"), "not read");
    for (const [name, bytes] of Object.entries(fixtureFiles("lttng-ust", LTTNG))) writeFileSync(join(directory, name), bytes);
  };
  const trace = join(top, "ust", "uid", "0", "64-bit");
  write(trace);
  for (const path of [trace, `${trace}/`, top]) {
    const result = await openRecording(path);
    if (!result.ok) expect.fail(result.message);
    expect(result.recording.streams).toHaveLength(4);
    result.recording.close();
  }
  expect(await openRecording(join(trace, "metadata"))).toEqual({
    ok: false,
    message: `${trace}/metadata: it is one file of a CTF trace: give the directory that holds all of them`,
  });
  expect(await openRecording(join(trace, "index"))).toEqual({
    ok: false,
    message: `cannot open ${trace}/index: is a directory, and holds no CTF trace and no perf.data`,
  });
  write(join(top, "kernel"));
  expect(await openRecording(top)).toEqual({
    ok: false,
    message: `${top}: it holds 2 traces: give one of them, or each with --trace (${top}/kernel, ${trace})`,
  });
  rmSync(top, { recursive: true });
});
