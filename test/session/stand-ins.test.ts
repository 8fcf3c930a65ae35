/** Pointers that were followed while recording and not recorded themselves: what is said of them as numbers. */
import { expect, test } from "vitest";
import { missingArguments } from "../../src/cli/missing-arguments.ts";
import { fixtureTypes, sideWithTypes } from "../support/kernel-types.ts";
import { entryIp, madeEvent, madeRecording } from "../support/made-recording.ts";
import { runScript } from "../support/run-script.ts";

const FUNCTION = 0xffffffff81001000n;

/** Messages and hints, and what was printed. */
async function run(script: string): Promise<{ readonly said: readonly string[]; readonly stdout: string }> {
  const event = madeEvent("hs", "serve", 504, [entryIp, ["s32 p0_next_x", 4, 1], ["u64 arg2", 8, 0]]);
  const records = [1, 2].map((arg2) => ({ event, values: { __probe_ip: FUNCTION, p0_next_x: -5, arg2 } }));
  const recording = await madeRecording(records, { kallsyms: `${FUNCTION.toString(16)} T serve\n` });
  const side = { ...sideWithTypes({ given: fixtureTypes() }), definitions: [] };
  const { stdout, stderr, exitCode, missingArguments: missing } = await runScript(script, { recording, side });
  expect(exitCode, stderr).toBe(0);
  return { stdout, said: missingArguments(missing).flatMap(({ message, hint }) => [message, hint ?? ""]) };
}

const lacks = (name: string, point: string): string =>
  `the recording does not hold ${name} of ${point}, only what it leads to: asked for 2 times, answered with a number that stands for it`;
const RECORD_IT = "record it with: echo 'p:hs/serve serve arg0=$arg1 arg2=$arg3' >> /sys/kernel/tracing/kprobe_events";

test.each([
  ["a key", "@[arg0] = count();"],
  ["a value that is kept", "@last = arg0;"],
  ["a value that is printed", 'printf("%p", arg0);'],
  ["computed with", "@ = sum(arg0 + 8);"],
  ["compared with another number", "if (arg0 == arg2) { print(1); }"],
  ["by way of a variable", "$p = arg0; print(($p, 1));"],
  ["a symbol of the kernel", "print(ksym(arg0));"],
])("said once: %s", async (_, body) => {
  expect((await run(`kprobe:serve { ${body} }`)).said).toEqual([lacks("arg0", "kprobe:serve"), RECORD_IT]);
});

test("by its name", async () => {
  expect((await run("fentry:serve { @[args.request] = count(); }")).said).toEqual([
    lacks("args.request", "fentry:vmlinux:serve"),
    "record all by name with: echo 'f:hs/serve serve $arg*' >> /sys/kernel/tracing/dynamic_events (Linux 6.5 or newer)",
  ]);
});

test.each([
  ["followed", "print(((struct outer *)arg0)->next->x);"],
  ["asked whether there is one", "if (arg0 != 0 && arg0) { print(((struct outer *)arg0)->next->x); }"],
  ["kept and then followed", "@p[tid] = arg0; print(((struct outer *)@p[tid])->next->x); delete(@p, tid);"],
  ["another value in the same variable", "$p = arg0; print(((struct outer *)$p)->next->x); $p = 3; if ($p == arg2) { print(1); }"],
])("nothing to say: %s", async (_, body) => {
  const { said, stdout } = await run(`kprobe:serve { ${body} }`);
  expect(said).toEqual([]);
  expect(stdout).toContain("-5\n-5");
});
