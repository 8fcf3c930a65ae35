/** The terminal interface in a real terminal: what is on the screen after which key. */
import { copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { unpackedFixture } from "../support/fixtures.ts";
import { expectScreen, waitFor, waitWithout } from "../support/screens.ts";
import { noTerminal, openTerminal, type Terminal, type TerminalOptions } from "../support/terminal.ts";
import { click, KEYS } from "./keys.ts";

const folder = new URL("screens/", import.meta.url);
const WIDE: TerminalOptions = { cols: 200, rows: 50 };

/** Reads of the recording that comes with the command. */
const READS = `tracepoint:syscalls:sys_exit_read {
  @bytes = hist(args.ret);
  @by_comm[comm] = count();
  printf("%s %d\\n", comm, args.ret);
}
END { printf("bye\\n"); }`;

async function openReads(options: TerminalOptions = {}, script = READS): Promise<Terminal> {
  const terminal = openTerminal(["tui", "--sample", "-e", script], options);
  // The timeline comes when the recording has been read.
  await waitFor(terminal, "5.14s");
  return terminal;
}

/** Under a name that stands on the screen. */
function named(fixture: string, name: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "hindsight-tui-")), name);
  copyFileSync(unpackedFixture(fixture), path);
  return path;
}

/** Rows of the maps without what has changed since the last look. */
const values = (terminal: Terminal): string[] =>
  terminal
    .rows()
    .slice(2, 20)
    .map((row) =>
      row
        .replace(/ (\*|[+-][\d,]+)(?= |$)/, "")
        .replace(/ +/g, " ")
        .trim(),
    );

const samples = (terminal: Terminal): number => Number(/@bytes {2}n ([\d,]+)/.exec(terminal.screen())?.[1]?.replaceAll(",", "") ?? "0");

