/** Random access to the bytes of a recording. Everything that decodes works on this, so that it needs no file system. */
export interface ByteSource {
  readonly path: string;
  readonly sizeBytes: number;
  /** Fills `into` from byte `offset` of the file; returns the bytes read, fewer only at the end of the file or on a read error. */
  readAt(offset: number, into: Uint8Array): number;
  /** All bytes, where they are in memory anyway. */
  readonly memory?: Uint8Array;
  close(): void;
}

/** A recording that is in memory already (built-in samples, tests). */
export function bytesSource(path: string, bytes: Uint8Array): ByteSource {
  return {
    path,
    sizeBytes: bytes.length,
    memory: bytes,
    readAt(offset, into) {
      const part = bytes.subarray(offset, offset + into.length);
      into.set(part);
      return part.length;
    },
    close() {
      // nothing is held
    },
  };
}
