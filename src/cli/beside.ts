/** What text, and perf.data that was cut, need to be read, from the files that the command line names: looked at only where a recording is such. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { EventSource } from "../../probes/catalogue.ts";
import { readFormatHead } from "../../probes/formats/event-format.ts";
import type { Beside } from "../../probes/formats/format.ts";
import { failure, type Failure } from "./failure.ts";
import { errnoText } from "./load.ts";
import type { CliOptions } from "./options.ts";
import { gunzipper, readText, unpacker, type Unpacker } from "./unpacker.ts";

export type BesideFiles = Pick<CliOptions, "dynamicEvents" | "kallsyms" | "eventsFrom">;

type Events = { readonly ok: true; readonly events: readonly EventSource[] | null } | Failure;

/** A copy of tracefs events/: SYSTEM/NAME/format. */
function eventsOfDirectory(directory: string): EventSource[] {
  const folders = (path: string): string[] =>
    readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  return folders(directory).flatMap((category) =>
    folders(join(directory, category)).flatMap((name): EventSource[] => {
      let text: string;
      try {
        text = readFileSync(join(directory, category, name, "format"), "latin1");
      } catch {
        return [];
      }
      const head = readFormatHead(text);
      return head === null ? [] : [{ category, name: head.name, id: head.id, formatText: () => text }];
    }),
  );
}

async function eventsOfRecording(path: string): Promise<Events> {
  const { openRecording } = await import("../../probes/open.ts");
  const opened = await openRecording(path);
  if (!opened.ok) return failure(`ERROR: --events-from: ${opened.message}`);
  const { descriptions } = opened.recording;
  const events = descriptions?.map((event) => {
    const text = event.formatText();
    return { ...event, formatText: () => text };
  });
  opened.recording.close();
  return events === undefined ? failure(`ERROR: --events-from: ${path} describes no events`) : { ok: true, events };
}

async function eventsFrom(path: string | null): Promise<Events> {
  if (path === null) return { ok: true, events: null };
  try {
    if (!statSync(path).isDirectory()) return await eventsOfRecording(path);
    const events = eventsOfDirectory(path);
    return events.length > 0 ? { ok: true, events } : failure(`ERROR: --events-from: there is no SYSTEM/EVENT/format in ${path}`);
  } catch (error) {
    return failure(`ERROR: failed to open file '${path}': ${errnoText(error)}`);
  }
}

/** Null where it cannot be read: whoever reads it for what it holds says so. */
function textOf(path: string | null, unpack: Unpacker): string | null {
  try {
    return path === null ? null : readText(path, unpack);
  } catch {
    return null;
  }
}

export async function loadBeside(files: BesideFiles): Promise<{ readonly ok: true; readonly beside: Beside } | Failure> {
  const described = await eventsFrom(files.eventsFrom);
  if (!described.ok) return described;
  const unpack = files.kallsyms === null && files.dynamicEvents.length === 0 ? gunzipper : await unpacker();
  let kallsyms: string | null | undefined;
  return {
    ok: true,
    beside: {
      events: described.events,
      get definitions() {
        return files.dynamicEvents.flatMap((path) => textOf(path, unpack) ?? []);
      },
      get kallsyms() {
        return kallsyms === undefined ? (kallsyms = textOf(files.kallsyms, unpack)) : kallsyms;
      },
    },
  };
}
