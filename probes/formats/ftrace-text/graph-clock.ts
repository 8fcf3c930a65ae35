/** Times of the function graph tracer's lines: their own, or, where they have none, what durations add up to. */
import type { EventBook } from "../text/event-book.ts";
import * as kinds from "../text/line.ts";
import type { ReadLine, TextLine } from "../text/line.ts";
import type { Calls } from "./calls.ts";
import { readGraphLine } from "./graph-line.ts";

const BILLION = 1e9;
const DEEPEST = 256;

interface Cpu {
  /** Of the task that runs; -1: not told yet. */
  pid: number;
  /** Since the first line, where lines have no times. */
  ns: number;
  readonly entries: number[];
}

/** Reads lines of the tracer's own layout; `readBody` reads what other events say in comments. */
export class GraphLines {
  readonly #calls: Calls;
  readonly #cpus = new Map<number, Cpu>();
  /** Lines had no times of their own. */
  isRelative = false;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  rewind(): void {
    this.#cpus.clear();
  }

  #cpu(number: number): Cpu {
    let cpu = this.#cpus.get(number);
    if (cpu === undefined) this.#cpus.set(number, (cpu = { pid: -1, ns: 0, entries: [] }));
    return cpu;
  }

  read(bytes: Uint8Array, start: number, end: number, line: TextLine, book: EventBook, readBody: ReadLine): number {
    const { graph } = this.#calls;
    if (!readGraphLine(bytes, start, end, graph)) return kinds.NOTHING;
    const { head } = line;
    const cpu = this.#cpu(graph.cpu);
    if (graph.pid >= 0) cpu.pid = graph.pid;
    head.cpu = graph.cpu;
    head.pid = cpu.pid;
    head.tgid = -1;
    head.flags = head.preempt = 0;
    head.commStart = graph.pid >= 0 ? graph.commStart : 0;
    head.commEnd = graph.pid >= 0 ? graph.commEnd : 0;
    this.#setTime(line, cpu);
    line.from = line.to = end;
    if (graph.kind === "switch" || graph.kind === "none") return kinds.NOTHING;
    return graph.kind === "comment" ? readBody(bytes, graph.noteStart, graph.noteEnd, line, book) : kinds.GRAPH;
  }

  #setTime({ head }: TextLine, cpu: Cpu): void {
    const { graph } = this.#calls;
    head.isRelative = graph.seconds < 0;
    if (graph.seconds >= 0) {
      head.seconds = graph.seconds;
      head.nanoseconds = graph.nanoseconds;
      return;
    }
    this.isRelative = true;
    if (graph.kind === "entry" && cpu.entries.length < DEEPEST) cpu.entries.push(cpu.ns);
    if (graph.kind === "exit") {
      const entered = cpu.entries.pop();
      // What durations of inner calls add up to may be more, by rounding.
      if (entered !== undefined && graph.duration >= 0) cpu.ns = Math.max(cpu.ns, entered + graph.duration);
    }
    head.seconds = Math.floor(cpu.ns / BILLION);
    head.nanoseconds = cpu.ns - head.seconds * BILLION;
    if (graph.kind === "leaf" && graph.duration > 0) cpu.ns += graph.duration;
  }
}
