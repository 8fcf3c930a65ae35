/** `__attribute__((packed, aligned(8)))` of structs, their members and enums. */
import type { Span } from "../../diagnostics/diagnostic.ts";
import { constantValue } from "./constants.ts";
import { wrong, type Scope } from "./scope.ts";

// What no kernel structure comes near; a larger one is a slip of the keyboard, and its offsets would not fit an instruction.
export const MAX_BYTES = 1 << 28;

/** `packed` and `aligned(n)` of a list of attributes; other attributes say nothing about the layout. */
export function layoutOptions(
  scope: Scope,
  attributes: readonly string[],
  span: Span,
): { readonly packed: boolean; readonly aligned: number } {
  let aligned = 0;
  let packed = false;
  for (const attribute of attributes) {
    const [, name = "", argument] = /^(?:__)?(\w+?)(?:__)?(?:\((.*)\))?$/s.exec(attribute) ?? [];
    if (name === "packed") packed = true;
    if (name !== "aligned") continue;
    // Without a number: the largest alignment of the machine.
    const bytes = argument === undefined ? 16 : alignmentOf(scope, argument);
    if (bytes > 0 && Number.isInteger(Math.log2(bytes)) && bytes <= MAX_BYTES) aligned = Math.max(aligned, bytes);
    else wrong(scope, span, "requested alignment is not a power of 2");
  }
  return { packed, aligned };
}

function alignmentOf(scope: Scope, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  const value = scope.defines.get(text)?.value ?? null;
  return value === null ? NaN : Number(constantValue(scope, value) ?? NaN);
}
