/** The REPL at a terminal of 80 × 24. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { waitFor, waitWithout } from "../support/screens.ts";
import { noTerminal, openTerminal, type Terminal, type TerminalOptions } from "../support/terminal.ts";

const [ENTER, TAB, UP, CTRL_C, CTRL_D, CTRL_R] = ["\r", "\t", "\x1b[A", "\x03", "\x04", "\x12"];
const paste = (text: string): string => `\x1b[200~${text}\x1b[201~`;

async function openRepl(options: TerminalOptions = {}, ...words: readonly string[]): Promise<Terminal> {
  const terminal = openTerminal(["repl", "--sample", ...words], options);
  await waitFor(terminal, /hindsight>$/m);
  return terminal;
}

/** Sends an input and waits for what answers it. */
async function say(terminal: Terminal, input: string, answer: string | RegExp): Promise<void> {
  terminal.type(input + ENTER);
  await waitFor(terminal, answer);
}

const lastRow = (terminal: Terminal): string => terminal.screen().split("\n").at(-1)!;
const newState = (): string => mkdtempSync(join(tmpdir(), "hindsight-state-"));

const SWITCHES = "tracepoint:sched:sched_switch { @n = count(); }";

describe.skipIf(noTerminal !== null)("at a terminal", () => {
  test("Tab completes a program, part by part, and shows what there is", async () => {
    const terminal = await openRepl();
    terminal.type(`tr${TAB}sched:sched_s${TAB}`);
    await waitFor(terminal, "hindsight> tracepoint:sched:sched_switch");
    terminal.type(`{ @[args.prev_c${TAB}] = cou${TAB}); }${ENTER}`);
    await waitFor(terminal, "@[swapper/0]: 649");
    terminal.type(`t:sched:${TAB}${TAB}`);
    await waitFor(terminal, /sched_process_exec\s+sched_process_fork/);
    terminal.type("wa");
    await waitWithout(terminal, "sched_process_exec");
    terminal.type(TAB);
    await waitFor(terminal, "hindsight> t:sched:sched_wakeup");
  });

  test("an unfinished program goes on in the next line, indented", async () => {
    const terminal = await openRepl();
    terminal.type(`tracepoint:sched:sched_switch {${ENTER}@n = count();${ENTER}}`);
    await waitFor(terminal, "hindsight> tracepoint:sched:sched_switch {\n       ...   @n = count();\n       ... }");
    await say(terminal, "", "@n: 2863");
  });

  test("a paste of several lines is one input, which enter ends", async () => {
    const terminal = await openRepl();
    terminal.type(paste("tracepoint:sched:sched_switch {\r\n\t@n = count();\n}\ntracepoint:sched:sched_wakeup {\n  @w = count();\n}\n"));
    await waitFor(terminal, /\.\.\. {3}@w = count\(\);\n +\.\.\. }$/);
    expect(terminal.screen()).not.toContain("@n: ");
    await say(terminal, "", "@w: 1423");
    expect(terminal.screen()).toContain("@n: 2863");
  });

  test("an error has its caret, and leaves the session as it was", async () => {
    const terminal = await openRepl();
    await say(terminal, SWITCHES, "@n: 2863");
    await say(terminal, "tracepoint:sched:sched_wakeup { @w = cuont(); }", "HINT: did you mean count?");
    expect(terminal.screen()).toContain("tracepoint:sched:sched_wakeup { @w = cuont(); }\n                                     ~~~~~");
    // Up brings it back to be corrected.
    terminal.type(UP);
    await waitFor(terminal, /hindsight> tracepoint:sched:sched_wakeup { @w = cuont\(\); }$/);
    terminal.type("\x1b[D".repeat("uont(); }".length));
    terminal.type(`\x1b[3~\x1b[3~ou${ENTER}`);
    await waitFor(terminal, "@w: 1423");
  });

  test("history lasts from one session to the next, and Ctrl-R searches it", async () => {
    const env = { XDG_STATE_HOME: newState() };
    const first = await openRepl({ env });
    first.type(`tracepoint:sched:sched_switch {${ENTER}@n = count();${ENTER}}${ENTER}`);
    await waitFor(first, "@n: 2863");
    await say(first, "seek +1", "267 events so far");
    first.type(CTRL_D);
    expect((await first.exited).exitCode).toBe(0);
    expect(readFileSync(join(env.XDG_STATE_HOME, "hindsight", "history"), "utf8")).toBe(
      "tracepoint:sched:sched_switch {\\n  @n = count();\\n}\nseek +1\n",
    );
    const second = await openRepl({ env });
    second.type(UP);
    await waitFor(second, /hindsight> seek \+1$/);
    second.type(`${CTRL_C}${CTRL_R}@n`);
    await waitFor(second, "(search) @n: tracepoint:sched:sched_switch {");
    second.type(ENTER);
    await waitFor(second, "@n: 2863");
  });

  test("seek, step, explain and back", async () => {
    const terminal = await openRepl();
    await say(terminal, SWITCHES, "@n: 2863");
    await say(terminal, "seek event 7", /^event 7 .*sched_switch/m);
    expect(lastRow(terminal)).toMatch(/^hindsight \+0\.\d{6}>/);
    await say(terminal, "step", /^event 8 /m);
    await say(terminal, "explain", "@n: 7 → 8");
    await say(terminal, "back 3", /^event 5 /m);
    await say(terminal, "@n", "@n: 5\n");
    await say(terminal, "until @n == 20", /^event 20 /m);
    await say(terminal, "run", /@n: 2863\n.*\nhindsight>$/);
  });

  test("Ctrl-C stops a run, not the session; run goes on", async () => {
    const terminal = await openRepl({}, "--backend", "interp");
    terminal.type(`tracepoint:raw_syscalls:* { for ($i : 0..400) { @n++; } }${ENTER}`);
    await waitFor(terminal, /^\+\d+\.\d{3} s, \S+ events; Ctrl-C stops$/m);
    terminal.type(CTRL_C);
    await waitFor(terminal, "interrupted: the run stands where it was stopped");
    expect(lastRow(terminal)).toMatch(/^hindsight \+\d+\.\d{6}>/);
    expect(terminal.screen()).not.toContain("Ctrl-C stops");
    await say(terminal, "remove", "removed program 1");
    await say(terminal, SWITCHES, "@n: 2863");
  });

  test("the prompt stands in a line of its own, whatever programs print", async () => {
    const terminal = await openRepl();
    await say(terminal, 'begin { printf("no line feed"); }', /^no line feed\n.*\nhindsight>$/m);
    await say(terminal, '{ printf("nor here"); }', /^nor here\nhindsight>$/m);
  });

  test("Ctrl-C clears the input, Ctrl-D leaves, and the terminal is as it was", async () => {
    const terminal = await openRepl();
    expect(terminal.modes().bracketedPaste).toBe(true);
    terminal.type(`begin {${ENTER}nonsense${CTRL_C}`);
    await expect.poll(() => lastRow(terminal)).toBe("hindsight>");
    terminal.type(CTRL_D);
    expect((await terminal.exited).exitCode).toBe(0);
    expect(terminal.modes()).toMatchObject({ bracketedPaste: false, cursorHidden: false });
  });

  test("colours of what is typed; NO_COLOR has none", async () => {
    const terminal = await openRepl();
    terminal.type("begin { @x = 12; }");
    await waitFor(terminal, "@x = 12; }");
    const row = terminal.rows().findIndex((text) => text.includes("@x = 12"));
    const of = (text: string) => terminal.cell(terminal.rows()[row]!.indexOf(text), row);
    expect([of("begin").fg, of("@x").fg, of("12").fg, of("=").fg]).toEqual([6, 4, 3, null]);
    const plain = await openRepl({ env: { NO_COLOR: "1" } });
    plain.type("begin { @x = 12; }");
    await waitFor(plain, "@x = 12; }");

    expect(plain.written()).not.toMatch(/\x1b\[[\d;]*[1-9]m/);
  });

  test("a program larger than the terminal is edited where the cursor is; the size may change", async () => {
    const terminal = await openRepl({ cols: 40, rows: 8 });
    const lines = Array.from({ length: 20 }, (_, i) => `  @m${i} = ${i};`);
    terminal.type(paste(`begin {\n${lines.join("\n")}\n}`));
    await waitFor(terminal, /@m19 = 19;\n +\.\.\. }$/);
    terminal.type(UP.repeat(19));
    await waitFor(terminal, "@m1 = 1;");
    expect(terminal.rows().length).toBe(8);
    terminal.resize(60, 12);
    await waitFor(terminal, "@m1 = 1;");
    terminal.type(`${CTRL_C}{ print(6 * 7); }${ENTER}`);
    await waitFor(terminal, /^42$/m);
  });

  test("edit opens the editor of the user, or the program in the REPL's own", async () => {
    const editor = join(newState(), "editor.sh");
    writeFileSync(editor, '#!/bin/sh\nsed -i s/@n/@edited/ "$1"\n');
    const terminal = await openRepl({ env: { EDITOR: `sh ${editor}` } });
    await say(terminal, SWITCHES, "@n: 2863");
    await say(terminal, "edit 1", "@edited: 2863");
    const plain = await openRepl();
    await say(plain, SWITCHES, "@n: 2863");
    await say(plain, "edit", /edit 1> tracepoint:sched:sched_switch { @n = count\(\); }$/);
    plain.type(`${"\x1b[D".repeat("count(); }".length)}\x0b7; }${ENTER}`);
    await waitFor(plain, "@n: 7\n");
  });

  test("the terminal interface shows the same moment, and leads back", async () => {
    const terminal = await openRepl();
    await say(terminal, SWITCHES, "@n: 2863");
    await say(terminal, "seek event 7", /^event 7 /m);
    terminal.type(`tui${ENTER}`);
    await expect.poll(() => terminal.modes().alternateScreen, { timeout: 20_000 }).toBe(true);
    terminal.type("q");
    await expect.poll(() => terminal.modes().alternateScreen, { timeout: 20_000 }).toBe(false);
    await say(terminal, "@n", "@n: 7\n");
  });
});
