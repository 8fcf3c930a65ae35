/** Handles the shares of a recording on threads of their own. */
import { fileURLToPath } from "node:url";
import { Worker, parentPort, workerData } from "node:worker_threads";
import type { SharesResult } from "../session/shares/merge.ts";
import type { ShareResult, ShareTask } from "../session/shares/share.ts";
import type { CompiledScript } from "../codegen/compiled.ts";
import { loadRecording, type RecordingFiles } from "./recordings.ts";

/** What a thread is started with. */
interface Order {
  readonly kind: "hindsight share";
  readonly files: RecordingFiles;
  readonly task: ShareTask;
  readonly share: number;
  readonly shares: number;
  /** i32 for each stream of the recording: pages that have been taken. */
  readonly taken: SharedArrayBuffer;
}

function orderOf(data: unknown): Order | null {
  return typeof data === "object" && data !== null && "kind" in data && data.kind === "hindsight share" ? (data as Order) : null;
}

export const isShareThread = (): boolean => orderOf(workerData) !== null;

/** The whole life of a thread: opens the recording again, handles its share, tells the result. */
export async function shareThread(): Promise<void> {
  const { files, task, share, shares, taken } = orderOf(workerData)!;
  const [{ partition }, { runShare }] = await Promise.all([import("../session/shares/partition.ts"), import("../session/shares/share.ts")]);
  const opened = await loadRecording(files);
  const counts = new Int32Array(taken);
  const turnsOf = (stream: number) => (pages: number) => Atomics.add(counts, stream, pages);
  const streams = opened.ok && opened.recording !== null ? partition(opened.recording.streams, share, shares, turnsOf) : null;
  parentPort!.postMessage(streams === null ? null : runShare(task, { streams }));
}

const entry = (): string => fileURLToPath(new URL("cli.js", import.meta.url));

/** One thread's result; null when it has none, for whatever reason. */
function resultOf(worker: Worker): Promise<ShareResult | null> {
  return new Promise((resolve) => {
    worker.once("message", resolve);
    worker.once("error", () => {
      resolve(null);
    });
    worker.once("exit", () => {
      resolve(null);
    });
  });
}

/**
 * `streams`: how many the recording has. Null: one share had to be given up, so the recording has to be handled as a whole. `stopped` ends the threads at once: then nothing is known
 * of what they have done, and the same goes.
 */
export async function runShares(
  script: CompiledScript,
  files: RecordingFiles,
  { shares, streams }: { readonly shares: number; readonly streams: number },
  task: ShareTask,
  stopped: Promise<void>,
): Promise<SharesResult | null> {
  const { mergeShares } = await import("../session/shares/merge.ts");
  const { traces, sample, clockOffsets, dynamicEvents, kallsyms, eventsFrom } = files;
  const taken = new SharedArrayBuffer(4 * streams);
  const workers = Array.from({ length: shares }, (_, share) => {
    const order: Order = {
      kind: "hindsight share",
      files: { traces, sample, clockOffsets, dynamicEvents, kallsyms, eventsFrom },
      task,
      share,
      shares,
      taken,
    };
    return new Worker(entry(), { workerData: order });
  });
  const stop = stopped.then(() => null);
  try {
    const results: ShareResult[] = [];
    for (const worker of workers.map(resultOf)) {
      const result = await Promise.race([worker, stop]);
      if (result === null) return null;
      results.push(result);
    }
    return mergeShares(script, results);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
