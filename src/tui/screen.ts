/** The terminal, by way of blessed, which knows terminals and writes only cells that have changed. Nothing else of this folder knows blessed. */
import { PassThrough } from "node:stream";
import process from "node:process";
import type { ReadStream, WriteStream } from "node:tty";
import Blessed from "blessed/lib/widgets/screen.js";
import { lookOf, type ColourDepth, type Look } from "./draw/palette.ts";
import { ROLES } from "./draw/role.ts";
import type { Surface } from "./draw/surface.ts";
import { inputReader, type MouseReport } from "./terminal/input.ts";
import { rescueTerminal } from "./terminal/rescue.ts";

/** `name` as blessed has it: `left`, `S-tab`, `C-c`, `enter`, or the character itself. `text`: the character that it types, or "". */
export interface Key {
  readonly name: string;
  readonly text: string;
}

export interface ScreenOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
  /** $TERM */
  readonly terminal: string;
  readonly unicode: boolean;
  readonly colours: ColourDepth;
  readonly onKey: (key: Key) => void;
  readonly onMouse: (report: MouseReport) => void;
  /** The size is another, or what is on the screen is lost. */
  readonly onRedraw: () => void;
}

export interface Screen {
  size(): { readonly cols: number; readonly rows: number };
  /** A surface of another size is left out: the next one will fit. */
  show(surface: Surface): void;
  /** What the terminal shows is not what was last shown: everything is written anew. */
  forget(): void;
  /** Gives the terminal to the shell until the user comes back. */
  suspend(): void;
  close(): void;
}

const DEFAULT = 0x1ff;

const attributesOf = ({ fg, bg, bold, underline, inverse }: Look): number =>
  (((bold ? 1 : 0) | (underline ? 2 : 0) | (inverse ? 8 : 0)) << 18) | ((fg ?? DEFAULT) << 9) | (bg ?? DEFAULT);

const MOUSE = { vt200Mouse: true, cellMotion: true, sgrMouse: true };
const NEVER = -1;

export function openScreen(options: ScreenOptions): Screen {
  const { input, output } = options;
  // blessed reads one mouse report a chunk and drops keys beside it: it gets keys alone.
  const keys = new PassThrough();
  const read = inputReader({ keys: (bytes) => keys.write(bytes, "latin1"), mouse: options.onMouse });
  const onData = (chunk: Buffer): void => read(chunk.toString("latin1"));

  const blessed = new Blessed({ input: keys, output, terminal: options.terminal, forceUnicode: options.unicode });
  blessed.tput.colors = options.colours === "none" ? 8 : options.colours;
  // Lines are drawn with the characters that they are, where there are any.
  blessed.tput.brokenACS = true;
  const attributes = ROLES.map((role) => attributesOf(lookOf(role, options.colours)));

  blessed.program.on("keypress", (text: string | undefined, key: { readonly full?: string }) => {
    const name = key.full ?? text ?? "";
    // blessed tells this one twice.
    if (name === "return") return;
    options.onKey({ name, text: text !== undefined && text >= " " && text !== "\x7f" ? text : "" });
  });
  blessed.program.on("resize", options.onRedraw);
  const takeInput = (): void => {
    input.setRawMode(true);
    input.resume();
    blessed.program.setMouse(MOUSE, true);
    blessed.program.flush();
  };
  input.on("data", onData);
  takeInput();

  let isOpen = true;
  let isSuspended = false;
  const giveBack = (): void => {
    blessed.program.disableMouse();
    input.setRawMode(false);
  };
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    release();
    input.removeListener("data", onData);
    giveBack();
    input.pause();
    blessed.destroy();
  };
  const release = rescueTerminal(close);

  return {
    size: () => ({ cols: blessed.cols, rows: blessed.rows }),
    show(surface) {
      const { cols, rows, units, roles } = surface;
      if (!isOpen || isSuspended || cols !== blessed.cols || rows !== blessed.rows) return;
      for (let y = 0; y < rows; y++) {
        const line = blessed.lines[y]!;
        let isWide = false;
        for (let x = 0, at = y * cols; x < cols; x++, at++) {
          const cell = line[x]!;
          const unit = units[at]!;
          const text = unit === 0 ? "" : String.fromCharCode(unit);
          const style = attributes[roles[at]!]!;
          isWide ||= unit === 0;
          if (cell[0] === style && cell[1] === text) continue;
          cell[0] = style;
          cell[1] = text;
          line.dirty = true;
        }
        // Both halves of a wide character are written together, or blessed is wrong about where the cursor is.
        if (line.dirty && isWide) for (const cell of blessed.olines[y]!) cell[0] = NEVER;
      }
      blessed.draw(0, rows - 1);
      blessed.program.flush();
    },
    forget() {
      blessed.alloc(true);
    },
    suspend() {
      // It may take a moment until the signal stops us.
      isSuspended = true;
      giveBack();
      blessed.leave();
      process.once("SIGCONT", () => {
        isSuspended = false;
        blessed.enter();
        takeInput();
        options.onRedraw();
      });
      process.kill(process.pid, "SIGTSTP");
    },
    close,
  };
}
