import type { ProbeCatalogue, Tracepoint, TracepointField } from "../lang/catalogue.ts";
import { parseEventFormat } from "./formats/event-format.ts";
import { fieldType } from "./field-type.ts";
import { memoryOfFields } from "./probed/field-memory.ts";

/** One event as the recording describes it; the text is parsed when a script first asks for the fields. */
export interface EventSource {
  readonly category: string;
  readonly name: string;
  readonly id: number;
  formatText(): string;
  /** As Tracepoint.isSeen. */
  readonly isSeen?: boolean;
  /** As Tracepoint.isMade. */
  readonly isMade?: boolean;
}

export interface CatalogueOptions {
  readonly events: readonly EventSource[];
  readonly byteOrder: "little" | "big";
  readonly longBytes: 4 | 8;
  readonly ncpus: number;
  /** Told once per event whose format has lines that cannot be read. */
  readonly warn: (message: string) => void;
}

const byName = (a: EventSource, b: EventSource): number =>
  a.category < b.category ? -1 : a.category > b.category ? 1 : a.name < b.name ? -1 : a.name > b.name ? 1 : a.id - b.id;

function readFields(event: EventSource, options: CatalogueOptions): readonly TracepointField[] {
  const format = parseEventFormat(event.formatText());
  if (!format) return [];
  if (format.badLines > 0) options.warn(`format of ${event.category}:${event.name}: ${format.badLines} field lines cannot be read`);
  const userPointers = event.category === "syscalls" && event.name.startsWith("sys_enter_");
  return format.fields.map((field) => {
    const { type, skipBytes, valueBytes } = fieldType(field, { userPointers, longBytes: options.longBytes, byteOrder: options.byteOrder });
    return { name: field.name, type, decl: field.decl, offset: field.offset + skipBytes, sizeBytes: valueBytes, loc: field.loc };
  });
}

function tracepoint(event: EventSource, options: CatalogueOptions): Tracepoint {
  let fields: readonly TracepointField[] | null = null;
  let memory: Tracepoint["memory"] | null = null;
  return {
    category: event.category,
    name: event.name,
    id: event.id,
    formatText: () => event.formatText(),
    ...(event.isSeen === undefined ? {} : { isSeen: event.isSeen }),
    ...(event.isMade === undefined ? {} : { isMade: event.isMade }),
    // A kernel describes 1500 to 2500 events, and a script uses a handful.
    get fields() {
      fields ??= readFields(event, options);
      return fields;
    },
    mayHaveField: (text) => event.formatText().includes(text),
    get memory() {
      memory ??= memoryOfFields({ category: event.category, name: event.name, byteOrder: options.byteOrder }, this.fields);
      return memory;
    },
  };
}

/** The catalogue of a recording: events sorted by category, then name (code units). */
export function buildCatalogue(options: CatalogueOptions): ProbeCatalogue {
  const { byteOrder, longBytes, ncpus } = options;
  const byId = new Map<number, EventSource>();
  for (const event of options.events) {
    const first = byId.get(event.id);
    if (!first) byId.set(event.id, event);
    else
      options.warn(
        `events ${first.category}:${first.name} and ${event.category}:${event.name} both have id ${event.id}; the second is left out`,
      );
  }
  const tracepoints = [...byId.values()].sort(byName).map((event) => tracepoint(event, options));
  return { tracepoints, byteOrder, longBytes, ncpus };
}
