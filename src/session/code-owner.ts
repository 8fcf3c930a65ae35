/** Whose user code is to be named. */

/** A process (pid 0: anybody's code), and which of its address spaces (probes/symbols/address-spaces.ts). */
export interface CodeProcess {
  readonly pid: number;
  readonly space: number;
}

/** `probe`: number of the event whose probed function it is. */
export type CodeOwner = CodeProcess | { readonly probe: number };

/** Name of a kernel address, or of one of user code (without offset), null if unknown. */
export type SymbolName = (kind: "ksym" | "usym", address: bigint, owner: CodeOwner) => string | null;

/** A stack by its number, and whose it is if it is one of user code. */
export interface StackValue {
  readonly id: bigint;
  readonly owner: CodeProcess;
}
