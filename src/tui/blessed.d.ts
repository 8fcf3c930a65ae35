/** The part of blessed that screen.ts uses. */
declare module "blessed/lib/widgets/screen.js" {
  import type { EventEmitter } from "node:events";

  /** Its style (flags << 18 | foreground << 9 | background, 0x1ff for the default colour), and what it shows. */
  type Cell = [attributes: number, text: string];
  type Line = Cell[] & { dirty: boolean };

  interface Program extends EventEmitter {
    setMouse(modes: { readonly vt200Mouse: boolean; readonly cellMotion: boolean; readonly sgrMouse: boolean }, on: boolean): void;
    disableMouse(): void;
    flush(): void;
  }

  interface ScreenOptions {
    readonly input: NodeJS.ReadableStream;
    readonly output: NodeJS.WritableStream;
    readonly terminal: string;
    readonly forceUnicode: boolean;
  }

  export default class Screen extends EventEmitter {
    constructor(options: ScreenOptions);
    readonly program: Program;
    readonly tput: { colors: number; brokenACS: boolean };
    readonly cols: number;
    readonly rows: number;
    /** What is to be shown, and what the terminal has. */
    readonly lines: readonly Line[];
    readonly olines: readonly Line[];
    enter(): void;
    leave(): void;
    alloc(dirty?: boolean): void;
    draw(first: number, last: number): void;
    destroy(): void;
  }
}
