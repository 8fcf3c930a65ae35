/** Small eBPF programs of our own that look at a recording: they are verified and run the way every script's are. */
import type { Recording } from "../../probes/recording.ts";
import type { Insn, InsnIndex } from "../bpf/isa/insn.ts";
import { createMachine } from "../bpf/machine.ts";
import type { Machine, PumpOptions } from "../bpf/machine-types.ts";
import type { MapSpec, ProgramSpec } from "../bpf/spec.ts";
import { verify } from "../bpf/verifier/verify.ts";
import { streamsOf } from "./streams.ts";

export const at = (index: number): InsnIndex => index as InsnIndex;

export const ownProgram = (name: string, type: "tracepoint" | "raw_tracepoint", insns: readonly Insn[]): ProgramSpec => ({
  name,
  type,
  section: `${type}/${name}`,
  insns,
  funcs: [{ name, start: at(0) }],
  lines: [],
  license: "GPL",
});

/** Over all of the recording's streams, which others may not read meanwhile. A program that the verifier rejects is a defect of ours. */
export function ownMachine(
  recording: Recording,
  programs: readonly ProgramSpec[],
  maps: readonly MapSpec[],
): ReturnType<typeof createMachine> {
  for (const program of new Set(programs)) {
    const verdict = verify(program, maps);
    if (!verdict.ok) throw new Error(`the program ${program.name} was rejected: ${verdict.rejection.reason}`);
  }
  return createMachine({
    programs,
    maps,
    ncpus: recording.catalogue.ncpus,
    backend: "jit",
    outputRing: -1,
    randSeed: 1n,
    streams: streamsOf(recording),
  });
}

/** From the first event to the last, without names of tasks. */
const WHOLE: PumpOptions = {
  dispatch: new Map(),
  timers: [],
  taskRules: [],
  comms: new Map(),
  trackTasks: false,
  fromNs: null,
  toNs: null,
};

/** Runs to the end. */
export function pumpAll(machine: Machine, options: Partial<PumpOptions>): void {
  machine.startPump({ ...WHOLE, ...options });
  while (machine.pump() !== "done");
}
