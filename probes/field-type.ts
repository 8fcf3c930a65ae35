import { int, string, voidType, type IntType, type Type } from "../lang/types/type.ts";
import type { FormatField } from "./formats/event-format.ts";

export interface FieldTypeOptions {
  /** Pointers of sys_enter events point into the caller's memory. */
  readonly userPointers: boolean;
  readonly longBytes: 4 | 8;
  readonly byteOrder: "little" | "big";
}

export interface FieldType {
  readonly type: Type;
  /** Where the value is in the field, when it is narrower than what the record stores. */
  readonly skipBytes: number;
  readonly valueBytes: number;
}

type IntBytes = IntType["sizeBytes"];
type Signed = "signed" | "unsigned";

/** Of the C type alone: what pointers point to and arrays are made of. 0: as long as the kernel's long. */
const builtinTypes: Readonly<Record<string, readonly [Signed, IntBytes | 0]>> = {
  char: ["signed", 1],
  "signed char": ["signed", 1],
  "unsigned char": ["unsigned", 1],
  bool: ["unsigned", 1],
  _Bool: ["unsigned", 1],
  short: ["signed", 2],
  "short int": ["signed", 2],
  "unsigned short": ["unsigned", 2],
  "short unsigned int": ["unsigned", 2],
  "unsigned short int": ["unsigned", 2],
  int: ["signed", 4],
  signed: ["signed", 4],
  "signed int": ["signed", 4],
  unsigned: ["unsigned", 4],
  "unsigned int": ["unsigned", 4],
  uint: ["unsigned", 4],
  long: ["signed", 0],
  "long int": ["signed", 0],
  ulong: ["unsigned", 0],
  "unsigned long": ["unsigned", 0],
  "long unsigned int": ["unsigned", 0],
  "unsigned long int": ["unsigned", 0],
  "long long": ["signed", 8],
  "long long int": ["signed", 8],
  "unsigned long long": ["unsigned", 8],
  "long long unsigned int": ["unsigned", 8],
  "unsigned long long int": ["unsigned", 8],
  size_t: ["unsigned", 0],
  ssize_t: ["signed", 0],
  loff_t: ["signed", 8],
  off_t: ["signed", 0],
  dev_t: ["unsigned", 4],
  pid_t: ["signed", 4],
  uid_t: ["unsigned", 4],
  gid_t: ["unsigned", 4],
  aio_context_t: ["unsigned", 0],
};

/** u8, __u8, __le8, __be8, uint8_t, s8, … */
function sizedTypes(): [string, readonly [Signed, IntBytes]][] {
  return ([1, 2, 4, 8] as const).flatMap((bytes) => {
    const unsigned = ["u#", "__u#", "__le#", "__be#", "uint#_t"].map((name) => [name, "unsigned"] as const);
    const signed = ["s#", "__s#", "int#_t"].map((name) => [name, "signed"] as const);
    return [...unsigned, ...signed].map(([name, sign]): [string, readonly [Signed, IntBytes]] => [
      name.replace("#", String(bytes * 8)),
      [sign, bytes],
    ]);
  });
}

/**
 * System call arguments are stored in 8 bytes whatever their type. bpftrace widens the built-in integer types and pid_t, uid_t,
 * gid_t, but gives these their own size (bpftrace 0.17 on the events of Linux 6.18, types seen through tuples).
 */
const narrowTypes: Readonly<Record<string, readonly [Signed, IntBytes]>> = {
  umode_t: ["unsigned", 2],
  clockid_t: ["signed", 4],
  key_serial_t: ["signed", 4],
  key_t: ["signed", 4],
  mqd_t: ["signed", 4],
  qid_t: ["unsigned", 4],
  rwf_t: ["signed", 4],
  timer_t: ["signed", 4],
  __s32: ["signed", 4],
};

const baseTypes = new Map<string, readonly [Signed, IntBytes | 0]>([
  ...Object.entries(builtinTypes),
  ...Object.entries(narrowTypes),
  ...sizedTypes(),
]);

/** Widened to 8 bytes they lose their sign (bpftrace 0.17). */
const unsignedWhenWide = new Set(["pid_t", "uid_t", "gid_t"]);

const isIntBytes = (n: number): n is IntBytes => n === 1 || n === 2 || n === 4 || n === 8;

