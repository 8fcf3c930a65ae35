/** Memory that the records of an event bring: `s_FIELD` and `m_FIELD_OFF` of event probes, `__FIELD_val` of system calls since Linux 6.19. */
import type { RecordedMemory, TracepointField } from "../../lang/catalogue.ts";
import { ofField } from "./naming.ts";
import { buildRecipe, makeStandIns, type IsSteady, type MeaningfulField } from "./recipe.ts";
import { steadyParameters } from "./steady.ts";

/** Whose records they are, or are in place of. */
export interface MemoryOwner {
  readonly category: string;
  readonly name: string;
  readonly byteOrder: "little" | "big";
}

export function memoryOfFields({ category, name, byteOrder }: MemoryOwner, fields: readonly TracepointField[]): readonly RecordedMemory[] {
  const byName = new Map(fields.map((field) => [field.name, field]));
  const names = new Set(byName.keys());
  const meaningful = fields.flatMap((field): MeaningfulField[] => {
    const own = /^__(.+)_val$/.exec(field.name)?.[1];
    if (own !== undefined && names.has(own)) return [{ field, path: { base: { kind: "field", name: own }, derefs: [0n] } }];
    const path = ofField(field.name, names);
    return path === null ? [] : [{ field, path }];
  });
  if (meaningful.length === 0) return [];
  const standIns = makeStandIns();
  const steady = steadyParameters(category, name);
  const isSteady: IsSteady = ({ base }) => base.kind === "field" && steady.has(base.name);
  return buildRecipe(meaningful, byName, (path) => standIns.of(path, ""), isSteady, byteOrder).memory;
}
