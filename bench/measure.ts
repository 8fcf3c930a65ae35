/** Runs a command and says what it cost: on-CPU seconds (user + system, of the command and its children), wall time, peak RSS. */
import { spawnSync } from "node:child_process";

export interface Cost {
  readonly cpu: number;
  readonly wall: number;
  /** KiB. */
  readonly maxRss: number;
  readonly stdout: string;
}

// The kernel counts a child's time and memory for the parent that waits for it: a fresh python waits for exactly one.
const WAITER = `
import os, resource, sys, time
t = time.monotonic()
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
status = os.waitpid(pid, 0)[1]
u = resource.getrusage(resource.RUSAGE_CHILDREN)
sys.stderr.write("\\nCOST %f %f %d %d\\n" % (u.ru_utime + u.ru_stime, time.monotonic() - t, u.ru_maxrss, os.waitstatus_to_exitcode(status)))
`;

export function measure(command: string, args: readonly string[], stdout: "pipe" | "ignore" = "pipe"): Cost {
  const result = spawnSync("python3", ["-c", WAITER, command, ...args], {
    encoding: "latin1",
    maxBuffer: 1 << 28,
    stdio: ["ignore", stdout, "pipe"],
  });
  const cost = /COST ([\d.]+) ([\d.]+) (\d+) (-?\d+)\n$/.exec(result.stderr);
  if (cost === null || cost[4] !== "0") throw new Error(`${command} ${args.join(" ")} failed: ${result.stderr.slice(-500)}`);
  return { cpu: Number(cost[1]), wall: Number(cost[2]), maxRss: Number(cost[3]), stdout: stdout === "pipe" ? result.stdout : "" };
}

/** The run with the least on-CPU time of `times`. */
export function best(times: number, run: () => Cost): Cost {
  const costs = Array.from({ length: times }, run);
  return costs.reduce((a, b) => (b.cpu < a.cpu ? b : a));
}

export const has = (command: string): boolean => spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;

export const row = (name: string, ...cells: readonly string[]): void => {
  console.log(name.padEnd(44) + cells.map((cell) => cell.padStart(16)).join(""));
};

export const CLI = new URL("../dist/cli.js", import.meta.url).pathname;
export const DATA = new URL(".data/", import.meta.url).pathname;
