/**
 * A small assembler of the text that disasm.ts prints, for tests and tools. In addition to the kernel's text it takes labels
 * (`again:` and `goto again`, `call again`, `r2 = &again`), immediates, `goto +3`, helper names without a number, and
 * `;` or `//` comments. As in the kernel's text, `r1 = 42` is a mov and `r1 = 0x2a` a 64-bit load of two slots.
 */
import { helpers } from "../helpers/table.ts";
import { slotCount } from "./encode.ts";
import type { AluOp, AtomicOp, Insn, InsnIndex, JmpOp, LddwValue, Operand, Reg, Size } from "./insn.ts";
import { aluText, jmpText } from "./disasm.ts";

export type Assembled =
  | { readonly ok: true; readonly insns: Insn[]; readonly labels: ReadonlyMap<string, InsnIndex> }
  | { readonly ok: false; readonly line: number; readonly reason: string };

export interface AsmOptions {
  /** Names for `map[NAME]`, by index. */
  readonly maps?: readonly { readonly name: string }[];
}

/** Where a jump goes, before slots have been counted: slots from the next slot, or a label. */
type Target = { readonly away: number } | { readonly label: string };
interface Item {
  readonly line: number;
  readonly insn: Insn;
  readonly target: Target | null;
}

const aluOf = new Map((Object.entries(aluText) as [AluOp, string][]).map(([op, text]) => [text, op]));
const jmpOf = new Map((Object.entries(jmpText) as [JmpOp, string][]).map(([op, text]) => [text, op]));
const helperOf = new Map(Object.entries(helpers).map(([id, { name }]) => [`bpf_${name}`, Number(id)]));
const UNRESOLVED = -1 as InsnIndex;

const NUMBER = "[-+]?(?:0x[0-9a-f]+|\\d+)";
const GOTO = `goto(?:l)?\\s+(?:pc)?(\\S+)`;
const MEM = `\\(([us])(8|16|32|64)\\s*\\*\\)\\s*\\(r(\\d+)\\s*([-+]\\s*(?:0x[0-9a-f]+|\\d+))\\)`;
const pattern = (source: string): RegExp => new RegExp(`^${source}$`, "i");

type Rule = readonly [RegExp, (found: readonly string[], options: AsmOptions) => Omit<Item, "line"> | null];

const plain = (insn: Insn): Omit<Item, "line"> => ({ insn, target: null });

/** First match wins; more special forms come first. */
const rules: readonly Rule[] = [
  [pattern("exit"), () => plain({ kind: "exit" })],
  [pattern(GOTO), ([, to]) => ({ insn: { kind: "jump", target: UNRESOLVED }, target: targetOf(to!) })],
  [
    pattern(`if\\s+([rw])(\\d+)\\s+(s?[<>]=?|==|!=|&)\\s+(?:([rw])(\\d+)|(${NUMBER}))\\s+${GOTO}`),
    ([, dstKind, dst, op, , src, imm, to]) => {
      const operand = operandOf(src, imm);
      const known = jmpOf.get(op!);
      if (!known || !operand) return null;
      return {
        insn: { kind: "branch", op: known, wide: dstKind === "r", dst: regOf(dst!), src: operand, target: UNRESOLVED },
        target: targetOf(to!),
      };
    },
  ],
  [
    pattern(`call\\s+(?:(\\w+)#(\\d+)|pc([-+]\\d+)|(\\w+))`),
    ([, , number, away, name]) => {
      if (number !== undefined) return plain({ kind: "call", helper: Number(number) });
      if (away !== undefined) return { insn: { kind: "call_local", target: UNRESOLVED }, target: { away: Number(away) } };
      const helper = helperOf.get(name!);
      if (helper !== undefined) return plain({ kind: "call", helper });
      return { insn: { kind: "call_local", target: UNRESOLVED }, target: { label: name! } };
    },
  ],
  [
    pattern(`lock\\s+\\*${MEM}\\s*(\\+|\\||&|\\^)=\\s*r(\\d+)`),
    ([, , bits, base, off, op, src]) => plain(atomic(atomicOf[op!]!, false, bits!, base!, off!, src!)),
  ],
  [
    pattern(`r(\\d+)\\s*=\\s*atomic(?:64)?_(fetch_(add|or|and|xor)|xchg|cmpxchg)\\(${MEM},\\s*(?:r0,\\s*)?r(\\d+)\\)`),
    ([, , full, simple, , bits, base, off, src]) => plain(atomic((simple ?? full!) as AtomicOp, true, bits!, base!, off!, src!)),
  ],
  [
    pattern(`\\*${MEM}\\s*=\\s*(?:r(\\d+)|(${NUMBER}))`),
    ([, , bits, base, off, src, imm]) => {
      const operand = operandOf(src, imm);
      return operand && plain({ kind: "store", size: sizeOf(bits!), base: regOf(base!), off: integer(off!), src: operand });
    },
  ],
  [
    pattern(`r(\\d+)\\s*=\\s*\\*${MEM}`),
    ([, dst, sign, bits, base, off]) =>
      plain({ kind: "load", size: sizeOf(bits!), signed: sign === "s", dst: regOf(dst!), base: regOf(base!), off: integer(off!) }),
  ],
  [
    pattern(`r(\\d+)\\s*=\\s*map\\[([^\\]]+)\\](?:\\[0\\](${NUMBER}))?`),
    ([, dst, name, off], options) => {
      const map = mapOf(name!, options);
      if (map === null) return null;
      const value: LddwValue = off === undefined ? { kind: "map", map } : { kind: "map_value", map, off: integer(off) };
      return plain({ kind: "lddw", dst: regOf(dst!), value });
    },
  ],
  [
    pattern(`r(\\d+)\\s*=\\s*(?:subprog\\[([-+]\\d+)\\]|&(\\w+))`),
    ([, dst, away, label]) => ({
      insn: { kind: "lddw", dst: regOf(dst!), value: { kind: "func", target: UNRESOLVED } },
      target: away === undefined ? { label: label! } : { away: Number(away) },
    }),
  ],
  [
    pattern(`r(\\d+)\\s*=\\s*(0x[0-9a-f]+)(?:\\s*ll)?`),
    ([, dst, value]) => plain({ kind: "lddw", dst: regOf(dst!), value: { kind: "imm64", value: BigInt.asUintN(64, BigInt(value!)) } }),
  ],
  [
    pattern(`([rw])(\\d+)\\s*=\\s*-[rw](\\d+)`),
    ([, kind, dst, src]) => (dst === src ? plain({ kind: "neg", wide: kind === "r", dst: regOf(dst!) }) : null),
  ],
  [
    pattern(`([rw])(\\d+)\\s*=\\s*\\(s(8|16|32)\\)\\s*[rw](\\d+)`),
    ([, kind, dst, bits, src]) =>
      plain({ kind: "movsx", wide: kind === "r", bits: Number(bits) as 8 | 16 | 32, dst: regOf(dst!), src: regOf(src!) }),
  ],
  [
    pattern(`r(\\d+)\\s*=\\s*(le|be|bswap)(16|32|64)\\s+r(\\d+)`),
    ([, dst, order, bits, src]) => {
      if (dst !== src) return null;
      return plain({
        kind: "end",
        order: order === "bswap" ? "swap" : (order as "le" | "be"),
        bits: Number(bits) as 16 | 32 | 64,
        dst: regOf(dst!),
      });
    },
  ],
  [
    pattern(`([rw])(\\d+)\\s*(s>>|s/|s%|<<|>>|[-+*/%|&^])?=\\s*(?:[rw](\\d+)|(${NUMBER}))`),
    ([, kind, dst, op, src, imm]) => {
      const operand = operandOf(src, imm);
      const known = aluOf.get(`${op ?? ""}=`);
      return operand && known ? plain({ kind: "alu", op: known, wide: kind === "r", dst: regOf(dst!), src: operand }) : null;
    },
  ],
];

