/**
 * Unpacks one block whose unpacked size is known; null if the block is damaged or has another size.
 * zstd frames in recordings carry no content size, so `sizeBytes` sizes the output.
 */
export type Decompress = (packed: Uint8Array, sizeBytes: number) => Uint8Array | null;

/** Steps of the decoder that bring nothing although all is well: headers of frames and blocks. */
const MOST_EMPTY = 64;

type NodeSync = (packed: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;

function checked(unpack: NodeSync): Decompress {
  return (packed, sizeBytes) => {
    try {
      const out = unpack(packed, { maxOutputLength: Math.max(1, sizeBytes) });
      return out.length === sizeBytes ? out : null;
    } catch {
      return null;
    }
  };
}

/** It loads its own WebAssembly through fetch() where that exists, and Node's fetch takes 20 ms to load; without it, 1 ms. */
async function initWithoutFetch(decoder: { init(): Promise<void> }): Promise<void> {
  const scope = globalThis as { fetch?: unknown };
  const fetch = scope.fetch;
  scope.fetch = undefined;
  let ready: Promise<void>;
  try {
    ready = decoder.init();
  } finally {
    scope.fetch = fetch;
  }
  await ready;
}

/** One zstd stream that comes in pieces; the pieces that come out are valid until the next one. Throws on damage. */
export async function zstdStream(): Promise<(pieces: Iterable<Uint8Array>) => Generator<Uint8Array>> {
  const { ZSTDDecoder } = await import("zstddec/stream");
  const decoder = new ZSTDDecoder();
  await initWithoutFetch(decoder);
  return function* (pieces) {
    let empty = 0;
    for (const piece of decoder.decodeStreaming(pieces)) {
      empty = piece.length === 0 ? empty + 1 : 0;
      // At damage the decoder stands still for ever.
      if (empty > MOST_EMPTY) throw new Error("no zstd data");
      if (piece.length > 0) yield piece;
    }
  };
}

async function wasmZstd(): Promise<Decompress> {
  const { ZSTDDecoder } = await import("zstddec");
  const decoder = new ZSTDDecoder();
  await initWithoutFetch(decoder);
  return (packed, sizeBytes) => {
    if (sizeBytes === 0) return packed.length === 0 ? packed : null;
    try {
      // On damage it gives an empty or short array, not an error.
      const out = decoder.decode(packed, sizeBytes);
      return out.length === sizeBytes ? out : null;
    } catch {
      return null;
    }
  };
}

/** From Node 22.15 and 23.8 on. Asked before zlib is loaded, because that takes 4 ms. */
function hasNativeZstd(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 23 || (major === 23 && minor >= 8) || (major === 22 && minor >= 15);
}

/** The decompressor that a recording names: `zlib` or `zstd`; null for any other name. Modules are loaded on first use. */
export async function decompressorFor(name: string): Promise<Decompress | null> {
  if (name !== "zlib" && name !== "zstd") return null;
  if (name === "zstd" && !hasNativeZstd()) return wasmZstd();
  const zlib = await import("node:zlib");
  if (name === "zlib") return checked(zlib.inflateSync);
  // The types are those of Node 20. Native is about twice as fast.
  const { zstdDecompressSync } = zlib as unknown as { readonly zstdDecompressSync: NodeSync };
  return checked(zstdDecompressSync);
}
