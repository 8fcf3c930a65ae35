/** What an opened recording offers to the session: plain data, and streams of ring-buffer pages to be read into the machine's memory. */
import type { ProbeCatalogue } from "../lang/catalogue.ts";
import type { EventSource } from "./catalogue.ts";
import type { UserPlace } from "./symbols/user-code.ts";

/**
 * One CPU of one buffer, or, of a recording that keeps no CPUs apart, all of them in order of time. Pages are whole ring-buffer sub-buffers in
 * file order.
 */
export interface PageStream {
  readonly buffer: string; // "" for the top buffer
  /** Of the first records at least. */
  readonly cpu: number;
  /** Its records are those of several CPUs, each change told by a mark (probes/stream/page-writer.ts). */
  readonly marksCpu?: boolean;
  /** Of several recordings together (together.ts): number of its recording, and of the layout that its records' event types are of. */
  readonly recording?: number;
  readonly layout?: number;
  /** Bytes of one sub-buffer. */
  readonly pageBytes: number;
  /** Header of a sub-buffer before its data: 8 + size of the kernel's long. */
  readonly headerBytes: 12 | 16;
  readonly byteOrder: "little" | "big";
  /** ns = ((raw * mult) >> shift) + offset, modulo 2^64; mult 1 and shift 0 when the clock is in ns. */
  readonly time: { readonly mult: number; readonly shift: number; readonly offset: bigint };
  /** Fill `into` (at least one page long, else RangeError) with as many whole pages as fit; returns bytes written, 0 at the end. Synchronous. */
  read(into: Uint8Array): number;
  rewind(): void;
  /**
   * From the next rewind on it need tell no more than is wanted (null: everything): there are the same records at the same times, but of what
   * nobody reads there may be zeros, or the record ends before. Absent: it always tells everything.
   */
  want?(wanted: WantedRecords | null): void;
  /**
   * To where it was when read() had handed out so many bytes since the start: not more than it ever has, so what is skipped was seen before.
   * Absent: nothing is faster than to rewind and to read.
   */
  seek?(bytes: number): void;
  /** Bytes of the file that read() has gone through, and how many there are to go through. Absent: not known. */
  consumed?(): { readonly bytes: number; readonly of: number };
  /** The same pages as one of several streams that share them: each reads what the others have not taken. Absent: it cannot be shared. */
  inTurns?(next: Turns): PageStream;
}

/** Takes the next `pages` pages for one of those that share a stream; returns the number of the first one, which may be behind the last. */
export type Turns = (pages: number) => number;

/** How much of a recording somebody is going to read. */
export interface WantedRecords {
  /** Bytes of the records of an event, from their start, by its common_type; of others only the common fields are read, 8 bytes. Infinity: all. */
  readonly bytes: ReadonlyMap<number, number>;
  /** All of it will be read more than once. */
  readonly isReadAgain: boolean;
  /** False: nobody asks for stacks of user code, so what they lack need not be told. */
  readonly userStacks?: boolean;
}

/**
 * How an event changes what is known of a task. Offsets are from the record's start.
 * `before`: the kernel had made the change when the event fired, so programs see it; `after`: they see the old state.
 */
export type TaskRule = { readonly eventId: number; readonly when: "before" | "after" } &
  /** comm of the task `pid` is the 16 (or fewer) bytes at `comm`. */
  (
    | { readonly kind: "comm"; readonly pid: number; readonly comm: CommRef }
    /** Like comm, but only the evidence of a name before the event (oldcomm): used by the prescan only. */
    | { readonly kind: "old_comm"; readonly pid: number; readonly comm: CommRef }
    /** New task. `flags` is the u64 clone flags (CLONE_THREAD 0x10000: same tgid as the parent), -1 if the event has none: then what an earlier event said of the child stands. Without `wideFlags` only their low word is the event's. */
    | {
        readonly kind: "fork";
        readonly parent: number;
        readonly child: number;
        readonly comm: CommRef | null;
        readonly flags: number;
        readonly wideFlags?: true;
      }
    /**
     * The same from a return of clone() or fork(): `child` is the low word of the result. `late`: the child may have run, and even called
     * exec(), before; its own return (result 0) has the same event. The child's pid may be one of a namespace, so both returns have to be seen.
     */
    | {
        readonly kind: "fork";
        readonly late: true;
        readonly parent: number;
        readonly child: number;
        readonly comm: null;
        readonly flags: -1;
      }
    /** A return of execve(), 0 in the low word at `result`: the task has its saved name from here on, if no other event tells the new one. */
    | { readonly kind: "exec"; readonly pid: number; readonly result: number }
    | { readonly kind: "exit"; readonly pid: number }
    /** The event's own common_pid belongs to process `tgid` (u32 at that offset). */
    | { readonly kind: "tgid"; readonly tgid: number }
    /** From here on, task `pid` (0: the idle one) runs on the event's CPU. */
    | { readonly kind: "running"; readonly pid: number }
    /** The real user or group id (u32 at `value`) that the task has, as a call of its own returned it, and had since it was last changed. */
    | { readonly kind: "id"; readonly id: IdKind; readonly pid: number; readonly value: number }
    /** The same as the recorder read it (-1: it did not), at a time that nobody knows: it holds from the task's birth on. */
    | { readonly kind: "told_id"; readonly id: IdKind; readonly pid: number; readonly value: number }
    /** A call that sets an id to the u32 at `value` if it succeeds (-1: leaves it); `unsure`: it may have set others and not this one. */
    | { readonly kind: "want_id"; readonly id: IdKind; readonly pid: number; readonly value: number; readonly unsure?: true }
    /** Its return, 0 in the low word at `result` if it succeeded. */
    | { readonly kind: "got_id"; readonly id: IdKind; readonly pid: number; readonly result: number }
    /** The task is in the cgroup with the u64 id at `value`, if the i32 at `hierarchy` is 0, which is version 2; -1: it is. */
    | { readonly kind: "cgroup"; readonly pid: number; readonly hierarchy: number; readonly value: number }
    /** The task began at the u64 ns of the recording's clock at `value`; 0: not known. */
    | { readonly kind: "started"; readonly pid: number; readonly value: number }
    /** There is such a task. */
    | { readonly kind: "seen"; readonly pid: number }
  );

