/** Where passes leave diagnostics. One mistake at one place is said once, however often its code is checked. */
import type { Diagnostic, RelatedSpan, Span } from "../diagnostics/diagnostic.ts";
import { expansionsOf } from "../diagnostics/expansions.ts";
import { codes, type CodeName } from "./codes.ts";

export interface Extra {
  readonly hint?: string | null;
  readonly related?: readonly RelatedSpan[];
}

export interface Report {
  readonly diagnostics: readonly Diagnostic[];
  readonly hasErrors: () => boolean;
  readonly add: (diagnostic: Diagnostic) => void;
  readonly error: (code: CodeName, span: Span | null, message: string, extra?: Extra) => void;
  readonly warn: (code: CodeName, span: Span | null, message: string, extra?: Extra) => void;
  /** `what` in plural or with an article's place left out: "kprobe probes". */
  readonly unsupported: (span: Span, what: string) => void;
}

/** A place in a macro is another one for each call. */
const placeId = (span: Span | null): string =>
  span === null ? "" : [span, ...expansionsOf(span).map((at) => at.span)].map(({ start, end }) => `${start} ${end}`).join(" ");

export function makeReport(): Report {
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  const add = (diagnostic: Diagnostic): void => {
    const { span, message } = diagnostic;
    const id = `${diagnostic.code} ${placeId(span)} ${message}`;
    if (seen.has(id)) return;
    seen.add(id);
    diagnostics.push(diagnostic);
  };
  const say = (severity: Diagnostic["severity"], code: CodeName, span: Span | null, message: string, extra: Extra = {}): void => {
    const related = [...(extra.related ?? []), ...expansionsOf(span)];
    add({
      code: codes[code],
      severity,
      span,
      message,
      ...(extra.hint ? { hint: extra.hint } : {}),
      ...(related.length > 0 ? { related } : {}),
    });
  };
  return {
    diagnostics,
    hasErrors: () => diagnostics.some((diagnostic) => diagnostic.severity === "error"),
    add,
    error: (code, span, message, extra) => say("error", code, span, message, extra),
    warn: (code, span, message, extra) => say("warning", code, span, message, extra),
    unsupported: (span, what) => say("error", "unsupported", span, `not supported yet: ${what}`),
  };
}
