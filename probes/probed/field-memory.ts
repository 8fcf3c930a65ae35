/** Memory that the records of an event bring: `s_FIELD` and `m_FIELD_OFF` of event probes, `__FIELD_val` of system calls since Linux 6.19. */
import type { RecordedMemory, TracepointField } from "../../lang/catalogue.ts";
import { ofField } from "./naming.ts";
import { buildRecipe, makeStandIns, type MeaningfulField } from "./recipe.ts";

export function memoryOfFields(fields: readonly TracepointField[]): readonly RecordedMemory[] {
  const byName = new Map(fields.map((field) => [field.name, field]));
  const names = new Set(byName.keys());
  const meaningful = fields.flatMap((field): MeaningfulField[] => {
    const own = /^__(.+)_val$/.exec(field.name)?.[1];
    if (own !== undefined && names.has(own)) return [{ field, path: { base: { kind: "field", name: own }, derefs: [0n] } }];
    const path = ofField(field.name, names);
    return path === null ? [] : [{ field, path }];
  });
  return meaningful.length === 0 ? [] : buildRecipe(meaningful, byName, makeStandIns()).memory;
}
