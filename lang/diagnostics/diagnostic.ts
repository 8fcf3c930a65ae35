/** UTF-16 offsets into the source text, half open: [start, end). */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One script. `name` is what locations print: a path, or `stdin` for -e and `-`. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

/** A second place that a message needs, printed below it with its own source line. */
export interface RelatedSpan {
  readonly span: Span;
  readonly label: string;
}

/**
 * A user's mistake (or a doubtful construct) as a value; never thrown.
 * Codes are stable: HS1xxx syntax, HS2xxx names and probes, HS3xxx types, HS4xxx limits and
 * "not supported yet", HS5xxx verifier.
 */
export interface Diagnostic {
  readonly code: `HS${number}`;
  readonly severity: "error" | "warning";
  readonly span: Span | null;
  readonly message: string;
  readonly hint?: string;
  readonly related?: readonly RelatedSpan[];
}
