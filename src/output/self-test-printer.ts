/** What --test and --bench print around the output of begin and end probes (rows 8.24, 8.25, 9.21, 9.22). */
import type { SessionEvent } from "../session/events.ts";
import { toByteString } from "./byte-text.ts";
import { jsonString } from "./json.ts";
import type { Printer, PrinterOptions } from "./printer.ts";
import { textPrinter } from "./text-printer.ts";

type TestResult = Extract<SessionEvent, { kind: "test_result" }>;
type BenchmarkResult = Extract<SessionEvent, { kind: "benchmark_result" }>;

const GREEN = "\x1b[32m";
const RED = "\x1b[31m";
const RESET = "\x1b[0m";

const tag = (colour: string, text: string): string => `${colour}[${text}]${RESET}`;
const tests = (n: number): string => `${n} ${n === 1 ? "test" : "tests"}`;

/** Bytes, as all output: μ has two. The largest unit that gives a whole number above zero. */
function durationText(ns: bigint): string {
  const units = [
    ["s", 1_000_000_000n],
    ["ms", 1_000_000n],
    ["\xce\xbcs", 1_000n],
  ] as const;
  const unit = units.find(([, size]) => ns >= size);
  return unit === undefined ? `${String(ns)} ns` : `${String(ns / unit[1])} ${unit[0]}`;
}

function summary({ tests: names, passed }: TestResult): string {
  const failed = names.filter((_, i) => passed[i] !== true);
  const lines = [
    `${tag(GREEN, "==========")} ${tests(names.length)} ran.`,
    `${tag(GREEN, "  PASSED  ")} ${tests(names.length - failed.length)}.`,
    ...(failed.length === 0 ? [] : [`${tag(RED, "  FAILED  ")} ${tests(failed.length)}, listed below:`]),
    ...failed.map((name) => `${tag(RED, "  FAILED  ")} ${name}`),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** As googletest prints it. The output of a test shows only if it failed. */
function testText(result: TestResult, output: string): string {
  const { tests: names, index, durationNs, passed } = result;
  const name = names[index] ?? "";
  const ok = passed[index] === true;
  const said = ok ? [] : output.split("\n").filter((line) => line !== "");
  const lines = [
    ...(index === 0 ? [`${tag(GREEN, "==========")} Running ${names.length} tests.`] : []),
    `${tag(GREEN, " RUN      ")} ${name}`,
    ...said,
    `${ok ? tag(GREEN, "       OK ") : tag(RED, "  FAILED  ")} ${name} (${durationText(durationNs)})`,
  ];
  return lines.map((line) => `${line}\n`).join("") + (index === names.length - 1 ? summary(result) : "");
}

function testJson({ tests: names, index, durationNs, passed }: TestResult, output: string): string {
  const result = `{"duration": ${String(durationNs)}, "passed": ${String(passed[index] === true)}, "output": ${jsonString(output)}}`;
  return `{"type": "test_result", "data": {${jsonString(names[index] ?? "")}: ${result}}}\n`;
}

const LEAST_NAME_COLUMNS = 40;
const TIME_COLUMNS = 15;

export function benchmarkText({ benchmarks, index, averageNs, iterations }: BenchmarkResult, isFirst: boolean): string {
  const columns = Math.max(LEAST_NAME_COLUMNS, ...benchmarks.map((name) => name.length)) + 1;
  const head = `${"Benchmark".padEnd(columns)}${"Time(ns)".padEnd(TIME_COLUMNS)}Iterations`;
  const row = `${(benchmarks[index] ?? "").padEnd(columns)}${String(averageNs).padEnd(TIME_COLUMNS)}${iterations}\n`;
  return isFirst ? `${head}\n${"-".repeat(head.length)}\n${row}` : row;
}

function benchmarkJson({ benchmarks, index, averageNs, iterations }: BenchmarkResult): string {
  const result = `{"average": ${String(averageNs)}, "iters": ${iterations}}`;
  return `{"type": "benchmark_result", "data": {${jsonString(benchmarks[index] ?? "")}: ${result}}}\n`;
}

/** `outside` prints what is not part of a test. Maps are not printed at the end. */
export function selfTestPrinter(outside: Printer, options: PrinterOptions, format: "text" | "json"): Printer {
  let captured = "";
  const capture = (text: string): void => {
    captured += text;
  };
  const inside = textPrinter({ ...options, write: capture, writeError: (text) => capture(toByteString(text)) });
  let current = outside;
  let hasHead = false;

  return (event) => {
    switch (event.kind) {
      case "test_started":
        captured = "";
        current = inside;
        return;
      case "test_result":
        current = outside;
        options.write(format === "json" ? testJson(event, captured) : testText(event, captured));
        return;
      case "benchmark_result":
        options.write(format === "json" ? benchmarkJson(event) : benchmarkText(event, !hasHead));
        hasHead = true;
        return;
      case "benchmark_failed":
        options.writeError(`ERROR: Benchmark '${event.name}' failed.\n`);
        return;
      case "attached":
        return;
      default:
        current(event);
    }
  };
}
