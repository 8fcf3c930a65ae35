/** Documents for other tools, read back; and, whole, as they are expected to the byte. */
import { expect, test } from "vitest";
import { exportPrinter } from "../../../src/output/export/export-printer.ts";
import type { ExportFormatName } from "../../../src/output/export/names.ts";
import { placesOf } from "../../../src/output/places.ts";
import { utcClock } from "../../../src/output/strftime.ts";
import { usesTasks } from "../../../src/session/compile.ts";
import { recordedMachine, symbolsFor, type SideData } from "../../../src/session/recorded-machine.ts";
import { createSession } from "../../../src/session/session.ts";
import { newStackSource, stackNames, stackTexts } from "../../../src/session/stack-text.ts";
import type { Recording } from "../../../probes/recording.ts";
import { kernelStack, madeEvent, madeRecording, type MadeRecord } from "../../support/made-recording.ts";
import { decodeProfile } from "../../support/pprof.ts";
import { compile } from "../../support/run-script.ts";
import { elementsOf, parseXml } from "../../support/xml.ts";

const KALLSYMS = ["000 T entry", "100 T do_sys<call>", "200 T vfs;read", "300 T schedule", "400 T page_fault"]
  .map((line) => `ffffffff81000${line}\n`)
  .join("");
const at = (n: number): bigint => 0xffffffff81000000n + BigInt(n);

const tick = madeEvent("demo", "tick", 900, [["int n", 4, 1]]);
function stackOf(...frames: readonly bigint[]): MadeRecord {
  const bytes = new Uint8Array(8 * frames.length);
  frames.forEach((frame, i) => new DataView(bytes.buffer).setBigUint64(8 * i, frame, true));
  return { event: kernelStack, values: { size: frames.length, caller: bytes } };
}
const tickAt = (n: number): MadeRecord => ({ event: tick, values: { n } });

/** vfs;read twice, schedule (in it) three times, a fault once, at two offsets each; and an event without a stack. */
const RECORDS = [
  ...[1, 2].flatMap((n) => [tickAt(n), stackOf(at(0x210 + n), at(0x120), at(0x10))]),
  ...[3, 4, 5].flatMap((n) => [tickAt(n), stackOf(at(0x300 + n), at(0x220), at(0x120), at(0x10))]),
  ...[6].flatMap((n) => [tickAt(n), stackOf(at(0x400), 0xffff000000001000n)]),
  tickAt(7),
];

const record = (): Promise<Recording> => madeRecording(RECORDS, { kallsyms: KALLSYMS });

interface Exported {
  readonly document: string;
  readonly stderr: string;
}

/** As the command does it. */
async function exported(name: ExportFormatName, script: string, recording: Recording, side?: SideData): Promise<Exported> {
  const compilation = compile(script, { recording, ...(side && { side }) });
  if (compilation.script === null) expect.fail(compilation.diagnostics.map(({ message }) => message).join("\n"));
  const machine = recordedMachine(recording, side);
  const missing = { kernelSymbols: 0, userSymbols: 0 };
  const stackSource = newStackSource();
  let document = "";
  let stderr = "";
  const context = {
    truncTrailer: "..",
    clock: utcClock(0n),
    unitLabels: "value",
    symbol: symbolsFor(machine, missing),
    stack: stackTexts(stackSource, machine, missing),
    stackNames: stackNames(stackSource, machine, missing),
  } as const;
  const { printer, finish } = exportPrinter(name, context, {
    context,
    host: { readFile: () => ({ error: "" }), run: () => "" },
    write: (text) => {
      document += text;
    },
    writeError: (text) => {
      stderr += text;
    },
    ...placesOf(compilation.source),
    quiet: true,
    warnings: true,
  });
  for (const stream of recording.streams) stream.rewind();
  const session = createSession({
    script: compilation.script,
    contextBytes: compilation.contextBytes,
    hir: compilation.hir,
    stackRecords: machine.stackRecords,
    spaces: machine.user.spaceChanges,
    stackSource,
    recording,
    live: { now: () => 0n, sleepUntil: async () => {}, pid: 1, comm: "test" },
    sink: printer,
    backend: "jit",
    ncpus: 2,
    randSeed: 1n,
    window: { from: null, to: null },
    printMapsOnExit: true,
    trackTasks: usesTasks(compilation.hir),
    breathe: async () => {},
  });
  await session.run();
  finish();
  return { document, stderr };
}

