/** The built command in a terminal of its own: a pty, and an emulator that has the screen. Read it with expect.poll: it changes when it likes. */
import { mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Terminal as Emulator } from "@xterm/headless";
import type { IPty, spawn as spawnPty } from "node-pty";
import { onTestFinished } from "vitest";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));
const load = createRequire(import.meta.url);

function loadPty(): { readonly spawn: typeof spawnPty } | string {
  try {
    return load("node-pty") as { readonly spawn: typeof spawnPty };
  } catch (error) {
    return `node-pty cannot be loaded: ${error instanceof Error ? error.message.split("\n")[0]! : String(error)}`;
  }
}

const pty = loadPty();

/** Why there are no terminals here; null: there are. Tests that need one are skipped with this reason. */
export const noTerminal: string | null = typeof pty === "string" ? pty : null;
if (noTerminal !== null) console.warn(`skipped: ${noTerminal}`);

export interface TerminalOptions {
  readonly cols?: number;
  readonly rows?: number;
  /** Beside a plain environment: xterm-256color, UTF-8, a home that is empty. */
  readonly env?: Readonly<Record<string, string>>;
  /** What runs in place of node with dist/cli.js: a program and its first words. */
  readonly command?: readonly [string, ...string[]];
}

export interface Terminal {
  readonly pid: number;
  /** What the screen shows, rows without trailing blanks. */
  readonly rows: () => string[];
  /** The same as one text, without blank rows at its end. */
  readonly screen: () => string;
  /** All that was ever written, with its escape sequences. */
  readonly written: () => string;
  /** State that a program must leave as it found it. */
  readonly modes: () => {
    readonly alternateScreen: boolean;
    readonly mouse: boolean;
    readonly bracketedPaste: boolean;
    readonly cursorHidden: boolean;
  };
  /** The colour and the style of a cell; colours as the terminal numbers them, null: the default one. */
  readonly cell: (
    x: number,
    y: number,
  ) => { readonly text: string; readonly fg: number | null; readonly bg: number | null; readonly bold: boolean; readonly inverse: boolean };
  /** Keys, or anything else that a terminal sends. */
  readonly type: (text: string) => void;
  readonly resize: (cols: number, rows: number) => void;
  readonly kill: (signal: string) => void;
  readonly exited: Promise<{ readonly exitCode: number; readonly signal: number }>;
}

function environment(extra: TerminalOptions["env"]): Record<string, string> {
  const home = mkdtempSync(join(tmpdir(), "hindsight-home-"));
  return { PATH: process.env["PATH"] ?? "", HOME: home, TERM: "xterm-256color", LANG: "C.UTF-8", ...extra };
}

/** The command with these words; ended with the test, if it has not ended by itself. */
export function openTerminal(args: readonly string[], options: TerminalOptions = {}): Terminal {
  if (typeof pty === "string") throw new Error(pty);
  const { cols = 80, rows = 24 } = options;
  const { Terminal: EmulatorClass } = load("@xterm/headless") as { Terminal: typeof Emulator };
  const emulator = new EmulatorClass({ cols, rows, allowProposedApi: true });
  const [program, ...first] = options.command ?? [process.execPath, cli];
  const env = environment(options.env);
  // node-pty puts the name into TERM.
  const child: IPty = pty.spawn(program, [...first, ...args], { name: env["TERM"]!, cols, rows, cwd: root, env });
  let written = "";
  let running = true;
  child.onData((text) => {
    written += text;
    emulator.write(text);
  });
  // What a program asks the terminal.
  emulator.onData((answer) => {
    if (running) child.write(answer);
  });
  const exited = new Promise<{ exitCode: number; signal: number }>((resolve) => {
    child.onExit(({ exitCode, signal }) => {
      running = false;
      // Whatever is under way is on the screen by then.
      emulator.write("", () => resolve({ exitCode, signal: signal ?? 0 }));
    });
  });
  onTestFinished(() => {
    if (running) child.kill("SIGKILL");
    emulator.dispose();
  });
  const screenRows = (): string[] =>
    Array.from(
      { length: emulator.rows },
      (_, y) => emulator.buffer.active.getLine(emulator.buffer.active.viewportY + y)?.translateToString(true) ?? "",
    );
  return {
    pid: child.pid,
    rows: screenRows,
    screen: () => screenRows().join("\n").trimEnd(),
    written: () => written,
    modes: () => ({
      alternateScreen: emulator.buffer.active.type === "alternate",
      mouse: emulator.modes.mouseTrackingMode !== "none",
      bracketedPaste: emulator.modes.bracketedPasteMode,
      // The emulator does not tell: the last word about it holds.
      cursorHidden: written.lastIndexOf("\x1b[?25l") > written.lastIndexOf("\x1b[?25h"),
    }),
    cell(x, y) {
      const cell = emulator.buffer.active.getLine(emulator.buffer.active.viewportY + y)?.getCell(x);
      if (cell === undefined) throw new Error(`no cell at ${x}, ${y}`);
      return {
        text: cell.getChars(),
        fg: cell.isFgDefault() ? null : cell.getFgColor(),
        bg: cell.isBgDefault() ? null : cell.getBgColor(),
        bold: cell.isBold() !== 0,
        inverse: cell.isInverse() !== 0,
      };
    },
    type: (text) => child.write(text),
    resize(newCols, newRows) {
      emulator.resize(newCols, newRows);
      child.resize(newCols, newRows);
    },
    kill: (signal) => child.kill(signal),
    exited,
  };
}
