/** Writes `format` texts, for events that are described nowhere but in the lines of a recording. */

export interface FormatLine {
  /** `const char * filename`, `__data_loc char[] name`. */
  readonly decl: string;
  readonly offset: number;
  readonly sizeBytes: number;
  readonly signed: boolean;
}

export interface FormatParts {
  readonly name: string;
  readonly id: number;
  readonly fields: readonly FormatLine[];
  /** As behind `print fmt: `. */
  readonly printFormat: string;
}

/** Bytes of the fields that every record begins with. */
export const COMMON_BYTES = 8;

const common: readonly FormatLine[] = [
  { decl: "unsigned short common_type", offset: 0, sizeBytes: 2, signed: false },
  { decl: "unsigned char common_flags", offset: 2, sizeBytes: 1, signed: false },
  { decl: "unsigned char common_preempt_count", offset: 3, sizeBytes: 1, signed: false },
  { decl: "int common_pid", offset: 4, sizeBytes: 4, signed: true },
];

const lineOf = ({ decl, offset, sizeBytes, signed }: FormatLine): string =>
  `\tfield:${decl};\toffset:${offset};\tsize:${sizeBytes};\tsigned:${signed ? 1 : 0};\n`;

export function formatText({ name, id, fields, printFormat }: FormatParts): string {
  const head = `name: ${name}\nID: ${id}\nformat:\n`;
  return `${head}${common.map(lineOf).join("")}\n${fields.map(lineOf).join("")}\nprint fmt: ${printFormat}\n`;
}

/** Fields one behind the other from the end of the common ones, each at a multiple of its size, as the kernel lays dynamic events out (packed). */
export function layOut(fields: readonly Omit<FormatLine, "offset">[]): { readonly fields: FormatLine[]; readonly sizeBytes: number } {
  let offset = COMMON_BYTES;
  const placed = fields.map((field) => {
    const line = { ...field, offset };
    offset += field.sizeBytes;
    return line;
  });
  return { fields: placed, sizeBytes: offset };
}
