/** iter:NAME[:PIN] (row 1.45). */
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
  // A recording is a sequence of events; iterators walk what there is at one moment.
  return {
    kind: "point",
    name: pointName("iter", name, pin),
    hint: "a recording holds events: which tasks there are show sched_switch, sched_process_fork and sched_process_exit",
  };
};
