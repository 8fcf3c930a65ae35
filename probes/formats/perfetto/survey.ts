/** One pass over the file: where the CPUs' events are, what events there are, and what is told of tasks, clocks, symbols and the machine. */
import type { ByteSource } from "../../byte-source.ts";
import { hex } from "../../damage.ts";
import { ByteWindow } from "../../stream/byte-window.ts";
import { BlockCache, type Packing, type Unpack } from "./blocks.ts";
import { BundleIndex } from "./bundle-index.ts";
import { Census } from "./census.ts";
import { Continuity } from "./continuity.ts";
import { EventHead } from "./event-head.ts";
import { bundle, compact, packet, STATE_CLEARED } from "./fields.ts";
import { Machine } from "./machine.ts";
import { BYTES, Message } from "./message.ts";
import { SymbolTables } from "./symbols.ts";

const PACKET = 1;
/** Tag and length. */
const MOST_HEAD_BYTES = 15;
const MOST_PACKET_BYTES = 64 << 20;
const MOST_CPUS = 4096;
const TOLD_OF_MACHINE = new Set<number>([packet.processTree, packet.clockSnapshot, packet.ftraceStats, packet.systemInfo]);

export class Survey {
  readonly index = new BundleIndex();
  readonly census = new Census();
  readonly machine = new Machine();
  readonly continuity = new Continuity();
  readonly symbols: SymbolTables;
  readonly cache: BlockCache;
  damagedBlocks = 0;
  damagedBundles = 0;
  /** Bundles of other machines than the one that recorded. */
  foreignBundles = 0;
  /** What the recorder could not read in the kernel's buffers. */
  recorderErrors = 0;
  readonly #source: ByteSource;
  readonly #warn: (message: string) => void;
  readonly #packet = new Message();
  readonly #bundle = new Message();
  readonly #event = new Message();
  readonly #head = new EventHead();
  #firstHigh = Infinity;
  #firstLow = 0;
  /** Of the bundle at hand: times of its last event, and of the last row of its columns. */
  #lastHigh = 0;
  #lastLow = 0;
  #columnsEnd = 0n;

  constructor(source: ByteSource, unpack: Unpack, kallsyms: () => string | null, warn: (message: string) => void) {
    this.#source = source;
    this.#warn = warn;
    this.symbols = new SymbolTables(kallsyms);
    this.cache = new BlockCache(source, unpack);
  }

  /** Time of the earliest event; 0: there is none. */
  get firstNs(): bigint {
    return this.#firstHigh === Infinity ? 0n : (BigInt(this.#firstHigh) << 32n) | BigInt(this.#firstLow);
  }

  run(): void {
    const window = new ByteWindow(this.#source);
    const head = new Message();
    while (window.has(1)) {
      const { offset } = window;
      window.has(MOST_HEAD_BYTES);
      head.open(window.bytes, window.at, window.end);
      // Only the tag and the length are there yet, so the field itself cannot be asked for.
      const isPacket = head.varint() && head.hi === 0 && head.lo === ((PACKET << 3) | BYTES) && head.varint();
      const length = head.number;
      const left = this.#source.sizeBytes - offset - (head.at - window.at);
      if (!isPacket) return this.#warn(`there is no packet at ${hex(offset)}: what follows is left out`);
      if (length > left) return this.#warn(`the last packet is cut: ${left} of ${length} bytes at ${hex(offset)}`);
      const headBytes = head.at - window.at;
      window.skip(headBytes);
      if (length > MOST_PACKET_BYTES) this.#warn(`the packet at ${hex(offset)} has ${length} bytes: it is left out`);
      else if (!window.has(length)) return this.#warn(`the file cannot be read at ${hex(offset)}`);
      else this.#readPacket(window.bytes, window.at, window.at + length, offset + headBytes - window.at, -1);
      window.skip(length);
    }
  }

  /** `base`: what turns a place in `bytes` into one in the file, or in the block's bytes. */
  #readPacket(bytes: Uint8Array, start: number, end: number, base: number, block: number): void {
    const message = this.#packet.open(bytes, start, end);
    let [sequence, flags, machineId, dropped] = [0, 0, 0, false];
    const others: { readonly field: number; readonly start: number; readonly stop: number }[] = [];
    const blocks: { readonly start: number; readonly stop: number; readonly packing: Packing }[] = [];
    let [bundleStart, bundleStop, symbolsStart, symbolsStop] = [-1, 0, -1, 0];
    while (message.next()) {
      const { field, lo, start: from, stop } = message;
      if (message.wire !== BYTES) {
        if (field === packet.sequenceId) sequence = lo;
        else if (field === packet.sequenceFlags) flags = lo;
        else if (field === packet.stateCleared && lo !== 0) flags |= STATE_CLEARED;
        else if (field === packet.previousDropped) dropped = lo !== 0;
        else if (field === packet.machineId) machineId = lo;
      } else if (field === packet.ftraceEvents) [bundleStart, bundleStop] = [from, stop];
      else if (field === packet.internedData) [symbolsStart, symbolsStop] = [from, stop];
      else if (field === packet.compressed) blocks.push({ start: from, stop, packing: "zlib" });
      else if (field === packet.zstdCompressed) blocks.push({ start: from, stop, packing: "zstd" });
      else if (TOLD_OF_MACHINE.has(field)) others.push({ field, start: from, stop });
    }
    if (message.isDamaged) this.damagedBundles++;
    // A guest's events have CPUs, tasks and a clock of their own.
    if (machineId !== 0) {
      if (bundleStart >= 0) this.foreignBundles++;
      return;
    }
    for (const { field, start: from, stop } of others) this.machine.read(field, bytes, from, stop);
    const isInterrupted = this.continuity.packet(sequence, dropped);
    if (isInterrupted || (flags & STATE_CLEARED) !== 0) this.symbols.clear(sequence);
    if (symbolsStart >= 0) this.symbols.readInterned(sequence, bytes, symbolsStart, symbolsStop);
    if (bundleStart >= 0) this.#readBundle(bytes, bundleStart, bundleStop, base, block, sequence);
    // Packed packets hold no packed ones.
    if (block < 0) for (const { start: from, stop, packing } of blocks) this.#readBlock(base + from, stop - from, packing);
  }

