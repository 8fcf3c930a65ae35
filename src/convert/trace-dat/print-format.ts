/** Print formats for events that have none, so that other tools show their fields. */
import type { EventFormat, FormatField } from "../../../probes/formats/event-format.ts";

/** What a format says of nothing. */
export const NO_PRINT = '""';

function partOf({ name, type, loc, length, sizeBytes, signed }: FormatField): readonly [conversion: string, argument: string] | null {
  const isChar = /^(const )?char$/.test(type);
  if (loc !== "inline") return isChar ? ["%s", `__get_str(${name})`] : null;
  if (length !== null) return isChar && typeof length === "number" ? ["%s", `REC->${name}`] : null;
  if (![1, 2, 4, 8].includes(sizeBytes)) return null;
  if (type.endsWith("*")) return ["0x%lx", `(unsigned long)REC->${name}`];
  return sizeBytes === 8 ? [signed === true ? "%lld" : "%llu", `REC->${name}`] : [signed === true ? "%d" : "%u", `REC->${name}`];
}

/** `"dfd=%d filename=%s", REC->dfd, __get_str(filename)` */
export function printFormatOf(format: EventFormat): string {
  const parts = format.fields
    .filter(({ common }) => !common)
    .flatMap((field) => {
      const part = partOf(field);
      return part === null ? [] : [{ text: `${field.name}=${part[0]}`, argument: part[1] }];
    });
  if (parts.length === 0) return NO_PRINT;
  return [`"${parts.map(({ text }) => text).join(" ")}"`, ...parts.map(({ argument }) => argument)].join(", ");
}
