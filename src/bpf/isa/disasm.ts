/** Instructions as text, in the words of the kernel's verifier log and `bpftool prog dump xlated` (linux kernel/bpf/disasm.c). */
import type { LineInfo, MapSpec, ProgramSpec } from "../spec.ts";
import { helperName } from "../helpers/table.ts";
import { SLOT_BYTES, encode, encodeInsn, slotCount, slotOffsets } from "./encode.ts";
import type { AluOp, Insn, InsnIndex, JmpOp, Operand, Reg, Size } from "./insn.ts";

export const aluText: Readonly<Record<AluOp, string>> = {
  add: "+=",
  sub: "-=",
  mul: "*=",
  div: "/=",
  sdiv: "s/=",
  mod: "%=",
  smod: "s%=",
  or: "|=",
  and: "&=",
  xor: "^=",
  lsh: "<<=",
  rsh: ">>=",
  arsh: "s>>=",
  mov: "=",
};

export const jmpText: Readonly<Record<JmpOp, string>> = {
  eq: "==",
  ne: "!=",
  gt: ">",
  ge: ">=",
  lt: "<",
  le: "<=",
  sgt: "s>",
  sge: "s>=",
  slt: "s<",
  sle: "s<=",
  set: "&",
};

/** What the text of an insn depends on besides the insn. */
export interface DisasmContext {
  readonly slotOf: readonly number[];
  /** Names for `map[NAME]`; the index where there is no name. */
  readonly maps?: readonly Pick<MapSpec, "name">[];
}

export interface DisasmOptions {
  readonly maps?: readonly Pick<MapSpec, "name">[];
  /** Hex bytes under each insn, like `bpftool prog dump xlated opcodes`. */
  readonly opcodes?: boolean;
  /** Source comments `; text` where a new piece of the script begins. */
  readonly source?: { readonly text: string; readonly lines: readonly LineInfo[] };
  readonly funcs?: readonly { readonly name: string; readonly start: InsnIndex }[];
}

/** The listing of a program with its function heads and the script's text; `sourceText` null leaves the text out. */
export function disassemble(program: ProgramSpec, maps: readonly Pick<MapSpec, "name">[], sourceText: string | null): string {
  const options: DisasmOptions = { maps, funcs: program.funcs };
  if (sourceText === null) return disasm(program.insns, options);
  return disasm(program.insns, { ...options, source: { text: sourceText, lines: program.lines } });
}

/** The listing: `   0: (b7) r0 = 42`, one insn a line, numbered by slot. */
export function disasm(insns: readonly Insn[], options: DisasmOptions = {}): string {
  const slotOf = slotOffsets(insns);
  const context: DisasmContext = options.maps ? { slotOf, maps: options.maps } : { slotOf };
  const comments = new Map(options.source?.lines.map((line) => [line.insn, sourceComment(options.source!.text, line)]));
  const heads = new Map(options.funcs?.map((func) => [func.start, `${func.name}:`]));
  const bytes = options.opcodes ? encode(insns) : null;
  const lines: string[] = [];
  insns.forEach((insn, index) => {
    const at = slotOf[index]!;
    const before = [heads.get(index as InsnIndex), comments.get(index as InsnIndex)].filter((line) => line !== undefined);
    lines.push(...before, `${String(at).padStart(4)}: ${disasmInsn(insn, at, context)}`);
    if (bytes) lines.push(`       ${hexBytes(bytes.subarray(at * SLOT_BYTES, (at + slotCount(insn)) * SLOT_BYTES))}`);
  });
  return lines.map((line) => `${line}\n`).join("");
}

/** `(opcode) text` of the insn at slot `at`. */
export function disasmInsn(insn: Insn, at: number, context: DisasmContext): string {
  const opcode = encodeInsn(insn, at, context.slotOf)[0]!.opcode;
  return `(${opcode.toString(16).padStart(2, "0")}) ${insnText(insn, at, context)}`;
}

