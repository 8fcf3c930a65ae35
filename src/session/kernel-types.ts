/** Where the types of a script come from beside its own definitions: the recorded kernel's BTF, or where that is not there, this machine's. */
import type { TypeSource } from "../../lang/types/type-source.ts";
import { readBtf, type Btf } from "../../probes/kernel/btf/btf.ts";
import { btfTypes, type BtfTypes } from "../../probes/kernel/btf/type-source.ts";
import { once } from "../../probes/once.ts";
import type { Recording } from "../../probes/recording.ts";

/** Type data beside the recording. */
export interface TypeFiles {
  /** As the user gave it; null: nothing was given. */
  readonly given: Btf | null;
  /** That of the kernel that runs here; null: it has none. Asked for when nothing else is there and a script needs types. */
  readonly ofThisMachine: () => Btf | null;
  /** Tells the user of what was wrong with the recording's types, or that others are taken for them. */
  readonly warn: (message: string, hint: string | null) => void;
}

export interface KernelTypes {
  /** For CheckEnv.types; null: there are none. */
  readonly source: TypeSource | null;
  /** Only those of the recorded kernel; null: not known. Read on the first question. */
  readonly recorded: () => BtfTypes | null;
  /** Those, or where they are not known, this machine's, and the user is told so. */
  readonly nearest: () => BtfTypes | null;
}

export const noKernelTypes: KernelTypes = { source: null, recorded: () => null, nearest: () => null };

function ofRecording(recording: Recording, files: TypeFiles): BtfTypes | null {
  const bytes = recording.btf?.() ?? null;
  if (bytes === null) return null;
  const opened = readBtf(bytes);
  if (opened.ok) return btfTypes(opened.btf);
  files.warn(`the recording's type data cannot be read: ${opened.message}`, "pass the kernel's with --btf FILE");
  return null;
}

const FOREIGN_HINT = "keep /sys/kernel/btf/vmlinux of the recorded machine with the recording, and pass it with --btf FILE";

/** Those of this machine for the recorded kernel's; says so when the first type is found, and not before: a name may be nowhere. */
function foreign(load: () => BtfTypes | null, tell: () => void): TypeSource {
  const told = <T>(found: T | null | undefined): T | null => {
    if (found === null || found === undefined) return null;
    tell();
    return found;
  };
  return {
    compound: (tag, name) => told(load()?.compound(tag, name)),
    enumeration: (name) => told(load()?.enumeration(name)),
    typedef: (name) => told(load()?.typedef(name)),
    constant: (name) => told(load()?.constant(name)),
    isForeign: true,
  };
}

const lazily = (load: () => TypeSource | null): TypeSource => ({
  compound: (tag, name) => load()?.compound(tag, name) ?? null,
  enumeration: (name) => load()?.enumeration(name) ?? null,
  typedef: (name) => load()?.typedef(name) ?? null,
  constant: (name) => load()?.constant(name) ?? null,
});

export function kernelTypes(recording: Recording | null, files: TypeFiles): KernelTypes {
  const { given } = files;
  const ofThisMachine = once(() => {
    const btf = files.ofThisMachine();
    return btf === null ? null : btfTypes(btf);
  });
  // Without a recording this machine is the traced one.
  const recorded = once(() => {
    if (given !== null) return btfTypes(given);
    return recording === null ? ofThisMachine() : ofRecording(recording, files);
  });
  if (given !== null || recording === null || recording.btf !== undefined) return { source: lazily(recorded), recorded, nearest: recorded };
  const tell = once(() =>
    files.warn("the recording does not hold the kernel's types: those of the kernel of this machine are taken", FOREIGN_HINT),
  );
  const nearest = (): BtfTypes | null => {
    const types = ofThisMachine();
    if (types !== null) tell();
    return types;
  };
  return { source: foreign(ofThisMachine, tell), recorded, nearest };
}
