import { expect, test } from "vitest";
import { verify } from "../../src/bpf/verifier/verify.ts";
import { openRecording } from "../../probes/open.ts";
import { compile } from "../support/run-script.ts";

const opened = await openRecording(new URL("../../probes/samples/nightly-report.dat", import.meta.url).pathname);
if (!opened.ok) throw new Error(opened.message);
const { recording } = opened;

const times = (count: number, line: (n: number) => string, between = "\n"): string =>
  Array.from({ length: count }, (_, n) => line(n)).join(between);
const mixed = (n: number): number => (n * 7919) % 2003;

const COUNT = 120;
/** Bodies in which every combination of conditions could be a path of its own. */
const bodies: Readonly<Record<string, string>> = {
  "a field": times(COUNT, (n) => `if (args.prev_prio > ${mixed(n)}) { @c[${n}] = count(); }`),
  "two fields": times(COUNT, (n) => `if (args.prev_prio > ${mixed(n)} && args.next_prio < ${n}) { @c[${n}] = count(); } else { @d++; }`),
  "a builtin": times(COUNT, (n) => `if (pid == ${mixed(n)} || tid == ${n}) { @c[${n}] = count(); }`),
  "a map": times(COUNT, (n) => `if (@x > ${mixed(n)}) { @c[${n}] = count(); }`),
  "many elements": times(COUNT, (n) => `if (@y[tid, ${n}] > ${n}) { @y[tid, ${n}] -= 1; }`),
  "a variable": `$x = args.prev_prio * 3; ${times(COUNT, (n) => `if ($x == ${mixed(n)}) { @c[${n}] = count(); }`)}`,
  "a variable that changes": `$x = args.prev_prio; ${times(COUNT, (n) => `if ($x > ${n}) { $x = $x - ${(n % 5) + 1}; }`)} @[$x] = count();`,
  "a counter": `$n = 0; ${times(COUNT, (n) => `if (args.prev_prio & ${n + 1}) { $n++; }`)} @[$n] = count();`,
  flags: times(20, (n) => `$f${n} = 0; if (args.prev_pid & ${n + 1}) { $f${n} = 1; }`) + times(20, (n) => `if ($f${n}) { @f[${n}] = 1; }`),
  "else-if chains": times(4, () => times(30, (n) => `if (args.next_pid == ${n}) { @b[${n}] = count(); }`, " else ")),
  "chains of ternaries": times(8, (n) => `$t = ${times(20, (m) => `args.prev_prio > ${m * n} ? ${m}`, " : ")} : 0; @t[$t] = count();`),
};

test.each(Object.entries(bodies))("conditions on %s are proven in linear time, by the kernel too", (_, body) => {
  const start = "begin { @x = nsecs; @y[tid, 1] = nsecs; }";
  // The kernel's verdict is asked for by compile().
  const { script } = compile(`${start} tracepoint:sched:sched_switch { ${body} }`, { recording });
  const program = script!.programs.at(-1)!;
  const { ok, stats } = verify(program, script!.maps);
  expect(ok).toBe(true);
  expect(stats.insns).toBeLessThan(program.insns.length * 5);
});

test("a block of a hundred thousand instructions is compiled like any other", () => {
  const { script, diagnostics } = compile(`begin { if (1) { ${times(25_000, (n) => `print(nsecs + rand * ${n});`, " ")} } }`);
  expect(diagnostics).toEqual([]);
  expect(script!.programs[0]!.insns.length).toBeGreaterThan(100_000);
});
