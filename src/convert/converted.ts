/** What a conversion has done. */
export interface Converted {
  readonly events: number;
  /** Records that could not be taken over. */
  readonly leftOut: number;
}
