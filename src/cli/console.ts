/** Where a command's messages go: stdout and stderr in the order in which they were written, coloured if asked for. */
import { isatty } from "node:tty";
import { sourceBytes } from "../../lang/diagnostics/source-bytes.ts";
import { coloured, colourOf } from "./colour.ts";
import { openOutput, utf8, writeAll, type Output } from "./output.ts";

export interface Console {
  /** Text of the program and everything else on stdout; characters are bytes. */
  readonly out: Output;
  /** Text on stderr, behind what stdout was given before. */
  readonly error: (text: string) => void;
  /** Messages and other text that is no program output, on stdout (row 8.47). */
  readonly print: (text: string) => void;
}

export function openConsole(env: Readonly<Record<string, string | undefined>>, buffering: "line" | "full" | "none"): Console {
  const { on, problem } = colourOf(env["BPFTRACE_COLOR"], isatty(1) && isatty(2));
  const out = openOutput(null, buffering);
  const error = (text: string): void => {
    out.flush();
    writeAll(2, Buffer.from(sourceBytes(on ? coloured(text) : text)));
  };
  if (problem !== null) error(`WARNING: ${problem}\n`);
  return {
    out,
    error,
    print(text) {
      out.write(utf8(on ? coloured(text) : text));
    },
  };
}
