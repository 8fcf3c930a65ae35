/** How one insn changes what is known. */
import type { Insn, Operand, Reg } from "../../isa/insn.ts";
import type { JitEnv } from "../env.ts";
import { arrayElement } from "./array-element.ts";
import { addConst, any, constant, pointer, type Known } from "./known.ts";
import { knownOf, setKnown, writeSlot, type Slot, type State } from "./state.ts";

export function transfer(state: State, insn: Insn, env: JitEnv): void {
  switch (insn.kind) {
    case "alu":
      setKnown(state, insn.dst, aluResult(state, insn));
      return;
    case "lddw":
      setKnown(state, insn.dst, lddwResult(insn.value));
      return;
    case "neg":
    case "movsx":
    case "end":
    case "load":
      setKnown(state, insn.dst, any);
      return;
    case "store":
      store(state, insn.base, insn.off, insn.size, slotContent(state, insn));
      return;
    case "atomic":
      store(state, insn.base, insn.off, insn.size, null);
      if (insn.op === "cmpxchg") setKnown(state, 0, any);
      else if (insn.fetch || insn.op === "xchg") setKnown(state, insn.src, any);
      return;
    case "call":
      call(state, insn.helper, env);
      return;
    case "call_local":
      state.slots.clear();
      clobber(state, any);
      return;
    case "jump":
    case "branch":
    case "exit":
      return;
  }
}

function aluResult(state: State, insn: Extract<Insn, { kind: "alu" }>): Known {
  const { op, wide, dst, src } = insn;
  if (op === "mov") {
    if ("imm" in src) return constant(wide ? src.imm : src.imm >>> 0);
    if (wide) return knownOf(state, src.reg);
    return any;
  }
  if (!wide) return any;
  const by = operandConst(state, src);
  if (by === null) return any;
  if (op === "add") return addConst(knownOf(state, dst), by);
  if (op === "sub") return addConst(knownOf(state, dst), -by);
  return any;
}

function operandConst(state: State, operand: Operand): number | null {
  if ("imm" in operand) return operand.imm;
  const known = knownOf(state, operand.reg);
  return known.kind === "const" ? known.value : null;
}

function lddwResult(value: Extract<Insn, { kind: "lddw" }>["value"]): Known {
  switch (value.kind) {
    case "imm64":
      return constant(Number(BigInt.asIntN(64, value.value)));
    case "map":
      return { kind: "map", map: value.map };
    case "map_value":
      return pointer;
    case "func":
      return { kind: "func", target: value.target };
  }
}

function slotContent(state: State, insn: Extract<Insn, { kind: "store" }>): Slot | null {
  const value = operandConst(state, insn.src);
  if (value !== null) return { size: insn.size, content: { kind: "const", value } };
  if ("reg" in insn.src && insn.src.reg !== 10) return { size: insn.size, content: { kind: "reg", reg: insn.src.reg } };
  return null;
}

function store(state: State, base: Reg, off: number, size: number, slot: Slot | null): void {
  const known = knownOf(state, base);
  if (known.kind === "frame") writeSlot(state, known.off + off, size, slot);
  else if (known.kind === "any") state.slots.clear();
}

/** Helpers that write nothing to memory a program can pass them. */
const WRITES_NO_ARGUMENT: ReadonlySet<number> = new Set([1, 2, 3, 5, 7, 8, 14, 15, 125, 130, 131, 132, 133]);
/** bpf_map_lookup_elem, bpf_ringbuf_reserve, bpf_map_lookup_percpu_elem. */
const RETURNS_POINTER: ReadonlySet<number> = new Set([1, 131, 195]);

function call(state: State, helper: number, env: JitEnv): void {
  const element = helper === 1 ? arrayElement(state, env) : null;
  if (!WRITES_NO_ARGUMENT.has(helper)) state.slots.clear();
  if (element?.kind === "fixed") clobber(state, constant(element.address));
  else clobber(state, RETURNS_POINTER.has(helper) ? pointer : any);
}

function clobber(state: State, result: Known): void {
  setKnown(state, 0, result);
  for (const reg of [1, 2, 3, 4, 5] as const) setKnown(state, reg, any);
}
