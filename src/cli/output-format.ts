/** Values of -f. */
import { EXPORT_FORMATS } from "../output/export/names.ts";

export const OUTPUT_FORMATS = ["text", "json", ...EXPORT_FORMATS] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export const isOutputFormat = (name: string): name is OutputFormat => OUTPUT_FORMATS.some((format) => format === name);
