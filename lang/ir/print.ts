/** Readable text of the IR, for `-d ir` and for tests. Slots are named after their purpose, with a number where two share a name. */
import { helperName } from "./helpers.ts";
import type { Action, Address, CallArg, Cond, IrFunction, IrInsn, IrMap, IrProgram, Operand, Terminator, VReg } from "./ir.ts";
import { typeName } from "../types/type.ts";

const condText: Record<Cond, string> = {
  eq: "==",
  ne: "!=",
  ult: "<",
  ule: "<=",
  ugt: ">",
  uge: ">=",
  slt: "s<",
  sle: "s<=",
  sgt: "s>",
  sge: "s>=",
};

const binText = {
  add: "+",
  sub: "-",
  mul: "*",
  udiv: "/",
  umod: "%",
  and: "&",
  or: "|",
  xor: "^",
  shl: "<<",
  lshr: ">>",
  ashr: "s>>",
} as const;

const regText = (r: VReg): string => `v${r}`;

function operandText(operand: Operand): string {
  if (operand.kind === "reg") return regText(operand.reg);
  const { value } = operand;
  return value > -65536n && value < 65536n ? String(value) : `0x${BigInt.asUintN(64, value).toString(16)}`;
}

const offsetText = (off: number): string => (off === 0 ? "" : off > 0 ? `+${off}` : `${off}`);

