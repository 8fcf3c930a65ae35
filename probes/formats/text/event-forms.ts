/** The forms in which the text of an event may come, each with the decoder for it. */
import type { EventFormat, FormatField } from "../event-format.ts";
import { Decoder, MOST_FIXED_BYTES } from "./decoder.ts";
import { COMMON_BYTES } from "./format-text.ts";
import { fixedBytesOf, invertPrint } from "./invert-print.ts";
import { ASSUMED_FLAGS, openatSteps } from "./openat-form.ts";
import { parsePrintFormat, type PrintPart } from "./print-format.ts";
import * as kinds from "./steps.ts";
import { bytesOf, step, type Step } from "./steps.ts";
import type { SymbolSpace } from "./symbol-space.ts";

export interface Form {
  readonly decoder: Decoder;
  /** Fields that text of this form tells. */
  readonly told: ReadonlySet<string>;
  /** What it takes for granted, as a warning; absent: nothing. */
  readonly assumes?: string;
}

export interface FormContext {
  readonly symbols: SymbolSpace;
  readonly longBytes: 4 | 8;
  /** Whether return probes show `caller <- function`, as the kernel does, or the other way round. */
  readonly callerFirst: boolean;
}

const isOwn = (field: FormatField): boolean => !field.common;

function formOf(
  format: EventFormat,
  steps: readonly Step[],
  told: ReadonlySet<string>,
  context: FormContext,
  leavesRest = false,
): Form | null {
  const fixedBytes = fixedBytesOf(format);
  return fixedBytes > MOST_FIXED_BYTES ? null : { decoder: new Decoder(format.id, fixedBytes, steps, context.symbols, leavesRest), told };
}

/** As its print format has it. */
export function printedForm(format: EventFormat, printFormat: string, context: FormContext): Form | null {
  const parts = parsePrintFormat(printFormat);
  if (parts === null) return null;
  const { steps, told } = invertPrint(format, parts, context.longBytes);
  return formOf(format, steps, told, context);
}

/** What stands in front of an argument's name in `text`, blank included: its type, with the option `verbose`. */
function shownType(text: string, name: string): string {
  return new RegExp(`(?:^|, )((?:[^:,]* )?)${name.replace(/\W/g, "\\$&")}: `).exec(text)?.[1] ?? "";
}

/**
 * Arguments of a system call in the kernel's words: `dfd: 0x3, filename: 0x7f… "/etc", mode: 0)`, or as `text` has them `int dfd: 0x3, …`.
 * What is quoted goes into the field `__filename_val`.
 */
export function callForm(format: EventFormat, text: string, context: FormContext): Form | null {
  const own = format.fields.filter(isOwn);
  const strings = new Map(
    own.flatMap((field) => {
      const of = /^__(.+)_val$/.exec(field.name)?.[1];
      return of === undefined ? [] : [[of, field] as const];
    }),
  );
  const args = own.filter(({ name }) => !/^(__syscall_nr|nr)$/.test(name) && !/^__.+_val$/.test(name));
  const told = new Set([...args.map(({ name }) => name), ...[...strings.values()].map(({ name }) => name)]);
  const openat = openatSteps(format, text);
  if (openat !== null) {
    const form = formOf(format, openat, told, context);
    return form === null ? null : { ...form, assumes: ASSUMED_FLAGS };
  }
  const shown = args.map(({ name }) => `${shownType(text, name)}${name}: `);
  const steps = args.flatMap(({ name, offset, sizeBytes }, i): Step[] => {
    const next = shown[i + 1];
    const string = strings.get(name);
    return [
      step(kinds.LITERAL, { text: bytesOf(`${i === 0 ? "" : ", "}${shown[i]!}`) }),
      step(kinds.ARGUMENT, { offset, sizeBytes }),
      step(kinds.QUOTED, {
        text: bytesOf(next === undefined ? "" : `, ${next}`),
        offset: string?.offset ?? 0,
        sizeBytes: string?.sizeBytes ?? 0,
      }),
    ];
  });
  return formOf(format, steps, told, context);
}

/** Its result: `0xfffffffffffffffe` behind `sys_openat -> `. */
export function resultForm(format: EventFormat, context: FormContext): Form | null {
  const result = format.fields.find(({ name }) => name === "ret");
  if (result === undefined) return null;
  const { offset, sizeBytes } = result;
  return formOf(format, [step(kinds.ARGUMENT, { offset, sizeBytes })], new Set(["ret"]), context);
}

