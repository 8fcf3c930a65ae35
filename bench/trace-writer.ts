/**
 * Writes a large trace.dat (version 6) of a syscall-heavy program, the same bytes every time: two processes, each bound to a CPU, go round
 * read, write, lseek, pread64, getppid, newfstatat, access, openat, close, close of a bad descriptor. Every call is an enter and an exit event.
 * Run: npx tsx bench/trace-writer.ts FILE EVENTS
 */
import { pathToFileURL } from "node:url";
import { parseEventFormat, type EventFormat } from "../probes/formats/event-format.ts";
import { pageBuilder } from "../tooling/trace-dat/pages.ts";
import { fileSink } from "../tooling/trace-dat/sink.ts";
import { readTemplate } from "../tooling/trace-dat/template.ts";
import { writeTraceDat } from "../tooling/trace-dat/writer.ts";

/** Formats of a real 6.1 kernel, as trace-cmd stored them. */
const template = new URL("../test/fixtures/syscall-formats.dat", import.meta.url).pathname;

const layout = { pageBytes: 4096, longBytes: 8, byteOrder: "little" } as const;
const firstPid = 2101;
const startNs = 100_000_000_000;

interface Call {
  readonly name: string;
  readonly args: Readonly<Record<string, (i: number) => number>>;
  readonly ret: (i: number) => number;
  /** Shortest time in the kernel; the tail above is drawn. */
  readonly ns: number;
}

const buffer = 0x7ffe_1000_2000;
const zeroFd = 3;
const nullFd = 4;
const openedFd = 5;
const readBytes = (i: number): number => 1 + ((i * 37) & 2047);
const writeBytes = (i: number): number => 1 + ((i * 91) & 4095);
const fixed = (n: number) => (): number => n;

/** What one round does, in order. Negative results are -errno. */
const round: readonly Call[] = [
  { name: "read", args: { fd: fixed(zeroFd), buf: fixed(buffer), count: readBytes }, ret: readBytes, ns: 350 },
  { name: "write", args: { fd: fixed(nullFd), buf: fixed(buffer), count: writeBytes }, ret: writeBytes, ns: 250 },
  { name: "lseek", args: { fd: fixed(zeroFd), offset: (i) => i & 255, whence: fixed(0) }, ret: (i) => i & 255, ns: 120 },
  { name: "pread64", args: { fd: fixed(zeroFd), buf: fixed(buffer), count: fixed(512), pos: fixed(0) }, ret: fixed(512), ns: 380 },
  { name: "getppid", args: {}, ret: fixed(2100), ns: 80 },
  {
    name: "newfstatat",
    args: { dfd: fixed(zeroFd), filename: fixed(0x4020_10), statbuf: fixed(buffer), flag: fixed(0x1000) },
    ret: fixed(0),
    ns: 420,
  },
  { name: "access", args: { filename: fixed(0x4020_14), mode: fixed(4) }, ret: fixed(-2), ns: 900 },
  {
    name: "openat",
    args: { dfd: fixed(0xffff_ff9c), filename: fixed(0x4020_22), flags: fixed(0), mode: fixed(0) },
    ret: fixed(openedFd),
    ns: 1400,
  },
  { name: "close", args: { fd: fixed(openedFd) }, ret: fixed(0), ns: 300 },
  { name: "close", args: { fd: fixed(0xffff_ffff) }, ret: fixed(-9), ns: 90 },
];

/** One event of the round, with its bytes ready but for what changes. */
interface Prepared {
  readonly data: Uint8Array;
  readonly fill: (i: number) => void;
}

function prepare(format: EventFormat, pid: number, values: Readonly<Record<string, (i: number) => number>>): Prepared {
  const data = new Uint8Array(Math.max(...format.fields.map((f) => f.offset + f.sizeBytes)));
  const view = new DataView(data.buffer);
  view.setUint16(0, format.id, true);
  view.setInt32(4, pid, true);
  const setters = Object.entries(values).map(([name, value]) => {
    const field = format.fields.find((f) => f.name === name);
    if (!field) throw new Error(`${format.name} has no field ${name}`);
    const { offset, sizeBytes } = field;
    return (i: number): void => {
      const n = value(i);
      if (sizeBytes === 4) return view.setInt32(offset, n, true);
      view.setUint32(offset, (n % 2 ** 32) | 0, true);
      view.setInt32(offset + 4, Math.floor(n / 2 ** 32), true);
    };
  });
  return {
    data,
    fill(i) {
      for (const set of setters) set(i);
    },
  };
}

/** Deterministic numbers; Numerical Recipes' linear congruential generator. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
}

/** Writes `events` records (an even number; half enter, half exit) to `path`. */
export function writeBigTrace(path: string, events: number): void {
  const { parts } = readTemplate(template);
  const texts = new Map(parts.events.map((e) => [e.name, e.formatText()]));
  const format = (name: string): EventFormat => {
    const parsed = parseEventFormat(texts.get(name) ?? "");
    if (!parsed) throw new Error(`${template} has no format of ${name}`);
    return parsed;
  };
  const calls = Math.floor(events / 2);
  const cpus = [0, 1].map((cpu) => {
    const pid = firstPid + cpu;
    const steps = round.map((call) => ({
      call,
      enter: prepare(format(`sys_enter_${call.name}`), pid, { __syscall_nr: fixed(syscallNumbers[call.name]!), ...call.args }),
      exit: prepare(format(`sys_exit_${call.name}`), pid, { __syscall_nr: fixed(syscallNumbers[call.name]!), ret: call.ret }),
    }));
    const mine = cpu === 0 ? Math.ceil(calls / 2) : Math.floor(calls / 2);
    const pages = (emit: (page: Uint8Array) => void): void => {
      const random = generator(cpu + 1);
      const builder = pageBuilder(layout, emit);
      let ns = startNs + 1000 * cpu;
      for (let n = 0; n < mine; n++) {
        const i = Math.floor(n / round.length);
        const { call, enter, exit } = steps[n % round.length]!;
        const draw = random();
        enter.fill(i);
        builder.record(ns, enter.data);
        // One call in 1024 waits.
        ns += call.ns + ((draw >>> 8) & 255) + (draw >>> 22 === 0 ? 40_000 + ((draw >>> 2) & 0xffff) : 0);
        exit.fill(i);
        builder.record(ns, exit.data);
        ns += 150 + (draw >>> 25);
      }
      builder.flush();
    };
    return { cpu, pages };
  });
  const sink = fileSink(path);
  writeTraceDat(
    {
      version: 6,
      cpuCount: 2,
      events: parts.events.map((e) => ({ category: e.category, format: e.formatText() })),
      comms: new Map([0, 1].map((n) => [firstPid + n, `bigload-${n}`])),
      buffers: [{ name: "", cpus }],
    },
    sink,
  );
  sink.close();
}

/** x86-64 (Linux arch/x86/entry/syscalls/syscall_64.tbl). */
const syscallNumbers: Readonly<Record<string, number>> = {
  read: 0,
  write: 1,
  close: 3,
  lseek: 8,
  pread64: 17,
  access: 21,
  getppid: 110,
  openat: 257,
  newfstatat: 262,
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [path, events] = process.argv.slice(2);
  if (path === undefined || !/^\d+$/.test(events ?? "")) throw new Error("usage: trace-writer.ts FILE EVENTS");
  writeBigTrace(path, Number(events));
}