const bytes = (document: string): Uint8Array => Uint8Array.from(document, (character) => character.charCodeAt(0));
const utf8 = (document: string): string => new TextDecoder("utf-8", { fatal: true }).decode(bytes(document));

const STACKS = 'tracepoint:demo:tick { @stacks[kstack] = count(); @weight[kstack, args.n % 2 ? "odd" : "even"] = sum(args.n); }';

test("folded stacks: the root first, names without offsets, alike ones added up", async () => {
  const { document, stderr } = await exported("folded", "tracepoint:demo:tick { @[kstack] = count(); }", await record());
  expect(document.split("\n")).toEqual([
    "0xffff000000001000;page_fault 1",
    "entry;do_sys<call>;vfs:read 2",
    "entry;do_sys<call>;vfs:read;schedule 3",
    "[no stack] 1",
    "",
  ]);
  expect(stderr).toBe("");
});

test("what the key holds beside the stack lies below it; values add up", async () => {
  const { document } = await exported("folded", STACKS, await record());
  expect(document.split("\n")).toEqual(
    expect.arrayContaining(["odd;entry;do_sys<call>;vfs:read;schedule 8", "even;entry;do_sys<call>;vfs:read;schedule 4", "odd 7"]),
  );
});

test("speedscope: a profile for every map, over shared frames", async () => {
  const { document } = await exported("speedscope", STACKS, await record());
  const file = JSON.parse(utf8(document)) as {
    readonly $schema: string;
    readonly exporter: string;
    readonly shared: { readonly frames: readonly { readonly name: string }[] };
    readonly profiles: readonly {
      readonly type: string;
      readonly name: string;
      readonly unit: string;
      readonly startValue: number;
      readonly endValue: number;
      readonly samples: readonly (readonly number[])[];
      readonly weights: readonly number[];
    }[];
  };
  expect(file.$schema).toBe("https://www.speedscope.app/file-format-schema.json");
  expect(file.profiles.map(({ type, name, unit, startValue, endValue }) => ({ type, name, unit, startValue, endValue }))).toEqual([
    { type: "sampled", name: "@stacks", unit: "none", startValue: 0, endValue: 7 },
    { type: "sampled", name: "@weight", unit: "none", startValue: 0, endValue: 28 },
  ]);
  for (const { samples, weights, endValue } of file.profiles) {
    expect(samples).toHaveLength(weights.length);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(endValue);
    for (const frame of samples.flat()) expect(file.shared.frames[frame]?.name).toEqual(expect.any(String));
  }
  const name = (frame: number): string => file.shared.frames[frame]!.name;
  const [stacks] = file.profiles;
  const largest = stacks!.weights.indexOf(3);
  expect(stacks!.samples[largest]!.map(name)).toEqual(["entry", "do_sys<call>", "vfs;read", "schedule"]);
});

test("pprof: every map a sample type, the leaf first, other parts of keys as labels", async () => {
  const { document } = await exported("pprof", STACKS, await record());
  const profile = decodeProfile(bytes(document));
  expect(profile.types).toEqual(["@stacks count", "@weight sum"]);
  expect(profile.mappings).toEqual(["[kernel.kallsyms]"]);
  const sums = [0, 1].map((type) => profile.samples.reduce((sum, { values }) => sum + values[type]!, 0n));
  expect(sums).toEqual([7n, 28n]);
  expect(profile.samples).toContainEqual({ stack: ["schedule", "vfs;read", "do_sys<call>", "entry"], values: [3n, 0n], labels: {} });
  expect(profile.samples).toContainEqual({
    stack: ["schedule", "vfs;read", "do_sys<call>", "entry"],
    values: [0n, 8n],
    labels: { key: "odd" },
  });
});

