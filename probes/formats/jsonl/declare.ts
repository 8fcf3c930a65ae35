/** From C declarations to the format of an event's records. */
import { COMMON_BYTES, formatText, type FormatLine } from "../text/format-text.ts";
import type { DeclaredEvent, DeclaredField } from "./header.ts";

const SIZES: readonly (readonly [type: RegExp, sizeBytes: number])[] = [
  [/^(unsigned |signed )?char$|^(bool|_Bool|[us]8|__[us]8|u?int8_t)$/, 1],
  [/\bshort\b|^(umode_t|[us]16|__[us]16|__[bl]e16|u?int16_t)$/, 2],
  [
    /^(unsigned |signed )?int$|^(unsigned|signed|u?int|[us]32|__[us]32|__[bl]e32|u?int32_t|pid_t|uid_t|gid_t|dev_t|mode_t|gfp_t)$|^enum /,
    4,
  ],
];
const SIGNED = /^(signed\b|int\b|short\b|long\b|char$|s(8|16|32|64)$|__s\d|int\d+_t|pid_t|loff_t|off_t|ssize_t)/;

const sizeOf = (type: string, longBytes: number): number =>
  /^(unsigned )?long( int)?$|^size_t$|^ssize_t$|\*$/.test(type) ? longBytes : (SIZES.find(([known]) => known.test(type))?.[1] ?? 8);

const aligned = (offset: number, to: number): number => Math.ceil(offset / to) * to;

export interface LayoutOptions {
  readonly category: string;
  readonly longBytes: 4 | 8;
}

/** Where each field is: as declared, else one behind the other at multiples of their sizes. Arguments of system calls take 8 bytes. */
export function layOutFields(fields: readonly DeclaredField[], { category, longBytes }: LayoutOptions): FormatLine[] {
  let end = COMMON_BYTES;
  return fields.map((field): FormatLine => {
    const declared = typeof field === "string" ? { decl: field } : field;
    const decl = declared.decl.trim();
    const found = /^(.*?)\s*([A-Za-z_$][\w$.]*)\s*(?:\[(\d*)\])?$/.exec(decl);
    const type = (found?.[1] ?? "")
      .replace(/\bconst\b/g, "")
      .replace(/\s+/g, " ")
      .replace(/ ?\*/g, " *")
      .trim();
    const isDynamic = /^__(data|rel)_loc /.test(type);
    const own = isDynamic ? 4 : sizeOf(type, longBytes);
    const count = found?.[3] === undefined ? 1 : Number(found[3]);
    const isArgument = category === "syscalls" && found?.[2] !== "__syscall_nr" && !isDynamic && found?.[3] === undefined;
    const sizeBytes = declared.size ?? (isArgument ? Math.max(longBytes, own) : own * count);
    const offset = declared.offset ?? aligned(end, isArgument ? 8 : Math.min(own, 8));
    end = Math.max(end, offset + sizeBytes);
    return { decl, offset, sizeBytes, signed: declared.signed ?? (isDynamic || SIGNED.test(type)) };
  });
}

const nameOf = (field: FormatLine): string => /([A-Za-z_$][\w$.]*)\s*(\[[^\]]*\])?\s*$/.exec(field.decl)?.[1] ?? "";

/** With a place for what each pointer leads to, so that a line may give the text itself. */
export function withPointed(fields: readonly FormatLine[]): FormatLine[] {
  const names = new Set(fields.map(nameOf));
  const pointers = fields.filter(({ decl }) => /\*\s*\w+$/.test(decl)).map(nameOf);
  let end = aligned(Math.max(COMMON_BYTES, ...fields.map(({ offset, sizeBytes }) => offset + sizeBytes)), 4);
  const added = pointers
    .filter((name) => !names.has(`__${name}_val`))
    .map((name): FormatLine => {
      end += 4;
      return { decl: `__data_loc char[] __${name}_val`, offset: end - 4, sizeBytes: 4, signed: true };
    });
  return [...fields, ...added];
}

export function textOf(key: string, id: number, event: DeclaredEvent, longBytes: 4 | 8, isComplete: boolean): string {
  const [category = "", name = ""] = key.split(":");
  const fields = layOutFields(event.fields, { category, longBytes });
  return formatText({ name, id, fields: isComplete ? fields : withPointed(fields), printFormat: event.print ?? '""' });
}
