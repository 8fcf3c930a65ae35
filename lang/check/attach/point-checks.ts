/** Which probe types beside those that can be attached are read, and by what. */
import { checkHardware, checkProfile, checkSoftware, checkWatchpoint } from "./perf-event.ts";
import type { PointCheck } from "./checked-point.ts";
import { checkIterator } from "./iterator.ts";
import { checkFentry, checkFexit, checkKprobe, checkKretprobe, checkRawTracepoint } from "./kernel-function.ts";
import { checkUprobe, checkUretprobe, checkUsdt } from "./user-function.ts";

export const pointChecks: Readonly<Record<string, PointCheck>> = {
  fentry: checkFentry,
  fexit: checkFexit,
  hardware: checkHardware,
  iter: checkIterator,
  kprobe: checkKprobe,
  kretprobe: checkKretprobe,
  profile: checkProfile,
  rawtracepoint: checkRawTracepoint,
  software: checkSoftware,
  uprobe: checkUprobe,
  uretprobe: checkUretprobe,
  usdt: checkUsdt,
  watchpoint: checkWatchpoint,
};
