/**
 * Reads one input after the other from a terminal: lines of a program as one, with history, search, completion and colours. Enter ends an
 * input when that is complete, and begins a new line of it when not; what is pasted is never ended by its own line feeds.
 */
import { candidateRows, commonStart, type Completion } from "./candidates.ts";
import { searchBack, type History } from "./history.ts";
import type { Key } from "./keys.ts";
import { clip, layOut, type Styled } from "./layout.ts";
import { newPainter } from "./painter.ts";
import type { Terminal } from "./terminal.ts";
import { CUTS, MOVES, pasted } from "./bindings.ts";
import { closeBrace, cuts, insert, moves, newLine, type Edited } from "./text-buffer.ts";

export interface LineEditorOptions {
  readonly terminal: Terminal;
  readonly history: History;
  readonly complete: (text: string, cursor: number) => Completion | null;
  readonly highlight: (text: string) => readonly Styled[];
  readonly isUnfinished: (text: string) => boolean;
  /** In the user's editor; the same text if there is none. */
  readonly editElsewhere: (text: string) => string;
  readonly hasColours: boolean;
}

export type Read = { readonly kind: "text"; readonly text: string } | { readonly kind: "cancelled" } | { readonly kind: "leave" };

interface Search {
  readonly text: string;
  /** Entry that is shown; the number of entries: none yet. */
  readonly at: number;
  readonly before: Edited;
  readonly hasFailed: boolean;
}

const PROMPT_STYLE = "1;32";
const SEARCH_STYLE = "1;33";
const LIST_ROWS = 12;
const BELL = "\x07";

export class LineEditor {
  private readonly options: LineEditorOptions;
  private readonly painter: ReturnType<typeof newPainter>;
  private prompt = "";
  private edited: Edited = { text: "", cursor: 0 };
  private undo: Edited[] = [];
  private isTyping = false;
  private killed = "";
  /** Of history; the number of entries: the input itself, which waits in `own` meanwhile. */
  private place = 0;
  private own = "";
  private search: Search | null = null;
  private list: readonly string[] = [];
  private prefix = "";
  private done: ((read: Read) => void) | null = null;

  constructor(options: LineEditorOptions) {
    this.options = options;
    this.painter = newPainter((text) => options.terminal.write(text));
    options.terminal.onResize(() => this.done !== null && this.paint());
  }

  /** `initial` is there to be edited. */
  read(prompt: string, initial = ""): Promise<Read> {
    this.prompt = prompt;
    this.edited = { text: initial, cursor: initial.length };
    this.undo = [];
    this.place = this.options.history.entries.length;
    this.own = "";
    this.search = null;
    this.list = [];
    return new Promise((resolve) => {
      this.done = resolve;
      this.paint();
      this.options.terminal.listen((key) => this.key(key));
    });
  }

  private end(read: Read): void {
    const { terminal, history } = this.options;
    this.list = [];
    this.edited = { ...this.edited, cursor: this.edited.text.length };
    this.paint();
    this.painter.leave();
    terminal.listen(null);
    if (read.kind === "text") history.add(read.text.trimEnd());
    const { done } = this;
    this.done = null;
    done?.(read);
  }

  private paint(): void {
    const { terminal, hasColours, highlight, history } = this.options;
    const { edited, search } = this;
    const label = search === null ? this.prompt : `(${search.hasFailed ? "not found" : "search"}) ${search.text}: `;
    const shown = search === null || search.at === history.entries.length ? edited.text : history.entries[search.at]!;
    const layout = layOut(
      {
        text: shown,
        cursor: search === null ? edited.cursor : Math.max(0, shown.indexOf(search.text)),
        styles: hasColours ? highlight(shown) : [],
        prompt: label,
        continuation: `${" ".repeat(Math.max(0, this.prompt.length - 4))}... `,
        promptStyle: hasColours ? (search === null ? PROMPT_STYLE : SEARCH_STYLE) : "",
      },
      terminal.columns,
    );
    const below = this.list.slice(0, Math.max(0, terminal.rows - 2));
    this.painter.paint(clip(layout, Math.max(1, terminal.rows - below.length)), below);
  }

  private change(edited: Edited, isTyping = false): void {
    if (edited.text !== this.edited.text && !(isTyping && this.isTyping)) this.undo.push(this.edited);
    this.isTyping = isTyping;
    this.edited = edited;
  }

  private cut(kind: keyof typeof cuts, keeps = true): void {
    const { edited, removed } = cuts[kind](this.edited);
    if (keeps && removed !== "") this.killed = removed;
    this.change(edited);
  }

