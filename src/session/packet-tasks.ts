/** What programs on captured packets ask of the task and the CPU: no capture tells those. */
import type { ResolvedAttachPoint } from "../../lang/catalogue.ts";

const OF_TASKS: ReadonlySet<string> = new Set(["pid", "tid", "uid", "gid", "username", "comm", "cpu", "cgroup", "curtask"]);

export const isPacketPoint = (point: ResolvedAttachPoint): boolean =>
  point.provider === "tracepoint" && point.tracepoint.category === "packet";

/** Names of such builtins in a program. Skips what is no code. */
export function taskBuiltins(node: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (Array.isArray(node)) for (const part of node) taskBuiltins(part, found);
  else if (typeof node === "object" && node !== null && !ArrayBuffer.isView(node)) {
    if ("kind" in node && node.kind === "builtin" && "name" in node && OF_TASKS.has(String(node.name))) found.add(String(node.name));
    for (const [name, part] of Object.entries(node)) if (name !== "type" && name !== "span") taskBuiltins(part, found);
  }
  return found;
}
