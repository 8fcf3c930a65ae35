/** What a conversion has done. */
export interface Converted {
  readonly events: number;
  /** Records that could not be taken over. */
  readonly leftOut: number;
  /** Records that tell of tasks, are no events, and that the format has no place for: those of a trace.dat. */
  readonly taskRecords: number;
}
