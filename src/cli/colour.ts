/** Colours of messages (row 7.35). */

/** What BPFTRACE_COLOR asks for; `problem` when it is none of the three words. */
export function colourOf(setting: string | undefined, isTerminal: boolean): { readonly on: boolean; readonly problem: string | null } {
  switch (setting) {
    case "always":
      return { on: true, problem: null };
    case "never":
      return { on: false, problem: null };
    case undefined:
    case "auto":
      return { on: isTerminal, problem: null };
    default:
      return {
        on: isTerminal,
        problem: `Invalid env value! The valid values of \`BPFTRACE_COLOR\` are [auto|always|never]. The current value is ${setting}!`,
      };
  }
}

const RED = "\x1b[31m";
const YELLOW = "\x1b[33m";
const RESET = "\x1b[0m";

/** A message's first line, with or without a place in front. */
const HEAD = /^(?:[^\n]*:\d+(?::\d+)?-\d+: )?(ERROR|WARNING): .*$/gm;

/** Whole lines, their place included; source lines and hints stay as they are. */
export const coloured = (text: string): string =>
  text.replace(HEAD, (line: string, severity: string) => `${severity === "ERROR" ? RED : YELLOW}${line}${RESET}`);
