/** Writes large texts of kernel events, the same bytes every time: system calls of two processes, as the kernel, trace-cmd and perf print them. */
import { closeSync, openSync, writeSync } from "node:fs";

export type TextForm = "ftrace text" | "trace-cmd report text" | "perf script text";

const FLUSH_BYTES = 1 << 20;
const FIRST_PID = 2101;
const START_SECONDS = 100;

interface Line {
  readonly cpu: number;
  readonly pid: number;
  readonly time: string;
  readonly isEnter: boolean;
  readonly count: number;
}

const hex = (n: number): string => `0x${n.toString(16)}`;
const padded = (n: number): string => `0x${n.toString(16).padStart(8, "0")}`;

const lineOf: Readonly<Record<TextForm, (line: Line) => string>> = {
  "ftrace text": ({ cpu, pid, time, isEnter, count }) =>
    `       bigload-${cpu}-${pid}    [00${cpu}] .....  ${time}: ${isEnter ? `sys_read(fd: 3, buf: 0x7ffe10002000, count: ${hex(count)})` : `sys_read -> ${hex(count)}`}`,
  "trace-cmd report text": ({ cpu, pid, time, isEnter, count }) =>
    `       bigload-${cpu}-${pid}  [00${cpu}]  ${time}: ${isEnter ? `sys_enter_read:       fd: 0x00000003, buf: 0x7ffe10002000, count: ${padded(count)}` : `sys_exit_read:        ${hex(count)}`}`,
  "perf script text": ({ cpu, pid, time, isEnter, count }) =>
    `       bigload-${cpu}  ${pid} [00${cpu}]  ${time}: ${isEnter ? `syscalls:sys_enter_read: fd: 0x00000003, buf: 0x7ffe10002000, count: ${padded(count)}` : ` syscalls:sys_exit_read: ${hex(count)}`}`,
};

const headers: Readonly<Record<TextForm, string>> = {
  "ftrace text": "# tracer: nop\n#\n# entries-in-buffer/entries-written: 1/1   #P:2\n#\n",
  "trace-cmd report text": "cpus=2\n",
  "perf script text": "",
};

/** Half of the events are enters, half exits. */
export function writeBigText(path: string, form: TextForm, events: number): void {
  const file = openSync(path, "w");
  let text = headers[form];
  for (let i = 0; i < events; i++) {
    const cpu = (i >> 1) & 1;
    const micros = 2 * i;
    const time = `${START_SECONDS + Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, "0")}`;
    text += `${lineOf[form]({ cpu, pid: FIRST_PID + cpu, time, isEnter: i % 2 === 0, count: 1 + (((i >> 2) * 37) & 2047) })}\n`;
    if (text.length < FLUSH_BYTES) continue;
    writeSync(file, text);
    text = "";
  }
  writeSync(file, text);
  closeSync(file);
}
