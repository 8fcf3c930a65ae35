/** UTF-16 offsets into the source text, half open: [start, end). */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** The place is in the body of a macro that was called there (row 2.35). */
  readonly from?: Span;
}

/** One script. `name` is what locations print: a path, or `stdin` for -e and `-`. */
export interface Source {
  readonly name: string;
  readonly text: string;
  /** With imports, `text` is the script's and behind it theirs: which part is whose, in order. What is in none is the script's. */
  readonly files?: readonly SourceFile[];
}

/** Offsets into Source.text. */
export interface SourceFile {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** A file of the standard library: nothing that a user could change. */
  readonly isLibrary?: boolean;
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