export type IdKind = "uid" | "gid";

/** Fixed char[] at an offset, or a string behind a __data_loc; `basename`: only what follows the last slash counts (exec's filename). */
export interface CommRef {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly loc: "inline" | "data_loc";
  readonly basename: boolean;
}

export interface RecordingInfo {
  readonly path: string;
  readonly format: string; // "trace.dat v7 (zstd)"
  readonly clock: string; // "mono"
  /** False for counter, uptime and x86-tsc without scaling. */
  readonly clockIsNs: boolean;
  readonly ncpus: number;
  readonly uname: string | null;
  readonly buffers: readonly string[];
  /** Lines worth telling once: what was damaged or cut, with offsets and counts. Grows while streams and formats are read: show it at the end. */
  readonly warnings: readonly string[];
  readonly sizeBytes: number;
  /** The clock's zero in ns since 1970, where the recorder noted it. */
  readonly epochNs?: bigint;
  /** Overruns and dropped events that the recorder itself counted (CPUSTAT), per CPU. */
  readonly recordedLost: readonly { readonly buffer: string; readonly cpu: number; readonly overrun: bigint; readonly dropped: bigint }[];
}

export interface Recording {
  readonly info: RecordingInfo;
  /** Names of the recordings by PageStream.recording; absent: it is one, and its tag is the name of its file. */
  readonly tags?: readonly string[];
  /** CPUs of each, 0 where no switches of the scheduler were recorded, by PageStream.recording; absent: it is one, with those of the catalogue. */
  readonly cpus?: readonly number[];
  readonly catalogue: ProbeCatalogue;
  readonly streams: readonly PageStream[];
  /** saved_cmdlines: pid → comm; the LAST name of each task that ran. */
  readonly comms: ReadonlyMap<number, string>;
  readonly taskRules: readonly TaskRule[];
  /** The streams themselves tell of every task before its first event, so that nobody need look for first names in advance; absent: they do not. */
  readonly tellsTasks?: true;
  /** /proc/kallsyms text, null if absent. Decoded on first use. */
  kallsyms(): string | null;
  /** Where the kernel's code was in memory: from `_text` to its end, as far as the streams have told. Absent or null: unknown. */
  kernelText?(): { readonly start: bigint; readonly end: bigint } | null;
  /** Code of the kernel that the recording names without a table of symbols; absent: it has a table, or nothing. */
  readonly kernelCode?: KernelCode;
  /** Descriptions of events that other recordings of that kernel can be read with; absent: it has none. */
  readonly descriptions?: readonly EventSource[];
  /** What the recording itself tells of a user address; absent: nothing. */
  userPlaceOf?(address: bigint): UserPlace | null;
  /** The kernel's types (BTF) as the recorder saved them, read on first use; absent: it did not, null: they cannot be read. */
  btf?(): Uint8Array | null;
  /** Last names of threads, as far as the streams have told them. Absent: `comms` has them. */
  names?(): ReadonlyMap<number, string>;
  /** Code that processes mapped, in order of time: what the streams have told so far. Absent: the format does not tell. */
  mappings?(): readonly TimedMapping[];
  close(): void;
}

/** A file's code in the memory of a process, from when it was mapped on. */
export interface TimedMapping {
  readonly pid: number;
  /** When, in ns of the recording's clock; absent: before the recording began. */
  readonly ns?: bigint;
  /** Addresses, [start, end). */
  readonly start: bigint;
  readonly end: bigint;
  readonly fileOffset: bigint;
  readonly path: string;
  /** Hexadecimal; null: not recorded. */
  readonly buildId: string | null;
  /** The process began as a copy of this one, with all that that had mapped by then; the range is empty. */
  readonly copiedFrom?: number;
  /** The process became another program and has nothing of what it had; the range is empty. */
  readonly execs?: true;
}

/** A function of the kernel, [start, end) as far as it is known. */
export interface KernelName {
  readonly name: string;
  readonly start: bigint;
  readonly end: bigint;
  readonly module: string | null;
  /** The recording tells the name only: at the start the place in the function is not known. One byte long: so it is with this one address. */
  readonly isMadeUp: boolean;
}

/** What the streams have named so far. */
export interface KernelCode {
  symbolAt(address: bigint): KernelName | null;
  addressOf(name: string): bigint | null;
  /** Ascending by address. */
  symbols(): readonly KernelName[];
}
