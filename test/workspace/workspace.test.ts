/** A workspace: programs over one recording, their output as it is at each instant. */
import { expect, test } from "vitest";
import { recordedMachine } from "../../src/session/recorded-machine.ts";
import { utcClock } from "../../src/output/strftime.ts";
import { createWorkspace, diagnosticTexts, type Attached, type Workspace } from "../../src/workspace/workspace.ts";
import { madeEvent, madeRecording } from "../support/made-recording.ts";

const tick = madeEvent("demo", "tick", 900, [["int n", 4, 1]]);

async function workspace(): Promise<Workspace> {
  const recording = await madeRecording([1, 2, 3].map((n) => ({ event: tick, values: { n } })));
  const machine = recordedMachine(recording);
  return createWorkspace({
    recording,
    machine,
    compileOptions: () => ({
      catalogue: machine.catalogue,
      params: [],
      namedParams: new Map(),
      config: new Map(),
      ncpus: 2,
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

const shown = ({ log, replay }: Attached, to: "output" | "error" = "output"): string =>
  log
    .between(0, replay.position().told)
    .filter((piece) => piece.to === to)
    .map(({ text }) => text)
    .join("");

test("what is printed is what has happened, forwards and backwards, and of the next program too", async () => {
  const desk = await workspace();
  const first = desk.attach(desk.compile('tracepoint:demo:tick { printf("n %d\\n", args.n); @ = sum(args.n); }'))!;
  first.replay.seekFiring(2);
  expect(shown(first)).toBe("n 1\nn 2\n");
  first.replay.step(-1);
  expect(shown(first)).toBe("n 1\n");
  first.replay.finish();
  expect(shown(first)).toBe("n 1\nn 2\nn 3\n\n\n@: 6\n");
  const second = desk.attach(desk.compile("tracepoint:demo:tick { @[args.n] = count(); }"), "json")!;
  second.replay.finish();
  expect(JSON.parse(shown(second).trim())).toMatchObject({ type: "map", data: { "@": { 1: 1, 2: 1, 3: 1 } } });
  desk.close();
});

test("run-time warnings are told apart", async () => {
  const desk = await workspace();
  const one = desk.attach(desk.compile("tracepoint:demo:tick { print(1 / (args.n - args.n)); }"))!;
  one.replay.seekFiring(1);
  expect(shown(one)).toBe("1\n");
  expect(shown(one, "error")).toMatch(/WARNING: Divide or modulo by 0/);
});

test("a text with mistakes says so, and attaches to nothing", async () => {
  const desk = await workspace();
  const compilation = desk.compile("tracepoint:demo:tack { }");
  expect(desk.attach(compilation)).toBeNull();
  expect(diagnosticTexts(compilation, "error").join("")).toMatch(/script:1:1-21: ERROR: .*tack/);
});
