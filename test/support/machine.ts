/** Machines with programs in assembler text over streams of bytes. */
import { assemble } from "../../src/bpf/isa/asm.ts";
import { createMachine } from "../../src/bpf/machine.ts";
import type { Backend, Machine, MachineOptions, PumpOptions, StreamSpec } from "../../src/bpf/machine-types.ts";
import type { InsnIndex } from "../../src/bpf/isa/insn.ts";
import type { MapSpec, ProgramSpec } from "../../src/bpf/spec.ts";
import type { PageFormat } from "./pages.ts";

export const backends: readonly Backend[] = ["jit", "interp"];

export function program(text: string, maps: readonly MapSpec[] = []): ProgramSpec {
  const assembled = assemble(text, { maps });
  if (!assembled.ok) throw new Error(`line ${assembled.line}: ${assembled.reason}`);
  const { insns } = assembled;
  return {
    name: "test",
    type: "tracepoint",
    section: "tracepoint",
    insns,
    funcs: [{ name: "test", start: 0 as InsnIndex }],
    lines: [],
    license: "GPL",
  };
}

export const outputRing: MapSpec = { name: "output", type: "ringbuf", keySize: 0, valueSize: 0, maxEntries: 65_536, flags: 0 };

/** Writes what logged() reads: its number, the time, CPU, tid, tgid and name that it saw, and 8 bytes of its context at `field`. */
export function logProgram(id: number, { flags = 0, field = 8, ring = outputRing } = {}): ProgramSpec {
  return program(
    `
    r6 = r1
    r1 = ${id}
    *(u32 *)(r10 -56) = r1
    r1 = ${flags}
    *(u32 *)(r10 -52) = r1
    call bpf_ktime_get_ns
    *(u64 *)(r10 -48) = r0
    call bpf_get_smp_processor_id
    *(u64 *)(r10 -40) = r0
    call bpf_get_current_pid_tgid
    *(u64 *)(r10 -32) = r0
    r1 = *(u64 *)(r6 +${field})
    *(u64 *)(r10 -24) = r1
    r1 = r10
    r1 += -16
    r2 = 16
    call bpf_get_current_comm
    r1 = map[output]
    r2 = r10
    r2 += -56
    r3 = 56
    r4 = 0
    call bpf_ringbuf_output
    r0 = 0
    exit`,
    [ring],
  );
}

export interface Logged {
  readonly id: number;
  readonly ts: bigint;
  readonly cpu: number;
  readonly tid: number;
  readonly tgid: number;
  readonly field: bigint;
  readonly comm: string;
}

export function logged(record: DataView): Logged {
  const comm = new Uint8Array(record.buffer, record.byteOffset + 40, 16);
  const nul = comm.indexOf(0);
  return {
    id: record.getUint32(0, true),
    ts: record.getBigUint64(8, true),
    cpu: Number(record.getBigUint64(16, true)),
    tid: record.getUint32(24, true),
    tgid: record.getUint32(28, true),
    field: record.getBigUint64(32, true),
    comm: new TextDecoder().decode(comm.subarray(0, nul < 0 ? 16 : nul)),
  };
}

export interface ByteStream {
  readonly cpu: number;
  readonly format: PageFormat;
  readonly bytes: Uint8Array;
  readonly time?: StreamSpec["time"];
}

/** Counts its calls; `chunkBytes` makes it hand out less than fits. */
export function streamOf({ cpu, format, bytes, time }: ByteStream, chunkBytes = Infinity): StreamSpec & { rewinds: number } {
  let at = 0;
  const stream = {
    cpu,
    ...format,
    time: time ?? { mult: 1, shift: 0, offset: 0n },
    rewinds: 0,
    fill(window: Uint8Array) {
      const size = Math.min(
        window.length,
        bytes.length - at,
        Math.max(format.pageBytes, Math.floor(chunkBytes / format.pageBytes) * format.pageBytes),
      );
      window.set(bytes.subarray(at, at + size));
      at += size;
      return size;
    },
    rewind() {
      stream.rewinds++;
      at = 0;
    },
  };
  return stream;
}

export function machineOf(options: Partial<MachineOptions>): Machine {
  return createMachine({ programs: [], maps: [], ncpus: 2, backend: "jit", outputRing: -1, randSeed: 1n, streams: [], ...options });
}

export const pumpOptions: PumpOptions = {
  dispatch: new Map(),
  timers: [],
  taskRules: [],
  comms: new Map(),
  trackTasks: false,
  fromNs: null,
  toNs: null,
};

/** Pumps to the end; what the log programs wrote, in order. */
export function pumpAll(machine: Machine, options: Partial<PumpOptions>): Logged[] {
  const log: Logged[] = [];
  const drain = (): void => {
    machine.drain((record) => {
      log.push(logged(record));
      return true;
    });
  };
  machine.startPump({ ...pumpOptions, ...options });
  while (machine.pump() === "drain") drain();
  drain();
  return log;
}
