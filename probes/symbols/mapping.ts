/** What is known of a piece of a file in the memory of a process. */
export interface Mapping {
  readonly start: bigint;
  readonly end: bigint;
  readonly fileOffset: bigint;
  readonly path: string;
  /** Hexadecimal; absent or null: not known. */
  readonly buildId?: string | null;
  /** Whose it is, from when on, and what else became of that process then (recording.ts TimedMapping); absent: anybody's. */
  readonly pid?: number;
  readonly ns?: bigint;
  readonly copiedFrom?: number;
  readonly execs?: true;
}
