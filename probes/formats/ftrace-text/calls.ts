/** What the function and function_graph tracers tell, as the records that they would have written. */
import { skipBlanks, type LineHead } from "../text/head.ts";
import * as kinds from "../text/line.ts";
import type { TextLine } from "../text/line.ts";
import { readHex, value } from "../text/number.ts";
import { ownLayout, type OwnIds } from "../text/own-records.ts";
import type { Extras } from "../text/source.ts";
import type { SymbolSpace } from "../text/symbol-space.ts";
import type { TextWriter } from "../text/writer.ts";
import { readGraphFields } from "./graph-fields.ts";
import { newGraphLine, readArguments, readDurationAndCall, readResult, readTail, type GraphLine } from "./graph-line.ts";

const [BLANK, LESS, MINUS, OPEN, CLOSE, EQUALS, F] = [32, 60, 45, 40, 41, 61, 102];
/** Arguments in registers. */
const MOST_ARGUMENTS = 6;
/** Tasks with calls that have not returned, and their calls. */
const MOST_TASKS = 65_536;
const DEEPEST = 256;

interface Call {
  readonly hi: number;
  readonly lo: number;
  readonly ns: number;
}

export class Calls implements Extras {
  readonly framesFollow = false;
  readonly #symbols: SymbolSpace;
  readonly #ids: OwnIds;
  /** What the graph tracer's own layout told of the line at hand. */
  readonly graph: GraphLine = newGraphLine();
  readonly #args = new Int32Array(2 * MOST_ARGUMENTS);
  readonly #stacks = new Map<number, Call[]>();
  /** The entry of the line at hand is written: its exit is not. */
  #isEntered = false;
  hasArguments = false;
  hasReturnValues = false;

  constructor(symbols: SymbolSpace, ids: OwnIds) {
    this.#symbols = symbols;
    this.#ids = ids;
  }

  readFrame(bytes: Uint8Array, from: number, to: number): "kernel" | "user" | null {
    // With sym-addr the address follows, in angle brackets; of user code it stands alone, or behind the file.
    for (let at = from; at < to; at++) {
      if (bytes[at] !== LESS && bytes[at] !== OPEN) continue;
      const end = readHex(bytes, at + 1, to);
      if (end > at + 8 && (bytes[end] === 62 || bytes[end] === CLOSE)) {
        this.#nameFrame(bytes, from, at);
        return "user";
      }
    }
    return this.#symbols.read(bytes, from, to) >= 0 ? "kernel" : null;
  }

  /** `NAME (ffffffff810d7b6e)`: the name of the code at the address. */
  #nameFrame(bytes: Uint8Array, from: number, end: number): void {
    const { hi, lo } = value;
    if (hi >= 0 || end - from < 2 || bytes[end - 1] !== BLANK) return;
    // The text has no offset in the function: without a table of symbols the address says less than the name.
    if (!this.#symbols.hasTable) this.#symbols.read(bytes, from, end - 1);
    else {
      value.hi = hi;
      value.lo = lo;
    }
  }

  scan(kind: number, bytes: Uint8Array, line: TextLine): boolean {
    const before = this.hasReturnValues;
    if (kind === kinds.FUNCTION) {
      this.#readFunction(bytes, line);
      if (this.#argCount > 0) this.hasArguments = true;
    } else if (kind === kinds.GRAPH && this.#readGraph(bytes, line)) {
      const { graph } = this;
      if (graph.nameEnd > graph.nameStart) this.#symbols.read(bytes, graph.nameStart, graph.nameEnd);
      if (graph.argsEnd > graph.argsStart) this.hasArguments = true;
      if (graph.kind !== "entry" && readResult(bytes, graph)) this.hasReturnValues = true;
    }
    // Records of returns are longer from here on.
    return this.hasReturnValues !== before;
  }

  emit(kind: number, bytes: Uint8Array, line: TextLine, writer: TextWriter): boolean {
    if (kind === kinds.FUNCTION) return this.#putFunction(bytes, line, writer);
    return kind !== kinds.GRAPH || this.#putGraph(bytes, line, writer);
  }

  rewind(): void {
    this.#stacks.clear();
    this.#isEntered = false;
  }

  #ip: Call = { hi: 0, lo: 0, ns: 0 };
  #parent: Call = { hi: 0, lo: 0, ns: 0 };
  #argCount = 0;

  /** `vfs_read <-ksys_read`, `vfs_read(file=0x…) <-ksys_read`, `vfs_read <-- ksys_read`, `ip=vfs_read parent_ip=ksys_read`, `vfs_read` */
  #readFunction(bytes: Uint8Array, { from, to }: TextLine): boolean {
    let at = skipBlanks(bytes, from);
    let parent = at;
    while (parent + 1 < to && !(bytes[parent] === LESS && bytes[parent + 1] === MINUS)) parent++;
    const hasParent = parent + 1 < to;
    let behind = parent + 2;
    if (bytes[behind] === MINUS) behind++;
    if (bytes[at] === 105 && bytes[at + 1] === 112 && bytes[at + 2] === 61) {
      at += 3;
      behind = at;
      while (behind < to && bytes[behind - 1] !== 61) behind++;
    }
    this.#argCount = 0;
    let name = at;
    while (name < to && bytes[name] !== OPEN && bytes[name] !== BLANK) name++;
    if (bytes[name] === OPEN && hasParent) {
      let close = parent;
      while (close > name && bytes[close] !== CLOSE) close--;
      this.#argCount = readArguments(bytes, name + 1, close, this.#args);
    } else name = to;
    if (this.#symbols.read(bytes, at, Math.min(name, to)) < 0) return false;
    this.#ip = { hi: value.hi, lo: value.lo, ns: 0 };
    const hasCaller = behind < to && this.#symbols.read(bytes, skipBlanks(bytes, behind), to) >= 0;
    this.#parent = hasCaller ? { hi: value.hi, lo: value.lo, ns: 0 } : { hi: 0, lo: 0, ns: 0 };
    return true;
  }

  #putFunction(bytes: Uint8Array, line: TextLine, writer: TextWriter): boolean {
    if (!this.#readFunction(bytes, line)) return true;
    const length = ownLayout.functionArgs + 8 * this.#argCount;
    writer.begin(this.#ids.function, length);
    this.#setLong(writer, ownLayout.functionIp, this.#ip);
    this.#setLong(writer, ownLayout.functionParent, this.#parent);
    this.#setArguments(writer, this.#argCount);
    return writer.put(line.head, writer.timeOf(line.head), length);
  }

  #setLong({ record: { view } }: TextWriter, offset: number, { hi, lo }: { readonly hi: number; readonly lo: number }): void {
    view.setInt32(offset, lo, true);
    view.setInt32(offset + 4, hi, true);
  }

  #setArguments({ record: { view } }: TextWriter, count: number): void {
    for (let i = 0; i < 2 * count; i++) view.setInt32(ownLayout.functionArgs + 4 * i, this.#args[i]!, true);
  }

  /** What report prints behind `funcgraph_entry:`; of the tracer's own layout everything is known already. */
  #readGraph(bytes: Uint8Array, line: TextLine): boolean {
    if (line.from >= line.to) return true;
    const first = bytes[line.from];
    const isFields = (first === F && bytes[line.from + 4] === EQUALS) || first === MINUS || first === LESS;
    return (isFields ? readGraphFields : readDurationAndCall)(bytes, line.from, line.to, this.graph);
  }

