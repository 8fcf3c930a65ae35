/** Whether a text is a recording of JSON lines. */

const NAMED = /^\s*\{\s*"(hindsight|ts|event|probe|sample|cpu|pid|tid|tgid|comm|lost|kallsyms|task)"\s*:/;
/** One of those has to be in a line, or the line has to be a header. */
const TELLING = /"(hindsight|event|probe|sample|lost|kallsyms|task)"\s*:/;
const LINE_BYTES = 4096;

export function isJsonl(head: Uint8Array): boolean {
  const text = new TextDecoder().decode(head.subarray(0, LINE_BYTES)).trimStart();
  const line = text.split("\n", 1)[0] ?? "";
  return NAMED.test(line) && TELLING.test(line);
}
