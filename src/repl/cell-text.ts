/** A single element of a script's map, from its raw bytes, in a word or two. */
import type { IrMap, ScriptMap } from "../../lang/ir/ir.ts";
import { sizeOf } from "../../lang/types/type.ts";
import { keyText } from "../output/map-text.ts";
import { averageOf } from "../output/map-order.ts";
import { valueText, type PrintContext } from "../output/value-text.ts";
import { mergeCell } from "../session/map-dump.ts";

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const isHistogram = ({ value }: ScriptMap): boolean => value.kind === "hist" || value.kind === "lhist";

/** `@x[bash]`; of a histogram with the number of the bucket behind it: `@h[bash] bucket 12`. */
export function elementName({ name, script }: IrMap, key: Uint8Array, context: PrintContext): string {
  if (script === null) return name;
  const keyBytes = script.key === null ? 0 : sizeOf(script.key);
  const element = script.key === null ? name : `${name}[${keyText(script.key, key.slice(0, keyBytes), context)}]`;
  if (script.value.kind === "tseries") return `${element} interval`;
  if (!isHistogram(script)) return element;
  const bucket = view(key);
  const prefix = (keyBytes + 7) & ~7;
  return `${element} bucket ${script.key === null && key.length === 4 ? bucket.getUint32(0, true) : String(bucket.getBigUint64(prefix, true))}`;
}

/** The cells of all CPUs together. Null bytes: there is no such element. */
export function elementText({ script }: IrMap, bytes: Uint8Array | null, context: PrintContext): string {
  if (bytes === null || script === null) return "(none)";
  const { value } = script;
  if (value.kind === "tseries") return "changed";
  if (value.kind === "plain") return valueText(value.type, view(bytes), 0, context);
  const cell = mergeCell(isHistogram(script) ? { kind: "count" } : value, bytes);
  if (cell.kind === "int") return String(cell.value);
  if (cell.kind === "average") return `count ${String(cell.count)}, average ${String(averageOf(cell))}, total ${String(cell.total)}`;
  return "";
}
