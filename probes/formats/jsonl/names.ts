/** What lines call their events, as the recording's catalogue has them. */
import type { EventKind } from "./event-line.ts";

export interface EventName {
  readonly category: string;
  readonly name: string;
  /** Of a probe on a function. */
  readonly probe: { readonly at: "entry" | "return"; readonly code: "kernel" | "user" } | null;
  readonly isSample: boolean;
}

const KERNEL_PROBES: Readonly<Record<string, "entry" | "return">> = {
  kprobe: "entry",
  kretprobe: "return",
  fentry: "entry",
  fexit: "return",
};
const USER_PROBES: Readonly<Record<string, "entry" | "return">> = { uprobe: "entry", uretprobe: "return" };

/** `kprobe:vfs_read`, `uretprobe:/bin/bash:readline`; null: it is neither. */
function probeName(text: string): EventName | null {
  const parts = text.split(":");
  const [provider = "", middle = ""] = parts;
  const func = parts.at(-1) ?? "";
  if (!/^[\w.$]+$/.test(func)) return null;
  if (Object.hasOwn(KERNEL_PROBES, provider) && (parts.length === 2 || parts.length === 3)) {
    const at = KERNEL_PROBES[provider]!;
    return { category: "kprobes", name: at === "return" ? `${func}_ret` : func, probe: { at, code: "kernel" }, isSample: false };
  }
  if (Object.hasOwn(USER_PROBES, provider) && parts.length === 3 && middle !== "") {
    const at = USER_PROBES[provider]!;
    return { category: middle, name: at === "return" ? `${func}_ret` : func, probe: { at, code: "user" }, isSample: false };
  }
  return null;
}

/** Null: it is no name. */
export function eventName(kind: EventKind, text: string): EventName | null {
  if (kind === "probe") return probeName(text);
  if (kind === "sample") return /^[\w.:-]+$/.test(text) ? { category: "samples", name: text, probe: null, isSample: true } : null;
  const found = /^([^:\s]+):([^:\s]+)$/.exec(text);
  return found === null ? null : { category: found[1]!, name: found[2]!, probe: null, isSample: false };
}
