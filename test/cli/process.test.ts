/** What only the process shows: its input and output streams, signals, and the order between stdout and stderr. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runCli, runShell } from "../support/cli.ts";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

interface Started {
  /** All of stdout so far contains it. */
  readonly printed: (text: string) => Promise<void>;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<{ readonly stdout: string; readonly stderr: string; readonly status: number | null }>;
}

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(process.execPath, [cli, ...args], { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  let check = (): void => {};
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    check();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
    check();
  });
  return {
    printed: (text) =>
      new Promise((resolve) => {
        check = () => {
          if ((stdout + stderr).includes(text)) resolve();
        };
        check();
      }),
    kill: (signal) => child.kill(signal),
    ended: new Promise((resolve) => {
      child.on("close", (status) => {
        resolve({ stdout, stderr, status });
      });
    }),
  };
}

test("row 8.03: a program from stdin is called stdin", () => {
  expect(runCli(["-q", "-"], 'BEGIN { printf("read\\n"); }')).toEqual({ stdout: "read\n\n\n", stderr: "", status: 0 });
  expect(runCli(["-"], "BEGIN { $x; }").stderr).toMatch(/^stdin:1:9-11: ERROR: /);
});

test.each(["SIGINT", "SIGTERM"] as const)("row 8.43, row 10.34: %s ends the run, end probes and maps print, status 0", async (signal) => {
  const run = start(["-e", 'BEGIN { @b = 1; printf("up\\n"); } interval:ms:1 { @i = 1; } END { printf("end\\n"); }']);
  await run.printed("up\n");
  await new Promise((resolve) => setTimeout(resolve, 100));
  run.kill(signal);
  expect(await run.ended).toEqual({ stdout: "up\nend\n\n\n@b: 1\n@i: 1\n", stderr: "Attached 3 probes\n", status: 0 });
});

test("row 1.18: self:signal:SIGUSR1 runs at each signal, keeps the run alive, in the order of the script", async () => {
  const program = 'self:signal:SIGUSR1 { printf("one %d\\n", @++); } self:signal:SIGUSR1 { printf("two\\n"); } END { printf("end\\n"); }';
  const run = start(["-e", program]);
  await run.printed("Attached 3 probes\n");
  run.kill("SIGUSR1");
  await run.printed("one 0\ntwo\n");
  run.kill("SIGUSR1");
  await run.printed("one 1\ntwo\n");
  run.kill("SIGINT");
  expect(await run.ended).toEqual({ stdout: "one 0\ntwo\none 1\ntwo\nend\n\n\n@: 2\n", stderr: "Attached 3 probes\n", status: 0 });
});

test("row 1.18: exit() in a signal probe; SIGUSR1 without one does nothing", async () => {
  const run = start(["-q", "-e", 'BEGIN { printf("up\\n"); } self:signal:SIGUSR1 { exit(4); }']);
  await run.printed("up\n");
  run.kill("SIGUSR1");
  expect((await run.ended).status).toBe(4);
  const other = start(["-q", "-e", 'BEGIN { printf("up\\n"); } interval:ms:300 { exit(); }']);
  await other.printed("up\n");
  other.kill("SIGUSR1");
  expect(await other.ended).toEqual({ stdout: "up\n\n\n", stderr: "", status: 0 });
});

test("row 8.47: on one stream the warnings come before «Attached», and that before the output", () => {
  const output = runShell(`hindsight -e 'BEGIN { $a = -1000; printf("%d\\n", $a / 2 == 0); }'`);
  expect(output).toMatch(/^stdin:1:36-42: WARNING: [^\n]*\n[^\n]*\n *~+\nAttached 1 probe\n0\n/);
});

test.each(["line", "full", "none"])("row 8.28: -B %s", (mode) => {
  const program = 'BEGIN { unroll (3) { printf("a"); } printf("\\n"); warnf("w"); printf("b\\n"); }';
  expect(runCli(["-B", mode, "-e", program]).stdout).toBe("aaa\nb\n\n\n");
});

test("row 8.28: lines of a script that goes on are there at once", async () => {
  const run = start(["-q", "-e", 'interval:ms:10 { printf("tick\\n"); }']);
  await run.printed("tick\ntick\n");
  run.kill("SIGINT");
  expect((await run.ended).status).toBe(0);
});

test("a reader that goes away ends nothing with an error", () => {
  const program = "BEGIN { for ($i : 0..20000) { print($i); } }";
  expect(runShell(`hindsight -q -e '${program}' | head -2; echo "status $?"`)).toBe("0\n1\nstatus 0\n");
});

test("row 7.35: colours where BPFTRACE_COLOR asks for them", () => {
  expect(runShell(`BPFTRACE_COLOR=always hindsight -e 'BEGIN { $x; }' | cat`)).toMatch(
    /^\x1b\[31mstdin:1:9-11: ERROR: [^\n]*\x1b\[0m\nBEGIN/,
  );
  expect(runShell(`BPFTRACE_COLOR=auto hindsight -e 'BEGIN { $x; }' | cat`)).toMatch(/^stdin:1:9-11: ERROR/);
  expect(runShell(`BPFTRACE_COLOR=red hindsight -q -e 'BEGIN { }'`)).toMatch(/^WARNING: Invalid env value!/);
});
