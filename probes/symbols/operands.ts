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
    /** Vector registers, sums of registers, symbols that the file lacks: no fetch argument reaches them. */
    | { readonly kind: "elsewhere" };
}

/** Low parts of registers go by the name of the whole in pt_regs; of the high bytes (`%ah`) nothing does. */
function x86Register(name: string): string | null {
  const numbered = /^r([89]|1[0-5])[dwb]?$/.exec(name);
  if (numbered !== null) return `%r${numbered[1]!}`;
  if (/^[abcd]l$/.test(name)) return `%${name[0]!}x`;
  const whole = /^[re]?([abcd]x|[sd]i|[bs]p|ip)$/.exec(name) ?? /^([sd]i|[bs]p)l$/.exec(name);
  return whole === null ? null : `%${whole[1]!}`;
}

function armRegister(name: string): string | null {
  if (name === "sp") return "%sp";
  const found = /^[xw]([12]?[0-9]|30)$/.exec(name);
  return found === null ? null : `%x${found[1]!}`;
}

const behind = (offset: bigint, register: string): string => `${offset < 0n ? "" : "+"}${offset}(${register})`;

const numberOf = (text: string): bigint => (text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text));

const NUMBER = "-?(?:0x[0-9a-f]+|[0-9]+)";
const CONSTANT = new RegExp(`^\\$?(${NUMBER})$`, "i");
const X86_MEMORY = new RegExp(`^(${NUMBER})?\\(%([a-z0-9]+)\\)$`, "i");
const ARM_MEMORY = new RegExp(`^\\[([a-z0-9]+)(?:,\\s*#?(${NUMBER}))?\\]$`, "i");

function placeOf(text: string): Operand["where"] {
  // What names data of the program has been found in its file (global-operands.ts).
  if (/^@\+[0-9]+$/.test(text)) return { kind: "fetch", text };
  const constant = CONSTANT.exec(text);
  if (constant !== null) return { kind: "constant", value: numberOf(constant[1]!) };
  const register = text.startsWith("%") ? x86Register(text.slice(1)) : armRegister(text);
  if (register !== null) return { kind: "fetch", text: register };
  const [x86, arm] = [X86_MEMORY.exec(text), ARM_MEMORY.exec(text)];
  const base = x86 !== null ? x86Register(x86[2]!) : arm !== null ? armRegister(arm[1]!) : null;
  const offset = numberOf(x86?.[1] ?? arm?.[2] ?? "0");
  // Of the instruction pointer's surroundings only the program itself knows the address.
  return base === null || base === "%ip" ? { kind: "elsewhere" } : { kind: "fetch", text: behind(offset, base) };
}

function operand(text: string): Operand {
  const found = /^(-?)([1248])(f?)@(.+)$/.exec(text);
  // Where the size is left out, it is that of a register.
  if (found === null) return { sizeBytes: 8, signed: false, where: placeOf(text) };
  const sizeBytes = Number(found[2]) as Operand["sizeBytes"];
  return { sizeBytes, signed: found[1] === "-", where: found[3] === "f" ? { kind: "elsewhere" } : placeOf(found[4]!) };
}

/** In order: the place of each is its argument's number. */
export function parseOperands(text: string): Operand[] {
  // An operand of arm64 has blanks within its brackets.
  const words = text.match(/(?:\[[^\]]*\]|\S)+/g) ?? [];
  return words.map(operand);
}

/** Type of a fetch argument that fetches it. */
export const operandType = ({ sizeBytes, signed }: Operand): string => `${signed ? "s" : "u"}${8 * sizeBytes}`;
