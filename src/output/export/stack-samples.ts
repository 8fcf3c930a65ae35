/** Maps whose keys hold stacks, as weighted stacks. */
import { layoutOf, type StackType, type Type } from "../../../lang/types/type.ts";
import { integerAt, stackAt, valueText } from "../value-text.ts";
import type { ExportContext, PrintedMap } from "./export-format.ts";
import { fromBytes } from "./text.ts";

export interface StackFrame {
  readonly name: string;
  /** "key": what the key holds beside stacks, below all functions. */
  readonly space: "kernel" | "user" | "key";
}

export interface StackSample {
  /** From the root: the key's other parts in their order, then the user's functions, then the kernel's. */
  readonly frames: readonly StackFrame[];
  /** More than 0. */
  readonly value: bigint;
}

export interface StackMap {
  /** `@` and its name. */
  readonly name: string;
  readonly unit: "count" | "sum";
  /** In order of their frames' names; no two are alike. */
  readonly samples: readonly StackSample[];
}

interface Part {
  readonly type: Type;
  readonly at: number;
}

/** A tuple's members, and theirs. */
function partsOf(type: Type, at = 0): Part[] {
  if (type.kind !== "tuple") return [{ type, at }];
  const { offsets } = layoutOf(type.elems);
  return type.elems.flatMap((elem, i) => partsOf(elem, at + (offsets[i] ?? 0)));
}

const isStack = (part: Part): part is Part & { readonly type: StackType } => part.type.kind === "stack";

/** Whether values of a map can be added up, and as what; else why not. */
function unitOf({ value }: PrintedMap): StackMap["unit"] | null {
  if (value.kind === "count" || value.kind === "sum") return value.kind;
  return value.kind === "plain" && value.type.kind === "int" ? "sum" : null;
}

function valueOf(map: PrintedMap, cell: PrintedMap["entries"][number]["cell"]): bigint {
  if (cell.kind === "int") return cell.value / map.div;
  return cell.kind === "plain" && map.value.kind === "plain" ? integerAt(map.value.type, cell.value, 0) / map.div : 0n;
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function framesOf(parts: readonly Part[], key: DataView, context: ExportContext): StackFrame[] {
  const keys = parts
    .filter((part) => !isStack(part))
    .map(({ type, at }): StackFrame => ({ name: fromBytes(valueText(type, key, at, context)), space: "key" }));
  const stacks = (space: "kernel" | "user"): StackFrame[] =>
    parts.filter(isStack).flatMap(({ type, at }) => {
      if (type.space !== space) return [];
      const names = context.stackNames(type, stackAt(key, at));
      return names.map((name): StackFrame => ({ name, space })).reverse();
    });
  const frames = [...keys, ...stacks("user"), ...stacks("kernel")];
  return frames.length > 0 ? frames : [{ name: "[no stack]", space: "key" }];
}

const SEPARATOR = "\0";
const byText = (a: readonly [string, unknown], b: readonly [string, unknown]): number => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0);

/** A string: why the map is none of weighted stacks. Entries that are not above 0 have no weight and are left out. */
export function stackMap(map: PrintedMap, context: ExportContext): StackMap | string {
  const parts = map.key === null ? [] : partsOf(map.key);
  if (!parts.some(isStack)) return "its keys hold no stack";
  const unit = unitOf(map);
  if (unit === null) return "its values are no counts or sums, which could be added up";
  const samples = new Map<string, { readonly frames: readonly StackFrame[]; value: bigint }>();
  for (const { key, cell } of map.entries) {
    const value = valueOf(map, cell);
    if (value <= 0n) continue;
    const frames = framesOf(parts, view(key), context);
    const id = frames.map(({ name, space }) => `${space} ${name}`).join(SEPARATOR);
    const known = samples.get(id);
    if (known === undefined) samples.set(id, { frames, value });
    else known.value += value;
  }
  return { name: map.name, unit, samples: [...samples].sort(byText).map(([, sample]) => sample) };
}
