/** What `perf record --threads` writes: a directory, with records in several files. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRecording } from "../../../probes/open.ts";
import { perfDataBytes, recordsOf } from "../../../tooling/perf-data/writer.ts";
import { formats, opened, printed, rawWork, workAttr, WORK_SAMPLE } from "./made.ts";

const write = recordsOf("little", WORK_SAMPLE);
const sample = (ns: number, cpu: number): Uint8Array => write.sample({ id: 11, pid: 7, tid: 7, ns, cpu, rest: rawWork("little", ns, 7) });

async function inDirectory<T>(files: Readonly<Record<string, Uint8Array>>, use: (path: string) => Promise<T>): Promise<T> {
  const path = mkdtempSync(join(tmpdir(), "perf-directory-"));
  try {
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(path, name), bytes);
    return await use(path);
  } finally {
    rmSync(path, { recursive: true });
  }
}

test("records of all files go in order of time, those of ten files and more included", async () => {
  const files = {
    data: perfDataBytes({ attrs: [workAttr], formats, records: [sample(5, 0)] }),
    "data.0": Buffer.concat([sample(1, 0), sample(4, 0)]),
    "data.2": Buffer.concat([sample(2, 1), sample(6, 1)]),
    "data.10": sample(3, 2),
    "data.old": new Uint8Array(3),
  };
  await inDirectory(files, async (path) => {
    const result = await openRecording(path);
    if (!result.ok) expect.fail(result.message);
    const { recording } = result;
    expect(await printed(recording, 'tracepoint:app:work { printf("%d %lld\\n", args.n, nsecs); }')).toEqual(
      [1, 2, 3, 4, 5, 6].map((n) => `${n} ${n}`),
    );
    expect(recording.info.sizeBytes).toBe(Object.values(files).reduce((sum, { length }) => sum + length, -3));
    expect(recording.info.warnings).toEqual([]);
    recording.close();
  });
});

test("damage of the file that describes it is an error that names the directory", async () => {
  const cut = perfDataBytes({ attrs: [workAttr], formats, records: [] }).subarray(0, 50);
  await inDirectory({ data: cut, "data.0": sample(1, 0) }, async (path) => {
    const result = await openRecording(path);
    expect(result.ok ? "" : result.message).toContain(`${path}: damaged perf.data: `);
  });
});

test("one file of a directory says where the others are", async () => {
  const bytes = perfDataBytes({ attrs: [workAttr], formats, records: [sample(5, 0)], features: new Map([[24, new Uint8Array(8)]]) });
  const { info } = await opened(bytes);
  expect(info.warnings).toEqual([
    "what most CPUs recorded is in the files beside it (perf record --threads): give the directory instead of this file",
  ]);
});
