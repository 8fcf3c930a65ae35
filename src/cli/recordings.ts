/** Opens the recordings that the command line names: one, or several that are replayed together. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Recording } from "../../probes/recording.ts";
import type { TaggedRecording } from "../../probes/together.ts";
import { loadBeside, type BesideFiles } from "./beside.ts";
import { failure, type Failure } from "./failure.ts";
import type { CliOptions } from "./options.ts";
import { signedDurationNs } from "./time-argument.ts";

/** The recording that comes with the program, beside the bundle. */
export const samplePath = (): string => fileURLToPath(new URL("sample.dat", import.meta.url));

/** The part of the command line that names recordings. */
export type RecordingFiles = Pick<CliOptions, "traces" | "sample" | "clockOffsets"> & BesideFiles;

interface Named {
  readonly path: string;
  /** null: called after its file. */
  readonly tag: string | null;
}

/** `NAME=FILE`, unless there is a file of that whole name. */
export function namedFile(word: string): Named {
  const match = /^([A-Za-z0-9_.-]+)=(.+)$/s.exec(word);
  return match === null || existsSync(word) ? { path: word, tag: null } : { path: match[2]!, tag: match[1]! };
}

type Offsets = { readonly ok: true; readonly of: (tag: string, index: number) => bigint } | Failure;

/** What is added to the times of each recording. */
function clockOffsets(words: readonly string[], tags: readonly string[]): Offsets {
  const byTag = new Map<string, bigint>();
  let others = 0n;
  for (const word of words) {
    const at = word.lastIndexOf("=");
    const tag = at < 0 ? null : word.slice(0, at);
    const ns = signedDurationNs(word.slice(at + 1));
    if (ns === null) return failure(`ERROR: --clock-offset takes [NAME=]TIME, as in 1.5s or cpu1=-20ms, not '${word}'`);
    if (tag !== null && !tags.includes(tag))
      return failure(`ERROR: --clock-offset ${word}: no recording is called '${tag}' (there are: ${tags.join(", ")})`);
    if (tag === null) others = ns;
    else byTag.set(tag, ns);
  }
  return { ok: true, of: (tag, index) => byTag.get(tag) ?? (index > 0 ? others : 0n) };
}

function wanted(options: RecordingFiles, operand: string | null): Named[] {
  const sample = options.sample ? [{ path: samplePath(), tag: null }] : [];
  return [...options.traces.map(namedFile), ...(operand === null ? [] : [namedFile(operand)]), ...sample];
}

type Opened = { readonly ok: true; readonly recordings: readonly TaggedRecording[] } | Failure;

/** Every recording by itself. */
export async function openRecordings(options: RecordingFiles, operand: string | null = null): Promise<Opened> {
  const files = wanted(options, operand);
  if (files.length === 0) return { ok: true, recordings: [] };
  const [{ openRecording }, { tagOf }] = await Promise.all([import("../../probes/open.ts"), import("../../probes/together.ts")]);
  const tags = files.map(({ path, tag }) => tag ?? tagOf(path));
  const offsets = clockOffsets(options.clockOffsets, tags);
  if (!offsets.ok) return offsets;
  const besideFiles = await loadBeside(options);
  if (!besideFiles.ok) return besideFiles;
  const recordings: TaggedRecording[] = [];
  for (const [i, { path }] of files.entries()) {
    const opened = await openRecording(path, besideFiles.beside);
    if (opened.ok) {
      recordings.push({ recording: opened.recording, tag: tags[i]!, offsetNs: offsets.of(tags[i]!, i) });
      continue;
    }
    for (const { recording } of recordings) recording.close();
    return failure(`ERROR: ${opened.message}`);
  }
  return { ok: true, recordings };
}

/** The recording, or all of them as one; null: none was named. */
export async function loadRecording(
  options: RecordingFiles,
): Promise<{ readonly ok: true; readonly recording: Recording | null } | Failure> {
  const opened = await openRecordings(options);
  if (!opened.ok) return opened;
  const [first, ...rest] = opened.recordings;
  if (first === undefined) return { ok: true, recording: null };
  if (rest.length === 0 && first.offsetNs === 0n) return { ok: true, recording: { ...first.recording, tags: [first.tag] } };
  const { together } = await import("../../probes/together.ts");
  const joined = together(opened.recordings);
  return joined.ok ? joined : failure(`ERROR: ${joined.message}`);
}
