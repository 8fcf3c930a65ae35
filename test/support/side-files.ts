/** Files beside a recorded fixture, named as on the command line. */
import { expect } from "vitest";
import { loadSideData } from "../../src/cli/side-data.ts";
import type { SideData } from "../../src/session/recorded-machine.ts";
import { fixturePath } from "./fixtures.ts";

/** `["--maps", "{dir}/s11-uprobes/maps.txt"]`: {dir} is the folder of recorded traces. What lies beside `script` counts too. */
export async function sideFiles(args: readonly string[], script: string | null = null): Promise<SideData> {
  const files = args.map((word) => word.replace("{dir}", fixturePath("traces")));
  const valuesOf = (flag: string): string[] => files.filter((_, i) => files[i - 1] === flag);
  const loaded = await loadSideData(
    {
      dynamicEvents: valuesOf("--dynamic-events"),
      maps: valuesOf("--maps"),
      symfs: valuesOf("--symfs"),
      kallsyms: valuesOf("--kallsyms")[0] ?? null,
      traces: [],
      file: script,
      warnings: true,
    },
    { error: () => undefined },
  );
  if (!loaded.ok) expect.fail(loaded.message);
  return loaded.side;
}
