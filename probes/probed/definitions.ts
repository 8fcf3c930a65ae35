/** Definitions of dynamic events: the text of kprobe_events, uprobe_events or dynamic_events. */
import { parseFetch, type FetchPath } from "./fetch.ts";

export interface ProbeDefinition {
  readonly kind: "kprobe" | "uprobe" | "tracepoint" | "event";
  readonly group: string;
  readonly event: string;
  readonly at: "entry" | "return";
  /** File of a uprobe; else null. */
  readonly target: string | null;
  readonly module: string | null;
  /** Function, raw tracepoint, or CATEGORY/EVENT of an event probe; null: an address alone. */
  readonly symbol: string | null;
  /** From the symbol; of a uprobe, the offset in the file; of an address alone, that. */
  readonly offset: bigint;
  /** In order of the event's fields, by name; a path of null leads to nothing that a program could ask for. */
  readonly args: readonly {
    readonly name: string;
    readonly path: FetchPath | null;
    /** `s32`, `ustring`, `u8[4]`; null: the kernel's default, x64. */
    readonly type: string | null;
    /** As it is written, without the type: `$arg1`, `file->f_flags`. */
    readonly fetch: string;
  }[];
}

const NUMBER = /^(?:0x[0-9a-f]+|[0-9]+)$/i;

/** `/path:0x1234(0x5678)`: the last part is the offset, with that of a reference counter behind it. */
function userPlace(place: string): { readonly target: string; readonly offset: bigint } | null {
  const found = /^(.*):(0x[0-9a-f]+|[0-9]+)(?:\([^)]*\))?(?:%return)?$/i.exec(place);
  return found === null || !place.startsWith("/") ? null : { target: found[1]!, offset: BigInt(found[2]!) };
}

function kernelPlace(place: string): Pick<ProbeDefinition, "module" | "symbol" | "offset"> {
  const text = place.replace(/%return$/, "");
  if (NUMBER.test(text)) return { module: null, symbol: null, offset: BigInt(text) };
  const found = /^(?:([^:+]+):)?([^+]+)(?:\+(0x[0-9a-f]+|[0-9]+))?$/i.exec(text);
  return { module: found?.[1] ?? null, symbol: found?.[2] ?? text, offset: BigInt(found?.[3] ?? 0) };
}

/** The kernel names what the user did not: arg1, arg2, … by the place. */
function argumentOf(word: string, index: number): ProbeDefinition["args"][number] {
  const named = /^([A-Za-z_]\w*)=(.*)$/s.exec(word);
  const written = named?.[2] ?? word;
  const type = /:([^:()]+)$/.exec(written)?.[1] ?? null;
  const fetch = type === null ? written : written.slice(0, -type.length - 1);
  return { name: named?.[1] ?? `arg${index + 1}`, path: parseFetch(written), type, fetch };
}

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** The name that the kernel makes up (trace_kprobe_create, trace_uprobe_create). */
function defaultName(letter: string, user: ReturnType<typeof userPlace>, kernel: ReturnType<typeof kernelPlace>): string {
  const name =
    user === null
      ? `${letter}_${kernel.symbol ?? "0x"}_${kernel.offset}`
      : `${letter}_${baseName(user.target)}_0x${user.offset.toString(16)}`;
  return name.replaceAll(/\W/g, "_");
}

function parseLine(line: string): ProbeDefinition | null {
  const [head = "", place = "", ...words] = line.trim().split(/\s+/);
  const found = /^([prfte])([0-9]*)(?::(?:([^/\s]+)\/)?(\S*))?$/.exec(head);
  if (found === null || place === "") return null;
  const letter = found[1]!;
  const user = letter === "p" || letter === "r" ? userPlace(place) : null;
  const kernel = kernelPlace(place);
  const at = letter === "r" || place.endsWith("%return") ? "return" : "entry";
  const kind = letter === "e" ? "event" : letter === "t" ? "tracepoint" : user === null ? "kprobe" : "uprobe";
  const groups = {
    kprobe: letter === "f" ? "fprobes" : "kprobes",
    uprobe: "uprobes",
    tracepoint: "tracepoints",
    event: "eprobes",
  } as const;
  // `e:` names its source with a dot or a slash, which is no module.
  const symbol = kind === "event" ? place.replace(".", "/") : user === null ? kernel.symbol : null;
  return {
    kind,
    group: found[3] ?? groups[kind],
    event: found[4] ? found[4] : defaultName(letter === "r" ? "r" : "p", user, kernel),
    at,
    target: user?.target ?? null,
    module: kernel.module,
    symbol,
    offset: user?.offset ?? kernel.offset,
    args: words.map(argumentOf),
  };
}

/** Lines that define nothing that was recorded (synthetic events, deletions, comments) are passed over. */
export function parseDefinitions(text: string): ProbeDefinition[] {
  return text.split("\n").flatMap((line) => parseLine(line) ?? []);
}
