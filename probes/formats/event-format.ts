/**
 * Parser of the `format` files of tracefs (events/SYSTEM/NAME/format), which recordings carry for every event.
 * Source: Linux kernel/trace/trace_events.c f_show(); libtraceevent event_read_fields().
 */

export interface FormatField {
  readonly name: string;
  /** The declaration as written, without `field:`: `const char * filename`, `__data_loc char[] name`. */
  readonly decl: string;
  /** C type with neither __data_loc nor brackets, single blanks, `const` kept: `const char *`. */
  readonly type: string;
  /** Number of elements: of `T name[N]`, or size / 1 element when unknown. null when it is not an array, "flexible" for `T name[]` of size 0. */
  readonly length: number | "symbol" | "flexible" | null;
  /** From the start of the record. */
  readonly offset: number;
  readonly sizeBytes: number;
  /** null in formats older than Linux 2.6.33, which do not say. */
  readonly signed: boolean | null;
  readonly loc: "inline" | "data_loc" | "rel_loc";
  /** Of the block before the empty line: part of every event of the recording. */
  readonly common: boolean;
}

export interface EventFormat {
  readonly name: string;
  readonly id: number;
  readonly fields: readonly FormatField[];
  /** What follows `print fmt: `, empty if there is none. */
  readonly printFormat: string;
  /** Field lines that could not be read. */
  readonly badLines: number;
}

/** A record is at most one sub-buffer long, and __data_loc counts in 16 bits. */
const maxRecordBytes = 65536;

const lineOf = (text: string, key: string): string | null => {
  const start = text.startsWith(key) ? 0 : text.indexOf(`\n${key}`) + 1;
  if (start === 0 && !text.startsWith(key)) return null;
  const end = text.indexOf("\n", start);
  return text.slice(start + key.length, end < 0 ? undefined : end).trim();
};

/** Name and id alone, without looking at the fields; null if either is missing or the id does not fit common_type. */
export function readFormatHead(text: string): { readonly name: string; readonly id: number } | null {
  const name = lineOf(text, "name:");
  const id = lineOf(text, "ID:") ?? "";
  if (!name || !/^\d{1,5}$/.test(id) || Number(id) > 0xffff) return null;
  return { name, id: Number(id) };
}

/** `key:number` among the parts behind the declaration; null if it is missing or no number. */
function numberPart(parts: readonly string[], key: string): number | null {
  for (const part of parts) {
    const trimmed = part.trim();
    if (!trimmed.startsWith(key)) continue;
    const text = trimmed.slice(key.length).trim();
    return /^\d{1,9}$/.test(text) ? Number(text) : null;
  }
  return null;
}

/** Takes `__attribute__((…))` out, wherever it is. */
function withoutAttributes(decl: string): string {
  let rest = decl;
  for (let at = rest.indexOf("__attribute__"); at >= 0; at = rest.indexOf("__attribute__")) {
    let depth = 0;
    let end = at + "__attribute__".length;
    for (; end < rest.length; end++) {
      if (rest[end] === "(") depth++;
      else if (rest[end] === ")" && --depth === 0) break;
      else if (depth === 0 && rest[end] !== " ") {
        end--;
        break;
      }
    }
    rest = `${rest.slice(0, at)} ${rest.slice(end + 1)}`;
  }
  return rest;
}

interface Declaration {
  readonly name: string;
  readonly type: string;
  /** Text between the brackets behind the name, null without brackets. */
  readonly brackets: string | null;
  readonly loc: FormatField["loc"];
}

/** `TYPE NAME`, `TYPE NAME[LEN]`, `__data_loc TYPE[] NAME`, `__rel_loc TYPE NAME`. */
function readDeclaration(decl: string): Declaration | null {
  let text = withoutAttributes(decl).replace(/\s+/g, " ").trim();
  let loc: Declaration["loc"] = "inline";
  const dynamic = /^__(data|rel)_loc /.exec(text);
  if (dynamic) {
    loc = dynamic[1] === "data" ? "data_loc" : "rel_loc";
    text = text.slice(dynamic[0].length);
  }
  let brackets: string | null = null;
  // Several dimensions (`T name[2][3]`) are one array of size / element size.
  while (text.endsWith("]")) {
    const open = text.lastIndexOf("[");
    if (open < 0) return null;
    const inside = text.slice(open + 1, -1).trim();
    brackets = brackets === null ? inside : "";
    text = text.slice(0, open).trimEnd();
  }
  const name = /([A-Za-z_$][\w$.]*)$/.exec(text)?.[1];
  if (!name) return null;
  let type = text.slice(0, -name.length).trim();
  if (loc !== "inline") {
    const open = type.indexOf("[");
    if (open >= 0) type = type.slice(0, open).trimEnd();
  }
  // `const void*` and `const void *` are one type.
  type = type.replace(/ ?\*/g, " *").trim();
  return type === "" ? null : { name, type, brackets, loc };
}

function lengthOf(brackets: string | null, sizeBytes: number): FormatField["length"] {
  if (brackets === null) return null;
  if (/^\d{1,6}$/.test(brackets) && Number(brackets) > 0) return Number(brackets);
  // Brackets are empty on purpose in dynamic probes, where the size tells; and a symbol in old kernels (TASK_COMM_LEN).
  return sizeBytes === 0 ? "flexible" : "symbol";
}

/** One `field:` line; null if it is none that can be used. */
function readField(line: string, common: boolean): FormatField | null {
  const colon = line.indexOf(":");
  const parts = line.slice(colon + 1).split(";");
  const decl = (parts[0] ?? "").trim();
  const rest = parts.slice(1);
  const offset = numberPart(rest, "offset:");
  const sizeBytes = numberPart(rest, "size:");
  const declaration = readDeclaration(decl);
  if (!declaration || offset === null || sizeBytes === null || offset + sizeBytes > maxRecordBytes) return null;
  const { name, type, loc } = declaration;
  if (loc !== "inline" && sizeBytes !== 4) return null;
  const signed = numberPart(rest, "signed:");
  const length = loc === "inline" ? lengthOf(declaration.brackets, sizeBytes) : null;
  return { name, decl, type, length, offset, sizeBytes, signed: signed === null ? null : signed !== 0, loc, common };
}

/** Reads a format text; null without name and id. Lines that cannot be used are counted, the others kept. Linear in the text. */
export function parseEventFormat(text: string): EventFormat | null {
  const head = readFormatHead(text);
  if (!head) return null;
  const fields: FormatField[] = [];
  let badLines = 0;
  let common = true;
  let printFormat = "";
  let at = Math.max(0, text.indexOf("format:"));
  for (; at < text.length;) {
    const end = text.indexOf("\n", at);
    const line = text.slice(at, end < 0 ? undefined : end).trim();
    if (line.startsWith("print fmt:")) {
      printFormat = text.slice(text.indexOf("print fmt:", at) + "print fmt:".length).trim();
      break;
    }
    at = end < 0 ? text.length : end + 1;
    if (line === "") {
      // The first empty line ends the common block; later ones end the fields.
      if (fields.length > 0) common = false;
      continue;
    }
    // Old ftrace events write `field special:`.
    if (!line.startsWith("field:") && !line.startsWith("field special:")) continue;
    const field = readField(line, common);
    if (field) fields.push(field);
    else badLines++;
  }
  return { ...head, fields, printFormat, badLines };
}
