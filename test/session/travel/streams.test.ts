/** Replays over streams of other kinds: compressed ones, and such as can only be read from their start. */
import { expect, test } from "vitest";
import { openRecordingBytes } from "../../../probes/open.ts";
import type { PageStream, Recording } from "../../../probes/recording.ts";
import { traceDatBytes } from "../../../tooling/trace-dat/writer.ts";
import { spec } from "../../probes/trace-dat/written.ts";
import { travel } from "../../support/travel.ts";

const TEXT = "tracepoint:sched:sched_switch { @[cpu] = count(); @last = nsecs; } interval:ms:50 { print(@last); }";

async function open(compression: "none" | "zlib"): Promise<Recording> {
  const opened = await openRecordingBytes("written.dat", traceDatBytes(spec(compression === "none" ? { version: 6 } : { compression })));
  if (!opened.ok) expect.fail(opened.message);
  return opened.recording;
}

/** Counts how often its streams are read from the start. */
function unseekable(recording: Recording): { readonly recording: Recording; readonly rewinds: () => number } {
  let rewinds = 0;
  const streams = recording.streams.map((stream): PageStream => {
    const copy: PageStream = {
      ...stream,
      rewind() {
        rewinds++;
        stream.rewind();
      },
    };
    delete copy.seek;
    return copy;
  });
  return { recording: { ...recording, streams }, rewinds: () => rewinds };
}

test("compressed, and without seeking, a replay is where it is in a plain recording", async () => {
  const plain = travel(TEXT, { recording: await open("none"), moments: { firstDistance: 20 } });
  const zipped = travel(TEXT, { recording: await open("zlib"), moments: { firstDistance: 20 } });
  const { recording, rewinds } = unseekable(await open("none"));
  const stubborn = travel(TEXT, { recording, moments: { firstDistance: 20 } });
  plain.replay.seekEnd();
  const { firings } = plain.replay.position();
  expect(firings).toBeGreaterThan(900);
  zipped.replay.seekEnd();
  stubborn.replay.seekEnd();
  const before = rewinds();
  for (const number of [firings - 1, 3, 500, 499, 880, 12]) {
    const position = plain.replay.seekFiring(number);
    for (const other of [zipped, stubborn]) {
      expect(other.replay.seekFiring(number)).toEqual(position);
      expect(other.maps()).toEqual(plain.maps());
      expect(other.output()).toBe(plain.output());
      expect(other.replay.lastFiring()).toEqual(plain.replay.lastFiring());
    }
  }
  expect(rewinds()).toBeGreaterThan(before);
});
