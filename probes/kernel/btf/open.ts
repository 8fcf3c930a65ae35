/** Opens files with BTF: raw, in an ELF file, either of them gzip- or zstd-compressed. */
import { bytesSource, type ByteSource } from "../../byte-source.ts";
import { openFile } from "../../file.ts";
import { packingOf, unknownPacking, unpack, type Packing } from "../../unpack.ts";
import { readBtf, type Btf, type OpenedBtf } from "./btf.ts";
import { refused } from "./header.ts";
import { findBtf } from "./section.ts";

/** A kernel's vmlinux with debug information takes 400 MB to 1 GB, which nobody compresses for this. */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;

/** BTF of the kernel that runs here. */
export const MACHINE_BTF = "/sys/kernel/btf/vmlinux";

async function unpacked(source: ByteSource, packing: Packing): Promise<ByteSource | string> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  const damage = await unpack(source, packing, (piece) => {
    pieces.push(new Uint8Array(piece));
    sizeBytes += piece.length;
    return sizeBytes <= MAX_UNPACKED_BYTES;
  });
  if (damage !== null) return damage;
  if (sizeBytes > MAX_UNPACKED_BYTES) return `it unpacks to more than ${MAX_UNPACKED_BYTES} bytes: unpack it first`;
  const bytes = new Uint8Array(sizeBytes);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytesSource(source.path, bytes);
}

function read(source: ByteSource, base: Btf | null): OpenedBtf {
  const found = findBtf(source);
  return found.ok ? readBtf(found.bytes, base) : found;
}

const named = (path: string, result: OpenedBtf): OpenedBtf => (result.ok ? result : refused(`${path}: ${result.message}`));

/** The message of a failure names the file. `base`: what a module's BTF extends. */
export async function openBtf(path: string, base: Btf | null = null): Promise<OpenedBtf> {
  const opened = openFile(path);
  if (!opened.ok) return refused(opened.message);
  const { source } = opened;
  try {
    const head = new Uint8Array(Math.min(8, source.sizeBytes));
    source.readAt(0, head);
    const unknown = unknownPacking(head);
    if (unknown !== null) return refused(`${path}: ${unknown}`);
    const packing = packingOf(head);
    if (packing === null) return named(path, read(source, base));
    const whole = await unpacked(source, packing);
    return named(path, typeof whole === "string" ? refused(whole) : read(whole, base));
  } finally {
    source.close();
  }
}

/** Null: this machine's kernel has none, or none that can be read. */
export function openMachineBtf(): Btf | null {
  const opened = openFile(MACHINE_BTF);
  if (!opened.ok) return null;
  const result = read(opened.source, null);
  opened.source.close();
  return result.ok ? result.btf : null;
}
