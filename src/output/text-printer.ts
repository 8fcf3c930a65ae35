/** bpftrace's text output (sections 5, 6 and 10 of the parity table). */
import type { Action } from "../../lang/ir/ir.ts";
import { mapText } from "./map-text.ts";
import { helperErrorText } from "./helper-error.ts";
import { parseFormat, type Segment } from "./printf-format.ts";
import { printfText } from "./printf.ts";
import type { Printer, PrinterOptions } from "./printer.ts";
import { joinText } from "./join.ts";
import { timeText } from "./strftime.ts";
import { valueText } from "./value-text.ts";

type PrintfAction = Extract<Action, { kind: "printf" | "errorf" | "warnf" }>;

/** Parses each format once. */
export function formatCache(): (action: PrintfAction) => readonly Segment[] {
  const parsed = new Map<PrintfAction, readonly Segment[]>();
  return (action) => {
    let segments = parsed.get(action);
    if (segments === undefined) parsed.set(action, (segments = parseFormat(action.format)));
    return segments;
  };
}

export function textPrinter(options: PrinterOptions): Printer {
  const { context, write, writeError } = options;
  const segmentsOf = formatCache();
  let lost = 0;

  return (event) => {
    switch (event.kind) {
      case "attached":
        if (!options.quiet) writeError(`Attached ${event.probes} probe${event.probes === 1 ? "" : "s"}\n`);
        return;
      case "printf": {
        const text = printfText(segmentsOf(event.action), event.action.args, event.record, context);
        if (event.action.kind === "printf") return write(text);
        if (event.action.kind === "warnf" && !options.warnings) return;
        return writeError(`${options.locate(event.action.span).text}: ${event.action.kind === "errorf" ? "ERROR" : "WARNING"}: ${text}`);
      }
      case "value":
        return write(`${valueText(event.arg.type, event.record, event.arg.offset, context)}\n`);
      case "map":
        return write(mapText(event.map, event.top, event.div, context));
      case "time": {
        const text = timeText(event.format, event.ns, context.clock);
        return text === null ? writeError("ERROR: strftime returned zero\n") : write(text);
      }
      case "join":
        return write(`${joinText(event.action, event.record)}\n`);
      case "helper_error":
        if (options.warnings) writeError(helperErrorText(event.action, event.result, options));
        return;
      case "lost":
        lost += event.records;
        return writeError(`Lost ${event.records} events\n`);
      case "end_of_run":
        write("\n\n");
        if (lost > 0) writeError(`WARNING: Total lost event count: ${lost}\n`);
        return;
    }
  };
}