const bare = (type: string): string =>
  type
    .replace(/\b(const|volatile|__user|__rcu|__iomem|__seg_gs)\b/g, " ")
    .replace(/\s+/g, " ")
    .trim();

function baseInt(type: string, longBytes: 4 | 8): IntType | null {
  const known = baseTypes.get(type);
  return known ? int(known[1] === 0 ? longBytes : known[1], known[0] === "signed") : null;
}

const COMPOUND = /^(struct|union) (\w+)$/;

/** `int *` → int32, `struct sockaddr *` → that structure by its name; of other types nothing is known, so a pointer to one is a pointer to void. */
function pointedTo(type: string, space: "kernel" | "user", longBytes: 4 | 8): Type {
  const text = bare(type);
  if (text.endsWith("*")) return { kind: "pointer", to: pointedTo(text.slice(0, -1), space, longBytes), space };
  const [, tag, name] = COMPOUND.exec(text) ?? [];
  if (tag !== undefined && name !== undefined) return { kind: "incomplete", tag: tag === "struct" ? "struct" : "union", name };
  return baseInt(text, longBytes) ?? voidType;
}

/** Type of `const struct sockaddr *`, an argument of a system call; null: it is no pointer. */
export function argumentPointer(declared: string): Type | null {
  const text = bare(declared);
  return text.endsWith("*") ? { kind: "pointer", to: pointedTo(text.slice(0, -1), "user", 8), space: "user" } : null;
}

function arrayType(field: FormatField, type: string, longBytes: 4 | 8): Type {
  if (field.length === "flexible") return { kind: "array", elem: baseInt(type, longBytes) ?? int(1, false), length: 0 };
  if (type === "char") return string(field.sizeBytes);
  const known = baseInt(type, longBytes);
  const perElement = typeof field.length === "number" ? field.sizeBytes / field.length : (known?.sizeBytes ?? 1);
  const signed = known?.signed ?? field.signed ?? false;
  if (isIntBytes(perElement) && field.sizeBytes % perElement === 0)
    return { kind: "array", elem: int(perElement, signed), length: field.sizeBytes / perElement };
  return { kind: "array", elem: int(1, false), length: field.sizeBytes };
}

/**
 * The type that a script sees for a field (row 1.27, and the types that bpftrace 0.17 gives).
 * Integers: the record's size, the C type's sign, `signed:` where the type's name is not known.
 */
export function fieldType(field: FormatField, options: FieldTypeOptions): FieldType {
  const { longBytes } = options;
  const type = bare(field.type);
  if (field.loc !== "inline") {
    const to = type === "char" ? int(1, true) : (baseInt(type, longBytes) ?? voidType);
    return { type: { kind: "pointer", to, space: "kernel" }, skipBytes: 0, valueBytes: field.sizeBytes };
  }
  if (field.length !== null) return { type: arrayType(field, type, longBytes), skipBytes: 0, valueBytes: field.sizeBytes };
  if (type.endsWith("*")) {
    const space = options.userPointers ? "user" : "kernel";
    const pointer: Type = { kind: "pointer", to: pointedTo(type.slice(0, -1), space, longBytes), space };
    // Pointers of a 32-bit kernel fill 4 bytes, and a pointer is 8 here.
    return field.sizeBytes === 8 ? { type: pointer, skipBytes: 0, valueBytes: field.sizeBytes } : scalar(field, "unsigned");
  }
  const narrow = field.sizeBytes === 8 && Object.hasOwn(narrowTypes, type) ? narrowTypes[type] : undefined;
  if (narrow) {
    const [sign, valueBytes] = narrow;
    return { type: int(valueBytes, sign === "signed"), skipBytes: options.byteOrder === "big" ? 8 - valueBytes : 0, valueBytes };
  }
  const wide = field.sizeBytes === 8 && unsignedWhenWide.has(type);
  const known = wide ? null : baseInt(type, longBytes);
  const signed = wide ? false : (known?.signed ?? (type.startsWith("enum ") ? false : (field.signed ?? false)));
  return scalar(field, signed ? "signed" : "unsigned");
}

/** An integer of the record's size; a structure by value is bytes. */
function scalar(field: FormatField, sign: Signed): FieldType {
  const { sizeBytes } = field;
  const type: Type = isIntBytes(sizeBytes) ? int(sizeBytes, sign === "signed") : { kind: "array", elem: int(1, false), length: sizeBytes };
  return { type, skipBytes: 0, valueBytes: field.sizeBytes };
}
