/** What the live tests need of the machine, and the program that they watch. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { accessSync, constants, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compilers } from "../../support/compilers.ts";

const TRACEFS = "/sys/kernel/tracing";

function runs(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Why nothing can be recorded here, or null. */
export function whyNoRecording(): string | null {
  if (process.getuid?.() !== 0) return "not root";
  if (!isWritable(`${TRACEFS}/instances`) || !isWritable(`${TRACEFS}/dynamic_events`)) return "tracefs cannot be written to";
  return compilers.length === 0 ? "no C compiler" : null;
}

/** Why a recorder cannot be used, or null: it has to be there, or also to end well. */
export function whyNoTool(name: string, args: readonly string[], condition: "it works" | "whatever it says"): string | null {
  const { error, status, stderr } = spawnSync(name, args, { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"] });
  if (error !== undefined) return `${name} does not run here`;
  return status === 0 || condition === "whatever it says" ? null : `${name}: ${stderr.trim().replaceAll(/\s+/g, " ")}`;
}

/** Why bpftrace cannot be asked, or null. */
export const whyNoBpftrace = (): string | null => (runs("bpftrace", ["-e", "BEGIN { exit(); }"]) ? null : "bpftrace does not run here");

/** The program, called hsload in a directory of its own. */
export function buildLoad(): { readonly directory: string; readonly load: string } {
  const directory = mkdtempSync(join(tmpdir(), "hindsight-live-"));
  const load = join(directory, "hsload");
  const source = join(import.meta.dirname, "hsload.c");
  execFileSync(compilers[0]!, ["-O1", "-fno-omit-frame-pointer", "-pthread", "-o", load, source]);
  return { directory, load };
}

export interface Observer {
  /** Stops it, and gives what it has printed. */
  readonly stop: () => Promise<string>;
}

const READY = "__attached__";

/** bpftrace on the script, from when its probes are attached. */
export async function observe(text: string): Promise<Observer> {
  const child: ChildProcess = spawn("bpftrace", ["--no-warnings", "-e", `${text} BEGIN { printf("${READY}\\n"); }`], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, BPFTRACE_MAX_PROBES: "2000" },
  });
  let stdout = "";
  let stderr = "";
  child.stderr!.on("data", (data: Buffer) => (stderr += data.toString()));
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stdout!.on("data", (data: Buffer) => {
      stdout += data.toString();
      if (stdout.includes(READY)) resolve();
    });
    child.on("close", () => reject(new Error(`bpftrace ended: ${stderr}`)));
  });
  return {
    async stop() {
      child.kill("SIGINT");
      await ended;
      return stdout.replace(`${READY}\n`, "");
    },
  };
}
