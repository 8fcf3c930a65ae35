import type { EventSource } from "../../catalogue.ts";
import type { Damage } from "../../damage.ts";
import type { RawOption } from "./options.ts";
import type { HeaderPage } from "./payload.ts";

/** One ring buffer: the top one (name "") or a tracefs instance. */
export interface BufferPart {
  readonly name: string;
  readonly clock: string | null;
  readonly pageBytes: number;
  /** Page data is stored in compressed chunks. */
  readonly compressed: boolean;
  readonly cpus: readonly CpuPart[];
}

export interface CpuPart {
  readonly cpu: number;
  /** In the file. */
  readonly offset: number;
  readonly sizeBytes: number;
}

/** What both versions come down to. */
export interface FileParts {
  readonly headerPage: HeaderPage;
  readonly events: readonly EventSource[];
  readonly comms: ReadonlyMap<number, string>;
  readonly kallsyms: () => string | null;
  /** Since trace-cmd 3.4, in version 7. */
  readonly btf?: () => Uint8Array | null;
  readonly options: readonly RawOption[];
  /** Version 6 counts CPUs outside the options. */
  readonly cpuCount: number | null;
  readonly buffers: readonly BufferPart[];
}

export type PartsResult = { readonly ok: true; readonly parts: FileParts } | { readonly ok: false; readonly damage: Damage };

export const maxCpus = 8192; // CONFIG_NR_CPUS at most (Linux arch/x86/Kconfig)
