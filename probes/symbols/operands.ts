/**
 * Operands of a static probe: `N@WHERE`, N bytes (signed where negative, a floating-point number with `f`), where the compiler had the
 * argument. Source: systemtap includes/sys/sdt.h; the assembler syntax of x86-64 and arm64.
 */

export interface Operand {
  readonly sizeBytes: 1 | 2 | 4 | 8;
  readonly signed: boolean;
  readonly where:
    | { readonly kind: "constant"; readonly value: bigint }
    /** As the kernel writes it in a fetch argument: `%di`, `+8(%sp)`, `-4(%x29)`, `@+16400`. */
    | { readonly kind: "fetch"; readonly text: string }
    /** No fetch argument reaches it. */
    | { readonly kind: "elsewhere"; readonly why: Unreached };
  /** As the note has it. */
  readonly text: string;
}

/** Linux Documentation/trace/uprobetracer.rst: registers of pt_regs, memory at one of them plus a constant, data of the file. */
export type Unreached =
  | "sum of registers"
  | "vector register"
  | "floating-point number"
  | "high byte of a register"
  | "data of the thread"
  | "place in the code"
  | "unknown symbol"
  | "unknown place";

/** Low parts of registers go by the name of the whole in pt_regs; of the high bytes (`%ah`) nothing does. */
function x86Register(name: string): string | null {
  const numbered = /^r([89]|1[0-5])[dwb]?$/.exec(name);
  if (numbered !== null) return `%r${numbered[1]!}`;
  if (/^[abcd]l$/.test(name)) return `%${name[0]!}x`;
  const whole = /^[re]?([abcd]x|[sd]i|[bs]p|ip)$/.exec(name) ?? /^([sd]i|[bs]p)l$/.exec(name);
  if (whole !== null) return `%${whole[1]!}`;
  // Those of s390 (r0 to r15) and PowerPC (one-syntax.ts) are the kernel's own names.
  return /^(?:r[0-7]|gpr(?:[12]?[0-9]|3[01]))$/.test(name) ? `%${name}` : null;
}

function armRegister(name: string): string | null {
  if (name === "sp") return "%sp";
  const found = /^[xw]([12]?[0-9]|30)$/.exec(name);
  return found === null ? null : `%x${found[1]!}`;
}

const behind = (offset: bigint, register: string): string => `${offset < 0n ? "" : "+"}${offset}(${register})`;

const numberOf = (text: string): bigint => (text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text));

const NUMBER = "-?(?:0x[0-9a-f]+|[0-9]+)";
const CONSTANT = new RegExp(`^[$#]?(${NUMBER})$`, "i");
/** `16(%rsp)`; with a register that is multiplied by one in place of the base, `8(,%rax,1)`. */
const X86_MEMORY = new RegExp(`^(${NUMBER})?\\((?:%([a-z0-9]+)|,\\s*%([a-z0-9]+)(?:,\\s*1)?)\\)$`, "i");
const ARM_MEMORY = new RegExp(`^\\[([a-z0-9]+)(?:,\\s*#?(${NUMBER}))?\\]$`, "i");

/** By what the text looks like, in this order. */
const UNREACHED: readonly (readonly [RegExp, Unreached])[] = [
  [/^%?[fg]s:|^%[fg]s$/i, "data of the thread"],
  [/^%(?:[xyz]?mm[0-9]+|st(?:\([0-7]\))?|k[0-7])$|^(?:[bhsdqv](?:[12]?[0-9]|3[01]))(?:\.\w+(?:\[[0-9]+\])?)?$/i, "vector register"],
  [/^%[abcd]h$/i, "high byte of a register"],
  [/\([^)]*,[^)]*\)$|^\[\w+,\s*[wx]\w+/i, "sum of registers"],
  [/^-?[0-9a-fx]*\(%[re]?ip\)$/i, "place in the code"],
  [/^\$?(?:[0-9]+\+)?[A-Za-z_.][\w.$]*|#?:lo12:/, "unknown symbol"],
];

const elsewhere = (why: Unreached): Operand["where"] => ({ kind: "elsewhere", why });

function placeOf(text: string): Operand["where"] {
  // What names data of the program has been found in its file (global-operands.ts).
  if (/^@\+?[0-9]+$/.test(text)) return { kind: "fetch", text };
  const constant = CONSTANT.exec(text);
  if (constant !== null) return { kind: "constant", value: numberOf(constant[1]!) };
  // The register of arm64 that is always zero.
  if (/^[xw]zr$/.test(text)) return { kind: "constant", value: 0n };
  const register = text.startsWith("%") ? x86Register(text.slice(1)) : armRegister(text);
  if (register !== null) return { kind: "fetch", text: register };
  const [x86, arm] = [X86_MEMORY.exec(text), ARM_MEMORY.exec(text)];
  const base = x86 !== null ? x86Register(x86[2] ?? x86[3]!) : arm !== null ? armRegister(arm[1]!) : null;
  const offset = numberOf(x86?.[1] ?? arm?.[2] ?? "0");
  // Of the instruction pointer's surroundings only the program itself knows the address.
  if (base !== null && base !== "%ip") return { kind: "fetch", text: behind(offset, base) };
  return elsewhere(UNREACHED.find(([pattern]) => pattern.test(text))?.[1] ?? "unknown place");
}

function operand(text: string): Operand {
  const found = /^(-?)([1248])(f?)@(.+)$/.exec(text);
  // Where the size is left out, it is that of a register.
  if (found === null) return { sizeBytes: 8, signed: false, where: placeOf(text), text };
  const sizeBytes = Number(found[2]) as Operand["sizeBytes"];
  const where = found[3] === "f" ? elsewhere("floating-point number") : placeOf(found[4]!);
  return { sizeBytes, signed: found[1] === "-", where, text };
}

/** In order: the place of each is its argument's number. */
export function parseOperands(text: string): Operand[] {
  // An operand of arm64 has blanks within its brackets.
  const words = text.match(/(?:\[[^\]]*\]|\S)+/g) ?? [];
  return words.map(operand);
}

/** Type of a fetch argument that fetches it. */
export const operandType = ({ sizeBytes, signed }: Operand): string => `${signed ? "s" : "u"}${8 * sizeBytes}`;

const WHY: Readonly<Record<Unreached, readonly [why: string, hint: string | null]>> = {
  "sum of registers": [
    "the kernel fetches memory at one register plus a constant, and adds up no registers",
    "attach a uprobe to an instruction behind it, where a register has the value: uprobe:PROGRAM:FUNCTION+OFFSET { reg(…) }",
  ],
  "vector register": ["the kernel fetches no vector or floating-point registers", null],
  "floating-point number": ["it is a floating-point number, which the language does not have", null],
  "high byte of a register": [
    "the kernel fetches the low bytes of registers",
    "attach a uprobe to the same instruction, and take the byte from the whole register: (uint8)(reg(…) >> 8)",
  ],
  "data of the thread": ["it is data of the thread, whose address is in a segment register", null],
  "place in the code": ["it is relative to an instruction whose end only the program knows", null],
  "unknown symbol": ["the file does not say where that data is", "give the file with its symbols: it was stripped of them"],
  "unknown place": ["no fetch argument says the same", null],
};

/** Why an operand cannot be recorded, and what to do instead; null: it can. */
export function whyUnreached({ where, text }: Operand): { readonly why: string; readonly hint: string | null } | null {
  if (where.kind !== "elsewhere") return null;
  const [why, hint] = WHY[where.why];
  return { why: `the note has it at ${text}, and ${why}`, hint };
}
