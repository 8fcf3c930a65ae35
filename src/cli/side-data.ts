/** What was kept beside a recording, from the files that the command line names. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { parseMaps, userCode } from "../../probes/symbols/user-code.ts";
import type { SideData } from "../session/recorded-machine.ts";
import { failure, type Failure } from "./failure.ts";
import { fileFinder } from "./symbol-files.ts";
import { errnoText } from "./load.ts";
import type { CliOptions } from "./options.ts";

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Flags that name files beside the recording. */
export type SideFiles = Pick<CliOptions, "dynamicEvents" | "maps" | "symfs" | "kallsyms">;

/** A text, unpacked if it is gzip. Throws as readFileSync and gunzipSync do. */
export function readText(path: string): string {
  const bytes = readFileSync(path);
  return (isGzip(bytes) ? gunzipSync(bytes) : bytes).toString("latin1");
}

export function loadSideData(options: SideFiles): { readonly ok: true; readonly side: SideData } | Failure {
  const read: { [path: string]: string } = {};
  for (const path of [...options.dynamicEvents, ...options.maps, ...(options.kallsyms === null ? [] : [options.kallsyms])]) {
    try {
      read[path] = readText(path);
    } catch (error) {
      return failure(`ERROR: failed to open file '${path}': ${errnoText(error)}`);
    }
  }
  const mappings = options.maps.flatMap((path) => parseMaps(read[path]!));
  return {
    ok: true,
    side: {
      definitions: options.dynamicEvents.map((path) => read[path]!),
      kallsyms: options.kallsyms === null ? null : read[options.kallsyms]!,
      user: userCode(mappings, fileFinder(options.symfs)),
    },
  };
}
