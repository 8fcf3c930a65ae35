/**
 * The types of the language. Values of every type have a fixed size in bytes (`sizeOf`), little-endian,
 * and are laid out like the C type of the same shape (`layoutOf`), except that byte arrays align to 1.
 */
export type Type =
  | IntType
  | { readonly kind: "bool" }
  /** NUL-terminated, zero-filled. sizeBytes is the capacity, the NUL included. */
  | { readonly kind: "string"; readonly sizeBytes: number }
  /** u32 length, then bytes; sizeBytes is the capacity of the bytes alone. */
  | { readonly kind: "buffer"; readonly sizeBytes: number }
  | { readonly kind: "tuple"; readonly elems: readonly Type[] }
  | { readonly kind: "record"; readonly fields: readonly RecordField[] }
  | { readonly kind: "array"; readonly elem: Type; readonly length: number }
  | PointerType
  | EnumType
  | StructType
  /** A struct or union of which only the name is needed: what a pointer leads to. Looked up where memory is read. */
  | IncompleteType
  /** Bytes without a meaning for the language: floating point numbers, integers of 128 bits, functions (row 3.39). */
  | { readonly kind: "opaque"; readonly name: string; readonly sizeBytes: number; readonly align: number }
  /** u64 nanoseconds since boot, or since the epoch if the clock is TAI's, printed by strftime with `format`. */
  | { readonly kind: "timestamp"; readonly format: string; readonly clock?: "tai" }
  /** u64 user id, printed as the name that the user database has for it. */
  | { readonly kind: "username" }
  /** 6 bytes of a hardware address. */
  | { readonly kind: "mac" }
  /** u64 address. */
  | { readonly kind: "ksym" }
  /** u64 address, u32 process id (0: anybody's; PROBED_CODE: the probed function of an event), u32 number of its address space, or of the event. */
  | { readonly kind: "usym" }
  /** u32 length (4 or 16, 0 for an address that is neither IPv4 nor IPv6), then 16 bytes in network order. */
  | { readonly kind: "inet" }
  /**
   * Number of a stack trace (s64, negative: none), u32 process id of a user stack, u16 frames where len() is asked for, u16 number of the
   * process's address space.
   */
  | StackType
  | { readonly kind: "none" | "void" };

export interface IntType {
  readonly kind: "int";
  readonly sizeBytes: 1 | 2 | 4 | 8;
  readonly signed: boolean;
  /** An address that kptr() or uptr() has marked: where a pointer made of it leads (row 3.36). */
  readonly space?: AddressSpace;
  /** Which clock nsecs() has read (row 3.56); none: the boot clock, or no clock. */
  readonly clock?: "monotonic" | "tai";
  /** While types are inferred: from a literal whose sign nothing has fixed yet (row 3.03). Means nothing after checking. */
  readonly flexible?: true;
}

/** Where a pointer leads; "none": nothing has said so, which counts as the kernel (row 3.36). */
export type AddressSpace = "kernel" | "user" | "none";

export interface PointerType {
  readonly kind: "pointer";
  readonly to: Type;
  readonly space: AddressSpace;
  /** While types are inferred: the variable or map that it leads to, whose type may still widen. Means nothing after checking. */
  readonly origin?: string;
}

export interface EnumType {
  readonly kind: "enum";
  /** `<anon_1>` for one without a name. */
  readonly name: string;
  /** As C stores it; constants are 8 bytes (row 2.07). */
  readonly sizeBytes: 1 | 2 | 4 | 8;
  readonly values: readonly (readonly [string, bigint])[];
}

export interface IncompleteType {
  readonly kind: "incomplete";
  readonly tag: "struct" | "union";
  readonly name: string;
}

