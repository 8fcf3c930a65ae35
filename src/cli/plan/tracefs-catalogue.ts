/** Tracepoints of the kernel that runs here, as tracefs describes them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ProbeCatalogue } from "../../../lang/catalogue.ts";
import { buildCatalogue, type EventSource } from "../../../probes/catalogue.ts";

export const TRACEFS = "/sys/kernel/tracing";

function directories(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return otherwise;
  }
}

/** Formats are read when a script asks for the fields: there are some 2,500. Null: tracefs cannot be read. */
export function tracefsCatalogue(ncpus: number, warn: (message: string) => void): ProbeCatalogue | null {
  const events: EventSource[] = [];
  try {
    const root = join(TRACEFS, "events");
    for (const category of directories(root))
      for (const name of directories(join(root, category))) {
        const format = join(root, category, name, "format");
        // Nothing is replayed with these numbers: they only have to differ.
        events.push({ category, name, id: events.length + 1, formatText: () => readOr(format, "") });
      }
  } catch {
    return null;
  }
  return events.length === 0 ? null : buildCatalogue({ events, byteOrder: "little", longBytes: 8, ncpus, warn });
}
