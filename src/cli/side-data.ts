/** What was kept beside a recording, from the files that the command line names. */
import { parseMaps, userCode } from "../../probes/symbols/user-code.ts";
import type { SideData } from "../session/recorded-machine.ts";
import type { Console } from "./console.ts";
import { failure, type Failure } from "./failure.ts";
import { sideFileTrouble, symfsTrouble } from "./side-files.ts";
import { fileFinder } from "./symbol-files.ts";
import { kallsymsFinder } from "./symbols-beside.ts";
import { errnoText } from "./load.ts";
import { namedFile } from "./recordings.ts";
import type { CliOptions } from "./options.ts";
import { gunzipper, readText, unpacker } from "./unpacker.ts";

const FLAGS = { dynamicEvents: "--dynamic-events", maps: "--maps", kallsyms: "--kallsyms" } as const;

/** Flags that name files beside the recording, and what they are beside of. */
export type SideFiles = Pick<CliOptions, "dynamicEvents" | "maps" | "symfs" | "kallsyms" | "traces" | "file" | "warnings">;

export async function loadSideData(
  options: SideFiles,
  console: Pick<Console, "error">,
): Promise<{ readonly ok: true; readonly side: SideData } | Failure> {
  const { dynamicEvents, maps, kallsyms, symfs, traces, file } = options;
  const named = [
    ...dynamicEvents.map((path) => ["dynamicEvents", path] as const),
    ...maps.map((path) => ["maps", path] as const),
    ...(kallsyms === null ? [] : [["kallsyms", kallsyms] as const]),
  ];
  const unpack = named.length === 0 && symfs.length === 0 ? gunzipper : await unpacker();
  const read: { [path: string]: string } = {};
  for (const [kind, path] of named) {
    try {
      read[path] = readText(path, unpack);
    } catch (error) {
      return failure(`ERROR: failed to open file '${path}': ${errnoText(error)}`);
    }
    const trouble = sideFileTrouble(kind, read[path]);
    if (trouble !== null) return failure(`ERROR: ${FLAGS[kind]} ${path}: ${trouble}`);
  }
  for (const path of symfs) {
    const trouble = symfsTrouble(path);
    if (trouble !== null) return failure(`ERROR: --symfs ${path}: ${trouble}`);
  }
  const places = [...traces.map((word) => namedFile(word).path), ...(file === null ? [] : [file])].filter((path) => path !== "-");
  return {
    ok: true,
    side: {
      definitions: dynamicEvents.map((path) => read[path]!),
      kallsyms: kallsyms === null ? null : read[kallsyms]!,
      findKallsyms: kallsymsFinder(places, (path) => {
        if (options.warnings) console.error(`NOTE: kernel symbols are from ${path}: it is of the recorded kernel\n`);
      }),
      user: userCode(
        maps.flatMap((path) => parseMaps(read[path]!)),
        fileFinder(symfs, unpack),
      ),
    },
  };
}