/** The text alone. */
export function insnText(insn: Insn, at: number, context: DisasmContext): string {
  const distance = (target: InsnIndex): string => signed(context.slotOf[target]! - at - 1);
  switch (insn.kind) {
    case "alu":
      return `${reg(insn.dst, insn.wide)} ${aluText[insn.op]} ${"reg" in insn.src ? reg(insn.src.reg, insn.wide) : insn.src.imm}`;
    case "neg":
      return `${reg(insn.dst, insn.wide)} = -${reg(insn.dst, insn.wide)}`;
    case "movsx":
      return `${reg(insn.dst, insn.wide)} = (s${insn.bits})${reg(insn.src, insn.wide)}`;
    case "end":
      return `r${insn.dst} = ${insn.order === "swap" ? "bswap" : insn.order}${insn.bits} r${insn.dst}`;
    case "load":
      return `r${insn.dst} = ${memory(insn.size, insn.base, insn.off, insn.signed)}`;
    case "store":
      return `${memory(insn.size, insn.base, insn.off)} = ${"reg" in insn.src ? reg(insn.src.reg, true) : insn.src.imm}`;
    case "atomic":
      return atomicText(insn);
    case "lddw":
      return `r${insn.dst} = ${lddwText(insn, distance, context)}`;
    case "jump": {
      const away = distance(insn.target);
      return `${encodeInsn(insn, at, context.slotOf)[0]!.opcode === 0x06 ? "gotol" : "goto"} pc${away}`;
    }
    case "branch":
      return `if ${reg(insn.dst, insn.wide)} ${jmpText[insn.op]} ${comparand(insn.src, insn.wide)} goto pc${distance(insn.target)}`;
    case "call":
      return `call ${helperName(insn.helper)}#${insn.helper}`;
    case "call_local":
      return `call pc${distance(insn.target)}`;
    case "exit":
      return "exit";
  }
}

function atomicText(insn: Extract<Insn, { kind: "atomic" }>): string {
  const where = memory(insn.size, insn.base, insn.off);
  const wide = insn.size === 8 ? "64" : "";
  // "(u64 *)(r1 +0)" without the dereferencing star.
  const pointer = where.slice(1);
  switch (insn.op) {
    case "xchg":
      return `r${insn.src} = atomic${wide}_xchg(${pointer}, r${insn.src})`;
    case "cmpxchg":
      return `r0 = atomic${wide}_cmpxchg(${pointer}, r0, r${insn.src})`;
    default:
      return insn.fetch
        ? `r${insn.src} = atomic${wide}_fetch_${insn.op}(${pointer}, r${insn.src})`
        : `lock ${where} ${aluText[insn.op]} r${insn.src}`;
  }
}

function lddwText(insn: Extract<Insn, { kind: "lddw" }>, distance: (target: InsnIndex) => string, context: DisasmContext): string {
  const value = insn.value;
  switch (value.kind) {
    case "imm64":
      return `0x${value.value.toString(16)}`;
    case "map":
      return `map[${mapName(value.map, context)}]`;
    case "map_value":
      return `map[${mapName(value.map, context)}][0]${signed(value.off)}`;
    case "func":
      return `subprog[${distance(value.target)}]`;
  }
}

function mapName(map: number, context: DisasmContext): string {
  return context.maps?.[map]?.name ?? String(map);
}

function reg(index: Reg, wide: boolean): string {
  return `${wide ? "r" : "w"}${index}`;
}

function memory(size: Size, base: Reg, off: number, isSigned = false): string {
  return `*(${isSigned ? "s" : "u"}${size * 8} *)(r${base} ${signed(off)})`;
}

function comparand(operand: Operand, wide: boolean): string {
  return "reg" in operand ? reg(operand.reg, wide) : `0x${(operand.imm >>> 0).toString(16)}`;
}

function signed(value: number): string {
  return value < 0 ? String(value) : `+${value}`;
}

function sourceComment(text: string, line: LineInfo): string {
  const piece = text.slice(line.start, line.end).split("\n", 1)[0] ?? "";
  return `; ${piece.trim()}`;
}

function hexBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
