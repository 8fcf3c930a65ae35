/** The real kernel as a judge: loads programs with bpf(2) through a small Python script. Nothing is attached. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { encode, slotOffsets } from "../../src/bpf/isa/encode.ts";
import type { Insn } from "../../src/bpf/isa/insn.ts";
import type { MapSpec, MapType, ProgType, ProgramSpec } from "../../src/bpf/spec.ts";

export interface KernelRequest {
  readonly program: ProgramSpec;
  readonly maps: readonly MapSpec[];
  /** Input packet for a test run; null only loads. */
  readonly run?: Uint8Array | null;
}

export interface KernelAnswer {
  readonly ok: boolean;
  readonly errno: number;
  readonly log: string;
  readonly retval?: number;
  /** Element 0 of the first map after a test run, in hex. */
  readonly map0?: string;
}

const progTypes: Readonly<Record<ProgType, number>> = { socket_filter: 1, kprobe: 2, tracepoint: 5, perf_event: 7, raw_tracepoint: 17 };
const mapTypes: Readonly<Record<MapType, number>> = {
  hash: 1,
  array: 2,
  percpu_hash: 5,
  percpu_array: 6,
  stack_trace: 7,
  lru_hash: 9,
  lru_percpu_hash: 10,
  ringbuf: 27,
};
const SCRIPT = fileURLToPath(new URL("bpf_syscall.py", import.meta.url));

/** One answer a request. */
export function askKernel(requests: readonly KernelRequest[]): KernelAnswer[] {
  const input = requests.map(({ program, maps, run }) =>
    JSON.stringify({
      type: progTypes[program.type],
      license: program.license,
      funcs: funcSlots(program.insns),
      insns: Buffer.from(encode(program.insns)).toString("hex"),
      maps: maps.map(({ type, keySize, valueSize, maxEntries, flags }) => ({
        type: mapTypes[type],
        key: keySize,
        value: valueSize,
        max: maxEntries,
        flags,
      })),
      run: run ? Buffer.from(run).toString("hex") : null,
    }),
  );
  const { stdout, stderr, status } = spawnSync("python3", [SCRIPT], { input: input.join("\n"), encoding: "utf8", maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`python3 bpf_syscall.py: ${stderr}`);
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as KernelAnswer);
}

/** First slots of all functions, the main one first. */
function funcSlots(insns: readonly Insn[]): number[] {
  const slotOf = slotOffsets(insns);
  const starts = new Set([0]);
  for (const insn of insns) {
    if (insn.kind === "call_local") starts.add(slotOf[insn.target] ?? 0);
    if (insn.kind === "lddw" && insn.value.kind === "func") starts.add(slotOf[insn.value.target] ?? 0);
  }
  return [...starts].sort((a, b) => a - b);
}

/** Why the kernel cannot be asked here, or null if it can. */
export function kernelMissing(): string | null {
  if (process.platform !== "linux" || process.arch !== "x64") return "not Linux on x86-64";
  const probe = spawnSync("python3", ["--version"]);
  if (probe.status !== 0) return "no python3";
  try {
    const program: ProgramSpec = {
      name: "probe",
      type: "socket_filter",
      section: "socket",
      insns: [{ kind: "alu", op: "mov", wide: true, dst: 0, src: { imm: 0 } }, { kind: "exit" }],
      funcs: [],
      lines: [],
      license: "GPL",
    };
    const [answer] = askKernel([{ program, maps: [] }]);
    return answer?.ok ? null : `bpf(2) failed with errno ${answer?.errno ?? -1}`;
  } catch (error) {
    return String(error);
  }
}
