/** Where bytes wait on the disk. */
import type { ByteSource } from "../../../probes/byte-source.ts";

export interface Spool {
  write(piece: Uint8Array): void;
  source(path: string): ByteSource;
  discard(): void;
}

export type Spools = () => Spool;
