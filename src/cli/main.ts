/** Entry of the command, and of the threads that it starts. */
import { isMainThread } from "node:worker_threads";
import { wordsOf } from "./arguments.ts";
import { command } from "./command.ts";
import { openConsole } from "./console.ts";

async function run(): Promise<void> {
  if (!isMainThread) {
    const { isShareThread, shareThread } = await import("./shares.ts");
    if (isShareThread()) return shareThread();
  }
  process.exitCode = await command(wordsOf(process.argv.slice(2)), (buffering) => openConsole(process.env, buffering));
}

void run();
