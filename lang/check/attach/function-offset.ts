/** FUNC+OFFSET, and addresses in the place of a function (rows 1.29 to 1.31, 1.36, 1.37, 1.41). */
import { readNumber } from "./checked-point.ts";

export type FunctionPlace =
  { readonly func: string; readonly offset: bigint | null } | { readonly address: bigint } | { readonly why: string };

/** `takes`: entry probes take an offset or an address, return probes neither. */
export function readFunction(text: string, takes: "offset" | "nothing"): FunctionPlace {
  const [func = "", offset, ...more] = text.split("+");
  if (offset !== undefined) {
    if (takes === "nothing") return { why: "Offset not allowed" };
    if (more.length > 0) return { why: "Cannot take more than one offset" };
    if (func === "" || offset === "") return { why: "Invalid offset" };
    const number = readNumber(offset);
    return "why" in number ? { why: `Invalid offset: ${number.why}` } : { func, offset: number.value };
  }
  const address = /^\d/.test(func) && takes === "offset" ? readNumber(func) : null;
  return address !== null && "value" in address ? { address: address.value } : { func, offset: null };
}

/** As names have it: the offset is decimal. */
export const functionText = ({ func, offset }: { readonly func: string; readonly offset: bigint | null }): string =>
  offset === null ? func : `${func}+${offset}`;