describe.skipIf(noTerminal !== null)("in a terminal", () => {
  test("a histogram grows while it plays, a seek back has the values of then", async () => {
    const terminal = await openReads();
    await expectScreen(terminal, folder, "start");
    terminal.type(KEYS.space);
    await expect.poll(() => samples(terminal), { timeout: 20_000 }).toBeGreaterThan(5);
    const some = samples(terminal);
    await expect.poll(() => samples(terminal), { timeout: 20_000 }).toBeGreaterThan(some);
    terminal.type(KEYS.space);
    await waitFor(terminal, "‖ 1x");
    // Where it was paused differs from time to time, and so does what is marked as changed.
    terminal.type(KEYS.home);
    await waitFor(terminal, "nothing yet");
    terminal.type("g+2\r");
    await waitFor(terminal, "+2.000000000s");
    await expectScreen(terminal, folder, "two-seconds");
    const before = values(terminal);
    expect(before.length).toBeGreaterThan(10);
    terminal.type(KEYS.end);
    await waitFor(terminal, "#4,539 end");
    await expectScreen(terminal, folder, "end");
    terminal.type("g+2\r");
    await waitFor(terminal, "+2.000000000s");
    expect(values(terminal)).toEqual(before);
  });

  test("at full speed to the end; on from there end probes run, and back", async () => {
    const terminal = await openReads();
    terminal.type("+++++");
    await waitFor(terminal, "‖ full");
    terminal.type(KEYS.space);
    await waitFor(terminal, "#4,539 end");
    terminal.type("n");
    await waitFor(terminal, "finished");
    terminal.type(KEYS.tab);
    await expectScreen(terminal, folder, "finished-output");
    terminal.type("N");
    await waitWithout(terminal, "bye");
    terminal.type("NNN");
    await waitFor(terminal, "#4,536");
    terminal.type("n");
    await waitFor(terminal, "#4,537");
    await expectScreen(terminal, folder, "stepped-output");
    terminal.type(KEYS.tab);
    await expectScreen(terminal, folder, "stepped-program");
  });

  test("lines are counted from the start on, wherever one stands", async () => {
    const script = `tracepoint:syscalls:sys_exit_read
/args.ret > 0/
{
  @sum = sum(args.ret);
  if (args.ret > 4096) {
    @large = count();
  }
}`;
    const terminal = await openReads({}, script);
    terminal.type("g+2\r");
    await waitFor(terminal, "+2.000000000s");
    terminal.type("c");
    await waitFor(terminal, "if (args.ret");
    await expectScreen(terminal, folder, "counted-lines");
    terminal.type(KEYS.end);
    await waitFor(terminal, "#4,539 end");
    await expectScreen(terminal, folder, "counted-lines-end");
    terminal.type("g+2\r");
    await waitFor(terminal, "+2.000000000s");
    await expectScreen(terminal, folder, "counted-lines");
  });

  test("rows are sorted, filtered, opened", async () => {
    const terminal = await openReads(
      {},
      "tracepoint:syscalls:sys_exit_read { @[comm] = hist(args.ret); @n[comm, args.ret > 0] = count(); }",
    );
    terminal.type(KEYS.end);
    await waitFor(terminal, "end");
    await expectScreen(terminal, folder, "by-value-down");
    terminal.type("s");
    await waitFor(terminal, "by value up");
    await expectScreen(terminal, folder, "by-value-up");
    terminal.type("s");
    await waitFor(terminal, "by key up");
    await expectScreen(terminal, folder, "by-key-up");
    terminal.type("/SO\r");
    await waitFor(terminal, "1 of 14 keys");
    await expectScreen(terminal, folder, "filtered");
    terminal.type(`${KEYS.down}${KEYS.enter}`);
    await waitFor(terminal, "samples");
    await expectScreen(terminal, folder, "key");
    terminal.type(KEYS.escape);
    await waitFor(terminal, "1 of 14 keys");
    terminal.type(KEYS.escape);
    await waitFor(terminal, "by key up");
    await expectScreen(terminal, folder, "unfiltered");
  });

  test("lhist and tseries are charts", async () => {
    const script = "tracepoint:syscalls:sys_exit_read { @l = lhist(args.ret, 0, 4096, 128); @t = tseries(args.ret, 100ms, 40); }";
    const terminal = await openReads({}, script);
    terminal.type(KEYS.end);
    await waitFor(terminal, "end");
    terminal.type(KEYS.enter);
    await waitFor(terminal, "samples");
    await expectScreen(terminal, folder, "lhist");
    terminal.type(KEYS.escape);
    // Not before the page is gone: an Escape with more behind it is another key.
    await waitWithout(terminal, "samples");
    terminal.type(`${KEYS.pageDown}${KEYS.pageDown}${KEYS.pageDown}`);
    await waitFor(terminal, "@t");
    terminal.type(KEYS.enter);
    await waitFor(terminal, "00:09:1");
    await expectScreen(terminal, folder, "tseries");
  });

  test("stacks are a tree that folds and a flame graph that zooms", async () => {
    const recording = named("traces/s14-profile/perf.data", "profile.data");
    const kallsyms = named("traces/kernel/kallsyms", "kallsyms");
    const terminal = openTerminal([
      "tui",
      "--trace",
      recording,
      "--kallsyms",
      kallsyms,
      "-e",
      "profile:hz:199 { @[kstack(8), comm] = count(); }",
    ]);
    await waitFor(terminal, "13.562s");
    terminal.type(KEYS.end);
    await waitFor(terminal, "5,396 end");
    terminal.type(KEYS.enter);
    await waitFor(terminal, "tree (f: flame graph)");
    await expectScreen(terminal, folder, "tree");
    terminal.type(`${KEYS.down}o`);
    await waitFor(terminal, "▸ swapper/1");
    await expectScreen(terminal, folder, "tree-folded");
    terminal.type("f");
    await waitFor(terminal, "flame graph (f: tree)");
    await expectScreen(terminal, folder, "flame");
    terminal.type(`${KEYS.right}${KEYS.right}${KEYS.enter}`);
    await waitFor(terminal, "│hsburn   ");
    await expectScreen(terminal, folder, "flame-zoomed");
    terminal.type(KEYS.escape);
    await waitFor(terminal, "│all");
    terminal.type(KEYS.escape);
    await waitFor(terminal, "by value down");
  });

  test("200 columns: all panels at once; help; another size", async () => {
    const terminal = await openReads(WIDE);
    terminal.type("g#300\r");
    await waitFor(terminal, "#300");
    terminal.type("n");
    await waitFor(terminal, "#301");
    await expectScreen(terminal, folder, "wide");
    terminal.type("?");
    await waitFor(terminal, "Keys (Esc closes)");
    await expectScreen(terminal, folder, "wide-help");
    terminal.type("?");
    await waitWithout(terminal, "Keys (Esc closes)");
    terminal.resize(80, 24);
    await waitFor(terminal, " Maps  Output  Program");
    await expectScreen(terminal, folder, "narrowed");
    terminal.resize(30, 8);
    await waitFor(terminal, "needs 40x10");
    terminal.resize(200, 50);
    await waitFor(terminal, "│ Program");
    await expectScreen(terminal, folder, "wide");
  });

  test("help fits into 80 columns, and says what every key does", async () => {
    const terminal = await openReads();
    terminal.type("?");
    await waitFor(terminal, "Keys (Esc closes)");
    await expectScreen(terminal, folder, "help");
  });

  test("the mouse seeks on the timeline, chooses rows and opens them", async () => {
    const terminal = await openReads();
    // Press and release come in one read.
    terminal.type(click(60, 21));
    await waitFor(terminal, "#4,164");
    await expectScreen(terminal, folder, "clicked-timeline");
    const row = terminal.rows().findIndex((text) => text.includes("@bytes"));
    terminal.type(click(5, row + 2));
    terminal.type(click(5, row + 2));
    await waitFor(terminal, "samples");
    terminal.type(KEYS.escape);
    await waitFor(terminal, "@by_comm");
    terminal.type(`\x1b[<65;5;5M\x1b[<65;5;5M\x1b[<65;5;5M\x1b[<65;5;5M\x1b[<65;5;5M\x1b[<65;5;5M\x1b[<65;5;5M\x1b[<65;5;5M`);
    await waitFor(terminal, "bash");
  });

  test("what is no time is said; a column on is seen in the values", async () => {
    const terminal = await openReads();
    terminal.type("gsoon\r");
    await waitFor(terminal, "not a time: soon");
    terminal.type(KEYS.right);
    await waitFor(terminal, "@bytes  n 5");
    terminal.type(KEYS.left);
    await waitFor(terminal, "@bytes  n 2");
    terminal.type(KEYS.home);
    await waitFor(terminal, "nothing yet");
  });
});
