/** Cgroups of samples, and when tasks began, as records tell; and the same with ids as perf records them here. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRecording } from "../../../probes/open.ts";
import { sampleBit } from "../../../probes/formats/perf-data/transcoder-layout.ts";
import { byteList } from "../../../tooling/perf-data/bytes.ts";
import { perfDataBytes, recordsOf } from "../../../tooling/perf-data/writer.ts";
import { runScript } from "../../support/run-script.ts";
import { formats, opened, printed, rawWork, workAttr, WORK_SAMPLE } from "./made.ts";

const ORDERS = ["little", "big"] as const;

/** With and without what lies between RAW and the cgroup. */
test.each(ORDERS.flatMap((order) => [[order, 0] as const, [order, sampleBit.dataSrc | sampleBit.physAddr] as const]))(
  "samples have the cgroup that their task is in (%s endian, more fields: %i)",
  async (byteOrder, more) => {
    const sampleType = WORK_SAMPLE | sampleBit.cgroup | more;
    const write = recordsOf(byteOrder, sampleType);
    let n = 0;
    const sample = (ns: number, tid: number, cgroup: number): Uint8Array => {
      const rest = byteList(byteOrder).bytes(rawWork(byteOrder, ++n, tid));
      for (let bits = more; bits !== 0; bits &= bits - 1) rest.u64(0xbad);
      return write.sample({ id: 11, pid: tid, tid, ns, cpu: 0, rest: rest.u64(cgroup).done() });
    };
    const records = [
      sample(1000, 10, 5),
      sample(1100, 10, 5),
      sample(1200, 20, 2 ** 33),
      sample(1300, 10, 6),
      // The next task of that number is in another one, or in the same.
      write.exit([10, 10], { ns: 1400, pid: 10, tid: 10 }),
      write.fork([10, 10], [20, 20], { ns: 1500, pid: 20, tid: 20 }),
      sample(1600, 10, 6),
    ];
    const recording = await opened(perfDataBytes({ byteOrder, attrs: [{ ...workAttr, sampleType }], formats, records }));
    expect(await printed(recording, 'tracepoint:app:work { printf("%d %d %ld\\n", args.n, tid, cgroup); }')).toEqual([
      "1 10 5",
      "2 10 5",
      `3 20 ${2 ** 33}`,
      "4 10 6",
      "5 10 6",
    ]);
  },
);

const TASK = "struct task_struct { int pid; unsigned long start_time; };";

test.each(ORDERS)("tasks begin when their fork says, not when the recorder found them (%s endian)", async (byteOrder) => {
  const write = recordsOf(byteOrder, WORK_SAMPLE);
  const sample = (ns: number, tid: number): Uint8Array =>
    write.sample({ id: 11, pid: tid, tid, ns, cpu: 0, rest: rawWork(byteOrder, 1, tid) });
  const records = [
    write.fork([30, 30], [10, 10], {}),
    // Before the first sample, which is when the run begins.
    write.fork([20, 20], [10, 10], { ns: 700, pid: 10, tid: 10 }),
    sample(1000, 20),
    write.fork([21, 21], [20, 20], { ns: 1100, pid: 20, tid: 20 }),
    sample(1200, 21),
    sample(1300, 30),
  ];
  const recording = await opened(perfDataBytes({ byteOrder, attrs: [workAttr], formats, records }));
  const { stdout, missing } = await runScript(`${TASK} t:app:work { printf("%d\\n", curtask->start_time); }`, { recording });
  expect(stdout.trim().split("\n")).toEqual(["700", "1100", "0"]);
  expect(missing).toMatchObject({ start: 1 });
});

const CGROUPS = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"].find((path) => existsSync(join(path, "cgroup.procs")));

function whyNot(): string | null {
  if (CGROUPS === undefined) return "there are no cgroups of version 2";
  const probe = ["record", "--all-cgroups", "-o", "/dev/null", "-e", "cgroup:cgroup_attach_task", "--", "setpriv", "--reuid", "33", "true"];
  const { error, status } = spawnSync("perf", probe);
  if (error !== undefined || status !== 0) return "perf or setpriv cannot do this here";
  try {
    rmdirSync(mkdtempSync(join(CGROUPS, "hindsight-try-")));
    return null;
  } catch {
    return "cgroups cannot be made here";
  }
}

const reason = whyNot();
if (reason !== null) console.log(`skipped: ids and cgroups as perf records them (${reason})`);

const EVENTS =
  "syscalls:sys_exit_getuid,syscalls:sys_enter_openat,syscalls:sys_enter_setresuid,syscalls:sys_exit_setresuid,cgroup:cgroup_attach_task,task:task_newtask";
const OPENS = "t:syscalls:sys_enter_openat { @[cgroup, uid, comm] = count(); }";

test.skipIf(reason !== null).each([
  ["with every sample", ["--all-cgroups"]],
  ["of moves and births", []],
] as const)("a command that goes to another cgroup and becomes another user: cgroups %s", async (_what, how) => {
  const directory = mkdtempSync(join(tmpdir(), "hindsight-perf-identity-"));
  const cgroup = mkdtempSync(join(CGROUPS!, "hindsight-test-"));
  try {
    const path = join(directory, "perf.data");
    const command = `echo $$ > ${cgroup}/cgroup.procs; cat /dev/null; setpriv --reuid 33 --clear-groups cat /dev/null`;
    const { status, stderr } = spawnSync("perf", ["record", "-q", ...how, "-o", path, "-e", EVENTS, "--", "sh", "-c", command]);
    expect(status, String(stderr)).toBe(0);
    const recording = await openRecording(path);
    if (!recording.ok) expect.fail(recording.message);
    const { stdout } = await runScript(OPENS, { recording: recording.recording });
    recording.recording.close();
    const id = statSync(cgroup).ino;
    const own = process.getuid!();
    expect(stdout).toContain(`@[${id}, ${own}, cat]: `);
    expect(stdout).toContain(`@[${id}, 33, cat]: `);
    expect(stdout).not.toContain("33, sh]");
    expect(readFileSync(join(cgroup, "cgroup.procs"), "utf8")).toBe("");
  } finally {
    rmdirSync(cgroup);
    rmSync(directory, { recursive: true });
  }
});
