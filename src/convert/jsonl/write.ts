/** Writes a recording as JSON lines, event by event: memory does not grow with it. */
import { sampleName } from "../../../probes/formats/jsonl/header.ts";
import type { Recording, TimedMapping } from "../../../probes/recording.ts";
import { symbolsOf, type KernelSymbols } from "../../session/symbols.ts";
import { eachEvent, type WalkedEvent } from "../each-event.ts";
import type { Converted } from "../converted.ts";
import type { BufferedSink } from "../sink.ts";
import { digitsText, stringText } from "./bytes-text.ts";
import { eventText, type EventText } from "./field-text.ts";
import { writeHeader } from "./header-text.ts";
import { taskTexts, type TaskText } from "./task-text.ts";

/** Names of frames that are remembered. */
const MOST_FRAMES = 65_536;
/** Fields that every record begins with. */
const COMMON_BYTES = 8;
const SAFE_NS = BigInt(Number.MAX_SAFE_INTEGER);

const nsText = (ns: bigint): string => (ns > SAFE_NS ? `"${ns}"` : String(ns));
const lostText = (lost: number, ns: bigint): string => `{"ts":${nsText(ns)},"lost":${lost < 0 ? "null" : lost}}\n`;

const hex = (value: bigint): string => `0x${value.toString(16)}`;

function mappingText({ pid, ns, start, end, fileOffset, path, buildId, copiedFrom, execs }: TimedMapping): string {
  const since = ns === undefined ? "" : `"ts":${nsText(ns)},`;
  const rest =
    copiedFrom !== undefined
      ? { copiedFrom }
      : execs === true
        ? { execs }
        : { start: hex(start), end: hex(end), fileOffset: hex(fileOffset), path, ...(buildId === null ? {} : { buildId }) };
  return `{"mapping":{${since}${JSON.stringify({ pid, ...rest }).slice(1)}}\n`;
}

/** Frames as text, each address once. */
class FrameTexts {
  readonly #known = new Map<bigint, string>();
  readonly #nameOf: (address: bigint) => string;

  constructor(nameOf: (address: bigint) => string) {
    this.#nameOf = nameOf;
  }

