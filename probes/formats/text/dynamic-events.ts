/** The events that definitions of kprobes and uprobes make, described as the kernel would. */
import type { EventSource } from "../../catalogue.ts";
import type { ProbeDefinition } from "../../probed/definitions.ts";
import { formatText, layOut, type FormatLine } from "./format-text.ts";

type Field = Omit<FormatLine, "offset">;

const sized = (name: string, type: string): Field => {
  const found = /^([sux])(8|16|32|64)$/.exec(type);
  if (found === null) return { decl: `u64 ${name}`, sizeBytes: 8, signed: false };
  const [, sign, bits] = found;
  return { decl: `${sign === "s" ? "s" : "u"}${bits!} ${name}`, sizeBytes: Number(bits) / 8, signed: sign === "s" };
};

/** Source: Linux Documentation/trace/kprobetrace.rst, "Types". */
function fieldOf({ name, type }: ProbeDefinition["args"][number]): Field {
  if (type === null || type === "symbol" || /^(?:p|%)/.test(type)) return { decl: `u64 ${name}`, sizeBytes: 8, signed: false };
  if (/^(?:u|sym)?string$/.test(type)) return { decl: `__data_loc char[] ${name}`, sizeBytes: 4, signed: true };
  if (type === "char") return { decl: `char ${name}`, sizeBytes: 1, signed: true };
  const array = /^([sux]\d+)\[(\d{1,3})\]$/.exec(type);
  if (array !== null) {
    const element = sized(name, array[1]!);
    const count = Number(array[2]);
    return { decl: `${element.decl}[${count}]`, sizeBytes: element.sizeBytes * count, signed: element.signed };
  }
  const bits = /^b\d+@\d+\/(\d+)$/.exec(type);
  return sized(name, bits === null ? type : `u${bits[1]!}`);
}

const address = (name: string): Field => ({ decl: `unsigned long ${name}`, sizeBytes: 8, signed: false });

/** Ids count from `firstId`. */
export function definedEvents(definitions: readonly ProbeDefinition[], firstId: number): EventSource[] {
  return definitions.map(({ group, event, at, args }, i) => {
    const heads = at === "return" ? [address("__probe_func"), address("__probe_ret_ip")] : [address("__probe_ip")];
    const { fields } = layOut([...heads, ...args.map(fieldOf)]);
    const id = firstId + i;
    return { category: group, name: event, id, formatText: () => formatText({ name: event, id, fields, printFormat: '""' }) };
  });
}
