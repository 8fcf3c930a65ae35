/**
 * Reads tests in the text format of bpf_conformance (and ubpf): sections `-- asm`, `-- mem` (hex bytes), `-- result` (r0).
 * A program is to be run with r1 = address of mem; r2 = length of mem is set by its first instruction. Lines that start with `#` are comments.
 */
import { readFileSync, readdirSync } from "node:fs";
import { slotCount } from "../../src/bpf/isa/encode.ts";
import type { AluOp, AtomicOp, Insn, InsnIndex, JmpOp, Operand, Reg, Size } from "../../src/bpf/isa/insn.ts";
import type { ProgramSpec } from "../../src/bpf/spec.ts";

export interface ConformanceCase {
  readonly name: string;
  readonly program: ProgramSpec;
  readonly mem: Uint8Array;
  /** Expected r0, unsigned. */
  readonly result: bigint;
}

const DIRECTORY = new URL("../bpf/conformance/", import.meta.url);

/** Every test of test/bpf/conformance, by name. */
export function conformanceCases(): ConformanceCase[] {
  const files = readdirSync(DIRECTORY).filter((file) => file.endsWith(".data"));
  return files.sort().map((file) => parseConformance(file.replace(/\.data$/, ""), readFileSync(new URL(file, DIRECTORY), "utf8")));
}

export function parseConformance(name: string, text: string): ConformanceCase {
  const sections = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of text.split("\n")) {
    const head = /^-- (\w+)/.exec(line)?.[1];
    if (head !== undefined) sections.set(head, (lines = []));
    else if (!line.trimStart().startsWith("#")) lines.push(line);
  }
  const mem = Uint8Array.from((sections.get("mem") ?? []).join(" ").split(/\s+/).filter(Boolean), (byte) => Number.parseInt(byte, 16));
  const result = BigInt((sections.get("result") ?? []).join("").trim());
  // r2 = length; r1 is the machine's business.
  const setup: Insn = { kind: "alu", op: "mov", wide: true, dst: 2, src: { imm: mem.length } };
  const insns = assembleUbpf(sections.get("asm") ?? [], setup);
  const program: ProgramSpec = {
    name: "conformance",
    type: "socket_filter",
    section: "socket",
    insns,
    funcs: [{ name: "main", start: 0 as InsnIndex }],
    lines: [],
    license: "GPL",
  };
  return { name, program, mem, result: BigInt.asUintN(64, result) };
}

const aluOps: readonly AluOp[] = ["add", "sub", "mul", "div", "mod", "sdiv", "smod", "or", "and", "xor", "lsh", "rsh", "arsh", "mov"];
const jmpOps: readonly JmpOp[] = ["eq", "ne", "gt", "ge", "lt", "le", "sgt", "sge", "slt", "sle", "set"];
const sizes: Readonly<Record<string, Size>> = { b: 1, h: 2, w: 4, dw: 8 };

interface Pending {
  readonly insn: Insn;
  readonly label?: string;
}

