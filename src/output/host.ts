/** The machine that the output goes to, as cat() and system() see it (rows 5.24, 5.25). Texts are byte strings. */
export interface Host {
  /** The file's first bytes, as many as max_cat_bytes allows, or why it cannot be read ("No such file or directory"). */
  readonly readFile: (path: string) => { readonly content: string } | { readonly error: string };
  /** What `sh -c command` writes to its standard output. */
  readonly run: (command: string) => string;
}
