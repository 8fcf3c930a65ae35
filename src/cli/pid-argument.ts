/** -p PID (row 8.32). */
import { parseInteger } from "../../lang/lex/integer.ts";

/** The nominal limit of 64-bit Linux; what a machine allows is at most that. */
const MAX_PID = 0x40_0000n;

/** The process id, or what is wrong with it. */
export function parsePid(text: string): number | string {
  const whole = parseInteger(text, { binary: true });
  if (whole.ok && whole.value <= MAX_PID) return Number(whole.value);
  if (whole.ok) return `Pid out of range: ${String(whole.value)}`;
  const what = /^\d/.test(text) ? "invalid trailing bytes" : "invalid integer";
  return `Failed to parse pid: ${what}: ${text}`;
}
