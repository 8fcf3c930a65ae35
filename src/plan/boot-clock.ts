/** nsecs(boot): the clock that also runs while the machine sleeps. */
import type { Script } from "../../lang/ast/ast.ts";

function asks(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(asks);
  if (typeof node !== "object" || node === null || ArrayBuffer.isView(node)) return false;
  if ("kind" in node && node.kind === "call" && "name" in node && "args" in node) {
    const [first] = node.args as readonly { readonly kind: string; readonly name?: unknown }[];
    if ((node.name as { readonly text: string }).text === "nsecs" && first?.kind === "ident" && first.name === "boot") return true;
  }
  return Object.values(node).some(asks);
}

export const asksForBootClock = ({ items }: Script): boolean => asks(items);
