/** speedscope's own format, one sampled profile for every map (jlfwong/speedscope, src/lib/file-format-spec.ts, version 0.0.1). */
import type { ExportContext, ExportFormat } from "./export-format.ts";
import { stackMap, type StackMap } from "./stack-samples.ts";
import { toBytes } from "./text.ts";

const SCHEMA = "https://www.speedscope.app/file-format-schema.json";

function document(maps: readonly StackMap[]): string {
  /** Functions by name: the format knows no other difference. */
  const frames = new Map<string, number>();
  const indexOf = (name: string): number => {
    const index = frames.get(name) ?? frames.size;
    frames.set(name, index);
    return index;
  };
  const profiles = maps.map(({ name, samples }) => {
    const total = samples.reduce((sum, { value }) => sum + value, 0n);
    const stacks = samples.map((sample) => `[${sample.frames.map((frame) => indexOf(frame.name)).join(",")}]`);
    // Weights keep all their digits: they may be beyond what a number of JavaScript can hold.
    const weights = samples.map(({ value }) => String(value));
    return [
      `{"type":"sampled","name":${JSON.stringify(name)},"unit":"none","startValue":0,"endValue":${String(total)},`,
      `"samples":[${stacks.join(",")}],`,
      `"weights":[${weights.join(",")}]}`,
    ].join("\n");
  });
  const names = [...frames.keys()].map((name) => `{"name":${JSON.stringify(name)}}`);
  return [
    `{"$schema":"${SCHEMA}",`,
    `"exporter":"hindsight","name":"hindsight","activeProfileIndex":0,`,
    `"shared":{"frames":[${names.join(",\n")}]},`,
    `"profiles":[${profiles.join(",\n")}]}`,
    "",
  ].join("\n");
}

export const speedscopeFormat = (context: ExportContext): ExportFormat<StackMap> => ({
  convert: (map) => stackMap(map, context),
  document: (maps) => toBytes(document(maps)),
});
