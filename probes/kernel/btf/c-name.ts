/** Types as C names them: `const char *`, `struct file *`, `u8[16]`. */
import type { Btf } from "./btf.ts";
import type { BtfId } from "./type.ts";

/** Damaged types may lead to themselves. */
const MAX_LEVELS = 32;

/** Without the name of what has the type. */
export function cName(btf: Btf, id: BtfId, level = 0): string {
  if (level > MAX_LEVELS) return "?";
  const type = btf.type(id);
  const inner = (of: BtfId): string => cName(btf, of, level + 1);
  switch (type.kind) {
    case "void":
      return "void";
    case "int":
    case "float":
    case "typedef":
      return type.name;
    case "struct":
    case "union":
    case "enum":
      return type.name === "" ? `${type.kind} {…}` : `${type.kind} ${type.name}`;
    case "forward":
      return `${type.tag} ${type.name}`;
    case "pointer": {
      const to = inner(type.to);
      return to.endsWith("*") ? `${to}*` : `${to} *`;
    }
    case "array":
      return `${inner(type.elem)}[${type.length}]`;
    case "const":
    case "volatile":
    case "restrict": {
      // Of a pointer the qualifier stands behind it.
      const of = inner(type.type);
      return of.endsWith("*") ? `${of} ${type.kind}` : `${type.kind} ${of}`;
    }
    case "type_tag":
      return inner(type.type);
    case "func_proto": {
      const params = type.params.map((param) => inner(param.type));
      return `${inner(type.returns)} (${[...params, ...(type.variadic ? ["..."] : [])].join(", ") || "void"})`;
    }
    default:
      return "?";
  }
}
