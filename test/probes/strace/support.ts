/** Scripts over texts of strace. */
import { expect } from "vitest";
import { openRecordingBytes } from "../../../probes/open.ts";
import type { PageStream, Recording, WantedRecords } from "../../../probes/recording.ts";
import { fixtureBytes } from "../../support/fixtures.ts";
import { runScript } from "../../support/run-script.ts";

export async function openText(text: string | Uint8Array, name = "strace.txt"): Promise<Recording> {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const opened = await openRecordingBytes(name, bytes);
  if (!opened.ok) expect.fail(opened.message);
  expect(opened.recording.info.format).toBe("strace text");
  return opened.recording;
}

export const openFixture = (name: string): Promise<Recording> => openText(fixtureBytes(`strace/${name}.txt`), name);

/** What the script prints, without blank lines. */
export async function printed(script: string, recording: Recording): Promise<string[]> {
  const { stdout, stderr, exitCode } = await runScript(script, { recording });
  expect(exitCode, stderr).toBe(0);
  return stdout.split("\n").filter((line) => line !== "" && !line.startsWith("Attach"));
}

/** The same of a text. */
export const ofText = async (text: string, script: string): Promise<string[]> => printed(script, await openText(text));

export interface Skeleton {
  readonly records: string[];
  readonly sizeBytes: number;
}

/** Of every record: its time, event and task; of the events of `whole` all of it. The window has `windowBytes`. */
export function skeleton(
  stream: PageStream,
  wanted: WantedRecords | null,
  { whole = new Set(), windowBytes = 1 << 20 }: { readonly whole?: ReadonlySet<number>; readonly windowBytes?: number } = {},
): Skeleton {
  stream.want?.(wanted);
  stream.rewind();
  const into = new Uint8Array(windowBytes);
  const records: string[] = [];
  let sizeBytes = 0;
  for (let got = stream.read(into); got > 0; got = stream.read(into)) {
    const view = new DataView(into.buffer);
    for (let page = 0; page < got; page += stream.pageBytes) {
      let time = view.getBigUint64(page, true);
      const end = page + stream.headerBytes + (view.getUint32(page + 8, true) & 0xfffffff);
      for (let at = page + stream.headerBytes; at < end;) {
        const word = view.getUint32(at, true);
        const [kind, delta] = [word & 31, word >>> 5];
        if (kind >= 30) {
          const long = BigInt(delta) + (BigInt(view.getUint32(at + 4, true)) << 27n);
          time = kind === 30 ? time + long : long;
          at += 8;
          continue;
        }
        const data = kind === 0 ? at + 8 : at + 4;
        const length = kind === 0 ? view.getUint32(at + 4, true) - 4 : kind * 4;
        time += BigInt(delta);
        const id = view.getUint16(data, true);
        const all = whole.has(id) ? ` ${Buffer.from(into.subarray(data, data + length)).toString("hex")}` : "";
        records.push(`${time} ${id} ${view.getInt32(data + 4, true)}${all}`);
        sizeBytes += length;
        at = data + length;
      }
    }
  }
  return { records, sizeBytes };
}
