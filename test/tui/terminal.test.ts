/** What becomes of the terminal: how it is drawn on, and how it is left. */
import { mkdtempSync, readdirSync, copyFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { runCli } from "../support/cli.ts";
import { expectScreen, waitFor } from "../support/screens.ts";
import { noTerminal, openTerminal, type Terminal, type TerminalOptions } from "../support/terminal.ts";
import { hostileRecording } from "./hostile-recording.ts";
import { KEYS } from "./keys.ts";

const folder = new URL("screens/", import.meta.url);
const dist = fileURLToPath(new URL("../../dist/", import.meta.url));
const COUNT = "tracepoint:syscalls:sys_exit_read { @[comm] = count(); @h = hist(args.ret); }";
const UNTOUCHED = { alternateScreen: false, mouse: false, bracketedPaste: false, cursorHidden: false };

async function openCount(options: TerminalOptions = {}): Promise<Terminal> {
  const terminal = openTerminal(["--tui", "--sample", "-e", COUNT], options);
  await waitFor(terminal, "5.14s");
  return terminal;
}

/** Whatever is asked of xterm is undone: modes that were set are reset, the last word about each. */
function modesLeft(written: string): string[] {
  const modes = new Map<string, boolean>();
  for (const [, numbers, letter] of written.matchAll(/\x1b\[\?([\d;]+)([hl])/g)) {
    for (const number of numbers!.split(";")) modes.set(number, letter === "h");
  }
  modes.delete("25");
  return [...modes].filter(([, isSet]) => isSet).map(([number]) => number);
}

describe.skipIf(noTerminal !== null)("the terminal", () => {
  test("is given back when the user quits", async () => {
    const terminal = await openCount();
    expect(terminal.modes()).toEqual({ alternateScreen: true, mouse: true, bracketedPaste: false, cursorHidden: true });
    terminal.type("q");
    expect(await terminal.exited).toEqual({ exitCode: 0, signal: 0 });
    expect(terminal.modes()).toEqual(UNTOUCHED);
    expect(modesLeft(terminal.written())).toEqual([]);
    expect(terminal.screen()).toBe("");
  });

  test.each([
    ["SIGTERM", 15],
    ["SIGINT", 2],
    ["SIGHUP", 1],
  ])("is given back on %s, which then ends the command", async (name, number) => {
    const terminal = await openCount();
    terminal.kill(name);
    expect(await terminal.exited).toEqual({ exitCode: 0, signal: number });
    expect(terminal.modes()).toEqual(UNTOUCHED);
    expect(modesLeft(terminal.written())).toEqual([]);
  });

  test("is given back by a crash, which is told on the shell's own screen", async () => {
    const bomb = join(mkdtempSync(join(tmpdir(), "hindsight-tui-")), "bomb.cjs");
    writeFileSync(bomb, 'process.on("SIGUSR2", () => { throw new Error("a bomb"); });\n');
    const terminal = await openCount({ command: [process.execPath, "--require", bomb, join(dist, "cli.js")] });
    terminal.kill("SIGUSR2");
    expect((await terminal.exited).exitCode).toBe(2);
    expect(terminal.modes()).toEqual(UNTOUCHED);
    expect(modesLeft(terminal.written())).toEqual([]);
    expect(terminal.screen()).toMatch(/^ERROR: internal error, please report it: Error: a bomb\n/);
  });

  test("is raw while it is used, and as it was afterwards", async () => {
    const terminal = openTerminal(
      ["-c", `"${process.execPath}" "${join(dist, "cli.js")}" tui --sample -e '${COUNT}'; stty -a; echo done`],
      { command: ["sh"] },
    );
    await waitFor(terminal, "5.14s");
    terminal.type("q");
    await terminal.exited;
    expect(terminal.screen()).toMatch(/ icanon[^]* echo [^]*done$/);
  });

  test("can be suspended and taken up again", async () => {
    const terminal = openTerminal(["-i"], { command: ["bash", "--norc"], env: { PS1: "shell> " } });
    await waitFor(terminal, "shell>");
    terminal.type(`"${process.execPath}" "${join(dist, "cli.js")}" tui --sample -e '${COUNT}'\r`);
    await waitFor(terminal, "5.14s");
    terminal.type("\x1a");
    await waitFor(terminal, /Stopped[^]*shell>$/);
    expect(terminal.modes().alternateScreen).toBe(false);
    terminal.type("fg\r");
    await waitFor(terminal, "5.14s");
    terminal.type(KEYS.end);
    await waitFor(terminal, "end");
    terminal.type("q");
    await waitFor(terminal, /shell>$/);
  });

  test("gets only what has changed", async () => {
    const terminal = await openCount();
    const before = terminal.written().length;
    terminal.type("+");
    await waitFor(terminal, "‖ 10x");
    // The speed, and where it is: not the screen.
    expect(terminal.written().length - before).toBeLessThan(200);
  });

  test("names of a recording are shown and never obeyed", async () => {
    const terminal = openTerminal([
      "tui",
      "--trace",
      hostileRecording(),
      "-e",
      'tracepoint:demo:tick { @[comm] = count(); printf("%s|\\n", comm); }',
    ]);
    await waitFor(terminal, "4us");
    terminal.type(KEYS.end);
    await waitFor(terminal, "end");
    await expectScreen(terminal, folder, "hostile-keys");
    terminal.type(KEYS.tab);
    await waitFor(terminal, "^[[2J^[]0;x^G|");
    await expectScreen(terminal, folder, "hostile-output");
    expect(terminal.written()).not.toMatch(/\x1b\]0;x|\x07|\x9b|\u202e/);
  });

  test("has no colours where they are not wanted", async () => {
    const plain = await openCount({ env: { NO_COLOR: "1" } });
    plain.type(KEYS.end);
    await waitFor(plain, "4,539 end");
    await expectScreen(plain, folder, "no-colour");
    for (const [, parameters] of plain.written().matchAll(/\x1b\[([\d;]*)m/g)) expect(parameters).toMatch(/^(|1|4|7)$/);
    expect(plain.cell(0, 0).inverse).toBe(true);
    const coloured = await openCount();
    expect(coloured.cell(0, 0).bg).toBe(237);
    const sixteen = await openCount({ env: { TERM: "xterm" } });
    expect(sixteen.cell(0, 0).bg).toBe(8);
  });

  test.each([[{ HINDSIGHT_ASCII: "1" }], [{ LANG: "C" }], [{ LC_ALL: "POSIX", LANG: "C.UTF-8" }]])(
    "gets ASCII alone with %j",
    async (env) => {
      const terminal = await openCount({ env });
      terminal.type(KEYS.end);
      await waitFor(terminal, "4,539 end");
      await expectScreen(terminal, folder, "ascii");
      expect(terminal.written()).toMatch(/^[\x00-\x7f]*$/);
    },
  );

  test("may be one that nobody knows: its description comes with the command", async () => {
    // Only what is delivered.
    const alone = mkdtempSync(join(tmpdir(), "hindsight-dist-"));
    for (const file of readdirSync(dist)) copyFileSync(join(dist, file), join(alone, file));
    for (const TERM of ["unheard-of", "vt100", "linux", "screen-256color", "xterm-kitty"]) {
      const terminal = await openCount({ env: { TERM, TERMINFO: "/nonexistent" }, command: [process.execPath, join(alone, "cli.js")] });
      terminal.type(KEYS.end);
      await waitFor(terminal, "4,539 end");
      terminal.type("q");
      expect((await terminal.exited).exitCode).toBe(0);
    }
  });

  test("must be able to do it", async () => {
    const terminal = openTerminal(["tui", "--sample", "-e", COUNT], { env: { TERM: "dumb" } });
    expect((await terminal.exited).exitCode).toBe(1);
    expect(terminal.screen()).toContain("cannot move the cursor");
  });
});

test("without a terminal it says so; without a script, too", () => {
  const piped = runCli(["tui", "--sample", "-e", COUNT]);
  expect(piped.status).toBe(1);
  expect(piped.stderr).toMatch(/^ERROR: USAGE: the terminal interface needs a terminal/);
  const nothing = runCli(["tui"]);
  expect(nothing.status).toBe(1);
  expect(nothing.stderr).toMatch(/filename or -e 'program' required/);
});

test.skipIf(noTerminal !== null)("a script with mistakes is refused before the screen is taken", async () => {
  const terminal = openTerminal(["tui", "--sample", "-e", "tracepoint:no:such { }"]);
  expect((await terminal.exited).exitCode).toBe(1);
  expect(terminal.screen()).toMatch(/ERROR: .*no:such/);
  expect(terminal.written()).not.toContain("\x1b[?1049h");
});
