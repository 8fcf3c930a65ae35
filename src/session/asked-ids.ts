/**
 * One call of the kernel gives user and group id, so the machine counts both as missing; a script that asks for one of them does not want to hear
 * of the other.
 */
import type { HirProgram } from "../../lang/hir/hir.ts";

type Counts = Readonly<Record<string, number>>;

const asks = (node: unknown, names: readonly unknown[]): boolean => {
  if (typeof node !== "object" || node === null) return false;
  if ("kind" in node && node.kind === "builtin" && "name" in node) return names.includes(node.name);
  // As in usesTasks: neither types nor descriptions of events ask for anything.
  return Object.entries(node).some(([key, value]) => key !== "type" && key !== "attach" && asks(value, names));
};

/** `counts` without the ids that no program of the script asks for. */
export function askedIds(hir: HirProgram | null | undefined, counts: Counts): Counts {
  if (!hir || hir.credStruct !== undefined || ((counts["uid"] ?? 0) === 0 && (counts["gid"] ?? 0) === 0)) return counts;
  const bodies = [hir.probes, hir.functions];
  const { uid = 0, gid = 0 } = counts;
  return { ...counts, uid: asks(bodies, ["uid", "username"]) ? uid : 0, gid: asks(bodies, ["gid"]) ? gid : 0 };
}