  private key(key: Key): void {
    const wasList = this.list.length > 0;
    this.list = [];
    if (this.search !== null && this.searchKey(key)) return this.paint();
    if (this.prefix === "ctrl-x") {
      this.prefix = "";
      if (key.name === "ctrl-e") return this.editElsewhere();
    }
    switch (key.name) {
      case "enter":
        return this.enter();
      case "ctrl-c":
        return this.cancel();
      case "hang-up":
        return this.end({ kind: "leave" });
      case "ctrl-d":
        if (this.edited.text === "") return this.end({ kind: "leave" });
        this.cut("delete", false);
        break;
      case "ctrl-z":
        return this.stop();
      case "ctrl-l":
        this.options.terminal.write("\x1b[H\x1b[2J");
        this.painter.forget();
        break;
      case "tab":
        this.complete(wasList);
        break;
      case "up":
      case "ctrl-p":
        this.vertical(-1);
        break;
      case "down":
      case "ctrl-n":
        this.vertical(1);
        break;
      default:
        this.edit(key);
    }
    this.paint();
  }

  private edit({ name, text }: Key): void {
    const move = MOVES[name];
    if (move !== undefined) {
      this.isTyping = false;
      this.edited = moves[move](this.edited) ?? this.edited;
      return;
    }
    const cut = CUTS[name];
    if (cut !== undefined) return this.cut(cut, !name.endsWith("space") && name !== "delete");
    switch (name) {
      case "text":
        return this.change(text === "}" ? closeBrace(this.edited) : insert(this.edited, text), true);
      case "paste":
        return this.change(insert(this.edited, pasted(text)));
      case "alt-enter":
        return this.change(newLine(this.edited));
      case "ctrl-y":
        return this.change(insert(this.edited, this.killed));
      case "ctrl-_": {
        const before = this.undo.pop();
        if (before !== undefined) this.edited = before;
        this.isTyping = false;
        return;
      }
      case "ctrl-r":
        this.search = { text: "", at: this.options.history.entries.length, before: this.edited, hasFailed: false };
        return;
      case "ctrl-x":
        this.prefix = name;
        return;
    }
  }

  private enter(): void {
    const { text, cursor } = this.edited;
    const isInside = text.slice(cursor).includes("\n");
    if (isInside || this.options.isUnfinished(text)) {
      this.change(newLine(this.edited));
      return this.paint();
    }
    this.end({ kind: "text", text });
  }

  private cancel(): void {
    this.search = null;
    this.end({ kind: "cancelled" });
  }

  /** Ctrl-Z: to the shell, and on from there with fg. */
  private stop(): void {
    const { terminal } = this.options;
    this.painter.leave();
    terminal.suspend();
    process.once("SIGCONT", () => {
      terminal.resume();
      this.paint();
    });
    process.kill(process.pid, "SIGTSTP");
  }

  private editElsewhere(): void {
    this.painter.leave();
    const text = this.options.editElsewhere(this.edited.text);
    this.change({ text, cursor: text.length });
    this.paint();
  }

  private vertical(direction: -1 | 1): void {
    const moved = (direction === -1 ? moves.up : moves.down)(this.edited);
    this.isTyping = false;
    if (moved !== null) {
      this.edited = moved;
      return;
    }
    const { entries } = this.options.history;
    const place = this.place + direction;
    if (place < 0 || place > entries.length) return;
    if (this.place === entries.length) this.own = this.edited.text;
    this.place = place;
    const text = entries[place] ?? this.own;
    this.edited = { text, cursor: text.length };
  }

  /** False: the search is over, and the key does what it does else. */
  private searchKey({ name, text }: Key): boolean {
    const search = this.search!;
    const { history } = this.options;
    const look = (wanted: string, from: number): true => {
      const found = searchBack(history, wanted, from);
      this.search = { ...search, text: wanted, at: found ?? search.at, hasFailed: found === null };
      return true;
    };
    switch (name) {
      case "text":
        return look(search.text + text, search.text === "" ? history.entries.length : search.at + 1);
      case "backspace":
        return look(search.text.slice(0, -1), history.entries.length);
      case "ctrl-r":
        return look(search.text, search.at);
      case "ctrl-g":
      case "escape":
        this.edited = search.before;
        this.search = null;
        return true;
      case "ctrl-c":
        return false;
    }
    const found = history.entries[search.at] ?? search.before.text;
    this.place = search.at;
    this.change({ text: found, cursor: found.length });
    this.search = null;
    return false;
  }

  private complete(isAgain: boolean): void {
    const { text, cursor } = this.edited;
    const completion = this.options.complete(text, cursor);
    if (completion === null || completion.candidates.length === 0) {
      this.options.terminal.write(BELL);
      return;
    }
    const { start, candidates } = completion;
    const common = commonStart(candidates);
    const [only] = candidates;
    const typed = text.slice(start, cursor);
    const added = candidates.length === 1 ? only!.text + (only!.suffix ?? "") : common;
    if (added !== typed && added.length >= typed.length)
      this.change({ text: text.slice(0, start) + added + text.slice(cursor), cursor: start + added.length });
    if (candidates.length > 1 && (isAgain || common === typed)) {
      const { columns, rows } = this.options.terminal;
      this.list = candidateRows(candidates, columns, Math.max(2, Math.min(LIST_ROWS, rows - 4)));
    }
  }
}
