/** Formats for other tools, as -f names them. */
export const EXPORT_FORMATS = ["folded", "speedscope", "pprof", "svg"] as const;
export type ExportFormatName = (typeof EXPORT_FORMATS)[number];

export const isExportFormat = (name: string): name is ExportFormatName => EXPORT_FORMATS.some((format) => format === name);