  #putGraph(bytes: Uint8Array, line: TextLine, writer: TextWriter): boolean {
    const { graph } = this;
    if (!this.#isEntered && !this.#readGraph(bytes, line)) return true;
    const ns = writer.timeOf(line.head);
    const calls = this.#callsOf(line.head);
    if (graph.kind === "entry" || (graph.kind === "leaf" && !this.#isEntered)) {
      if (this.#symbols.read(bytes, graph.nameStart, graph.nameEnd) < 0) return true;
      const call = { hi: value.hi, lo: value.lo, ns };
      if (!this.#putEntry(bytes, line.head, call, writer)) return false;
      if (calls.length < DEEPEST) calls.push(call);
      if (graph.kind === "entry") return true;
      this.#isEntered = true;
    }
    if (graph.kind === "leaf") {
      if (!this.#putExit(bytes, line.head, calls.at(-1)!, ns + Math.max(0, graph.duration), writer)) return false;
      this.#isEntered = false;
      calls.pop();
    } else if (graph.kind === "exit") {
      const call = this.#returning(bytes, calls, ns);
      if (call === null) return true;
      if (!this.#putExit(bytes, line.head, call, ns, writer)) return false;
      calls.pop();
    }
    return true;
  }

  /** The call that a closing brace ends: the innermost, or of calls from before the recording what the comment says. */
  #returning(bytes: Uint8Array, calls: readonly Call[], ns: number): Call | null {
    const { graph } = this;
    const innermost = calls.at(-1);
    if (innermost !== undefined) return innermost;
    if (graph.nameEnd === graph.nameStart && !readTail(bytes, graph)) return null;
    if (this.#symbols.read(bytes, graph.nameStart, graph.nameEnd) < 0) return null;
    return { hi: value.hi, lo: value.lo, ns: ns - Math.max(0, graph.duration) };
  }

  #callsOf({ pid, cpu }: LineHead): Call[] {
    // An idle task of each CPU has pid 0.
    const key = pid > 0 ? pid : -1 - cpu;
    let calls = this.#stacks.get(key);
    if (calls === undefined) {
      if (this.#stacks.size === MOST_TASKS) this.#stacks.clear();
      this.#stacks.set(key, (calls = []));
    }
    return calls;
  }

  #putEntry(bytes: Uint8Array, head: LineHead, call: Call, writer: TextWriter): boolean {
    const { graph } = this;
    const count = graph.argsEnd > graph.argsStart ? readArguments(bytes, graph.argsStart, graph.argsEnd, this.#args) : 0;
    const length = count === 0 ? ownLayout.graphOverrun : ownLayout.functionArgs + 8 * count;
    writer.begin(this.#ids.graphEntry, length);
    this.#setLong(writer, ownLayout.graphFunc, call);
    writer.record.view.setInt32(ownLayout.graphDepth, graph.depth, true);
    this.#setArguments(writer, count);
    return writer.put(head, call.ns, length);
  }

  #putExit(bytes: Uint8Array, head: LineHead, call: Call, ns: number, writer: TextWriter): boolean {
    const { graph } = this;
    const length = ownLayout.graphReturnValue + (this.hasReturnValues ? 8 : 0);
    writer.begin(this.#ids.graphExit, length);
    const { view } = writer.record;
    this.#setLong(writer, ownLayout.graphFunc, call);
    view.setInt32(ownLayout.graphDepth, graph.depth, true);
    const base = writer.baseSeconds * 1e9;
    const began = graph.duration >= 0 ? ns - graph.duration : call.ns;
    view.setBigUint64(ownLayout.graphCallTime, BigInt(Math.max(0, Math.round(began + base))), true);
    view.setBigUint64(ownLayout.graphReturnTime, BigInt(Math.round(ns + base)), true);
    if (this.hasReturnValues && readResult(bytes, graph)) this.#setLong(writer, ownLayout.graphReturnValue, value);
    return writer.put(head, ns, length);
  }
}
