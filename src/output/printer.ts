/** What every output format is made of. Text is a byte string: the face writes its characters as bytes. */
import type { Span } from "../../lang/diagnostics/diagnostic.ts";
import type { SessionEvent } from "../session/events.ts";
import type { Host } from "./host.ts";
import type { PrintContext } from "./value-text.ts";

export interface PrinterOptions {
  readonly context: PrintContext;
  /** For cat() and system(). */
  readonly host: Host;
  /** Program output (stdout or -o). */
  readonly write: (text: string) => void;
  /** Diagnostics (stderr). */
  readonly writeError: (text: string) => void;
  /** `FILE:LINE:COL-COL` of a place in the script, and its line and column. */
  readonly locate: (span: Span) => {
    readonly text: string;
    readonly file: string;
    readonly line: number;
    readonly column: number;
  };
  /** The calls of macros that the place comes from, each with its source line (row 2.35). */
  readonly expansions: (span: Span, severity: "error" | "warning") => string;
  /** Full text of a run-time warning with its source line (row 10.16). */
  readonly describeWarning: (span: Span, message: string, info: string) => string;
  /** -q: no «Attached N probes». */
  readonly quiet: boolean;
  /** --no-warnings. */
  readonly warnings: boolean;
}

export type Printer = (event: SessionEvent) => void;
