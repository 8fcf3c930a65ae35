/** What the recording told of calls under way is part of where a replay is. */
import { expect, test } from "vitest";
import { attach } from "../../../src/session/attached.ts";
import { madeEvent, madeRecording } from "../../support/made-recording.ts";
import { prepared, type TravelOptions } from "../../support/travel.ts";

const enter = madeEvent("syscalls", "sys_enter_openat", 310, [
  ["const char * filename", 8, 0],
  ["__data_loc char[] __filename_val", 4, 1],
]);
const exit = madeEvent("syscalls", "sys_exit_openat", 311, [["long ret", 8, 1]]);

const TEXT = `tracepoint:syscalls:sys_enter_openat { @f[tid] = args.filename; }
  tracepoint:syscalls:sys_exit_openat { printf("%d %s\\n", tid, str(@f[tid])); }`;

/** Calls of 20 threads that overlap; all paths lie at the same few addresses. */
const records = Array.from({ length: 400 }, (_, i) => {
  const pid = 100 + ((i * 7) % 20);
  if (Math.floor(i / 20) % 2 === 1) return { event: exit, pid, values: { ret: 3n } };
  return { event: enter, pid, values: { filename: BigInt(0x7fff_0000 + 64 * (pid % 3)), __filename_val: `/dir/${i}` } };
});

/** What is printed from where it stands to the end. */
function rest(options: TravelOptions, move: (attached: ReturnType<typeof attach>) => void): string {
  const { common, log } = prepared(TEXT, options);
  for (const stream of options.recording.streams) stream.rewind();
  const attached = attach(common, common.script, options.recording);
  const tell = (event: () => Parameters<typeof log.sink>[0]): void => log.sink(event());
  attached.startPump(options.recording, null, null);
  move(attached);
  attached.machine.drain(() => false);
  const already = log.texts.length;
  while (attached.machine.pump() !== "done") attached.drain(tell);
  attached.drain(tell);
  return log.texts.slice(already).join("");
}

test.each(["jit", "interp"] as const)("an image has it, and gives it back: %s", async (backend) => {
  const recording = await madeRecording(records);
  const to = (firing: number) => (attached: ReturnType<typeof attach>) => {
    while (attached.machine.travel.pump({ firing }).result === "drain");
  };
  const straight = rest({ recording, backend }, to(90));
  expect(straight.match(/\d+ \/dir\/\d+/g)).toHaveLength(160);
  const back = rest({ recording, backend }, (attached) => {
    to(90)(attached);
    const image = attached.machine.travel.capture(null);
    to(210)(attached);
    attached.machine.travel.restore(image);
  });
  expect(back).toBe(straight);
});
