/** Types as C writes them: declarations, and definitions of structs, unions and enums. */
import type { Btf } from "./btf.ts";
import { unqualified } from "./lookup.ts";
import type { BtfId, BtfMember, BtfType } from "./type.ts";

/** Damaged types may lead to themselves. */
const MAX_LEVELS = 32;

type Compound = Extract<BtfType, { readonly kind: "struct" | "union" }>;
type Enum = Extract<BtfType, { readonly kind: "enum" }>;

interface Place {
  readonly btf: Btf;
  readonly level: number;
  /** What lines of members begin with. */
  readonly indent: string;
}

const join = (type: string, declarator: string): string => (declarator === "" ? type : `${type} ${declarator}`);

function members(place: Place, type: Compound): string {
  const inner = { ...place, level: place.level + 1, indent: `${place.indent}\t` };
  const line = (member: BtfMember): string => {
    const bits = member.bitSize > 0 ? `: ${member.bitSize}` : "";
    return `${inner.indent}${declare(inner, member.type, member.name)}${bits};\n`;
  };
  return `{\n${type.members.map(line).join("")}${place.indent}}`;
}

const constants = ({ indent }: Place, type: Enum): string =>
  `{\n${type.values.map(([name, value]) => `${indent}\t${name} = ${value},\n`).join("")}${indent}}`;

/** By its name; written out where it has none. */
function tagged(place: Place, type: Compound | Enum): string {
  if (type.name !== "") return `${type.kind} ${type.name}`;
  return `${type.kind} ${type.kind === "enum" ? constants(place, type) : members(place, type)}`;
}

/** `declarator`: what stands behind the type so far: `*file`, `(*call)(int)`, nothing. */
function declare(place: Place, id: BtfId, declarator: string): string {
  const { btf, level } = place;
  if (level > MAX_LEVELS) return join("…", declarator);
  const type = btf.type(id);
  const inner = (of: BtfId, text: string): string => declare({ ...place, level: level + 1 }, of, text);
  switch (type.kind) {
    case "void":
      return join("void", declarator);
    case "int":
    case "float":
    case "typedef":
      return join(type.name, declarator);
    case "struct":
    case "union":
    case "enum":
      return join(tagged(place, type), declarator);
    case "forward":
      return join(`${type.tag} ${type.name}`, declarator);
    case "pointer": {
      const to = unqualified(btf, type.to).type.kind;
      return inner(type.to, to === "array" || to === "func_proto" ? `(*${declarator})` : `*${declarator}`);
    }
    case "array":
      return inner(type.elem, `${declarator}[${type.length === 0 ? "" : type.length}]`);
    case "func_proto": {
      const params = type.params.map((param) => inner(param.type, param.name));
      return inner(type.returns, `${declarator}(${[...params, ...(type.variadic ? ["..."] : [])].join(", ") || "void"})`);
    }
    case "const":
    case "volatile":
    case "restrict":
      // A qualifier of a pointer stands behind its asterisk.
      return btf.type(type.type).kind === "pointer"
        ? inner(type.type, join(type.kind, declarator))
        : `${type.kind} ${inner(type.type, declarator)}`;
    case "type_tag":
      return inner(type.type, declarator);
    default:
      return join("?", declarator);
  }
}

/** `const char *`, `struct file *`, `int (*)(struct file *, int)`. */
export const cName = (btf: Btf, id: BtfId): string => declare({ btf, level: 0, indent: "" }, id, "");

/** The definition of a struct, union or enum, members a line each; null: it is none. */
export function cDefinition(btf: Btf, id: BtfId): string | null {
  const type = btf.type(id);
  const place = { btf, level: 0, indent: "" };
  if (type.kind === "struct" || type.kind === "union") return `${join(type.kind, type.name)} ${members(place, type)};\n`;
  return type.kind === "enum" ? `${join(type.kind, type.name)} ${constants(place, type)};\n` : null;
}
