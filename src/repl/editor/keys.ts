/** Keys from what a terminal sends: text, pastes, and names like "up", "ctrl-r", "alt-enter". */

export interface Key {
  /** "text" and "paste" have their text. */
  readonly name: string;
  readonly text: string;
}

const ESC = "\x1b";
const PASTE_END = `${ESC}[201~`;

const LETTERS: Readonly<Record<string, string>> = { A: "up", B: "down", C: "right", D: "left", H: "home", F: "end", Z: "shift-tab" };
const NUMBERS: Readonly<Record<string, string>> = {
  "1": "home",
  "3": "delete",
  "4": "end",
  "5": "page-up",
  "6": "page-down",
  "7": "home",
  "8": "end",
};
const CONTROLS: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\x7f": "backspace",
  "\b": "backspace",
  "\x1f": "ctrl-_",
  [ESC]: "escape",
};

const named = (name: string): Key => ({ name, text: "" });

/** xterm's modifier: 1 and a bit each for shift, alt, ctrl. */
function modified(name: string, modifier: string | undefined): string {
  const bits = Number(modifier ?? "1") - 1;
  return `${bits & 4 ? "ctrl-" : ""}${bits & 2 ? "alt-" : ""}${name}`;
}

/** `ESC [ parameters final`. */
function sequenceKey(parameters: string, final: string): string | null {
  const [first = "", modifier] = parameters.split(";");
  // Some terminals tell of enter with shift or alt in full.
  if (final === "u" && first === "13") return "alt-enter";
  const name = final === "~" ? NUMBERS[first] : LETTERS[final];
  return name === undefined ? null : modified(name, modifier);
}

function controlKey(c: string): Key {
  const name = CONTROLS[c];
  if (name !== undefined) return named(name);
  return named(`ctrl-${String.fromCharCode(c.charCodeAt(0) + 96)}`);
}

/** What is left is the beginning of something, or nothing. */
interface Step {
  readonly key: Key | null;
  readonly rest: string;
}

/** Null: more has to come. */
function step(text: string): Step | null {
  const c = text.charAt(0);
  if (c !== ESC) {
    if (c < " " || c === "\x7f") return { key: controlKey(c), rest: text.slice(1) };
    const run = /^[^\0-\x1f\x7f]+/.exec(text)![0];
    return { key: { name: "text", text: run }, rest: text.slice(run.length) };
  }
  if (text.startsWith(`${ESC}[200~`)) {
    const end = text.indexOf(PASTE_END);
    if (end < 0) return null;
    return { key: { name: "paste", text: text.slice(6, end) }, rest: text.slice(end + PASTE_END.length) };
  }
  const sequence = /^\x1b(?:\[([0-9;?<=>]*)([ -/]*)([@-~])|O([A-Za-z]))/.exec(text);
  if (sequence !== null) {
    const [whole, parameters = "", , final = "", letter] = sequence;
    const name = sequenceKey(parameters, letter ?? final);
    return { key: name === null ? null : named(name), rest: text.slice(whole.length) };
  }
  if (/^\x1b(?:$|\[[0-9;?<=>]*[ -/]*$|O$)/.test(text)) return null;
  const next = step(text.slice(1));
  if (next === null || next.key === null) return next;
  const { key, rest } = next;
  if (key.name !== "text") return { key: named(`alt-${key.name}`), rest };
  const [first = ""] = key.text;
  return { key: named(`alt-${first}`), rest: key.text.slice(first.length) + rest };
}

export interface KeyDecoder {
  push(text: string): Key[];
  /** Nothing has followed for a while: a lone escape is the key. */
  flush(): Key[];
  readonly isPending: boolean;
}

export function newKeyDecoder(): KeyDecoder {
  let pending = "";
  return {
    get isPending() {
      return pending !== "" && !pending.startsWith(`${ESC}[200~`);
    },
    push(text) {
      pending += text;
      const keys: Key[] = [];
      for (let found = pending === "" ? null : step(pending); found !== null; found = pending === "" ? null : step(pending)) {
        if (found.key !== null) keys.push(found.key);
        pending = found.rest;
      }
      return keys;
    },
    flush() {
      const wasEscape = pending === ESC;
      if (!pending.startsWith(`${ESC}[200~`)) pending = "";
      return wasEscape ? [named("escape")] : [];
    },
  };
}
