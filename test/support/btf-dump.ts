/** BTF as `bpftool btf dump … format raw` prints it. */
import type { Btf, BtfId, BtfType } from "../../probes/kernel/btf/btf.ts";

const named = (kind: string, name: string): string => `${kind} '${name === "" ? "(anon)" : name}'`;

/** Only what is printed and the reader does not keep is left out: index types of arrays, linkage, sizes of data sections. */
export const withoutUnread = (line: string): string =>
  line
    .replace(/(val=-?\d+)U?LL$/, "$1")
    .replace(/ index_type_id=\d+/, "")
    .replace(/,? linkage=\w+/, "")
    .replace(/^(\[\d+\] DATASEC .*) size=\d+/, "$1")
    .replace(/encoding=(CHAR|SIGNED|\(none\)|BOOL|UNSIGNED)/, (whole, word: string) => (word === "CHAR" ? "encoding=(none)" : whole));

function lines(btf: Btf, type: BtfType, isSigned: boolean): string[] {
  switch (type.kind) {
    case "void":
      return ["VOID"];
    case "unknown":
      return [`UNKNOWN ${type.number}`];
    case "int": {
      const { signed, bool } = type.encoding;
      const encoding = signed ? "SIGNED" : bool ? "BOOL" : "(none)";
      return [`${named("INT", type.name)} size=${type.sizeBytes} bits_offset=${type.bitOffset} nr_bits=${type.bits} encoding=${encoding}`];
    }
    case "pointer":
      return [`${named("PTR", "")} type_id=${type.to}`];
    case "array":
      return [`${named("ARRAY", "")} type_id=${type.elem} nr_elems=${type.length}`];
    case "struct":
    case "union":
      return [
        `${named(type.kind.toUpperCase(), type.name)} size=${type.sizeBytes} vlen=${type.members.length}`,
        ...type.members.map(
          ({ name, type: id, bitOffset, bitSize }) =>
            `\t'${name || "(anon)"}' type_id=${id} bits_offset=${bitOffset}${bitSize > 0 ? ` bitfield_size=${bitSize}` : ""}`,
        ),
      ];
    case "enum":
      return [
        `${named("ENUM", type.name)} encoding=${isSigned ? "SIGNED" : "UNSIGNED"} size=${type.sizeBytes} vlen=${type.values.length}`,
        ...type.values.map(([name, value]) => `\t'${name}' val=${String(value)}`),
      ];
    case "forward":
      return [`${named("FWD", type.name)} fwd_kind=${type.tag}`];
    case "typedef":
    case "volatile":
    case "const":
    case "restrict":
    case "type_tag":
      return [`${named(type.kind.toUpperCase(), type.name)} type_id=${type.type}`];
    case "func":
      return [`${named("FUNC", type.name)} type_id=${type.proto}`];
    case "func_proto": {
      const params = type.variadic ? [...type.params, { name: "", type: 0 }] : type.params;
      return [
        `${named("FUNC_PROTO", "")} ret_type_id=${type.returns} vlen=${params.length}`,
        ...params.map(({ name, type: id }) => `\t'${name || "(anon)"}' type_id=${id}`),
      ];
    }
    case "variable":
      return [`${named("VAR", type.name)} type_id=${type.type}`];
    case "data_section":
      return [
        `${named("DATASEC", type.name)} vlen=${type.variables.length}`,
        ...type.variables.map(({ type: id, offset, sizeBytes }) => {
          const variable = btf.type(id);
          return `\ttype_id=${id} offset=${offset} size=${sizeBytes} (VAR '${variable.kind === "variable" ? variable.name : "?"}')`;
        }),
      ];
    case "float":
      return [`${named("FLOAT", type.name)} size=${type.sizeBytes}`];
    case "decl_tag":
      return [`${named("DECL_TAG", type.name)} type_id=${type.type} component_idx=${type.component}`];
  }
}

/** `isSigned`: whether the enum of that id is, which the reader does not keep as it has its values. */
export function dumpBtf(btf: Btf, isSigned: (id: number) => boolean): string[] {
  const out: string[] = [];
  for (let id = 1; id < btf.count; id++) {
    const [first = "", ...more] = lines(btf, btf.type(id as BtfId), isSigned(id));
    out.push(`[${id}] ${first}`, ...more);
  }
  return out;
}
