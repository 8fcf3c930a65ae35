/** How often each line of a script has run, at any instant; and that counting changes nothing else. */
import { expect, test } from "vitest";
import { utcClock } from "../../src/output/strftime.ts";
import { countLines } from "../../src/session/line-counts.ts";
import { recordedMachine } from "../../src/session/recorded-machine.ts";
import { createWorkspace, type Attached, type Workspace } from "../../src/workspace/workspace.ts";
import { madeEvent, madeRecording } from "../support/made-recording.ts";
import { recordingOf } from "../support/recordings.ts";
import type { Recording } from "../../probes/recording.ts";

const tick = madeEvent("demo", "tick", 900, [["int n", 4, 1]]);
const ticks = (): Promise<Recording> => madeRecording(Array.from({ length: 10 }, (_, n) => ({ event: tick, values: { n } })));

function workspaceOver(recording: Recording): Workspace {
  const machine = recordedMachine(recording);
  return createWorkspace({
    recording,
    machine,
    compileOptions: () => ({
      catalogue: machine.catalogue,
      params: [],
      namedParams: new Map(),
      config: new Map(),
      ncpus: recording.catalogue.ncpus,
      architecture: machine.architecture,
      kernelSymbols: machine.symbols,
    }),
    clock: utcClock(0n),
    host: () => ({ readFile: () => ({ error: "none" }), run: () => "" }),
    backend: "jit",
    seed: 1n,
    window: { from: null, to: null },
    bootEpochNs: 0n,
    warnings: true,
  });
}

async function counted(text: string): Promise<{ readonly attached: Attached; readonly lines: () => (number | null)[] }> {
  const recording = await ticks();
  const workspace = workspaceOver(recording);
  const count = countLines(workspace.compile(text), recording.catalogue.ncpus)!;
  const attached = workspace.attach(count.compilation)!;
  const lines = (): (number | null)[] => {
    const counts = count.counts(attached.replay.maps);
    return text.split("\n").map((_, i) => (counts.has(i + 1) ? Number(counts.get(i + 1)) : null));
  };
  return { attached, lines };
}

const text = `BEGIN { @a = 0; }
tracepoint:demo:tick
/args.n > 3/
{
  @a++;
  if (args.n % 2 == 0) {
    @even = count();
  } else {
    @odd = sum(args.n);
  }
  $i = 0;
  while ($i < 7 && $i < args.n) {
    @loops = count();
    $i++;
  }
}
tracepoint:demo:tick { @x = count(); } tracepoint:demo:tick /args.n == 5/ { @y = count(); }
END {
  clear(@a);
}`;

test("lines in branches and loops, predicates, several probes on a line", async () => {
  const { attached, lines } = await counted(text);
  attached.replay.seekEnd();
  const counts = lines();
  expect(counts.slice(0, 3)).toEqual([1, 10, 10]);
  // n = 4 to 9; rounds: 4 + 5 + 6 + 7 + 7 + 7.
  expect([counts[4], counts[5], counts[6], counts[8], counts[10]]).toEqual([6, 6, 3, 3, 6]);
  expect([counts[12], counts[13]]).toEqual([36, 36]);
  expect(counts[16]).toBe(20);
  expect(counts[18]).toBe(0);
  attached.replay.finish();
  expect(lines()[18]).toBe(1);
});

test("they are those of the instant, whatever way led there", async () => {
  const { attached, lines } = await counted(text);
  const forward = Array.from({ length: 10 }, (_, i) => {
    attached.replay.seekFiring(i + 1);
    return lines();
  });
  for (const i of [9, 3, 0, 7]) {
    attached.replay.seekFiring(i + 1);
    expect(lines()).toEqual(forward[i]);
  }
  attached.replay.seekFiring(0);
  expect(lines()[4]).toBe(0);
});

test("macros count where they are called, functions where they are written; the library's lines are not the script's", async () => {
  const { attached, lines } = await counted(
    [
      "macro inc($x) {",
      "  $x++;",
      "}",
      "fn twice($n: int64): int64 {",
      "  return $n * 2;",
      "}",
      "tracepoint:demo:tick {",
      "  $a = 1;",
      "  inc($a);",
      "  @ = twice($a);",
      "}",
    ].join("\n"),
  );
  attached.replay.seekEnd();
  const counts = lines();
  expect([counts[1], counts[4], counts[7], counts[8], counts[9]]).toEqual([null, 10, 10, 10, 10]);
});

test("what the script prints and holds is the same", async () => {
  const recording = await recordingOf("s01-fileread");
  const script = `tracepoint:syscalls:sys_enter_read { @at[tid] = nsecs; }
tracepoint:syscalls:sys_exit_read /@at[tid]/ { @us[comm] = hist((nsecs - @at[tid]) / 1000); if (args.ret < 0) { printf("%d\\n", args.ret); } delete(@at, tid); }`;
  const output = (isCounted: boolean): string => {
    const workspace = workspaceOver(recording);
    const plain = workspace.compile(script);
    const attached = workspace.attach(isCounted ? countLines(plain, recording.catalogue.ncpus)!.compilation : plain)!;
    attached.replay.finish();
    return attached.log
      .between(0, attached.replay.position().told)
      .map((piece) => piece.text)
      .join("");
  };
  expect(output(false)).toMatch(/@us\[/);
  expect(output(true)).toBe(output(false));
});

test("there is nothing to count in a script with mistakes", async () => {
  const workspace = workspaceOver(await ticks());
  expect(countLines(workspace.compile("tracepoint:demo:tock { }"), 2)).toBeNull();
});