function assembleUbpf(lines: readonly string[], setup: Insn): Insn[] {
  const pending: Pending[] = [{ insn: setup }];
  const labels = new Map<string, number>();
  for (const raw of lines) {
    const line = raw.replace(/#.*$/, "").trim();
    const label = /^([\w]+):$/.exec(line)?.[1];
    if (label !== undefined) labels.set(label, pending.length);
    if (line === "" || label !== undefined) continue;
    const item = parse(line);
    // The first exit is a label of its own in the original format.
    if (item.insn.kind === "exit" && !labels.has("exit")) labels.set("exit", pending.length);
    pending.push(item);
  }
  const slots: number[] = [];
  pending.reduce((slot, { insn }) => (slots.push(slot), slot + slotCount(insn)), 0);
  return pending.map(({ insn, label }, index) => {
    if (label === undefined) return insn;
    const away = /^[-+]\d+$/.test(label) ? slots.indexOf(slots[index]! + 1 + Number(label)) : labels.get(label);
    if (away === undefined || away < 0) throw new Error(`no label ${label}`);
    return { ...insn, target: away as InsnIndex } as Insn;
  });
}

function parse(line: string): Pending {
  const [mnemonic = "", ...rest] = line.split(/[\s,]+/).filter(Boolean);
  const bare = mnemonic.replace(/32$/, "");
  const wide = bare === mnemonic;
  const alu = aluOps.find((op) => op === bare);
  if (alu) return { insn: { kind: "alu", op: alu, wide, dst: reg(rest[0]), src: operand(rest[1]) } };
  const jmp = jmpOps.find((op) => `j${op}` === bare);
  const target = -1 as InsnIndex;
  if (jmp) return { insn: { kind: "branch", op: jmp, wide, dst: reg(rest[0]), src: operand(rest[1]), target }, label: rest[2]! };
  if (bare === "ja") return { insn: { kind: "jump", target }, label: rest[0]! };
  if (mnemonic === "exit") return { insn: { kind: "exit" } };
  if (mnemonic === "call" && rest[0] === "local") return { insn: { kind: "call_local", target }, label: rest[1]! };
  if (bare === "neg") return { insn: { kind: "neg", wide, dst: reg(rest[0]) } };
  if (mnemonic === "lddw") return { insn: { kind: "lddw", dst: reg(rest[0]), value: { kind: "imm64", value: u64(rest[1]!) } } };
  const end = /^(le|be|swap)(16|32|64)$/.exec(mnemonic);
  if (end) return { insn: { kind: "end", order: end[1] as "le" | "be" | "swap", bits: Number(end[2]) as 16 | 32 | 64, dst: reg(rest[0]) } };
  const movsx = /^movsx(8|16|32)(32|64)$/.exec(mnemonic);
  if (movsx) {
    return {
      insn: { kind: "movsx", wide: movsx[2] === "64", bits: Number(movsx[1]) as 8 | 16 | 32, dst: reg(rest[0]), src: reg(rest[1]) },
    };
  }
  const load = /^ldx(s?)(b|h|w|dw)$/.exec(mnemonic);
  if (load) return { insn: { kind: "load", size: sizes[load[2]!]!, signed: load[1] === "s", dst: reg(rest[0]), ...place(rest[1]) } };
  const store = /^stx?(b|h|w|dw)$/.exec(mnemonic);
  if (store) return { insn: { kind: "store", size: sizes[store[1]!]!, ...place(rest[0]), src: operand(rest[1]) } };
  if (mnemonic === "lock") return { insn: atomic(rest) };
  throw new Error(`unknown instruction: ${line}`);
}

function atomic(words: readonly string[]): Insn {
  const fetch = words[0] === "fetch";
  const [name = "", where, src] = fetch ? words.slice(1) : words;
  const op = name.replace(/32$/, "") as AtomicOp;
  const size = name.endsWith("32") ? 4 : 8;
  return { kind: "atomic", op, fetch: fetch || op === "xchg" || op === "cmpxchg", size, ...place(where), src: reg(src) };
}

function reg(text: string | undefined): Reg {
  const found = /^%?r(\d+)$/.exec(text ?? "")?.[1];
  if (found === undefined) throw new Error(`not a register: ${String(text)}`);
  return Number(found) as Reg;
}

function operand(text: string | undefined): Operand {
  if (/^%?r\d/.test(text ?? "")) return { reg: reg(text) };
  return { imm: Number(BigInt.asIntN(32, u64(text!))) };
}

function u64(text: string): bigint {
  return BigInt.asUintN(64, text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text));
}

function place(text: string | undefined): { readonly base: Reg; readonly off: number } {
  const found = /^\[(%?r\d+)([-+]\w+)?\]$/.exec(text ?? "");
  if (!found) throw new Error(`not a place in memory: ${String(text)}`);
  return { base: reg(found[1]), off: Number(BigInt.asIntN(16, u64((found[2] ?? "0").replace("+", "")))) };
}
