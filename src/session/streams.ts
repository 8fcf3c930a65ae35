/** The page streams of a recording as the machine takes them. */
import type { Recording } from "../../probes/recording.ts";
import type { StreamSpec } from "../bpf/machine-types.ts";

export function streamsOf(recording: Pick<Recording, "streams"> | null): StreamSpec[] {
  return (recording?.streams ?? []).map((stream) => ({
    cpu: stream.cpu,
    pageBytes: stream.pageBytes,
    headerBytes: stream.headerBytes,
    byteOrder: stream.byteOrder,
    time: stream.time,
    marksCpu: stream.marksCpu ?? false,
    recording: stream.recording ?? 0,
    layout: stream.layout ?? 0,
    fill: (window) => stream.read(window),
    rewind: () => {
      stream.rewind();
    },
    ...(stream.seek && { seek: (bytes: number) => stream.seek!(bytes) }),
  }));
}
