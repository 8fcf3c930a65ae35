/** What to record for a script, as data. Tools turn it into their commands. */
import type { Sample } from "./samples.ts";

/** An event that the kernel has already. */
export interface PlannedEvent {
  readonly category: string;
  readonly name: string;
  readonly why: string;
  /** Records of it need the kernel's stack, the user's. */
  readonly kstack: boolean;
  readonly ustack: boolean;
}

export interface FetchArgument {
  readonly name: string;
  readonly fetch: string;
}

/** An event that has to be defined first. */
export interface PlannedDynamic {
  /** `p`: at an instruction, `r`: at a return, `t`: at a raw tracepoint, `e`: at another event. */
  readonly letter: "p" | "r" | "t" | "e";
  readonly group: string;
  readonly name: string;
  /** `vfs_read`, `/bin/sh:0x1234`, `sched_switch`, `syscalls/sys_enter_openat`. */
  readonly place: string;
  readonly isUser: boolean;
  readonly args: readonly FetchArgument[];
  readonly why: string;
  /** Linux release that knows all of it, where that is a young one. */
  readonly since: string | null;
  readonly kstack: boolean;
  readonly ustack: boolean;
}

/** Something that the script asks for and no recording of this kind has. */
export interface Unrecordable {
  readonly what: string;
  readonly why: string;
  readonly hint: string | null;
}

/** A file to keep beside the recording. */
export type Kept = "dynamic events" | "kernel symbols" | "mappings" | "programs" | "types";

export interface RecordingPlan {
  readonly events: readonly PlannedEvent[];
  readonly dynamic: readonly PlannedDynamic[];
  readonly samples: readonly Sample[];
  readonly clock: "mono" | "boot" | "tai";
  /** Process ids and names are asked for. */
  readonly tasks: boolean;
  /** Who started a task is. */
  readonly parents: boolean;
  /** Probes that ask for the cgroup of the running task. */
  readonly cgroups: readonly string[];
  readonly kstack: boolean;
  readonly ustack: boolean;
  readonly kept: readonly Kept[];
  /** Files whose functions are probed. */
  readonly programs: readonly string[];
  readonly wallClock: boolean;
  readonly unrecordable: readonly Unrecordable[];
}

export const definitionOf = ({ letter, group, name, place, args }: PlannedDynamic): string =>
  [`${letter}:${group}/${name}`, place, ...args.map((arg) => `${arg.name}=${arg.fetch}`)].join(" ");
