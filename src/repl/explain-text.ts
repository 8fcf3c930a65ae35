/** What a program did at an event, as text: each instruction with what it changed, then the maps. */
import type { MapChange, TracedProgram, TracedStep, TracedWrite } from "../session/travel/explain.ts";
import { slotOffsets } from "../bpf/isa/encode.ts";
import { elementName, elementText } from "./cell-text.ts";
import type { Session } from "./session.ts";

const SMALL = 1n << 16n;

/** Small numbers as they are, of either sign; else hexadecimal. */
function number(value: bigint): string {
  if (value < SMALL) return String(value);
  const signed = BigInt.asIntN(64, value);
  return signed < 0n && signed > -SMALL ? String(signed) : `0x${value.toString(16)}`;
}

const printable = /^[\x20-\x7e]+$/;

/** As a little-endian number if there are up to 8 bytes; else bytes, and the text in them. */
function bytesText(bytes: Uint8Array): string {
  if (bytes.length <= 8) {
    const value = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    return number(value);
  }
  const text = String.fromCharCode(...bytes.subarray(0, 64)).replace(/\0[^]*$/, "");
  if (printable.test(text)) return `"${text}"`;
  const shown = Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return `[${shown}${bytes.length > 16 ? " …" : ""}]`;
}

function place({ where, offset }: TracedWrite): string {
  switch (where.kind) {
    case "stack":
      return `stack[${offset}]`;
    case "map":
      return where.map;
    case "other":
      return `memory[0x${offset.toString(16)}]`;
  }
}

/** What registers are known to point to: the stack, or a map. */
type Pointers = Map<number, string>;

/** Follows pointers through the instructions that compilers make them with; whatever else is written to a register is none. */
function followPointers(pointers: Pointers, { text, registers, call }: TracedStep): void {
  const [, dst, map, stack, add] = /^r(\d+) (?:= map\[(\w+)\](?:\[0\]\S+)?$|= r(10)$|\+= (-?\d+)$)?/.exec(text) ?? [];
  if (/^(?:call pc|exit)/.test(text)) return pointers.clear();
  const reg = Number(dst ?? -1);
  const known = pointers.get(reg);
  for (const { reg: changed } of registers) if (changed !== 10) pointers.delete(changed);
  if (call !== null) for (const gone of [0, 1, 2, 3, 4, 5]) pointers.delete(gone);
  if (map !== undefined) pointers.set(reg, `map ${map}`);
  else if (stack !== undefined) pointers.set(reg, "fp");
  else if (add !== undefined && known !== undefined && /^fp(?:[+-]\d+)?$/.test(known)) {
    const offset = Number(known.slice(2) || "0") + Number(add);
    pointers.set(reg, `fp${offset < 0 ? "" : "+"}${offset}`);
  }
}

function effects({ registers, writes, call }: TracedStep, pointers: Pointers): string {
  const parts = [
    ...(call === null
      ? []
      : [`${call.helper}(${call.args.map((value, i) => pointers.get(i + 1) ?? number(value)).join(", ")}) = ${number(call.result)}`]),
    // A call leaves r1 to r5 without a meaning, and its result is told.
    ...registers.filter(() => call === null).map(({ reg, after }) => `r${reg}=${number(after)}`),
    ...writes.map((write) => `${place(write)} ${bytesText(write.before)} → ${bytesText(write.after)}`),
  ];
  return parts.join("  ");
}

function changeText(session: Session, { map, key, before, after }: MapChange): string {
  const { context, replay } = session.attached!;
  const irMap = replay.script.irMaps.find((one) => one?.name === map);
  if (!irMap) return map;
  return `${elementName(irMap, key, context)}: ${elementText(irMap, before, context)} → ${elementText(irMap, after, context)}`;
}

/** Where a step's place in the script begins, with a few words of it. */
function scriptLine(text: string, { span }: TracedStep): string | null {
  if (span === null) return null;
  return text.slice(span.start, span.end).split("\n", 1)[0]!.trim();
}

const CODE_COLUMN = 44;

export function explainText(session: Session, traced: TracedProgram): string {
  const { compilation, replay } = session.attached!;
  const lines = [`${traced.name}:`];
  const program = replay.script.programs[traced.program]!;
  const slots = slotOffsets(program.insns);
  const pointers: Pointers = new Map();
  let last = "";
  for (const step of traced.steps) {
    const place = step.span === null ? last : `${step.span.start}-${step.span.end}`;
    if (place !== last) lines.push(`; ${scriptLine(compilation.source.text, step) ?? ""}`);
    last = place;
    lines.push(`${String(slots[step.insn]).padStart(4)}: ${step.text.padEnd(CODE_COLUMN)} ${effects(step, pointers)}`.trimEnd());
    followPointers(pointers, step);
  }
  if (traced.isCut) lines.push("      … more instructions ran than are kept");
  lines.push(`returned ${number(traced.r0)}`);
  lines.push(...(traced.changes.length === 0 ? ["no map changed"] : traced.changes.map((change) => changeText(session, change))), "");
  return lines.map((line) => `${line}\n`).join("");
}
