/** Addresses and symbols: ksym, usym, kaddr (rows 5.41, 5.44). */
import type { HirExpr } from "../../../hir/hir.ts";
import { kindName } from "../../../types/names.ts";
import { registerSlots } from "../../../registers.ts";
import { uint64 } from "../../../types/type.ts";
import { bytesToText } from "../../byte-text.ts";
import { convert, intConstant } from "../convert.ts";
import type { CallExpr, Context } from "../context.ts";
import { probedFunction } from "../probed-function.ts";
import { stringLiteral, valueArgument } from "./arguments.ts";
import type { ValueFunctions } from "./call-table.ts";

/** Resolved when the value is printed. */
function symbolCall(cx: Context, call: CallExpr): HirExpr | null {
  const kind = call.name.text as "ksym" | "usym";
  const address = valueArgument(cx, call, 0);
  if (address === null) return null;
  if (address.type.kind !== "int" && address.type.kind !== "pointer") {
    const message = `${kind}() expects an integer or pointer argument (${kindName(address.type)} provided)`;
    cx.report.error("invalidArgument", call.span, message);
    return null;
  }
  // At the entry of a function of a program, the register has an address of that function.
  const isProbed =
    kind === "usym" && address.kind === "context_word" && address.offset === registerSlots.ip && cx.points[0]?.provider === "uprobe";
  const probe = isProbed ? probedFunction(cx) : null;
  return { kind, span: call.span, address: convert(cx, address, uint64), type: { kind }, ...(probe === null ? {} : { probe }) };
}

/** Resolved now. */
function kaddrCall(cx: Context, call: CallExpr): HirExpr | null {
  const bytes = stringLiteral(cx, call, 0);
  if (bytes === null) return null;
  const name = bytesToText(bytes);
  const symbols = cx.inference.env.kernelSymbols?.() ?? null;
  const address = symbols?.addressOf(name) ?? null;
  if (address !== null) return intConstant(call.span, address, uint64);
  const hint = symbols === null ? "there are no kernel symbols: pass a recording that trace-cmd made as root with --trace FILE" : null;
  cx.report.error("unknownSymbol", call.span, `Failed to resolve kernel symbol: ${name}`, { hint });
  return null;
}

export const symbolFunctions: ValueFunctions = {
  kaddr: { min: 1, max: 1, elaborate: kaddrCall },
  ksym: { min: 1, max: 1, elaborate: symbolCall },
  usym: { min: 1, max: 1, elaborate: symbolCall },
};
