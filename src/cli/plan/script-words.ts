/** The script and its parameters, as the words of a command line that runs it again. */
import type { CliOptions } from "../options.ts";

export function scriptWords(options: CliOptions): string[] {
  const { program, file, params, namedParams, format, unsafe, includeDirs, includes, btf } = options;
  const named = [...namedParams].map(([name, value]) => (value === null ? `--${name}` : `--${name}=${value}`));
  return [
    ...(btf === null ? [] : ["--btf", btf]),
    ...includeDirs.flatMap((directory) => ["-I", directory]),
    ...includes.flatMap((path) => ["--include", path]),
    ...(unsafe ? ["--unsafe"] : []),
    ...(format === "json" ? ["-f", "json"] : []),
    ...(program === null ? [file ?? "-"] : ["-e", program]),
    ...params,
    ...(named.length === 0 ? [] : ["--", ...named]),
  ];
}
