/** A recording whose names are made to upset a terminal. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeRecord, formatText } from "../../tooling/trace-dat/record.ts";
import { pageBuilder } from "../../tooling/trace-dat/pages.ts";
import { traceDatBytes } from "../../tooling/trace-dat/writer.ts";

/** By pid: clears the screen, sets the title, rings; turns the direction; blessed's own tags; two columns a character, and one that none agree on. */
export const COMMS: ReadonlyMap<number, string> = new Map([
  [100, "\x1b[2J\x1b]0;x\x07"],
  [101, "a\u202eb\u0301c"],
  [102, "{red-fg}r{/}"],
  [103, "漢字😀"],
  [104, "\x9b31m\x7f\t|"],
]);

/** Path of a file with an event demo:tick of each task. */
export function hostileRecording(): string {
  const format = formatText("tick", 900, [["int n", 8, 4, 1]]);
  const bytes = traceDatBytes({
    version: 7,
    events: [{ category: "demo", format }],
    comms: COMMS,
    cpuCount: 1,
    clock: "mono",
    buffers: [
      {
        name: "",
        cpus: [
          {
            cpu: 0,
            pages(emit) {
              const builder = pageBuilder({ pageBytes: 4096, longBytes: 8, byteOrder: "little" }, emit);
              [...COMMS.keys()].forEach((pid, i) => builder.record(1000 * (i + 1), encodeRecord(format, { common_pid: pid, n: i })));
              builder.flush();
            },
          },
        ],
      },
    ],
  });
  const path = join(mkdtempSync(join(tmpdir(), "hindsight-tui-")), "hostile.dat");
  writeFileSync(path, bytes);
  return path;
}
