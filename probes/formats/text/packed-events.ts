/** Descriptions of events without what all of them repeat: one block of lines each. */
import type { EventSource } from "../../catalogue.ts";
import type { EventFormat } from "../event-format.ts";
import { formatText, type FormatLine } from "./format-text.ts";

/** Between events. No print format holds it. */
const SEPARATOR = "\x1e\n";

/** `CATEGORY NAME ID`, a line `DECL;OFFSET;SIZE;SIGNED` per field, `=` and the print format. */
export function packEvents(events: readonly { readonly category: string; readonly format: EventFormat }[]): string {
  const blocks = events.map(({ category, format: { name, id, fields, printFormat } }) => {
    const own = fields.filter(({ common }) => !common);
    const lines = own.map(({ decl, offset, sizeBytes, signed }) => `${decl};${offset};${sizeBytes};${signed === true ? 1 : 0}`);
    return [`${category} ${name} ${id}`, ...lines, `=${printFormat}`].join("\n");
  });
  return blocks.join(SEPARATOR);
}

function fieldOf(line: string): FormatLine {
  const [decl = "", offset, size, signed] = line.split(";");
  return { decl, offset: Number(offset), sizeBytes: Number(size), signed: signed === "1" };
}

function unpackText(block: string): string {
  const print = block.indexOf("\n=");
  const [head = "", ...fields] = block.slice(0, print).split("\n");
  const [, name = "", id] = head.split(" ");
  return formatText({ name, id: Number(id), fields: fields.map(fieldOf), printFormat: block.slice(print + 2) });
}

/** The inverse of packEvents; each text is made when it is asked for. */
export function unpackEvents(packed: string): EventSource[] {
  return packed.split(SEPARATOR).map((block) => {
    const [category = "", name = "", id] = block.slice(0, block.indexOf("\n")).split(" ");
    return { category, name, id: Number(id), formatText: () => unpackText(block) };
  });
}