const atomicOf: Readonly<Record<string, AtomicOp>> = { "+": "add", "|": "or", "&": "and", "^": "xor" };

/** One insn a line; a leading `12:` and `(b7)` as in listings are skipped. */
export function assemble(text: string, options: AsmOptions = {}): Assembled {
  const items: Item[] = [];
  const labels = new Map<string, InsnIndex>();
  for (const [number, raw] of text.split("\n").entries()) {
    const line = raw
      .replace(/(;|\/\/).*$/, "")
      .replace(/^\s*\d+:/, "")
      .replace(/^\s*\([0-9a-f]{2}\)/, "")
      .trim();
    const label = /^([a-z_]\w*):$/i.exec(line)?.[1];
    if (label !== undefined) labels.set(label, items.length as InsnIndex);
    if (line === "" || label !== undefined) continue;
    const item = parseLine(line, options);
    if (!item) return { ok: false, line: number + 1, reason: `cannot read "${line}"` };
    items.push({ ...item, line: number + 1 });
  }
  return resolve(items, labels);
}

function parseLine(line: string, options: AsmOptions): Omit<Item, "line"> | null {
  for (const [regex, build] of rules) {
    const found = regex.exec(line);
    if (found) return build(found, options);
  }
  return null;
}

function resolve(items: readonly Item[], labels: ReadonlyMap<string, InsnIndex>): Assembled {
  const slotOf: number[] = [];
  let slots = 0;
  for (const item of items) {
    slotOf.push(slots);
    slots += slotCount(item.insn);
  }
  const indexOf = new Map(slotOf.map((slot, index) => [slot, index as InsnIndex]));
  const insns: Insn[] = [];
  for (const [index, { insn, target, line }] of items.entries()) {
    if (!target) {
      insns.push(insn);
      continue;
    }
    const to = "label" in target ? labels.get(target.label) : indexOf.get(slotOf[index]! + 1 + target.away);
    if (to === undefined) return { ok: false, line, reason: "label" in target ? `no label ${target.label}` : "jump to no insn" };
    insns.push(insn.kind === "lddw" ? { ...insn, value: { kind: "func", target: to } } : ({ ...insn, target: to } as Insn));
  }
  return { ok: true, insns, labels };
}

function targetOf(text: string): Target {
  return /^[-+]\d+$/.test(text) ? { away: Number(text) } : { label: text };
}

function regOf(text: string): Reg {
  return Number(text) as Reg;
}

function sizeOf(bits: string): Size {
  return (Number(bits) / 8) as Size;
}

function integer(text: string): number {
  const compact = text.replace(/\s+/g, "");
  const value = Number(compact.replace(/^[-+]/, ""));
  return compact.startsWith("-") ? -value : value;
}

/** An immediate may be written as u32 (the kernel prints comparands so). */
function operandOf(src: string | undefined, imm: string | undefined): Operand | null {
  if (src !== undefined) return { reg: regOf(src) };
  const value = integer(imm!);
  if (value < -0x80000000 || value > 0xffffffff) return null;
  return { imm: value | 0 };
}

function mapOf(name: string, options: AsmOptions): number | null {
  const named = options.maps?.findIndex((map) => map.name === name) ?? -1;
  if (named >= 0) return named;
  return /^\d+$/.test(name) ? Number(name) : null;
}

function atomic(op: AtomicOp, fetch: boolean, bits: string, base: string, off: string, src: string): Insn {
  return { kind: "atomic", op, fetch, size: bits === "64" ? 8 : 4, base: regOf(base), off: integer(off), src: regOf(src) };
}
