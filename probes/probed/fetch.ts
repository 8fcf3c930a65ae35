/** Fetch arguments of dynamic events (Linux Documentation/trace/kprobetrace.rst, uprobetracer.rst, fprobetrace.rst). */
import { argumentRegisters, registerSlots, type RegisterName } from "../../lang/registers.ts";

/** What a chain of memory reads begins with. */
export type FetchBase =
  | { readonly kind: "argument"; readonly index: number }
  | { readonly kind: "return" }
  | { readonly kind: "register"; readonly name: RegisterName }
  /** A register that contexts of programs have no place for (`%x19`), or data of a program (`@+16448`), as it is written. */
  | { readonly kind: "place"; readonly text: string }
  /** Pointer field of the event that an event probe reads. */
  | { readonly kind: "field"; readonly name: string };

/** base, then a read at each offset. No offsets: the value of the base itself. */
export interface FetchPath {
  readonly base: FetchBase;
  readonly derefs: readonly bigint[];
}

/** `arm64` passes arguments in x0 to x7, and returns in x0. */
const arm64Arguments: readonly RegisterName[] = [...argumentRegisters, "r10", "r11"];

/** 32-bit and 16-bit names of x86 registers are those of the whole register, for whom the kernel fetches. */
function registerBase(name: string): FetchBase | null {
  const arm = /^x([0-7])$/.exec(name);
  if (arm !== null) return { kind: "register", name: arm64Arguments[Number(arm[1])]! };
  const plain = name.replace(/^[re](?=[a-z])/, "");
  const found = plain === "pc" ? "ip" : plain;
  if (Object.hasOwn(registerSlots, found)) return { kind: "register", name: found as RegisterName };
  // Those of arm64, s390 and PowerPC.
  return /^(?:x[0-9]+|r[0-9]+|gpr[0-9]+)$/.test(name) ? { kind: "place", text: `%${name}` } : null;
}

function fetchBase(text: string): FetchBase | null {
  const argument = /^\$arg([1-9][0-9]?)$/.exec(text);
  if (argument !== null) return { kind: "argument", index: Number(argument[1]) - 1 };
  if (text === "$retval") return { kind: "return" };
  if (text === "$stack") return { kind: "register", name: "sp" };
  if (text.startsWith("%")) return registerBase(text.slice(1));
  if (/^@\+?[0-9]+$/.test(text)) return { kind: "place", text };
  return /^\$[A-Za-z_]\w*$/.test(text) && text !== "$comm" ? { kind: "field", name: text.slice(1) } : null;
}

const MAX_DEREFS = 8;

/** `+8(+0($arg1)):string` as a path; null for what leads to no register: constants, symbols, `$comm`, members by name. */
export function parseFetch(text: string): FetchPath | null {
  let rest = text.replace(/:[^:()]*$/, "");
  const stack = /^\$stack([0-9]+)$/.exec(rest);
  if (stack !== null) return { base: { kind: "register", name: "sp" }, derefs: [8n * BigInt(stack[1]!)] };
  const derefs: bigint[] = [];
  for (;;) {
    const read = /^([+-])u?(0x[0-9a-f]+|[0-9]+)\((.*)\)$/i.exec(rest);
    if (read === null) break;
    const offset = BigInt(read[2]!);
    derefs.unshift(read[1] === "-" ? -offset : offset);
    if (derefs.length > MAX_DEREFS) return null;
    rest = read[3]!;
  }
  const base = fetchBase(rest);
  return base === null ? null : { base, derefs };
}
