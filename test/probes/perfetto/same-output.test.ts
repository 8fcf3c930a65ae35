/** Scripts over the events of a recording print the same bytes when these were recorded by Perfetto. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { nothingBeside } from "../../../probes/formats/format.ts";
import { openRecordingBytes } from "../../../probes/open.ts";
import { fixturePath } from "../../support/fixtures.ts";
import { recordingOf } from "../../support/recordings.ts";
import { runScript } from "../../support/run-script.ts";
import { perfettoOf, type Conversion } from "./convert.ts";

async function same(name: string, scripts: readonly string[], conversion: Conversion = {}): Promise<void> {
  const original = await recordingOf(name);
  const opened = await openRecordingBytes("x.pftrace", perfettoOf(original, conversion), {
    ...nothingBeside,
    kallsyms: original.kallsyms(),
  });
  if (!opened.ok) expect.fail(opened.message);
  for (const script of scripts) {
    const want = await runScript(script, { recording: original });
    const got = await runScript(script, { recording: opened.recording });
    expect(got.stderr).toBe(want.stderr);
    expect(got.stdout, script).toBe(want.stdout);
    expect(want.stdout.length).toBeGreaterThan(20);
  }
  expect(opened.recording.info.warnings).toEqual([]);
}

const scriptsOf = (name: string, except: readonly string[] = []): string[] => {
  const files = readdirSync(fixturePath(`traces/${name}`)).filter((file) => file.endsWith(".bt") && !except.includes(file));
  return files.map((file) => readFileSync(fixturePath(`traces/${name}/${file}`), "utf8"));
};

const OPTIONS: readonly (readonly [string, Conversion])[] = [
  ["plain", {}],
  ["compressed", { compressed: true }],
  ["one event a bundle", { perBundle: 1 }],
];

test.each(OPTIONS)("switches and wakeups, %s", async (_name, conversion) => {
  await same("s04-pingpong", scriptsOf("s04-pingpong", ["kstack.bt"]), conversion);
});

test("disks and their requests", async () => {
  await same("s02-ddio", scriptsOf("s02-ddio"));
});

test("tasks that are born, renamed, and die", async () => {
  await same("s03-forkexec", scriptsOf("s03-forkexec"));
});

test("interrupts", async () => {
  await same("s16-irq", scriptsOf("s16-irq"));
});

/** Of who is switched from, the name is the one at the switch before: what it was called since then is not in the columns. */
test("switches in columns, but for the first of each CPU", async () => {
  const original = await recordingOf("s04-pingpong");
  const opened = await openRecordingBytes("x.pftrace", perfettoOf(original, { compact: true }));
  if (!opened.ok) expect.fail(opened.message);
  const script =
    `sched_switch /@seen[cpu]/ { @[cpu, tid, args.prev_pid, args.prev_prio, args.prev_state, args.next_comm, args.next_pid] = sum(nsecs); }
    sched_switch { @seen[cpu] = 1; }
    sched_waking /@seen[cpu]/ { @w[cpu, args.comm, args.pid, args.prio, args.target_cpu] = sum(nsecs); }
    end { clear(@seen); }`
      .replaceAll("sched_switch", "tracepoint:sched:sched_switch")
      .replaceAll("sched_waking", "tracepoint:sched:sched_waking");
  const want = await runScript(script, { recording: original });
  const got = await runScript(script.replaceAll("/@seen[cpu]/", ""), { recording: opened.recording });
  expect(got.stdout).toBe(want.stdout);
  expect(got.stdout.length).toBeGreaterThan(1000);
  expect(opened.recording.info.warnings).toEqual([
    expect.stringMatching(/^\d+ compact switches and wakings before which it is not known who ran/),
  ]);
});
