/** join(): the strings of the record up to the first empty argument slot, with the separator between them (row 5.26). */
import type { Action } from "../../lang/ir/ir.ts";
import { stringAt } from "./value-text.ts";

export function joinText(action: Extract<Action, { kind: "join" }>, record: DataView): string {
  const texts: string[] = [];
  for (const { type, offset } of action.args) {
    if (type.kind !== "string") continue;
    const text = stringAt(record, offset, type.sizeBytes, "");
    if (text === "") break;
    texts.push(text);
  }
  return texts.join(action.separator);
}
