/** The command without its process: the same words, the same texts and status, in a fraction of the time. */
import { command } from "../../src/cli/command.ts";
import type { CliResult } from "./cli.ts";

/** `env` is added to the environment for the time of the run: runs must not overlap. */
export async function runCommand(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  let stdout = "";
  let stderr = "";
  const before = Object.keys(env).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, env);
  try {
    const status = await command(args, () => ({
      out: {
        write(text) {
          stdout += text;
        },
        flush() {},
        close() {},
      },
      error(text) {
        stderr += text;
      },
      print(text) {
        stdout += Buffer.from(text, "utf8").toString("latin1");
      },
    }));
    return { stdout: Buffer.from(stdout, "latin1").toString("utf8"), stderr, status };
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}
