/** BTF as it is found: alone, or as a section of an ELF file (a vmlinux, a module, an object of clang). Reads no more of a file than that. */
import type { ByteSource } from "../../byte-source.ts";
import { refused, type Refused } from "./header.ts";

export type FoundBtf = { readonly ok: true; readonly bytes: Uint8Array } | Refused;

/** The largest kernels have 10 MB. */
const MAX_BTF_BYTES = 256 * 1024 * 1024;
const ELF_HEADER_BYTES = 64;
const ELF_MAGIC = 0x7f454c46;
const MAX_SECTIONS = 65_536;

function part(source: ByteSource, at: number, length: number): Uint8Array | null {
  if (length > MAX_BTF_BYTES || at + length > source.sizeBytes) return null;
  const bytes = new Uint8Array(length);
  return source.readAt(at, bytes) === length ? bytes : null;
}

interface Section {
  readonly name: number;
  readonly at: number;
  readonly sizeBytes: number;
}

/** Numbers of an ELF file, 32 or 64 bits wide by its class. */
function sectionsOf(source: ByteSource, header: DataView): { readonly sections: readonly Section[]; readonly names: Uint8Array } | null {
  const wide = header.getUint8(4) === 2;
  const little = header.getUint8(5) !== 2;
  const word = (view: DataView, at: number): number => (wide ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little));
  const [tableAt, entryBytes] = [word(header, wide ? 40 : 32), header.getUint16(wide ? 58 : 46, little)];
  const [count, namesIndex] = [header.getUint16(wide ? 60 : 48, little), header.getUint16(wide ? 62 : 50, little)];
  if (entryBytes < (wide ? 64 : 40) || count > MAX_SECTIONS) return null;
  const table = part(source, tableAt, count * entryBytes);
  if (table === null) return null;
  const view = new DataView(table.buffer);
  const sections = Array.from({ length: count }, (_, i): Section => {
    const at = i * entryBytes;
    return { name: view.getUint32(at, little), at: word(view, at + (wide ? 24 : 16)), sizeBytes: word(view, at + (wide ? 32 : 20)) };
  });
  const names = sections[namesIndex];
  const text = names === undefined ? null : part(source, names.at, names.sizeBytes);
  return text === null ? null : { sections, names: text };
}

function nameAt(names: Uint8Array, at: number): string {
  const end = names.indexOf(0, at);
  return new TextDecoder("latin1").decode(names.subarray(at, end < 0 ? undefined : end));
}

function elfSection(source: ByteSource, header: Uint8Array): FoundBtf {
  const found = sectionsOf(source, new DataView(header.buffer));
  if (found === null) return refused("damaged ELF file: its sections cannot be read");
  const section = found.sections.find(({ name }) => nameAt(found.names, name) === ".BTF");
  if (section === undefined)
    return refused("an ELF file without a .BTF section: the kernel was built without CONFIG_DEBUG_INFO_BTF, or it was stripped");
  const bytes = part(source, section.at, section.sizeBytes);
  return bytes === null ? refused("damaged ELF file: its .BTF section lies outside of it") : { ok: true, bytes };
}

export function findBtf(source: ByteSource): FoundBtf {
  const head = part(source, 0, Math.min(ELF_HEADER_BYTES, source.sizeBytes));
  if (head === null) return refused("the file cannot be read");
  if (head.length === ELF_HEADER_BYTES && new DataView(head.buffer).getUint32(0, false) === ELF_MAGIC) return elfSection(source, head);
  const bytes = part(source, 0, source.sizeBytes);
  return bytes === null ? refused(`${source.sizeBytes} bytes are too many for BTF`) : { ok: true, bytes };
}