/** A C struct or union with its layout. Members of anonymous members are its own, as in C. */
export interface StructType {
  readonly kind: "struct";
  readonly tag: "struct" | "union";
  /** `<anon_1>` for one without a name. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly align: number;
  readonly members: readonly StructMember[];
}

export interface StructMember {
  readonly name: string;
  readonly type: Type;
  /** Bytes from the start; of a bit-field, the byte that holds its lowest bit. */
  readonly offset: number;
  /** A bit-field: its lowest bit in that byte (0 to 7), and how many bits it has. */
  readonly bits?: { readonly shift: number; readonly count: number };
  /** In values that are printed: its bytes are as a big-endian machine wrote them, bits counted from the highest one (recorded-order.ts). */
  readonly byteOrder?: "big";
}

export interface StackType {
  readonly kind: "stack";
  readonly space: "kernel" | "user";
  /** How it prints. */
  readonly mode: StackMode;
  /** Most frames. */
  readonly frames: number;
}

export type StackMode = "bpftrace" | "perf" | "raw" | "build_id";

export interface RecordField {
  readonly name: string;
  readonly type: Type;
}

/** Values over time (row 6.08). */
export interface SeriesType {
  readonly kind: "tseries";
  readonly signed: boolean;
  readonly intervalNs: bigint;
  /** How many intervals are kept. */
  readonly count: number;
  readonly aggregate: "last" | "avg" | "max" | "min" | "sum";
}

/**
 * What a map holds: a plain value, or one of the aggregates. `signed` is the sign of the argument (row 3.46).
 * Cell layout in bytes, all u64/s64:
 * count {n}; sum {total, isSet}; min, max {value, isSet}; avg, stats {total, count}; hist, lhist {n} per bucket;
 * tseries {epoch, value or total, number of values} per interval, 0 values: none.
 */
export type MapValueType =
  | { readonly kind: "plain"; readonly type: Type }
  | { readonly kind: "count" }
  | { readonly kind: "sum" | "min" | "max" | "avg" | "stats"; readonly signed: boolean }
  | { readonly kind: "hist"; readonly bits: number }
  | { readonly kind: "lhist"; readonly min: bigint; readonly max: bigint; readonly step: bigint }
  | SeriesType;

/** In place of a process id: the code is that of a probe. No process has it. */
export const PROBED_CODE = 0xffff_ffff;

export const int = (sizeBytes: 1 | 2 | 4 | 8, signed: boolean): IntType => ({ kind: "int", sizeBytes, signed });
export const int64 = int(8, true);
export const uint64 = int(8, false);
export const bool: Type = { kind: "bool" };
export const none: Type = { kind: "none" };
export const voidType: Type = { kind: "void" };
export const string = (sizeBytes: number): Type => ({ kind: "string", sizeBytes });

/** Bytes that a value of `type` takes in a map, a tuple or an output record. */
export function sizeOf(type: Type): number {
  switch (type.kind) {
    case "int":
    case "enum":
    case "string":
    case "struct":
    case "opaque":
      return type.sizeBytes;
    case "bool":
      return 1;
    case "buffer":
      return 4 + type.sizeBytes;
    case "pointer":
    case "timestamp":
    case "username":
    case "ksym":
      return 8;
    case "usym":
    case "stack":
      return 16;
    case "mac":
      return 6;
    case "inet":
      return 24;
    case "array":
      return sizeOf(type.elem) * type.length;
    case "tuple":
      return layoutOf(type.elems).sizeBytes;
    case "record":
      return layoutOf(type.fields.map((f) => f.type)).sizeBytes;
    case "incomplete":
    case "none":
    case "void":
      return 0;
  }
}

/** C alignment, but 1 for byte arrays: strings, buffers and inet addresses (row 3.40). */
export function alignOf(type: Type): number {
  switch (type.kind) {
    case "string":
    case "buffer":
    case "inet":
    case "mac":
    case "bool":
    case "incomplete":
    case "none":
    case "void":
      return 1;
    case "struct":
    case "opaque":
      return type.align;
    case "usym":
    case "stack":
      return 8;
    case "array":
      return alignOf(type.elem);
    case "tuple":
      return Math.max(1, ...type.elems.map(alignOf));
    case "record":
      return Math.max(1, ...type.fields.map((f) => alignOf(f.type)));
    default:
      return sizeOf(type);
  }
}

