/** System calls that no description fits: what their own lines tell of them. */
import type { EventSource } from "../../catalogue.ts";
import { COMMON_BYTES, formatText, type FormatLine } from "./format-text.ts";

const WORD_BYTES = 8;
/** What arguments begin at: behind the number of the call, which text does not tell. */
const FIRST_ARGUMENT = 16;

/** `dfd: 0x3`, with the option `verbose` `int dfd: 0x3`, and from Linux 6.19 on with what the pointer leads to. */
const ARGUMENT = /(?:^|, )(?:([^:,]*) )?([A-Za-z_]\w*): (?:0x)?[0-9a-f]+(?: \([^)]*\))?(?: ".*?")?(?=$|, [^:,]+: (?:0x)?[0-9a-f])/y;

const NUMBER: FormatLine = { decl: "int __syscall_nr", offset: COMMON_BYTES, sizeBytes: 4, signed: true };

interface ToldCall {
  /** As text has it: `sys_mseal`. */
  readonly name: string;
  readonly id: number;
}

/** The event that `sys_mseal(…)` is of. */
export const eventOfCall = (name: string, direction: "enter" | "exit"): string => `sys_${direction}_${name.slice("sys_".length)}`;

function source(direction: "enter" | "exit", { name, id }: ToldCall, fields: readonly FormatLine[]): EventSource {
  const event = eventOfCall(name, direction);
  const text = formatText({ name: event, id, fields: [NUMBER, ...fields], printFormat: '""' });
  return { category: "syscalls", name: event, id, formatText: () => text };
}

/** The enter event of a call whose arguments are printed as `text`: words of 64 bits, of the types that `verbose` tells; null: they are none. */
export function toldEnter(call: ToldCall, text: string): EventSource | null {
  const fields: FormatLine[] = [];
  ARGUMENT.lastIndex = 0;
  while (ARGUMENT.lastIndex < text.length) {
    const found = ARGUMENT.exec(text);
    if (found === null) return null;
    const [, type = "unsigned long", name] = found;
    const offset = FIRST_ARGUMENT + WORD_BYTES * fields.length;
    fields.push({ decl: `${type} ${name!}`, offset, sizeBytes: WORD_BYTES, signed: false });
  }
  return source("enter", call, fields);
}

/** The exit event of a call. */
export function toldExit(call: ToldCall): EventSource {
  return source("exit", call, [{ decl: "long ret", offset: FIRST_ARGUMENT, sizeBytes: WORD_BYTES, signed: true }]);
}