const isText = (field: FormatField): boolean => /\bchar$/.test(field.type) && (field.loc !== "inline" || field.length !== null);

/** How a print format shows each field, for forms that show numbers the same way. */
export function conversionsOf(printFormat: string): ReadonlyMap<string, string> {
  const parts: readonly PrintPart[] = parsePrintFormat(printFormat) ?? [];
  return new Map(
    parts.flatMap((part) =>
      part.kind === "conversion" && part.arg.kind === "field" ? [[part.arg.name, `${part.type}${part.suffix}`] as const] : [],
    ),
  );
}

function elementBytes({ sizeBytes, length }: FormatField): number {
  return typeof length === "number" ? sizeBytes / length : 0;
}

/** Of one field, up to `stop` (empty: the end). */
function valueStep(field: FormatField, stop: Uint8Array, conversion: string | undefined): Step {
  const { offset, sizeBytes, loc } = field;
  if (loc !== "inline") return step(loc === "data_loc" ? kinds.FETCHED : kinds.REL_DYNAMIC, { offset, sizeBytes, text: stop });
  if (isText(field)) return sizeBytes > 0 ? step(kinds.TEXT, { offset, sizeBytes, text: stop }) : step(kinds.SKIP, { text: stop });
  return step(kinds.VALUE, { offset, sizeBytes, elementBytes: elementBytes(field), bareHex: conversion === "x" || conversion === "p" });
}

/** `name=value` of all fields in the order of that line, as the option `fields` and `report -R` have it; null if it names others than the format does. */
export function fieldsForm(format: EventFormat, text: string, context: FormContext): Form | null {
  const byName = new Map(format.fields.filter(isOwn).map((field) => [field.name, field]));
  const names = [...new Set([...text.matchAll(/(?:^| )([A-Za-z_]\w*)=/g)].map(([, name]) => name!))].filter((name) => byName.has(name));
  const fields = names.map((name) => byName.get(name));
  if (fields.length < byName.size || !fields.every((field) => field !== undefined)) return null;
  const shown = conversionsOf(format.printFormat);
  const steps = fields.flatMap((field, i): Step[] => {
    const next = fields[i + 1];
    const stop = bytesOf(next === undefined ? "" : ` ${next.name}=`);
    const key = step(i === 0 ? kinds.LITERAL : kinds.SEEK, { text: bytesOf(`${i === 0 ? "" : " "}${field.name}=`) });
    return [key, valueStep(field, stop, shown.get(field.name))];
  });
  // Of pointers to characters the kernel prints where it keeps them, not what they are.
  const told = fields.filter(({ name, type }) => !/\bchar \*$/.test(type) || !text.includes(`${name}=(0x`)).map(({ name }) => name);
  // Behind the last value may be the same in decimal: `0x10 (16)`.
  return formOf(format, steps, new Set(told), context, true);
}

export const isDynamic = (format: EventFormat): boolean =>
  format.fields.some(({ name }) => name === "__probe_ip" || name === "__probe_func");

/** `(function+0x0/0x10) a=1 s="x"`, `(caller <- function) ret=0` */
export function dynamicForm(format: EventFormat, context: FormContext): Form | null {
  const own = format.fields.filter(isOwn);
  const at = (name: string): FormatField | undefined => own.find((field) => field.name === name);
  const [entry, func, caller] = [at("__probe_ip"), at("__probe_func"), at("__probe_ret_ip")];
  const code = (field: FormatField | undefined): Step =>
    step(kinds.CODE, { offset: field?.offset ?? COMMON_BYTES, sizeBytes: field?.sizeBytes ?? 0, bareHex: true });
  const head =
    entry !== undefined
      ? [code(entry)]
      : [
          code(context.callerFirst ? caller : func),
          step(kinds.LITERAL, { text: bytesOf(" <- ") }),
          code(context.callerFirst ? func : caller),
        ];
  const args = own.filter((field) => field !== entry && field !== func && field !== caller);
  const steps = args.flatMap((field, i): Step[] => {
    const next = args[i + 1];
    const stop = bytesOf(next === undefined ? "" : ` ${next.name}=`);
    return [step(kinds.LITERAL, { text: bytesOf(` ${field.name}=`) }), valueStep(field, stop, undefined)];
  });
  const open = step(kinds.LITERAL, { text: bytesOf("(") });
  const close = step(kinds.LITERAL, { text: bytesOf(")") });
  return formOf(format, [open, ...head, close, ...steps], new Set(own.map(({ name }) => name)), context);
}
