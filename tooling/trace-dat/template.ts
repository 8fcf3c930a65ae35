/** Header parts of an existing recording, to write another with the same events. */
import { openFile } from "../../probes/file.ts";
import type { Decompress } from "../../probes/decompress.ts";
import type { FileParts } from "../../probes/formats/trace-dat/file-parts.ts";
import { readFileHeader, type FileHeader } from "../../probes/formats/trace-dat/header.ts";
import { readVersion6 } from "../../probes/formats/trace-dat/version6.ts";
import { readVersion7 } from "../../probes/formats/trace-dat/version7.ts";

export interface Template {
  readonly header: FileHeader;
  readonly parts: FileParts;
}

/** `decompress` is needed for compressed files only. Throws on damage. */
export function readTemplate(path: string, decompress: Decompress | null = null): Template {
  const opened = openFile(path);
  if (!opened.ok) throw new Error(opened.message);
  const head = readFileHeader(opened.source);
  if (!head.ok) throw new Error(head.damage.message);
  const fail = (message: string): never => {
    throw new Error(`${path}: ${message}`);
  };
  const { header } = head;
  const result = header.version === 6 ? readVersion6(opened.source, header, fail) : readVersion7(opened.source, header, decompress, fail);
  if (!result.ok) throw new Error(result.damage.message);
  return { header, parts: result.parts };
}
