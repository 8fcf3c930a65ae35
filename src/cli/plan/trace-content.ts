/** Everything beside the pages that a trace.dat holds, read from tracefs. */
import { readdirSync, readFileSync } from "node:fs";
import { hostname, machine, release, type as system } from "node:os";
import { join } from "node:path";
import { MACHINE_BTF } from "../../../probes/kernel/btf/open.ts";
import type { RecordingPlan } from "../../plan/plan.ts";
import { namedEvents } from "../../plan/tools/event-names.ts";
import type { CpuFile } from "./raw-pages.ts";
import type { TraceDatContent } from "./trace-dat-file.ts";
import { TRACEFS } from "./tracefs-catalogue.ts";

/** Files of /proc and tracefs have no size: they are read to their end. What cannot be read is empty. */
function read(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch {
    return new Uint8Array(0);
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** Of the events of the plan, and of the tracer's own records: stacks. */
function formatsOf(plan: RecordingPlan): Map<string, Uint8Array[]> {
  const events = join(TRACEFS, "events");
  const paths = namedEvents(plan).flatMap(({ path }) =>
    path.includes("/") ? [path] : list(join(events, path)).map((name) => `${path}/${name}`),
  );
  const formats = new Map<string, Uint8Array[]>();
  for (const path of [...list(join(events, "ftrace")).map((name) => `ftrace/${name}`), ...paths]) {
    const category = path.slice(0, path.indexOf("/"));
    const text = read(join(events, path, "format"));
    if (text.length > 0) formats.set(category, [...(formats.get(category) ?? []), text]);
  }
  return formats;
}

const DEFAULT_PAGE_BYTES = 4096;

const headerPage = (root: string): Uint8Array => {
  const own = read(join(root, "events/header_page"));
  // Only since sub-buffers can have any size, instances have one of their own.
  return own.length > 0 ? own : read(join(TRACEFS, "events/header_page"));
};

/** Bytes of a sub-buffer: its header and what the header_page says of its data. */
export function pageBytesOf(root: string): number {
  const text = new TextDecoder().decode(headerPage(root));
  const found = /field: char data;\s+offset:(\d+);\s+size:(\d+);/.exec(text);
  return found === null ? DEFAULT_PAGE_BYTES : Number(found[1]) + Number(found[2]);
}

export function traceContent(plan: RecordingPlan, root: string, cpus: readonly CpuFile[]): TraceDatContent {
  // Names of probed functions, where the definitions get lost.
  const wantsSymbols = plan.kept.includes("kernel symbols") || plan.dynamic.some(({ isUser, letter }) => !isUser && letter !== "e");
  return {
    headerPage: headerPage(root),
    headerEvent: read(join(TRACEFS, "events/header_event")),
    formats: formatsOf(plan),
    kallsyms: wantsSymbols ? read("/proc/kallsyms") : new Uint8Array(0),
    comms: read(join(TRACEFS, "saved_cmdlines")),
    btf: plan.kept.includes("types") ? read(MACHINE_BTF) : null,
    clocks: read(join(root, "trace_clock")),
    clock: plan.clock,
    uname: `${system()} ${hostname()} ${release()} ${machine()}`,
    stats: cpus.map(({ cpu }) => read(join(root, "per_cpu", `cpu${cpu}`, "stats"))),
    pageBytes: pageBytesOf(root),
    cpus,
  };
}