const CHARTS = `
  tracepoint:demo:tick {
    @stacks[kstack] = count();
    @["<&\\">", args.n % 3] = sum(args.n);
    @h[cpu] = hist(args.n);
    @l = lhist(args.n, 0, 10, 2);
    @avg[args.n % 2] = avg(args.n);
    @s = stats(args.n);
    @last = args.n;
    @series[cpu] = tseries(args.n, 4us, 20);
    @text[args.n] = "no number";
  }`;

test("svg: a flame graph, charts and bars that stand alone", async () => {
  const { document, stderr } = await exported("svg", CHARTS, await record());
  const svg = parseXml(utf8(document));
  expect(svg).toMatchObject({ name: "svg", attributes: { xmlns: "http://www.w3.org/2000/svg", width: "1200" } });
  expect(elementsOf(svg, "script")).toEqual([]);
  expect(document).not.toMatch(/(?:href|src|url\(|@import)/);
  const texts = elementsOf(svg, "text").map(({ text }) => text);
  expect(texts).toEqual(expect.arrayContaining(["@stacks", "do_sys<call>", '<&">, 1', "@h[0]", "@l", "@series[0]", "[4, 8)", "[2, 4)"]));
  const widths = new Map(
    elementsOf(svg, "g").flatMap(({ children }) =>
      children[0]?.name === "title" ? [[children[0].text, Number(children[1]!.attributes["width"])] as const] : [],
    ),
  );
  expect(widths.get("all (count 7, 100.00%)")).toBe(1176);
  expect(widths.get("schedule (count 3, 42.85%)")).toBe(504);
  expect(widths.get("vfs;read (count 5, 71.42%)")).toBe(840);
  expect(elementsOf(svg, "polyline")).toHaveLength(1);
  expect(stderr).toBe("WARNING: -f svg cannot show @text: its values are no numbers\n");
});

test("a map that a format cannot show is named once; what is no map goes to stderr", async () => {
  const script = 'tracepoint:demo:tick { @n = count(); print(@n); @a[kstack] = avg(args.n); } end { printf("bye\\n"); }';
  const { document, stderr } = await exported("folded", script, await record());
  expect(document).toBe("");
  expect(stderr).toBe(
    "WARNING: -f folded cannot show @n: its keys hold no stack\nbye\n" +
      "WARNING: -f folded cannot show @a: its values are no counts or sums, which could be added up\n",
  );
});

test("the document has each map as it was printed last", async () => {
  const script = "config = { print_maps_on_exit = 0 } tracepoint:demo:tick { @[kstack] = count(); print(@); clear(@); }";
  const { document } = await exported("folded", script, await record());
  expect(document).toBe("[no stack] 1\n");
});

test.each([
  ["folded", STACKS, "stacks.folded"],
  ["speedscope", STACKS, "stacks.speedscope"],
  ["svg", CHARTS, "charts.svg"],
] as const)("to the byte: %s", async (format, script, file) => {
  const first = await exported(format, script, await record());
  expect((await exported(format, script, await record())).document).toBe(first.document);
  await expect(utf8(first.document)).toMatchFileSnapshot(`expected/${file}`);
});

test("nothing at all is a document, too", async () => {
  const script = "tracepoint:demo:tick /args.n > 100/ { @[kstack] = count(); }";
  expect((await exported("folded", script, await record())).document).toBe("");
  expect(decodeProfile(bytes((await exported("pprof", script, await record())).document)).samples).toEqual([]);
  expect(JSON.parse(utf8((await exported("speedscope", script, await record())).document))).toMatchObject({ profiles: [] });
  expect(parseXml(utf8((await exported("svg", script, await record())).document)).name).toBe("svg");
});
