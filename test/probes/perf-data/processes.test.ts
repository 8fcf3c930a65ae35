/** Code of several processes at one address: each stack is named by what its own process had mapped. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRecording } from "../../../probes/open.ts";
import { sampleBit } from "../../../probes/formats/perf-data/transcoder-layout.ts";
import { byteList } from "../../../tooling/perf-data/bytes.ts";
import { perfDataBytes, recordsOf, type ByteOrder } from "../../../tooling/perf-data/writer.ts";
import { runCommand } from "../../support/run-command.ts";
import { formats, opened, printed, rawWork, workAttr, WORK_SAMPLE } from "./made.ts";

const sampleType = WORK_SAMPLE | sampleBit.callchain;
const USER = 0xffff_ffff_ffff_fe00n;
const CODE = [0x400000, 0x1000, 0];

function family(byteOrder: ByteOrder): Uint8Array {
  const write = recordsOf(byteOrder, sampleType);
  const sample = (ns: number, pid: number, tid = pid): Uint8Array => {
    const rest = byteList(byteOrder)
      .u64(2)
      .u64(USER)
      .u64(0x400010 + pid)
      .bytes(rawWork(byteOrder, 1, tid));
    return write.sample({ id: 11, pid, tid, ns, cpu: 0, rest: rest.done() });
  };
  const map = (ns: number, pid: number, path: string, place = CODE): Uint8Array => write.mmap2(pid, place, path, { ns, pid, tid: pid });
  const fork = (ns: number, parent: number, child: number): Uint8Array =>
    write.fork([child, child], [parent, parent], { ns, pid: parent, tid: parent });
  const records = [
    map(0, 10, "/bin/shell"),
    map(0, 30, "/bin/server"),
    sample(1000, 10),
    sample(1010, 30),
    fork(1020, 10, 11),
    sample(1030, 11),
    fork(1040, 11, 12),
    // The child of a child goes on with what its parent's parent had then, whatever that has mapped since.
    map(1050, 10, "/lib/later.so"),
    sample(1060, 12),
    sample(1070, 10),
    fork(1080, 30, 31),
    map(1090, 31, "/bin/execed"),
    sample(1100, 31),
    sample(1110, 31, 32),
    // What it had mapped is known, and it is not there.
    map(1120, 40, "/bin/other", [0x500000, 0x1000, 0]),
    sample(1130, 40),
    // Nobody told of this one: what others have mapped there says nothing.
    sample(1140, 50),
  ];
  return perfDataBytes({ byteOrder, attrs: [{ ...workAttr, sampleType }], formats, records });
}

const SCRIPT = 'tracepoint:app:work { printf("%d %s\\n", tid, ustack(perf)); }';

/** In the order of the samples. */
const FILES = ["shell", "server", "shell", "shell", "later.so", "execed", "execed", "[unknown]", "[unknown]"];
const files = (lines: readonly string[]): string[] => lines.flatMap((line) => /\((?:.*\/)?(.*)\)$/.exec(line)?.[1] ?? []);

test.each(["little", "big"] as const)("stacks of several processes (%s endian)", async (byteOrder) => {
  expect(files(await printed(await opened(family(byteOrder)), SCRIPT))).toEqual(FILES);
});

test("a conversion keeps what each process had", async () => {
  const directory = mkdtempSync(join(tmpdir(), "hindsight-processes-"));
  try {
    const [from, to] = [join(directory, "perf.data"), join(directory, "out.jsonl")];
    writeFileSync(from, family("little"));
    expect(await runCommand(["convert", from, "--to", to])).toMatchObject({ status: 0 });
    const result = await openRecording(to);
    if (!result.ok) expect.fail(result.message);
    expect(files(await printed(result.recording, SCRIPT))).toEqual(FILES);
    result.recording.close();
  } finally {
    rmSync(directory, { recursive: true });
  }
});
