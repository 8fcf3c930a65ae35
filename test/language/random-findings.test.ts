/** Programs that random scripts (tooling/fuzz) have shown to go wrong once. */
import { expect, test } from "vitest";
import { verify } from "../../src/bpf/verifier/verify.ts";
import { openRecording } from "../../probes/open.ts";
import type { Recording } from "../../probes/recording.ts";
import { randomFrom, usualScript } from "../support/random-script.ts";
import { compile, runScript } from "../support/run-script.ts";

async function sample(): Promise<Recording> {
  const opened = await openRecording("probes/samples/nightly-report.dat");
  if (!opened.ok) throw new Error(opened.message);
  return opened.recording;
}

test("a record with a variable of the loop around it is no place for pointers, however large", async () => {
  const { stdout, stderr } = await runScript(
    'BEGIN { for ($i : 0..2) { $v = $i + 40; printf("%d %s %d\\n", $v, str("a"), 64); for ($j : 0..2) { print($v); } } }',
  );
  expect(stdout).toBe("40 a 64\n40\n40\n41 a 64\n41\n41\n\n\n");
  expect(stderr).toBe("Attached 1 probe\n");
});

test("a parameter of an unknown type is an error", async () => {
  const { stderr, exitCode } = await runScript("fn f($m: nothing_known) { $m + 1; } BEGIN { f(1); }");
  expect(stderr).toContain("nothing_known");
  expect(exitCode).toBe(1);
});

test("what lies about in the frame around a loop does not multiply what the verifier looks at", () => {
  const { script } = compile(`BEGIN {
    @n = 1; $v = 3;
    unroll (3) { @k[++@n] = @k[1]++; @w = @t[1]; }
    unroll (3) { @h = hist(rand); $v /= $v; }
    for ($i : 0..5) { @t[7] = comm; $v >>= 1; }
  }`);
  const verdict = verify(script!.programs[0]!, script!.maps);
  // Linux looks at 724 instructions.
  expect(verdict.ok && verdict.stats.insns).toBeLessThan(2000);
});

test("positional parameters in the types of a function's head", async () => {
  const { stdout } = await runScript("fn f($a: typeof($1)): typeof($1) { return $a; } BEGIN { print(f(7)); }", { params: ["5"] });
  expect(stdout).toBe("7\n\n\n");
});

test.each([36_550, 44_405])("loops beside values that were set on many ways are verified in few steps: random script %i", async (seed) => {
  // A verifier that keeps apart what makes no difference gives up after a million.
  const { script } = compile(usualScript(randomFrom(seed)), { recording: await sample(), params: ["7", "text"] });
  for (const program of script!.programs) {
    const verdict = verify(program, script!.maps);
    expect(verdict.ok && verdict.stats.insns).toBeLessThan(20_000);
  }
});
