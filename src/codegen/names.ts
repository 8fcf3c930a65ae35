/** Names as the kernel takes them: at most 15 characters of [A-Za-z0-9_] (linux include/uapi/linux/bpf.h, BPF_OBJ_NAME_LEN). */
import type { ResolvedAttachPoint } from "../../lang/catalogue.ts";

const NAME_CHARS = 15;

/** Gives out names, with a number where one was given out before. */
export function uniqueNames(maxChars = NAME_CHARS): (wanted: string) => string {
  const taken = new Map<string, number>();
  return (wanted) => {
    const base = wanted.replaceAll(/[^A-Za-z0-9_]/g, "_").replace(/^(?=[0-9])/, "_");
    let name = base.slice(0, maxChars) || "_";
    for (let count = (taken.get(name) ?? 0) + 1; taken.has(name); count++) {
      taken.set(base.slice(0, maxChars), count);
      const suffix = `_${count + 1}`;
      name = base.slice(0, maxChars - suffix.length) + suffix;
    }
    taken.set(name, 0);
    return name;
  };
}

/** Event names say more in few characters than categories do. */
export function programName(point: ResolvedAttachPoint): string {
  if (point.provider === "tracepoint") return point.tracepoint.name;
  return "site" in point ? point.site.func : point.name;
}

/** As bpftrace names them: `@x` is AT_x. */
export const mapName = (name: string): string => (name.startsWith("@") ? `AT_${name.slice(1)}` : name);
