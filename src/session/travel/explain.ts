/** What programs do at one firing, instruction by instruction: they run in the interpreter while somebody takes notes. */
import type { Span } from "../../../lang/diagnostics/diagnostic.ts";
import { helperName, helpers } from "../../bpf/helpers/table.ts";
import type { Access } from "../../bpf/interp/interp.ts";
import { insnText } from "../../bpf/isa/disasm.ts";
import { slotOffsets } from "../../bpf/isa/encode.ts";
import type { InsnIndex } from "../../bpf/isa/insn.ts";
import { STACK_BASE, STACK_FRAME_BYTES, STACK_FRAMES } from "../../bpf/memory.ts";
import type { ProgramSpec } from "../../bpf/spec.ts";
import type { Onlooker, TravelMachine } from "../../bpf/travel/travel-types.ts";
import { lineOf } from "../../bpf/verifier/explain.ts";
import type { CompiledScript } from "../../codegen/compiled.ts";

export interface TracedWrite {
  /** stack: `offset` from r10 of the running function. map: bytes from the start of the linear memory. */
  readonly where: { readonly kind: "stack" } | { readonly kind: "map"; readonly map: string } | { readonly kind: "other" };
  readonly offset: number;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

export interface TracedStep {
  readonly insn: InsnIndex;
  /** As `-d codegen` has it. */
  readonly text: string;
  /** Place in the script (UTF-16 offsets); null: none in particular. */
  readonly span: Span | null;
  /** Registers that hold something else now, unsigned 64-bit. */
  readonly registers: readonly { readonly reg: number; readonly before: bigint; readonly after: bigint }[];
  readonly writes: readonly TracedWrite[];
  /** A helper that was called; the result as the register has it. */
  readonly call: { readonly helper: string; readonly args: readonly bigint[]; readonly result: bigint } | null;
}

/** An element of a map that is another after the program: raw bytes as the map has them (of all CPUs), null: there is none. */
export interface MapChange {
  readonly map: string;
  readonly key: Uint8Array;
  readonly before: Uint8Array | null;
  readonly after: Uint8Array | null;
}

export interface TracedProgram {
  readonly program: number;
  readonly name: string;
  readonly steps: readonly TracedStep[];
  /** Instructions beyond MOST_STEPS ran too. */
  readonly isCut: boolean;
  readonly changes: readonly MapChange[];
  /** What it returned. */
  readonly r0: bigint;
}

export const MOST_STEPS = 100_000;

type Entries = Map<string, { readonly key: Uint8Array; readonly value: Uint8Array }>;

/** Copies of all elements of maps of the script, by map. */
function entriesOf(script: CompiledScript, machine: TravelMachine): Map<string, Entries> {
  const all = new Map<string, Entries>();
  for (const [index, map] of script.irMaps.entries()) {
    if (!map?.script) continue;
    const entries: Entries = new Map();
    for (const { key, value } of machine.maps[index]!.entries()) entries.set(key.join(), { key: key.slice(), value: value.slice() });
    all.set(map.name, entries);
  }
  return all;
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

function changesOf(before: Map<string, Entries>, after: Map<string, Entries>): MapChange[] {
  const changes: MapChange[] = [];
  for (const [map, now] of after) {
    const old = before.get(map) ?? (new Map() as Entries);
    for (const [id, { key, value }] of old) if (!now.has(id)) changes.push({ map, key, before: value, after: null });
    for (const [id, { key, value }] of now) {
      const was = old.get(id)?.value ?? null;
      if (was === null || !same(was, value)) changes.push({ map, key, before: was, after: value });
    }
  }
  return changes;
}

/** What is noted of an instruction under way: it is done when the next one of its function begins. */
interface Pending {
  /** In the list of steps. */
  readonly place: number;
  readonly insn: InsnIndex;
  readonly before: readonly bigint[];
  /** The running function's own registers. */
  readonly live: readonly bigint[];
  readonly writes: { readonly access: Access; readonly before: Uint8Array }[];
}

class Tracer {
  readonly steps: TracedStep[] = [];
  isCut = false;
  private pending: Pending | null = null;
  /** Calls whose functions are running. */
  private readonly calls: Pending[] = [];
  private readonly program: ProgramSpec;
  private readonly machine: TravelMachine;
  private readonly script: CompiledScript;
  private readonly memory: Uint8Array;
  private readonly slotOf: readonly number[];

  constructor(program: ProgramSpec, machine: TravelMachine, script: CompiledScript) {
    this.program = program;
    this.machine = machine;
    this.script = script;
    this.memory = new Uint8Array(machine.memory.buffer);
    this.slotOf = slotOffsets(program.insns);
  }

  onInsn(insn: InsnIndex, live: readonly bigint[]): void {
    if (this.pending !== null && this.pending.live !== live && this.program.insns[this.pending.insn]!.kind !== "exit") {
      this.calls.push(this.pending);
      this.pending = null;
    }
    this.settle();
    if (this.calls.at(-1)?.live === live) {
      this.pending = this.calls.pop()!;
      this.settle();
    }
    if (this.steps.length >= MOST_STEPS) {
      this.isCut = true;
      return;
    }
    this.pending = { place: this.steps.length, insn, before: live.slice(), live, writes: [] };
    // Its place, before those of the functions that it calls.
    this.settle({ keep: true });
  }

  onAccess(access: Access): void {
    if (access.kind !== "write" || this.pending === null) return;
    this.pending.writes.push({ access, before: this.memory.slice(access.address, access.address + access.sizeBytes) });
  }

  /** Puts down what has become of the pending instruction. */
  settle({ keep = false } = {}): void {
    const { pending } = this;
    if (pending === null) return;
    if (!keep) this.pending = null;
    const insn = this.program.insns[pending.insn]!;
    const { before, live } = pending;
    const line = lineOf(this.program.lines, pending.insn);
    this.steps[pending.place] = {
      insn: pending.insn,
      text: insnText(insn, this.slotOf[pending.insn]!, { slotOf: this.slotOf, maps: this.script.maps }),
      span: line === null ? null : { start: line.start, end: line.end },
      registers: before.flatMap((value, reg) => (live[reg] === value ? [] : [{ reg, before: value, after: live[reg]! }])),
      writes: pending.writes.map((write) => this.write(write)),
      call: insn.kind === "call" ? callOf(insn.helper, before, live[0]!) : null,
    };
  }

  private write({ access, before }: Pending["writes"][number]): TracedWrite {
    const { address, sizeBytes, framePointer } = access;
    const after = this.memory.slice(address, address + sizeBytes);
    if (address >= STACK_BASE && address < STACK_BASE + STACK_FRAMES * STACK_FRAME_BYTES)
      return { where: { kind: "stack" }, offset: address - framePointer, before, after };
    const map = this.machine.travel.mapAt(address);
    if (map === null) return { where: { kind: "other" }, offset: address, before, after };
    return { where: { kind: "map", map: this.script.irMaps[map]?.name ?? this.script.maps[map]!.name }, offset: address, before, after };
  }
}

const callOf = (id: number, registers: readonly bigint[], result: bigint): TracedStep["call"] => ({
  helper: helperName(id),
  args: registers.slice(1, 1 + (helpers[id]?.args.length ?? 5)),
  result,
});

/** Notes what programs do (one of them, if `only` is not null) from now until the result is asked for; then they run as before. */
export function traceFiring(script: CompiledScript, machine: TravelMachine, only: number | null): () => TracedProgram[] {
  const traced: TracedProgram[] = [];
  const onlooker: Onlooker = (program, _context, interpret) => {
    if (only !== null && program !== only) return interpret({});
    const spec = script.programs[program]!;
    const tracer = new Tracer(spec, machine, script);
    const before = entriesOf(script, machine);
    const r0 = interpret({
      onInsn: (insn, live) => tracer.onInsn(insn, live),
      onAccess: (access) => tracer.onAccess(access),
    });
    tracer.settle();
    const changes = changesOf(before, entriesOf(script, machine));
    traced.push({ program, name: spec.name, steps: tracer.steps, isCut: tracer.isCut, changes, r0 });
    return r0;
  };
  machine.travel.watchPrograms(onlooker);
  return () => {
    machine.travel.watchPrograms(null);
    return traced;
  };
}
