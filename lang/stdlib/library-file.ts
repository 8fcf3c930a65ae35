/** A file of the standard library: every macro in it begins a line with `macro NAME(`. */
export interface LibraryFile {
  /** As locations print it. */
  readonly name: string;
  readonly text: string;
}
