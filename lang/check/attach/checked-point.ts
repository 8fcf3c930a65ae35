/** Attach points of the probe types that a recording may hold beside tracepoints: read completely, before anything is looked up. */
import { parseInteger } from "../../lex/integer.ts";

export interface PointEnv {
  /** --unsafe. */
  readonly unsafe: boolean;
  /** -p: the target of a user probe may be left out. */
  readonly ofProcess: boolean;
  /** The part behind an `@`: the file of a source line (row 1.39). */
  readonly sourceAt: number | null;
  readonly architecture: "x86_64" | "arm64";
}

export type CheckedPoint =
  /** `name` as `probe` yields it (row 1.48); `hint`: how to record it. */
  | { readonly kind: "point"; readonly name: string; readonly hint: string }
  | { readonly kind: "problem"; readonly message: string; readonly hint?: string }
  /** Right, but nothing that a recording could ever hold. */
  | { readonly kind: "refused"; readonly message: string; readonly hint?: string };

/** Reads the parts behind the provider; their number is what the provider takes. */
export type PointCheck = (parts: readonly string[], env: PointEnv) => CheckedPoint;

export const problem = (message: string, hint?: string): CheckedPoint =>
  hint === undefined ? { kind: "problem", message } : { kind: "problem", message, hint };

/** What is left out leaves no empty part in a name. */
export const pointName = (...parts: readonly (string | bigint | null)[]): string =>
  parts.filter((part) => part !== null && part !== "").join(":");

/** An unsigned number in any base, with suffix; or why it is none. */
export function readNumber(text: string): { readonly value: bigint } | { readonly why: string } {
  const parsed = parseInteger(text, { binary: true });
  return parsed.ok ? { value: parsed.value } : { why: parsed.message };
}

export const point = (name: string, record: string): CheckedPoint => ({ kind: "point", name, hint: `record it with: ${record}` });

/** A word for a shell. */
export const shellWord = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** A name for a recorded event: what is no letter, digit or `_` becomes `_`. */
export const eventName = (text: string): string => text.replace(/\W/g, "_").replace(/^(?=\d)/, "_");

const TRACING = "/sys/kernel/tracing";

/** Defines a dynamic event of the group `hs`, then records it. */
export const recordDynamic = (file: "kprobe_events" | "dynamic_events", name: string, kind: string, definition: string): string =>
  `echo ${shellWord(`${kind}:hs/${name} ${definition}`)} >> ${TRACING}/${file} && trace-cmd record -C mono -e hs:${name}`;
