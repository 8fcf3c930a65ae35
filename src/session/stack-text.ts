/** Stacks as text (rows 6.28, 6.61–6.66). */
import type { StackType } from "../../lang/types/type.ts";
import type { StackValue } from "./code-owner.ts";
import type { MissingSymbols, RecordedMachine } from "./recorded-machine.ts";
import type { KernelSymbol } from "./symbols.ts";

/** Where printers find the frames of a stack: the session fills it in when it has its maps. */
export interface StackSource {
  /** Top first; empty: there is no such stack. `limit`: how many the type has room for. */
  frames: (limit: number, id: bigint) => readonly bigint[];
}

export const newStackSource = (): StackSource => ({ frames: () => [] });

interface Named {
  /** `func+off`; null: no symbol. */
  readonly name: string | null;
  /** File of user code. */
  readonly path: string | null;
  readonly buildId: string | null;
  readonly fileOffset: bigint;
}

const hex = (address: bigint): string => address.toString(16);

/** `func+off`, or `func` where the recording does not tell the place in it. */
const placeIn = ({ name, start, isMadeUp }: KernelSymbol, address: bigint): string =>
  isMadeUp === true && address === start ? name : `${name}+${address - start}`;

function nameKernel(machine: RecordedMachine, missing: MissingSymbols, address: bigint): Named {
  const symbols = machine.symbols();
  const symbol = symbols?.symbolAt(address) ?? null;
  if (symbols === null || (symbol === null && symbols.isPartial === true)) missing.kernelSymbols++;
  return { name: symbol === null ? null : placeIn(symbol, address), path: null, buildId: null, fileOffset: 0n };
}

function nameUser(machine: RecordedMachine, missing: MissingSymbols, address: bigint, owner: StackValue["owner"]): Named {
  const place = machine.user.placeOf(address, owner);
  if (place === null) {
    missing.userSymbols++;
    return { name: null, path: null, buildId: null, fileOffset: 0n };
  }
  const { symbol, path, buildId, fileOffset } = place;
  const name = symbol === null || symbol.offset === null ? (symbol?.name ?? null) : `${symbol.name}+${symbol.offset}`;
  return { name, path, buildId, fileOffset };
}

const FRAME_INDENT = " ".repeat(8);

function frameText(type: StackType, address: bigint, nameOf: (address: bigint) => Named): string {
  switch (type.mode) {
    case "raw":
      return `${hex(address)}\n`;
    case "build_id": {
      const { buildId, fileOffset } = nameOf(address);
      return buildId === null ? `0x${hex(address)}\n` : `${buildId} 0x${hex(fileOffset)}\n`;
    }
    case "perf": {
      const { name, path } = nameOf(address);
      const module = type.space === "kernel" ? "" : ` (${path ?? "[unknown]"})`;
      return `\t${hex(address)} ${name ?? `0x${hex(address)}`}${module}\n`;
    }
    case "bpftrace":
      return `${FRAME_INDENT}${nameOf(address).name ?? `0x${hex(address)}`}\n`;
  }
}

/** No stack is no text; else it begins and ends with a newline. */
export const stackTexts =
  (source: StackSource, machine: RecordedMachine, missing: MissingSymbols) =>
  (type: StackType, { id, owner }: StackValue): string => {
    const frames = id < 0n ? [] : source.frames(type.frames, id);
    if (frames.length === 0) return "";
    const name = type.space === "kernel" ? nameKernel : nameUser;
    return `\n${frames.map((address) => frameText(type, address, (at) => name(machine, missing, at, owner))).join("")}`;
  };

/**
 * Names of a stack's functions without offsets, top first, for who draws stacks: the address where there is no symbol, the file in brackets
 * where at least that is known. No stack is none.
 */
export const stackNames =
  (source: StackSource, machine: RecordedMachine, missing: MissingSymbols) =>
  (type: StackType, { id, owner }: StackValue): string[] => {
    const frames = id < 0n ? [] : source.frames(type.frames, id);
    return frames.map((address) => {
      const { name, path } = (type.space === "kernel" ? nameKernel : nameUser)(machine, missing, address, owner);
      if (name !== null) return name.replace(/\+\d+$/, "");
      return path === null ? `0x${hex(address)}` : `[${path.slice(path.lastIndexOf("/") + 1)}]`;
    });
  };
