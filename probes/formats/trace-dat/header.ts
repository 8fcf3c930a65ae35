import type { ByteSource } from "../../byte-source.ts";
import { cursor } from "../../cursor.ts";
import { hex, type Damage } from "../../damage.ts";
import { magic } from "./sniff.ts";

/** The initial header, which is never compressed. Source: trace-cmd.dat.v6(5), trace-cmd.dat.v7(5) "INITIAL FORMAT". */
export interface FileHeader {
  readonly version: 6 | 7;
  readonly byteOrder: "little" | "big";
  /** Of the recorded user space; the kernel's is in header_page. */
  readonly userLongBytes: 4 | 8;
  /** Of the recorded machine; also the sub-buffer size in version 6. */
  readonly pageBytes: number;
  /** `none`, `zlib` or `zstd` with the library's version; version 6 is `none`. */
  readonly compression: { readonly name: string; readonly version: string };
  /** Version 7: offset of the first options section. */
  readonly optionsOffset: number;
  /** First byte behind the header. */
  readonly end: number;
}

export type HeaderResult = { readonly ok: true; readonly header: FileHeader } | { readonly ok: false; readonly damage: Damage };

const bad = (offset: number, message: string): HeaderResult => ({ ok: false, damage: { offset, message: `file header: ${message}` } });

/** Sub-buffers are at least a few records long, and the kernel's largest is one allocation of the page allocator. */
export const isPageBytes = (n: number): boolean => n >= 64 && n <= 16 * 1024 * 1024;

export function readFileHeader(source: ByteSource): HeaderResult {
  const start = cursor(source, { start: magic.length, end: source.sizeBytes, byteOrder: "little", section: "file header" });
  const version = start.string("version");
  const orderAt = start.offset;
  const order = start.u8("byte order");
  if (start.damage) return { ok: false, damage: start.damage };
  if (version !== "6" && version !== "7")
    return bad(magic.length, `trace.dat version ${JSON.stringify(version.slice(0, 20))} is not supported (6 and 7 are)`);
  if (order > 1) return bad(orderAt, `byte order is ${order}, expected 0 (little endian) or 1 (big endian)`);

  const byteOrder = order === 0 ? "little" : "big";
  const rest = cursor(source, { start: start.offset, end: source.sizeBytes, byteOrder, section: "file header" });
  const userLongBytes = rest.u8("size of long");
  const pageBytes = rest.u32("page size");
  const v7 = version === "7";
  const compression = v7
    ? { name: rest.string("compression name"), version: rest.string("compression version") }
    : { name: "none", version: "" };
  const optionsOffset = v7 ? rest.size("offset of the options") : 0;
  if (rest.damage) return { ok: false, damage: rest.damage };
  if (userLongBytes !== 4 && userLongBytes !== 8) return bad(orderAt + 1, `size of long is ${userLongBytes}, expected 4 or 8`);
  if (!isPageBytes(pageBytes)) return bad(orderAt + 2, `page size is ${pageBytes}`);
  if (v7 && optionsOffset === 0)
    return bad(rest.offset - 8, "there is no options section: trace-cmd was stopped before it could finish the file");
  if (v7 && optionsOffset >= source.sizeBytes)
    return bad(
      rest.offset - 8,
      `the options section is at byte ${hex(optionsOffset)}, the file ends at ${hex(source.sizeBytes)}: it has been cut`,
    );
  return {
    ok: true,
    header: { version: v7 ? 7 : 6, byteOrder, userLongBytes, pageBytes, compression, optionsOffset, end: rest.offset },
  };
}
