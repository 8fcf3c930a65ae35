/** A workspace from the command line: the recording, what was kept beside it, its types; or what went wrong. */
import { createWorkspace, type Workspace } from "../workspace/workspace.ts";
import { recordedMachine } from "../session/recorded-machine.ts";

import { compileOptions } from "./compile.ts";
import type { Console } from "./console.ts";
import { failure, type Failure } from "./failure.ts";
import { hostOf } from "./host.ts";
import { loadTypes } from "./kernel-types.ts";
import type { CliOptions } from "./options.ts";
import { loadRecording } from "./recordings.ts";
import { loadSideData } from "./side-data.ts";
import { durationNs, traceTime } from "./time-argument.ts";
import { clockOf } from "./time-zone.ts";

export type OpenedWorkspace = { readonly ok: true; readonly workspace: Workspace } | Failure;

const NO_RECORDING = "ERROR: USAGE: a recording is needed: --trace FILE, or --sample for the one that comes with hindsight";

export async function openWorkspace(options: CliOptions, console: Console): Promise<OpenedWorkspace> {
  const boot = options.bootTime === null ? 0n : durationNs(options.bootTime);
  const clock = boot === null ? null : clockOf(boot, options.timeZone);
  if (clock === null) return failure(`ERROR: unknown time zone or boot time: --tz ${options.timeZone}`);
  const [from, to] = [options.from, options.to].map((text) => (text === null ? null : traceTime(text)));
  if ((options.from !== null && from === null) || (options.to !== null && to === null))
    return failure("ERROR: not a time (want seconds of the recording's clock, 12.5, or +0.2, +15ms after its first event)");
  const opened = await loadRecording(options);
  if (!opened.ok) return opened;
  const { recording } = opened;
  if (recording === null) return failure(NO_RECORDING);
  const beside = await loadSideData(options, console);
  if (!beside.ok) return beside;
  const kernel = await loadTypes(options, console);
  if (!kernel.ok) return kernel;
  const machine = recordedMachine(recording, { ...beside.side, types: kernel.types });
  return {
    ok: true,
    workspace: createWorkspace({
      recording,
      machine,
      compileOptions: (source) => compileOptions(source, options, recording, machine),
      clock,
      host: hostOf,
      backend: options.backend,
      seed: options.seed,
      window: { from: from ?? null, to: to ?? null },
      bootEpochNs: clock.bootEpochNs,
      warnings: options.warnings,
    }),
  };
}