export interface Layout {
  readonly offsets: readonly number[];
  readonly sizeBytes: number;
}

/** Offsets of consecutive members as in a C struct, the whole padded to its alignment. */
export function layoutOf(types: readonly Type[]): Layout {
  const offsets: number[] = [];
  let at = 0;
  let align = 1;
  for (const type of types) {
    const a = alignOf(type);
    align = Math.max(align, a);
    at = Math.ceil(at / a) * a;
    offsets.push(at);
    at += sizeOf(type);
  }
  return { offsets, sizeBytes: Math.ceil(at / align) * align };
}

/** The name that messages use (row 3.55): `int64`, `string[6]`, `(int8,string[3])`. */
export function typeName(type: Type): string {
  switch (type.kind) {
    case "int":
      return `${type.signed ? "int" : "uint"}${String(type.sizeBytes * 8)}`;
    case "string":
      return `string[${String(type.sizeBytes)}]`;
    case "buffer":
      return `buffer[${String(type.sizeBytes)}]`;
    case "tuple":
      return `(${type.elems.map(typeName).join(",")})`;
    case "record":
      return `record { ${type.fields.map((f) => `.${f.name} = ${typeName(f.type)}`).join(", ")} }`;
    case "array":
      return `${typeName(type.elem)}[${String(type.length)}]`;
    case "pointer":
      return `${typeName(type.to)} *`;
    case "enum":
      return `enum ${type.name}`;
    case "struct":
    case "incomplete":
      return `${type.tag} ${type.name}`;
    case "opaque":
      return type.name;
    case "inet":
      return "inet[24]";
    case "stack":
      return `${type.space === "kernel" ? "kstack" : "ustack"}_${type.mode}_${type.frames}`;
    default:
      return type.kind;
  }
}

/** Levels of pointers, arrays and structs; whoever builds a type sees to it that they stay few, since all else recurses over them. */
export function depthOf(type: Type): number {
  switch (type.kind) {
    case "pointer":
      return 1 + depthOf(type.to);
    case "array":
      return 1 + depthOf(type.elem);
    case "struct":
      return structDepth(type);
    default:
      return 1;
  }
}

const depths = new WeakMap<StructType, number>();

/** Worked out once: a struct of two of another of two of another doubles with each level. */
function structDepth(type: StructType): number {
  const depth = depths.get(type) ?? type.members.reduce((most, member) => Math.max(most, 1 + depthOf(member.type)), 1);
  depths.set(type, depth);
  return depth;
}

/** C asks for 63 levels of structs and 12 of declarators. */
export const MAX_TYPE_DEPTH = 128;

/** A struct or union, its members known or not. */
export const isCompound = (type: Type): type is StructType | IncompleteType => type.kind === "struct" || type.kind === "incomplete";

/** Equal, but for the open sign of literals and for address spaces. */
export function sameType(a: Type, b: Type): boolean {
  if (isCompound(a) && isCompound(b)) return typeName(a) === typeName(b);
  if (a.kind === "enum" && b.kind === "enum") return a.name === b.name && a.sizeBytes === b.sizeBytes;
  if (a.kind === "record" && b.kind === "record")
    return (
      sameTypes(a.fields.map(typeOfField), b.fields.map(typeOfField)) && a.fields.every((field, i) => field.name === b.fields[i]?.name)
    );
  if (a.kind === "tuple" && b.kind === "tuple") return sameTypes(a.elems, b.elems);
  if (a.kind === "array" && b.kind === "array") return a.length === b.length && sameType(a.elem, b.elem);
  if (a.kind === "pointer" && b.kind === "pointer") return sameType(a.to, b.to);
  return a.kind === b.kind && typeName(a) === typeName(b);
}

const typeOfField = (field: RecordField): Type => field.type;

const sameTypes = (a: readonly Type[], b: readonly Type[]): boolean => a.length === b.length && a.every((type, i) => sameType(type, b[i]!));
