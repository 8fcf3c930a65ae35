/** Texts of signals: glibc strsignal(3) in English; `N/A` out of range (row 5.35). */
import type { TextTable } from "./text-table.ts";

const STANDARD = [
  "Hangup",
  "Interrupt",
  "Quit",
  "Illegal instruction",
  "Trace/breakpoint trap",
  "Aborted",
  "Bus error",
  "Floating point exception",
  "Killed",
  "User defined signal 1",
  "Segmentation fault",
  "User defined signal 2",
  "Broken pipe",
  "Alarm clock",
  "Terminated",
  "Stack fault",
  "Child exited",
  "Continued",
  "Stopped (signal)",
  "Stopped",
  "Stopped (tty input)",
  "Stopped (tty output)",
  "Urgent I/O condition",
  "CPU time limit exceeded",
  "File size limit exceeded",
  "Virtual timer expired",
  "Profiling timer expired",
  "Window changed",
  "I/O possible",
  "Power failure",
  "Bad system call",
];

/** 32 and 33 belong to the C library's threads. */
const FIRST_REAL_TIME = 34;
const LAST_REAL_TIME = 64;

export const signalTexts: TextTable = {
  name: "signals",
  texts: [
    "Unknown signal 0",
    ...STANDARD,
    "Unknown signal 32",
    "Unknown signal 33",
    ...Array.from({ length: LAST_REAL_TIME - FIRST_REAL_TIME + 1 }, (_, i) => `Real-time signal ${i}`),
  ],
  unknown: "N/A",
};
