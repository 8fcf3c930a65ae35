/** One type of a blob, read when it is asked for. */
import type { BtfParts } from "./header.ts";
import { KIND, TYPE_WORDS } from "./kinds.ts";
import { kindOfInfo, vlenOfInfo } from "./scan.ts";
import type { BtfId, BtfMember, BtfType } from "./type.ts";

type NameAt = (offset: number) => string;

const BIT_FIELDS = 0x80000000;

interface Raw {
  readonly words: Uint32Array;
  /** Of what is behind the first three words. */
  readonly at: number;
  readonly name: string;
  readonly vlen: number;
  /** Bit 31 of the info word. */
  readonly flag: boolean;
  /** The third word. */
  readonly word: number;
  readonly nameAt: NameAt;
}

const u32 = (raw: Raw, offset: number): number => raw.words[raw.at + offset]!;
const s32 = (raw: Raw, offset: number): number => u32(raw, offset) | 0;
const id = (raw: Raw, offset: number): BtfId => u32(raw, offset) as BtfId;
const each = <T>(raw: Raw, step: number, read: (offset: number) => T): T[] =>
  Array.from({ length: raw.vlen }, (_, index) => read(index * step));

function integer(raw: Raw): BtfType {
  const encoding = u32(raw, 0);
  return {
    kind: "int",
    name: raw.name,
    sizeBytes: raw.word,
    bits: encoding & 0xff,
    bitOffset: (encoding >> 16) & 0xff,
    encoding: { signed: (encoding & (1 << 24)) !== 0, bool: (encoding & (4 << 24)) !== 0 },
  };
}

function member(raw: Raw, offset: number): BtfMember {
  const place = u32(raw, offset + 2);
  return {
    name: raw.nameAt(u32(raw, offset)),
    type: id(raw, offset + 1),
    bitOffset: raw.flag ? place & 0xffffff : place,
    bitSize: raw.flag ? place >>> 24 : 0,
  };
}

const enumerator = (raw: Raw, offset: number): readonly [string, bigint] => [
  raw.nameAt(u32(raw, offset)),
  BigInt(raw.flag ? s32(raw, offset + 1) : u32(raw, offset + 1)),
];

function enumerator64(raw: Raw, offset: number): readonly [string, bigint] {
  const value = BigInt(u32(raw, offset + 1)) | (BigInt(u32(raw, offset + 2)) << 32n);
  return [raw.nameAt(u32(raw, offset)), raw.flag ? BigInt.asIntN(64, value) : value];
}

function funcProto(raw: Raw): BtfType {
  const params = each(raw, 2, (offset) => ({ name: raw.nameAt(u32(raw, offset)), type: id(raw, offset + 1) }));
  const last = params.at(-1);
  const variadic = last !== undefined && last.name === "" && last.type === 0;
  return { kind: "func_proto", returns: raw.word as BtfId, params: variadic ? params.slice(0, -1) : params, variadic };
}

const KIND_NAMES = { [KIND.typedef]: "typedef", [KIND.volatile]: "volatile", [KIND.const]: "const", [KIND.restrict]: "restrict" } as const;

/** `at`: where the type begins, as scanTypes has found it. */
export function decodeType({ words }: BtfParts, at: number, nameAt: NameAt): BtfType {
  const info = words[at + 1]!;
  const word = words[at + 2]!;
  const name = nameAt(words[at]!);
  const raw: Raw = { words, at: at + TYPE_WORDS, name, vlen: vlenOfInfo(info), flag: (info & BIT_FIELDS) !== 0, word, nameAt };
  const kind = kindOfInfo(info);
  switch (kind) {
    case KIND.int:
      return integer(raw);
    case KIND.pointer:
      return { kind: "pointer", to: word as BtfId };
    case KIND.array:
      return { kind: "array", elem: id(raw, 0), length: u32(raw, 2) };
    case KIND.struct:
    case KIND.union: {
      const tag = kind === KIND.struct ? "struct" : "union";
      return { kind: tag, name, sizeBytes: word, members: each(raw, 3, (offset) => member(raw, offset)) };
    }
    case KIND.enum:
      return { kind: "enum", name, sizeBytes: word, values: each(raw, 2, (offset) => enumerator(raw, offset)) };
    case KIND.enum64:
      return { kind: "enum", name, sizeBytes: word, values: each(raw, 3, (offset) => enumerator64(raw, offset)) };
    case KIND.forward:
      return { kind: "forward", name, tag: raw.flag ? "union" : "struct" };
    case KIND.typedef:
    case KIND.volatile:
    case KIND.const:
    case KIND.restrict:
      return { kind: KIND_NAMES[kind], name, type: word as BtfId };
    case KIND.typeTag:
      return { kind: "type_tag", name, type: word as BtfId };
    case KIND.func:
      return { kind: "func", name, proto: word as BtfId };
    case KIND.funcProto:
      return funcProto(raw);
    case KIND.variable:
      return { kind: "variable", name, type: word as BtfId };
    case KIND.dataSection: {
      const variables = each(raw, 3, (offset) => ({
        type: id(raw, offset),
        offset: u32(raw, offset + 1),
        sizeBytes: u32(raw, offset + 2),
      }));
      return { kind: "data_section", name, variables };
    }
    case KIND.float:
      return { kind: "float", name, sizeBytes: word };
    case KIND.declTag:
      return { kind: "decl_tag", name, type: word as BtfId, component: s32(raw, 0) };
    default:
      return { kind: "unknown", number: kind };
  }
}
