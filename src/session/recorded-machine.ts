/** What a recording tells of its machine to the checker of scripts and to whoever prints values. */
import type { Architecture } from "../../lang/check/env.ts";
import type { Recording } from "../../probes/recording.ts";
import { symbolsOf, type KernelSymbols } from "./symbols.ts";

export interface RecordedMachine {
  readonly architecture: Architecture;
  /** Looked for on the first question; null without symbols. */
  readonly symbols: () => KernelSymbols | null;
}

export function recordedMachine(recording: Recording | null): RecordedMachine {
  let symbols: KernelSymbols | null | undefined;
  return {
    architecture: /\b(aarch64|arm64)\b/.test(recording?.info.uname ?? "") ? "arm64" : "x86_64",
    symbols: () => (symbols === undefined ? (symbols = symbolsOf(recording)) : symbols),
  };
}

/** How often addresses had to be printed because there are no symbols. */
export interface MissingSymbols {
  kernelSymbols: number;
  userSymbols: number;
}

/** Names for printed addresses (row 5.44); counts what it has none for. Address 0 has no name on any machine. */
export const symbolsFor =
  (machine: RecordedMachine, missing: MissingSymbols) =>
  (kind: "ksym" | "usym", address: bigint): string | null => {
    if (address === 0n) return null;
    const symbols = kind === "ksym" ? machine.symbols() : null;
    if (symbols === null) missing[kind === "ksym" ? "kernelSymbols" : "userSymbols"]++;
    return symbols?.nameAt(address) ?? null;
  };
