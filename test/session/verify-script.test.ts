import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import type { ProbeCatalogue } from "../../lang/catalogue.ts";
import { openRecording } from "../../probes/open.ts";
import { compileScript } from "../../src/session/compile.ts";

const SAMPLE = fileURLToPath(new URL("../../probes/samples/nightly-report.dat", import.meta.url));

let catalogue: ProbeCatalogue;
beforeAll(async () => {
  const opened = await openRecording(SAMPLE);
  if (!opened.ok) expect.fail(opened.message);
  catalogue = opened.recording.catalogue;
  opened.recording.close();
});

const compile = (body: string) => {
  const source = { name: "stdin", text: `tracepoint:sched:sched_process_exec { ${body} }` };
  return compileScript(source, { catalogue, params: [], namedParams: new Map(), config: new Map(), ncpus: 2 });
};

test.each([
  'printf("%s", args.filename);',
  "print(args.filename);",
  "@ = args.filename;",
  "$a = args.filename; @[1, $a] = 2;",
  "if (args.filename == 5) { @++; }",
  "@ = sum((uint64)args.filename & 1);",
  "@ = hist((uint64)args.filename);",
])("%s: an address inside the event has no value", (body) => {
  const { diagnostics } = compile(body);
  expect(diagnostics.map(({ code, severity }) => ({ code, severity }))).toEqual([{ code: "HS4011", severity: "error" }]);
  expect(diagnostics[0]!.hint).toContain("str(args.FIELD)");
});

test.each([
  "@[str(args.filename)] = 1;",
  "@[str(args.filename + 1, 4)] = 1;",
  "if (args.filename != 0) { @++; }",
  "$a = args.filename; print(str($a));",
])("%s: it may be followed", (body) => {
  const { script, diagnostics } = compile(body);
  expect(diagnostics).toEqual([]);
  expect(script).not.toBeNull();
});

test("a loop without an end is the verifier's own word", () => {
  const { diagnostics } = compile("while (1) { @++; }");
  expect(diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code)).toEqual(["HS5001"]);
});