  of(frames: BigUint64Array, count: number): string {
    const texts: string[] = [];
    for (let i = 0; i < count; i++) texts.push(this.#text(frames[i]!));
    return `[${texts.join(",")}]`;
  }

  #text(address: bigint): string {
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    const text = JSON.stringify(`0x${address.toString(16)}${this.#nameOf(address)}`);
    if (this.#known.size < MOST_FRAMES) this.#known.set(address, text);
    return text;
  }
}

/** `offset`: null: not recorded. */
const named = (name: string, offset: bigint | null): string => ` ${name}${offset === null ? "" : `+0x${offset.toString(16)}`}`;

function kernelName(symbols: KernelSymbols | null, address: bigint): string {
  const symbol = symbols?.symbolAt(address) ?? null;
  if (symbol === null) return "";
  return symbol.isMadeUp === true && address === symbol.start ? ` ${symbol.name}` : named(symbol.name, address - symbol.start);
}

function userName(recording: Recording, address: bigint): string {
  const place = recording.userPlaceOf?.(address) ?? null;
  if (place === null) return "";
  const symbol = place.symbol === null ? "" : named(place.symbol.name, place.symbol.offset);
  return `${symbol}${place.path === "" ? "" : ` (${place.path})`}`;
}

function commEnd(comm: Uint8Array): number {
  const end = comm.indexOf(0);
  return end < 0 ? comm.length : end;
}

export function writeJsonl(recording: Recording, sink: BufferedSink): Converted {
  writeHeader(recording, sink);
  const { catalogue } = recording;
  const texts = new Map<number, EventText | null>();
  const stacks = new Set<number>();
  const byId = new Map(catalogue.tracepoints.map((event) => [event.id, event]));
  for (const { category, name, id } of catalogue.tracepoints)
    if (category === "ftrace" && (name === "kernel_stack" || name === "user_stack")) stacks.add(id);
  const textOf = (id: number): EventText | null => {
    let text = texts.get(id);
    if (text === undefined) {
      const event = byId.get(id);
      texts.set(id, (text = event === undefined ? null : eventText(event, catalogue.byteOrder)));
    }
    return text;
  };
  const symbols = symbolsOf(recording);
  const kernelFrames = new FrameTexts((address) => kernelName(symbols, address));
  const userFrames = new FrameTexts((address) => userName(recording, address));
  let events = 0;
  let mapped = 0;
  let leftOut = 0;
  let marks = 0;
  const tasks = taskTexts(recording);
  /** The record that told of names only, until it is known whether the event behind it tells them, too. */
  let names: { readonly ns: bigint; readonly tid: number; readonly line: string } | null = null;
  const flushNames = (): void => {
    if (names !== null) sink.text(names.line);
    names = null;
  };
  const writeTask = (event: WalkedEvent, { text, namesOnly }: TaskText): void => {
    const told = text(event);
    if (told === null) return;
    const line = `{"ts":${nsText(event.ns)},"cpu":${event.cpu},"task":${told}}\n`;
    flushNames();
    if (namesOnly) names = { ns: event.ns, tid: event.tid, line };
    else sink.text(line);
  };
  const samples = new Map((catalogue.sampled ?? []).map((sampled) => [sampled.records.eventId, JSON.stringify(sampleName(sampled))]));
  const contentOf = (event: WalkedEvent): string | null => {
    const text = textOf(event.id);
    if (text !== null) return `"event":${text.name},"args":${text.args(event)}`;
    const sample = samples.get(event.id);
    if (sample === undefined) return null;
    return `"sample":${sample},"raw":${digitsText(event.bytes, event.start + COMMON_BYTES, event.start + event.size)}`;
  };
  const write = (event: WalkedEvent): void => {
    const mappings = recording.mappings?.() ?? [];
    for (; mapped < mappings.length; mapped++) sink.text(mappingText(mappings[mapped]!));
    if (event.lost !== 0) sink.text(lostText(event.lost, event.ns));
    if (event.lost !== 0) marks++;
    const task = tasks.get(event.id);
    if (task !== undefined) {
      writeTask(event, task);
      return;
    }
    // They are part of the lines of their events.
    if (stacks.has(event.id)) return;
    const content = contentOf(event);
    if (content === null) {
      leftOut++;
      return;
    }
    events++;
    if (names !== null && names.ns === event.ns && names.tid === event.tid) names = null;
    flushNames();
    const { bytes, start } = event;
    const comm = event.comm[0] === 0 ? "" : `,"comm":${stringText(event.comm, 0, commEnd(event.comm))}`;
    const flags = bytes[start + 2] === 0 ? "" : `,"common_flags":${bytes[start + 2]}`;
    const preempt = bytes[start + 3] === 0 ? "" : `,"common_preempt_count":${bytes[start + 3]}`;
    const kstack = event.kernelCount === 0 ? "" : `,"kstack":${kernelFrames.of(event.kernelFrames, event.kernelCount)}`;
    const ustack = event.userCount === 0 ? "" : `,"ustack":${userFrames.of(event.userFrames, event.userCount)}`;
    sink.text(
      `{"ts":${nsText(event.ns)},"cpu":${event.cpu},"pid":${event.tid}${event.tgid === 0 ? "" : `,"tgid":${event.tgid}`}${comm}` +
        `${flags}${preempt},${content}${kstack}${ustack}}\n`,
    );
  };
  const end = eachEvent(recording, write, tasks.keys());
  flushNames();
  // The recorder's own counters do not say where. Losses that records mark are among them.
  const counted = recording.info.recordedLost.reduce((sum, { overrun, dropped }) => sum + overrun + dropped, 0n);
  const lostAtEnd = marks > 0 || end.lost !== 0 ? end.lost : Number(counted);
  if (lostAtEnd !== 0) sink.text(lostText(lostAtEnd, end.lastNs ?? 0n));
  sink.flush();
  return { events, leftOut: leftOut + end.damaged, taskRecords: 0 };
}
