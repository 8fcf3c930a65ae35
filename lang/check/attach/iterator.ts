/** iter:NAME[:PIN] (row 1.45). */
import type { ProbeCatalogue, ResolvedAttachPoint } from "../../catalogue.ts";
import { suggestion } from "../suggestion.ts";
import { pointName, problem, type PointCheck } from "./checked-point.ts";
import { hasWildcard } from "./wildcard.ts";

/** bpf_iter__NAME of the kernel (linux kernel/bpf, net; 6.18). */
const ITERATORS: readonly string[] = [
  "bpf_link",
  "bpf_map",
  "bpf_map_elem",
  "bpf_prog",
  "bpf_sk_storage_map",
  "cgroup",
  "dmabuf",
  "ipv6_route",
  "kmem_cache",
  "ksym",
  "netlink",
  "sockmap",
  "task",
  "task_file",
  "task_vma",
  "tcp",
  "udp",
  "unix",
];

export const checkIterator: PointCheck = (parts) => {
  const [name = "", pin = null] = parts;
  if (parts.some(hasWildcard)) return problem("iter probe type does not support wildcards");
  if (name === "") return problem("iter should specify a iterator's name");
  if (!ITERATORS.includes(name))
    return problem(`iter ${name} not available for your kernel version.`, suggestion(name, ITERATORS) ?? undefined);
  // Of what there is at one moment a recording tells the tasks that had a part in its events, and nothing else.
  return {
    kind: "point",
    name: pointName("iter", name, pin),
    hint:
      name === "task"
        ? "iter:task walks the tasks of a recording; it cannot be pinned"
        : "a recording tells which tasks there are, and not what they have open or mapped: iter:task walks them",
  };
};

/** iter:task over a recording; null: no recording can answer it. */
export function iteratorPoint(catalogue: ProbeCatalogue | null, parts: readonly string[]): ResolvedAttachPoint | null {
  if (catalogue === null || parts.length !== 1 || parts[0] !== "task") return null;
  return { provider: "iter", name: "iter:task", over: "task" };
}

/** Word of struct bpf_iter__task with the task; the one before it leads to struct bpf_iter_meta. */
export const ITERATED_TASK = { offset: 8, what: "ctx.task" } as const;
