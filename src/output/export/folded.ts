/**
 * Folded stacks: a line `root;function;function VALUE` for every distinct stack, as FlameGraph's stackcollapse programs write and
 * flamegraph.pl, inferno and speedscope read. Maps follow each other.
 */
import type { ExportContext, ExportFormat } from "./export-format.ts";
import { stackMap, type StackMap } from "./stack-samples.ts";
import { toBytes } from "./text.ts";

/** The separators of the format. */
const plain = (name: string): string => name.replaceAll(";", ":").replace(/[\r\n]+/g, " ");

export const foldedFormat = (context: ExportContext): ExportFormat<StackMap> => ({
  convert: (map) => stackMap(map, context),
  document: (maps) =>
    toBytes(
      maps
        .flatMap(({ samples }) => samples)
        .map(({ frames, value }) => `${frames.map(({ name }) => plain(name)).join(";")} ${String(value)}\n`)
        .join(""),
    ),
});
