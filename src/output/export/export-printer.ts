/**
 * Formats for other tools: -f folded, speedscope, pprof, svg. The output is one document of all maps, each as it was printed last (by print()
 * or at the end of the run); whatever else the script prints goes to stderr. A map that the format cannot show is named there once.
 */
import type { Printer, PrinterOptions } from "../printer.ts";
import { printOrder } from "../map-order.ts";
import { textPrinter } from "../text-printer.ts";
import type { ExportContext, ExportFormat } from "./export-format.ts";
import { foldedFormat } from "./folded.ts";
import type { ExportFormatName } from "./names.ts";
import { pprofFormat } from "./pprof.ts";
import { speedscopeFormat } from "./speedscope.ts";
import { svgFormat } from "./svg.ts";
import { fromBytes } from "./text.ts";

export interface ExportPrinter {
  readonly printer: Printer;
  /** Writes the document: after the last event. */
  readonly finish: () => void;
}

function printWith<Part>(name: ExportFormatName, format: ExportFormat<Part>, options: PrinterOptions): ExportPrinter {
  const parts = new Map<string, Part>();
  const refused = new Set<string>();
  const other = textPrinter({ ...options, write: (text) => options.writeError(fromBytes(text)) });
  return {
    printer(event) {
      if (event.kind === "end_of_run" && event.lost === 0) return;
      if (event.kind !== "map") {
        other(event);
        return;
      }
      const { map, top, div } = event;
      const entries = printOrder(map.value, map.key, map.entries, top);
      if (entries.length === 0) return;
      const part = format.convert({ ...map, entries, div: BigInt(Math.max(div, 1)) });
      if (typeof part !== "string") parts.set(map.name, part);
      else if (options.warnings && !refused.has(map.name)) {
        refused.add(map.name);
        options.writeError(`WARNING: -f ${name} cannot show ${map.name}: ${part}\n`);
      }
    },
    finish: () => options.write(format.document([...parts.values()])),
  };
}

export function exportPrinter(name: ExportFormatName, context: ExportContext, options: PrinterOptions): ExportPrinter {
  switch (name) {
    case "folded":
      return printWith(name, foldedFormat(context), options);
    case "speedscope":
      return printWith(name, speedscopeFormat(context), options);
    case "pprof":
      return printWith(name, pprofFormat(context), options);
    case "svg":
      return printWith(name, svgFormat(context), options);
  }
}
