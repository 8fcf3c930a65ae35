import { expect } from "vitest";
import type { ProbeCatalogue, Tracepoint, TracepointField } from "../../../lang/catalogue.ts";
import type { HirProgram } from "../../../lang/hir/hir.ts";
import { functionText } from "../../../lang/ir/print.ts";
import type { IrProgram } from "../../../lang/ir/ir.ts";
import { validateIr } from "../../../lang/ir/validate.ts";
import { lower, type LowerOptions } from "../../../lang/lower/lower.ts";
import { compileToHir } from "../../../lang/passes.ts";
import { int, string, type Type } from "../../../lang/types/type.ts";
import { irMachine, type IrMachine, type Task } from "../../support/ir-machine.ts";

const field = (name: string, type: Type, offset: number, sizeBytes: number, loc: TracepointField["loc"] = "inline"): TracepointField => ({
  name,
  type,
  decl: name,
  offset,
  sizeBytes,
  loc,
});

const tracepoint = (category: string, name: string, id: number, fields: readonly TracepointField[]): Tracepoint => ({
  category,
  name,
  id,
  fields: [field("common_type", int(2, false), 0, 2), ...fields],
});

const userChars: Type = { kind: "pointer", to: int(1, true), space: "user" };
const kernelChars: Type = { kind: "pointer", to: int(1, true), space: "kernel" };
const s32 = int(4, true);

const tracepoints: readonly Tracepoint[] = [
  tracepoint("sched", "sched_process_exec", 1, [
    field("filename", kernelChars, 8, 4, "data_loc"),
    field("rel", kernelChars, 12, 4, "rel_loc"),
  ]),
  tracepoint("sched", "sched_switch", 2, [
    field("prev_comm", string(16), 8, 16),
    field("prev_pid", s32, 24, 4),
    field("prev_prio", s32, 28, 4),
    field("prev_state", int(8, true), 32, 8),
    field("next_comm", string(16), 40, 16),
    field("next_pid", s32, 56, 4),
    field("next_prio", s32, 60, 4),
  ]),
  tracepoint("syscalls", "sys_enter_execve", 3, [
    field("filename", userChars, 16, 8),
    field("argv", { kind: "pointer", to: userChars, space: "user" }, 24, 8),
  ]),
  tracepoint("test", "numbers", 4, [
    field("u8", int(1, false), 8, 1),
    field("s16", int(2, true), 10, 2),
    field("u32", int(4, false), 12, 4),
    field("s64", int(8, true), 16, 8),
    field("u64", int(8, false), 24, 8),
    field("array", { kind: "array", elem: s32, length: 3 }, 32, 12),
    // Offsets that no aligned access of the whole size reaches.
    field("odd64", int(8, true), 44, 8),
    field("text10", string(10), 52, 10),
    field("text70", string(70), 62, 70),
  ]),
];

const catalogueOf = (byteOrder: "little" | "big", ncpus: number): ProbeCatalogue => ({ tracepoints, byteOrder, longBytes: 8, ncpus });

export interface Options {
  readonly byteOrder?: "little" | "big";
  readonly ncpus?: number;
}

const lowerOptions = ({ byteOrder = "little", ncpus = 2 }: Options): LowerOptions => ({ byteOrder, ncpus, outputRingBytes: 1 << 16 });

/** Lowers and checks that the result is sound. */
export function lowerHir(program: HirProgram, options: Options = {}): IrProgram {
  const ir = lower(program, lowerOptions(options));
  expect(validateIr(ir)).toEqual([]);
  return ir;
}

export function lowerText(text: string, options: Options = {}): IrProgram {
  const { byteOrder, ncpus } = lowerOptions(options);
  const env = { catalogue: catalogueOf(byteOrder, ncpus), params: [], namedParams: new Map(), config: new Map() };
  const { program, diagnostics } = compileToHir({ name: "stdin", text }, env);
  if (program === null) throw new Error(`${text}: ${diagnostics.map((d) => d.message).join("; ")}`);
  return lowerHir(program, options);
}

/** IR of one function, its header first, without indents. */
export const functionLines = (ir: IrProgram, index = 0): string[] =>
  functionText(ir.functions[index]!, ir)
    .split("\n")
    .map((line) => line.trim());

export const irOf = (text: string, options: Options = {}): string[] => functionLines(lowerText(text, options));

/** Runs a script with one probe on one record. */
export function runText(text: string, record?: Uint8Array, task: Partial<Task> = {}, options: Options = {}): IrMachine {
  const machine = irMachine(lowerText(text, options), lowerOptions(options).ncpus);
  machine.run(0, record, task);
  return machine;
}

/** The statements of a begin probe that end in print($x) or the like: the printed int64 values. */
export function printed(statements: string, options: Options = {}): bigint[] {
  return valuesOf(runText(`begin { ${statements} }`, undefined, {}, options));
}

export const valuesOf = (machine: IrMachine): bigint[] => machine.records.map((record) => record.getBigInt64(8, true));

/** A record whose parts are written at their offsets. */
export function record(parts: Readonly<Record<number, string | Uint8Array>>, sizeBytes = 160): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  for (const [offset, part] of Object.entries(parts))
    bytes.set(typeof part === "string" ? new TextEncoder().encode(part) : part, Number(offset));
  return bytes;
}

export const s32Bytes = (n: number): Uint8Array => new Uint8Array(Int32Array.of(n).buffer);
export const s64Bytes = (n: bigint): Uint8Array => new Uint8Array(BigInt64Array.of(n).buffer);

export const textAt = (view: DataView, offset: number, sizeBytes: number): string => {
  const bytes = new Uint8Array(view.buffer, offset, sizeBytes);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(bytes.subarray(0, end < 0 ? sizeBytes : end));
};
