/** `--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_errno=…} ---` */
import { codes, startsWith } from "../../lines/byte-text.ts";
import type { NumberReader } from "./number.ts";

const NUMBER = codes("si_signo=");
const CODE = codes("si_code=");
const ERRNO = codes("si_errno=");

export interface Signal {
  readonly number: number;
  readonly code: number;
  /** 0 where it is not written: strace leaves a zero out. */
  readonly errno: number;
}

/** Null: the line is of no delivery. */
export function readSignal(bytes: Uint8Array, start: number, end: number, numbers: NumberReader): Signal | null {
  const valueOf = (name: Uint8Array): number | null => {
    for (let at = start; at + name.length < end; at++)
      if (startsWith(bytes, at, end, name)) return numbers.read(bytes, at + name.length, end) === "number" ? numbers.low : null;
    return null;
  };
  const number = valueOf(NUMBER);
  const code = valueOf(CODE);
  return number === null || code === null ? null : { number, code, errno: valueOf(ERRNO) ?? 0 };
}
