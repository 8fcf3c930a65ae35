/** How early V8 optimises the functions of the compiler. */
import { setFlagsFromString } from "node:v8";

/** Shorter scripts run no function often enough to matter; and node reads its own modules more slowly once a flag has changed. */
const LONG_SCRIPT_CHARS = 4096;

/**
 * Before a long script is compiled. V8 optimises a function after some 67,584 bytes of bytecode that it ran, a few times over; for a
 * compiler, which runs many functions for a short time, that takes more of the processor than it saves: half of what 300 lines cost.
 */
export function optimiseLater(text: string): void {
  if (text.length >= LONG_SCRIPT_CHARS) setFlagsFromString("--interrupt-budget=1000000");
}