  #readBlock(offset: number, sizeBytes: number, packing: Packing): void {
    const number = this.index.blocks.push({ offset, sizeBytes, packing }) - 1;
    const bytes = this.cache.read(this.index.blocks[number]!);
    if (bytes === null) {
      this.damagedBlocks++;
      return;
    }
    const packets = new Message().open(bytes, 0, bytes.length);
    while (packets.next())
      if (packets.field === PACKET && packets.wire === BYTES) this.#readPacket(bytes, packets.start, packets.stop, 0, number);
    if (packets.isDamaged) this.damagedBlocks++;
  }

  #readBundle(bytes: Uint8Array, start: number, end: number, base: number, block: number, sequence: number): void {
    const message = this.#bundle.open(bytes, start, end);
    let cpu = 0;
    let previousEnd: bigint | null = null;
    let lastRead: bigint | null = null;
    this.#lastHigh = 0;
    this.#lastLow = 0;
    this.#columnsEnd = 0n;
    while (message.next()) {
      if (message.field === bundle.cpu) cpu = message.lo >>> 0;
      else if (message.field === bundle.clock) this.machine.clock = message.lo;
      else if (message.field === bundle.clockTime) this.machine.clockTime = message.big;
      else if (message.field === bundle.bootTime) this.machine.bootTime = message.big;
      else if (message.field === bundle.previousEnd) previousEnd = message.big;
      else if (message.field === bundle.lastReadTime) lastRead = message.big;
      else if (message.wire !== BYTES) continue;
      else if (message.field === bundle.event) this.#readEvent(bytes, message.start, message.stop);
      else if (message.field === bundle.compactSched) this.#readCompact(bytes, message.start, message.stop);
      else if (message.field === bundle.eventDescriptor) this.census.describe(bytes, message.start, message.stop);
      else if (message.field === bundle.error) this.recorderErrors++;
    }
    if (message.isDamaged) this.damagedBundles++;
    if (cpu >= MOST_CPUS) {
      this.damagedBundles++;
      return;
    }
    const eventsEnd = (BigInt(this.#lastHigh) << 32n) | BigInt(this.#lastLow);
    const ends = eventsEnd > this.#columnsEnd ? eventsEnd : this.#columnsEnd;
    const hasGap = this.continuity.bundle(cpu, sequence, { previousEnd, lastRead, end: ends });
    this.index.add(cpu, base + start, end - start, block, this.symbols.tableOf(sequence), hasGap);
  }

  #readEvent(bytes: Uint8Array, start: number, stop: number): void {
    const head = this.#head;
    head.read(bytes, start, stop);
    if (head.hasTime) this.#seen(head);
    if (head.id !== 0) this.census.add(head.id, bytes, head.start, head.stop);
  }

  #readCompact(bytes: Uint8Array, start: number, stop: number): void {
    this.census.addCompact(bytes, start, stop);
    const message = this.#event.open(bytes, start, stop);
    while (message.next()) {
      const isTime = message.field === compact.switchTime || message.field === compact.wakingTime;
      if (!isTime || message.wire !== BYTES) continue;
      const { at, end } = message;
      message.at = message.start;
      message.end = message.stop;
      if (message.varint()) {
        this.#earliest(message);
        const first = message.big;
        let sum = 0;
        while (message.varint()) sum += message.number;
        const ends = first + BigInt(sum);
        if (ends > this.#columnsEnd) this.#columnsEnd = ends;
      }
      message.at = at;
      message.end = end;
    }
  }

  #seen(head: EventHead): void {
    this.#earliest(head);
    const [high, low] = [head.hi >>> 0, head.lo >>> 0];
    if (high < this.#lastHigh || (high === this.#lastHigh && low <= this.#lastLow)) return;
    this.#lastHigh = high;
    this.#lastLow = low;
  }

  #earliest({ hi, lo }: Message | EventHead): void {
    const [high, low] = [hi >>> 0, lo >>> 0];
    if (high > this.#firstHigh || (high === this.#firstHigh && low >= this.#firstLow)) return;
    this.#firstHigh = high;
    this.#firstLow = low;
  }
}