/** Names of the slots of one function. */
function slotNames({ slots }: IrFunction): readonly string[] {
  const seen = new Map<string, number>();
  return slots.map(({ name }) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}.${count}`;
  });
}

interface Names {
  readonly slots: readonly string[];
  readonly maps: readonly IrMap[];
  readonly functions: readonly IrFunction[];
}

function addressText(addr: Address, names: Names): string {
  const base = addr.kind === "slot" ? (names.slots[addr.slot] ?? `slot${addr.slot}`) : regText(addr.reg);
  return `${base}${offsetText(addr.off)}`;
}

function argText(arg: CallArg, names: Names): string {
  switch (arg.kind) {
    case "reg":
    case "imm":
      return operandText(arg);
    case "addr":
      return `&${addressText(arg.addr, names)}`;
    case "map":
      return names.maps[arg.map]?.name ?? `map${arg.map}`;
    case "func":
      return names.functions[arg.func]?.name ?? `func${arg.func}`;
    case "ctx":
      return "ctx";
  }
}

const sizeText = (size: number, signed: boolean): string => `${signed ? "s" : "u"}${size * 8}`;

const hexText = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

function bytesText(bytes: Uint8Array): string {
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
  const text = bytes.subarray(0, end);
  const printable = text.every((byte) => byte >= 0x20 && byte < 0x7f);
  const zeroes = bytes.length - end;
  return `${printable ? JSON.stringify(String.fromCharCode(...text)) : hexText(text)}${zeroes > 0 ? ` and ${zeroes} zero` : ""}`;
}

export function insnText(insn: IrInsn, names: Names): string {
  const at = (addr: Address): string => `[${addressText(addr, names)}]`;
  const args = (list: readonly CallArg[]): string => list.map((arg) => argText(arg, names)).join(", ");
  const to = (dst: VReg | null): string => (dst === null ? "" : `${regText(dst)} = `);
  switch (insn.op) {
    case "mov":
      return `${to(insn.dst)}${operandText(insn.src)}`;
    case "bin":
      return `${to(insn.dst)}${operandText(insn.a)} ${binText[insn.fn]} ${operandText(insn.b)}`;
    case "ext":
      return `${to(insn.dst)}${sizeText(insn.bits / 8, insn.signed)} ${operandText(insn.src)}`;
    case "bswap":
      return `${to(insn.dst)}bswap${insn.bits} ${operandText(insn.src)}`;
    case "setcc":
      return `${to(insn.dst)}${operandText(insn.a)} ${condText[insn.cond]} ${operandText(insn.b)}`;
    case "load":
      return `${to(insn.dst)}${sizeText(insn.size, insn.signed)} ${at(insn.from)}`;
    case "store":
      return `u${insn.size * 8} ${at(insn.to)} = ${operandText(insn.src)}`;
    case "addTo":
      return `u64 ${at(insn.to)} += ${operandText(insn.src)}`;
    case "addressOf":
      return `${to(insn.dst)}&${addressText(insn.addr, names)}`;
    case "zero":
      return `zero ${at(insn.to)} ${insn.sizeBytes}`;
    case "copy":
      return `copy ${at(insn.to)} = ${at(insn.from)} ${insn.sizeBytes}`;
    case "bytes":
      return `bytes ${at(insn.to)} = ${bytesText(insn.bytes)}`;
    case "ctx":
      return `${to(insn.dst)}ctx`;
    case "loadCtx":
      return `${to(insn.dst)}${sizeText(insn.size, insn.signed)} ctx ${regText(insn.ctx)}[${insn.off}]`;
    case "helper":
      return `${to(insn.dst)}${helperName(insn.helper)}(${args(insn.args)})`;
    case "call":
      return `${to(insn.dst)}call ${names.functions[insn.func]?.name ?? `func${insn.func}`}(${args(insn.args)})`;
    case "log2":
      return `${to(insn.dst)}log2 ${operandText(insn.src)}`;
    case "hide":
      return `${to(insn.dst)}hide ${operandText(insn.src)}`;
  }
}

function endText(end: Terminator): string {
  switch (end.op) {
    case "jump":
      return `goto b${end.to}`;
    case "branch":
      return `if ${operandText(end.a)} ${condText[end.cond]} ${operandText(end.b)} goto b${end.then} else b${end.else}`;
    case "return":
      return `return ${operandText(end.value)}`;
  }
}

export function functionText(func: IrFunction, program: Pick<IrProgram, "maps" | "functions">): string {
  const names: Names = { slots: slotNames(func), maps: program.maps, functions: program.functions };
  const lines = [`func ${func.name}(${func.params.map(regText).join(", ")})`];
  func.slots.forEach((slot, i) => lines.push(`  slot ${names.slots[i]!} ${slot.sizeBytes}${slot.onStack ? " on stack" : ""}`));
  func.blocks.forEach((block, i) => {
    lines.push(`b${i}:`);
    for (const insn of block.insns) lines.push(`  ${insnText(insn, names)}`);
    lines.push(`  ${endText(block.end)}`);
  });
  return lines.join("\n");
}

function actionText(action: Action, maps: readonly IrMap[]): string {
  const arg = ({ type, offset }: { type: Parameters<typeof typeName>[0]; offset: number }): string => `${typeName(type)} at ${offset}`;
  const size = `, ${action.sizeBytes} bytes`;
  switch (action.kind) {
    case "printf":
    case "errorf":
    case "warnf":
    case "debugf":
    case "cat":
    case "system":
      return [`${action.kind} ${JSON.stringify(action.format)}`, ...action.args.map(arg)].join(", ") + size;
    case "print_value":
      return `print_value ${arg(action.arg)}${size}`;
    case "print_map":
      return `print_map ${maps[action.map]?.name ?? "?"} top ${action.top} div ${action.div}${size}`;
    case "clear":
    case "zero":
      return `${action.kind} ${maps[action.map]?.name ?? "?"}${size}`;
    case "exit":
      return `exit${size}`;
    case "time":
      return `time ${JSON.stringify(action.format)}${size}`;
    case "join":
      return `join ${JSON.stringify(action.separator)} of ${action.args.length}${size}`;
    case "helper_error":
      return `helper_error ${action.helper === "" ? "-" : action.helper} ${JSON.stringify(action.message)}${size}`;
  }
}

const mapText = (map: IrMap): string => `map ${map.name} ${map.kind} key ${map.keyBytes} value ${map.valueBytes} entries ${map.maxEntries}`;

export function printIr(program: IrProgram): string {
  const sections = [
    program.maps.map(mapText).join("\n"),
    program.actions.map((action, i) => `action ${i} ${actionText(action, program.maps)}`).join("\n"),
    program.probes
      .map((probe) => `probe ${probe.attach.map((point) => point.name).join(", ")}: ${program.functions[probe.func]?.name ?? "?"}`)
      .join("\n"),
    ...program.functions.map((func) => functionText(func, program)),
  ];
  return sections.filter((section) => section !== "").join("\n\n") + "\n";
}
