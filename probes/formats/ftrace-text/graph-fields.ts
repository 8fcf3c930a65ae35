/** What the graph tracer's records are printed as by who does not know the tracer: by their print format, or field by field. */
import type { GraphLine } from "./graph-line.ts";

const latin1 = new TextDecoder("latin1");

/** `func=mutex_unlock depth=0 overrun=0 calltime=37acf4f4cf rettime=37acf9b136`: trace-cmd report -R */
const FIELDS = /^(func=)(\S+) depth=(\d+)(?:.* calltime=([0-9a-f]+) rettime=([0-9a-f]+))?/;
/** `--> mutex_unlock (0)` and `<-- mutex_unlock (0) (start: 37acf4f4cf  end: 37acf9b136) over: 0`: trace-cmd report -N */
const PRINTED = /^(-->|<--)( +)(\S.*?) \((\d+)\)(?: \(start: ([0-9a-f]+) +end: ([0-9a-f]+)\))?/;

/** Whether the text at `from` is one of these forms. */
export function readGraphFields(bytes: Uint8Array, from: number, to: number, graph: GraphLine): boolean {
  const text = latin1.decode(bytes.subarray(from, to));
  const fields = FIELDS.exec(text);
  const printed = fields === null ? PRINTED.exec(text) : null;
  const [lead, name, depth, start, end] = fields?.slice(1) ?? (printed === null ? [] : [printed[1]! + printed[2]!, ...printed.slice(3)]);
  if (lead === undefined || name === undefined) return false;
  const isExit = printed === null ? start !== undefined : lead.startsWith("<");
  graph.kind = isExit ? "exit" : "entry";
  graph.nameStart = from + lead.length;
  graph.nameEnd = graph.nameStart + name.length;
  graph.depth = Number(depth);
  graph.duration = start === undefined || end === undefined ? -1 : parseInt(end, 16) - parseInt(start, 16);
  graph.argsStart = graph.argsEnd = graph.noteStart = graph.noteEnd = to;
  return true;
}
