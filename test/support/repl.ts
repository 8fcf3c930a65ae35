/** A session of the REPL over the sample, without a terminal: its inputs, and what it says. */
import { openRecording } from "../../probes/open.ts";
import { execute } from "../../src/repl/execute.ts";
import { Session } from "../../src/repl/session.ts";
import { hostOf } from "../../src/cli/host.ts";
import { utcClock } from "../../src/output/strftime.ts";
import { recordedMachine } from "../../src/session/recorded-machine.ts";
import { createWorkspace } from "../../src/workspace/workspace.ts";

const SAMPLE = "probes/samples/nightly-report.dat";

export interface ReplSession {
  readonly session: Session;
  /** What one input after the other says; errors after "! ". */
  say(...inputs: readonly string[]): Promise<string>;
}

export async function openSession(): Promise<ReplSession> {
  const opened = await openRecording(SAMPLE);
  if (!opened.ok) throw new Error(opened.message);
  const { recording } = opened;
  const machine = recordedMachine(recording);
  const workspace = createWorkspace({
    recording,
    machine,
    compileOptions: () => ({
      catalogue: machine.catalogue,
      params: [],
      namedParams: new Map(),
      config: new Map(),
      ncpus: recording.catalogue.ncpus,
      architecture: machine.architecture,
      kernelSymbols: machine.symbols,
    }),
    clock: utcClock(0n),
    host: hostOf,
    backend: "jit",
    seed: 1n,
    window: { from: null, to: null },
    bootEpochNs: 0n,
    warnings: true,
  });
  let said = "";
  const add = (text: string): void => void (said += text);
  const session = new Session({
    workspace,
    sink: { bytes: add, text: add, note: add, error: (text) => add(text.replace(/^(?=.)/gm, "! ")), flush: () => undefined },
    env: {},
    version: "test",
    hasColours: false,
    script: null,
    format: "text",
    window: { from: null, to: null },
    info: () => "info\n",
    shortfalls: () => [],
    planning: () => Promise.resolve(0),
    tui: () => Promise.resolve(),
  });
  return {
    session,
    async say(...inputs) {
      said = "";
      for (const input of inputs) await execute(session, input);
      return said;
    },
  };
}
