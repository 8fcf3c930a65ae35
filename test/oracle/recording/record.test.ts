/** What was recorded for a script says what bpftrace said live, of the same run. */
import { execFile, spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { fixturePath } from "../../support/fixtures.ts";
import { compareGolden } from "../../support/golden-compare.ts";
import { livePrograms } from "./programs.ts";
import { buildLoad, observe, whyNoBpftrace, whyNoRecording } from "./tools.ts";

const TRACEFS = "/sys/kernel/tracing";
const cli = fileURLToPath(new URL("../../../dist/cli.js", import.meta.url));
const reason = whyNoRecording();
const noOracle = reason ?? whyNoBpftrace();
if (reason !== null) console.log(`skipped: recording (${reason})`);
else if (noOracle !== null) console.log(`skipped: comparison of recordings with bpftrace (${noOracle})`);

const { directory, load } = reason === null ? buildLoad() : { directory: "", load: "" };
afterAll(() => {
  if (directory !== "") rmSync(directory, { recursive: true });
});

interface Recorded {
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** Whether the process or a child of it is in sleep(1). */
function isSleeping(pid: number): boolean {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  return children.some((child) => child !== "" && readFileSync(`/proc/${child}/comm`, "utf8") === "sleep\n");
}

let runs = 0;

async function record(text: string, command: readonly string[] = [load]): Promise<Recorded> {
  const args = [cli, "record", "--dir", join(directory, `r${runs++}`), "-e", text, "--", ...command];
  const run = promisify(execFile)(process.execPath, args);
  const pid = run.child.pid!;
  try {
    return { pid, ...(await run), code: 0 };
  } catch (error) {
    const { stdout, stderr, code } = error as Recorded;
    return { pid, stdout, stderr, code };
  }
}

/** Instances of a command by its process: other tests have theirs at the same time. */
const instancesOf = (pid: number): string[] => readdirSync(`${TRACEFS}/instances`).filter((name) => name === `hs_${pid}`);
const definitions = (): string => readFileSync(`${TRACEFS}/dynamic_events`, "utf8");

/** Everything but what it always says: where the recording is, and what was attached. */
const complaints = (stderr: string): string => stderr.replace(/^NOTE: recorded into [\s\S]*?^Attached \d+ probes?\n/m, "");

describe.skipIf(noOracle !== null)("the same as bpftrace, live", () => {
  test.each(livePrograms)(
    "$name",
    async ({ text }) => {
      const script = text.replaceAll("{load}", load);
      const observer = await observe(script);
      const recorded = await record(script);
      const live = await observer.stop();
      expect(recorded.code, recorded.stderr).toBe(0);
      expect(complaints(recorded.stderr)).toBe("");
      expect(live).toMatch(/\S/);
      expect(compareGolden({ compare: "exact" }, live, recorded.stdout)).toEqual([]);
    },
    180_000,
  );
});

describe.skipIf(reason !== null)("recording a command", () => {
  test("leaves nothing behind, and the recording with what belongs to it", async () => {
    const { pid, code, stderr } = await record(`uprobe:${load}:serve { @[str(arg2)] = count(); @s[ustack] = count(); }`);
    const at = join(directory, `r${runs - 1}`);
    expect(code, stderr).toBe(0);
    expect(readdirSync(at)).toEqual(expect.arrayContaining(["dynamic_events", "maps", "trace.dat"]));
    expect(readFileSync(join(at, load)).equals(readFileSync(load))).toBe(true);
    expect(definitions()).not.toContain(`hs_${pid}/`);
    expect(instancesOf(pid)).toEqual([]);
  });

  test("who started the command, and what it was called before, are known from its birth on", async () => {
    const asked = "@[comm, ppid, pcomm(), curtask->real_parent->pid] = count();";
    const { pid, code, stdout, stderr } = await record(`tracepoint:syscalls:sys_enter_clock_nanosleep { ${asked} }`, ["sleep", "0.01"]);
    expect([code, complaints(stderr)]).toEqual([0, ""]);
    expect(stdout.trim()).toMatch(new RegExp(`^@\\[sleep, ${pid}, \\S+, ${pid}\\]: 1$`));
  });

  test("a birth is no event of a script that counts births", async () => {
    const { code, stdout, stderr } = await record("tracepoint:sched:sched_process_fork { @[ppid() > 0] = count(); }", [
      "sh",
      "-c",
      "/bin/true; exit",
    ]);
    expect([code, complaints(stderr)]).toEqual([0, ""]);
    expect(stdout.trim()).toBe("@[true]: 1");
  });

  test("a static probe whose operands are data of the program, and one of twelve arguments", async () => {
    const program = fixturePath("sdt/globals");
    const served = `usdt:${program}:globals:served { print((arg0, arg1, arg2, arg3, arg4)); }`;
    const { code, stdout, stderr } = await record(`${served} usdt:${program}:globals:many { print((arg10, arg11)); }`, [program]);
    expect([code, complaints(stderr)]).toEqual([0, ""]);
    // What the program's source makes of them.
    expect(stdout.trim().split("\n")).toEqual([
      "(42, -6, -1, 30, 1)",
      "(44, -5, -3, 30, 2)",
      "(47, -4, -6, 30, 3)",
      "(51, -3, -10, 30, 4)",
      "(11, 51)",
    ]);
  });

  test("again with the line that it names, the output is the same", async () => {
    const { stdout, stderr } = await record(`uretprobe:${load}:serve { @[retval, comm] = count(); }`);
    const line = /again with: hindsight (.*)/.exec(stderr)![1]!;
    const again = await promisify(execFile)("sh", ["-c", `"${process.execPath}" "${cli}" ${line}`]);
    expect(again.stdout).toBe(stdout);
    expect(stdout).toContain("hsload");
  });

  test("a definition that the kernel refuses is named, with its reason", async () => {
    const { code, stderr } = await record("kprobe:vfs_read { @[arg9999] = count(); }");
    expect(code).toBe(1);
    expect(stderr).toContain("arg0 to arg5");
    // No kernel has an instruction there.
    const refused = await record(`uprobe:${load}:serve+1 { @ = count(); }`);
    expect(instancesOf(refused.pid)).toEqual([]);
    expect(refused.stderr.split("\n")[0]).toMatch(/^(?:NOTE|ERROR: the kernel refuses the event 'p:hs_\d+\/serve_1 )/);
  });

  test.each([
    [
      "rawtracepoint:sched_switch { @[arg0] = count(); }",
      "'t:hs_\\d+/sched_switch ",
      "no events on raw tracepoints: attach to .*tracepoint:\\*:sched_switch",
    ],
    ["t:syscalls:sys_exit_openat { @[*(uint8 *)args.ret] = count(); }", "'e:hs_\\d+/sys_exit_openat ", "no event probes: attach to "],
  ])("where a kernel has no such events, another way is told: %s", async (script, event, hint) => {
    const { code, stderr } = await record(script, ["cat", "/dev/null"]);
    if (code !== 0) expect(stderr).toMatch(new RegExp(`^ERROR: the kernel refuses the event ${event}.*\nHINT: .*${hint}`));
  });

  test("a signal ends the command; what was recorded until then is replayed, and nothing is left behind", async () => {
    const at = join(directory, `r${runs++}`);
    const args = [cli, "record", "--dir", at, "-e", "tracepoint:syscalls:sys_enter_execve { @ = count(); }", "--", "sleep", "60"];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    await expect.poll(() => instancesOf(child.pid!), { timeout: 10_000 }).not.toEqual([]);
    await expect.poll(() => isSleeping(child.pid!), { timeout: 10_000 }).toBe(true);
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    expect(stdout).toContain("@: 1");
    expect(instancesOf(child.pid!)).toEqual([]);
  });

  test("the status of a failed command is told", async () => {
    const { stderr, stdout } = await record("tracepoint:syscalls:sys_enter_exit_group { @[args.error_code] = count(); }", [
      "sh",
      "-c",
      "exit 3",
    ]);
    expect(stderr).toContain("WARNING: the command ended with status 3\n");
    expect(stdout).toContain("@[3]: 1");
  });

  test("a command that is not there", async () => {
    const { pid, stderr } = await record("tracepoint:syscalls:sys_enter_execve { @ = count(); }", ["/no/such/command"]);
    expect(stderr).toContain("WARNING: the command ended with status 127\n");
    expect(instancesOf(pid)).toEqual([]);
  });
});
