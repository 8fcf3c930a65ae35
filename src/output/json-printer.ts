/** bpftrace's `-f json`: one object per line (section 9 of the parity table). */
import type { TextAction } from "../session/events.ts";
import { fromByteString } from "./byte-text.ts";
import { jsonString, mapJson, valueJson } from "./json.ts";
import { joinText } from "./join.ts";
import type { Printer, PrinterOptions } from "./printer.ts";
import { timeText } from "./strftime.ts";
import { catFile, textFormatter } from "./text-action.ts";

export function jsonPrinter(options: PrinterOptions): Printer {
  const { context } = options;
  const line = (text: string): void => {
    options.write(`${text}\n`);
  };
  const format = textFormatter(context);
  const place = (span: { start: number; end: number }): string => {
    const { file, line: row, column } = options.locate(span);
    return `"filename": ${jsonString(file)}, "line": ${row}, "col": ${column}`;
  };

  const printText = (action: TextAction, text: string): void => {
    switch (action.kind) {
      case "printf":
        return line(`{"type": "printf", "data": ${jsonString(text)}}`);
      case "warnf":
      case "errorf":
        if (action.kind === "warnf" && !options.warnings) return;
        return line(`{"type": "${action.kind}", "msg": ${jsonString(text)}, ${place(action.span)}}`);
      case "debugf":
        return options.writeError(fromByteString(text));
      case "cat": {
        const file = catFile(options.host, text);
        return "content" in file
          ? line(`{"type": "cat", "data": ${jsonString(file.content)}}`)
          : options.writeError(fromByteString(file.problem));
      }
      case "system":
        return line(`{"type": "syscall", "data": ${jsonString(options.host.run(text))}}`);
    }
  };

  return (event) => {
    switch (event.kind) {
      case "attached":
        if (options.quiet) return;
        return line(`{"type": "attached_probes", "count": ${event.probes}, "data": {"probes": ${event.probes}}}`);
      case "text":
        return printText(event.action, format(event.action, event.record));
      case "value":
        return line(`{"type": "value", "data": ${valueJson(event.arg.type, event.record, event.arg.offset, context)}}`);
      case "map": {
        const text = mapJson(event.map, event.top, event.div, context);
        return text === null ? undefined : line(text);
      }
      case "time": {
        const text = timeText(event.format, event.ns, context.clock);
        return text === null
          ? options.writeError("ERROR: strftime returned zero\n")
          : line(`{"type": "time", "data": ${jsonString(text)}}`);
      }
      case "join":
        return line(`{"type": "join", "data": ${jsonString(joinText(event.action, event.record))}}`);
      case "helper_error": {
        if (!options.warnings) return;
        const { action, result } = event;
        if (action.helper === "") return line(`{"type": "runtime_error", "msg": ${jsonString(action.message)}, ${place(action.span)}}`);
        return line(
          `{"type": "helper_error", "msg": ${jsonString(action.message)}, "helper": ${jsonString(action.helper)}, "retcode": ${String(result)}, ${place(action.span)}}`,
        );
      }
      case "lost":
        return line(`{"type": "lost_events", "count": ${event.records}, "data": {"events": ${event.records}}}`);
      case "test_started":
      case "test_result":
      case "benchmark_result":
      case "benchmark_failed":
      case "end_of_run":
        return;
    }
  };
}
