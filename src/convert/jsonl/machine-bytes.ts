/**
 * What JSON lines cannot say of a big-endian machine: numbers are text there, and mean the same everywhere, but memory that an event fetched is
 * bytes, and becomes numbers only where a script reads a structure from it.
 */
import type { Tracepoint } from "../../../lang/catalogue.ts";
import { pathsByName } from "../../../probes/probed/naming.ts";
import type { Recording } from "../../../probes/recording.ts";

const isDynamic = (event: Tracepoint): boolean => event.mayHaveField?.("__probe_") !== false;

/** Fields that hold memory of more than a byte, which are no texts. */
function hasMemory(event: Tracepoint): boolean {
  const { fields, memory = [] } = event;
  if (memory.some(({ data }) => data.kind === "inline" && data.sizeBytes > 1)) return true;
  const ip = isDynamic(event) ? fields.find(({ name }) => name === "__probe_ip" || name === "__probe_func") : undefined;
  if (ip === undefined) return false;
  const own = fields.filter(({ name, loc, sizeBytes }) => loc === "inline" && sizeBytes > 1 && !/^(?:common_|__probe_)/.test(name));
  const paths = pathsByName(
    own.map(({ name }) => name),
    ip.name === "__probe_ip" ? "entry" : "return",
  );
  return own.some(({ type }, i) => type.kind === "array" || (paths[i]?.derefs.length ?? 0) > 0);
}

/** Events of a big-endian recording whose memory would be read in the wrong order from JSON lines. */
export function eventsOfMachineBytes({ catalogue }: Recording): string[] {
  if (catalogue.byteOrder === "little") return [];
  const fetched = catalogue.tracepoints.filter((event) => event.category !== "ftrace" && hasMemory(event));
  const sampled = (catalogue.sampled ?? []).map(({ label }) => label);
  return [...fetched.map(({ category, name }) => `${category}:${name}`), ...sampled];
}
