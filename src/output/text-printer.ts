/** bpftrace's text output (sections 5, 6 and 10 of the parity table). */
import type { Span } from "../../lang/diagnostics/diagnostic.ts";
import type { TextAction } from "../session/events.ts";
import { fromByteString } from "./byte-text.ts";
import { mapText } from "./map-text.ts";
import { helperErrorText } from "./helper-error.ts";
import type { Printer, PrinterOptions } from "./printer.ts";
import { joinText } from "./join.ts";
import { timeText } from "./strftime.ts";
import { catFile, textFormatter } from "./text-action.ts";
import { valueText } from "./value-text.ts";

export function textPrinter(options: PrinterOptions): Printer {
  const { context, write, writeError } = options;
  const format = textFormatter(context);

  /** A line of its own, as all messages are (rows 5.02, 5.03). */
  const printMessage = (span: Span, severity: "error" | "warning", text: string): void => {
    const label = severity === "error" ? "ERROR" : "WARNING";
    writeError(`${options.locate(span).text}: ${label}: ${fromByteString(text)}\n${options.expansions(span, severity)}`);
  };

  const printText = (action: TextAction, text: string): void => {
    switch (action.kind) {
      case "printf":
        return write(text);
      case "errorf":
        return printMessage(action.span, "error", text);
      case "warnf":
        if (options.warnings) printMessage(action.span, "warning", text);
        return;
      case "debugf":
        return writeError(fromByteString(text));
      case "cat": {
        const file = catFile(options.host, text);
        return "content" in file ? write(file.content) : writeError(fromByteString(file.problem));
      }
      case "system":
        return write(`${options.host.run(text)}\n`);
    }
  };

  return (event) => {
    switch (event.kind) {
      case "attached":
        if (!options.quiet) writeError(`Attached ${event.probes} probe${event.probes === 1 ? "" : "s"}\n`);
        return;
      case "text":
        return printText(event.action, format(event.action, event.record));
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
        return writeError(`Lost ${event.records} events\n`);
      case "test_started":
      case "test_result":
      case "benchmark_result":
      case "benchmark_failed":
        // self-test-printer.ts
        return;
      case "end_of_run":
        write("\n\n");
        if (event.lost > 0) writeError(`WARNING: Total lost event count: ${event.lost}\n`);
        return;
    }
  };
}
