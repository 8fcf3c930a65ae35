/** A process id that is unknown counts as missing only where it was asked for, whichever backend runs the program. */
import { expect, test } from "vitest";
import { backends, machineOf, pumpAll, program, streamOf } from "../../support/machine.ts";
import { eventRecord, joinPages, writePage, type PageFormat } from "../../support/pages.ts";

const HAPPENS = 7;
const TASK = 4711;
const format: PageFormat = { byteOrder: "little", headerBytes: 16, pageBytes: 4096 };

const THREAD_ONLY = "call bpf_get_current_pid_tgid\n w0 = w0\n exit";
const THREAD_ONLY_IN_SUBPROGRAM = "call half\n exit\n half:\n call bpf_get_current_pid_tgid\n r0 <<= 32\n exit";
const BOTH = "call bpf_get_current_pid_tgid\n exit";
const PROCESS_ONLY = "call bpf_get_current_pid_tgid\n r0 >>= 32\n exit";
const PROCESS_ON_ONE_PATH = "r6 = *(u32 *)(r1 +4)\n call bpf_get_current_pid_tgid\n if r6 == 1 goto whole\n w0 = w0\n exit\n whole:\n exit";

test.each(
  backends.flatMap((backend) =>
    [
      { text: THREAD_ONLY, asked: 0 },
      { text: THREAD_ONLY_IN_SUBPROGRAM, asked: 0 },
      { text: BOTH, asked: 1 },
      { text: PROCESS_ONLY, asked: 1 },
      { text: PROCESS_ON_ONE_PATH, asked: 1 },
    ].map((row) => ({ backend, ...row })),
  ),
)("$backend: $text", ({ backend, text, asked }) => {
  const item = { kind: "data", delta: 0, payload: eventRecord("little", HAPPENS, TASK, new Uint8Array(8)) } as const;
  const streams = [streamOf({ cpu: 0, format, bytes: joinPages([writePage(format, { ts: 1n, items: [item] })]) })];
  const machine = machineOf({ programs: [program(text)], backend, streams });
  pumpAll(machine, { dispatch: new Map([[HAPPENS, [0]]]), trackTasks: true });
  expect(machine.stats().fired).toBe(1n);
  expect(machine.missingCounts()["tgid"]).toBe(asked);
});
