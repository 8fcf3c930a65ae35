/** Whatever ends the process, the terminal is given back first. */
import process from "node:process";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
const INTERNAL_ERROR = 2;

/** Returns what takes the precautions back. `restore` may be called more than once. */
export function rescueTerminal(restore: () => void): () => void {
  const onCrash = (error: unknown): void => {
    restore();
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`ERROR: internal error, please report it: ${text}\n`);
    process.exit(INTERNAL_ERROR);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    restore();
    release();
    // The parent is to see what ended us.
    process.kill(process.pid, signal);
  };
  const release = (): void => {
    process.removeListener("uncaughtException", onCrash);
    process.removeListener("unhandledRejection", onCrash);
    process.removeListener("exit", restore);
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };
  process.on("uncaughtException", onCrash);
  process.on("unhandledRejection", onCrash);
  process.on("exit", restore);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return release;
}
