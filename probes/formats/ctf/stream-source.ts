/** One stream file of a trace: its packets one after the other, and the events in them. */
import type { ByteSource } from "../../byte-source.ts";
import { hex } from "../../damage.ts";
import { ByteWindow } from "../../stream/byte-window.ts";
import { Draft } from "../../stream/draft.ts";
import { NO_ROOM, type PageWriter } from "../../stream/page-writer.ts";
import type { RecordSource } from "../../stream/record-stream.ts";
import { BitReader } from "./bit-reader.ts";
import type { WantedRecords } from "../../recording.ts";
import type { Classes, EventClass, StreamClass } from "./classes.ts";
import { RunningClock, type ClockScale } from "./clock.ts";
import { Evaluator } from "./evaluate.ts";
import type { FixedEvent } from "./fixed.ts";
import type { Place } from "./layout.ts";

const MAGIC = 0xc1fc1fc1;
/** Of a packet's header and context. */
const HEAD_BYTES = 4096;
const MOST_PACKET_BYTES = 64 << 20;
const MOST_CPUS = 4096;
/** Of events of which nobody knows whose they are. */
const NOBODY = -1;
const NO_PLACES: readonly Place[] = [];
/** Source: Linux include/uapi/linux/sched.h. */
const CLONE_THREAD = 0x10000;

export interface StreamTrouble {
  /** Said once each. */
  readonly damage: string[];
  /** Events whose task nobody tells. */
  withoutTask: number;
  /** Packets that were not read to their end. */
  brokenPackets: number;
  cutTexts: number;
}

export interface StreamOptions {
  readonly name: string;
  readonly source: ByteSource;
  readonly classes: Classes;
  readonly maxRecordBytes: number;
}

/** Goes from packet to packet. */
export class Packets {
  readonly window: ByteWindow;
  readonly reader = new BitReader();
  readonly clock = new RunningClock();
  readonly evaluator: Evaluator;
  stream: StreamClass | null = null;
  /** Bits of the packet at hand, with what is filled up. */
  packetBytes = 0;
  contentBits = 0;
  readonly draft: Draft;
  readonly #options: StreamOptions;
  readonly #say: (what: string) => void;

  constructor(options: StreamOptions, say: (what: string) => void) {
    this.#options = options;
    this.window = new ByteWindow(options.source);
    this.draft = new Draft(options.maxRecordBytes);
    this.evaluator = new Evaluator(this.reader, this.clock, this.draft, options.classes.slotCount);
    this.#say = say;
  }

  /** Number of a packet's header or context; `otherwise` if it is not recorded. */
  value(slot: number, otherwise: number): number {
    return slot < 0 ? otherwise : this.evaluator.values[slot]!;
  }

  /** Enters the packet at hand: the reader is behind its context. False at the end, or at damage. */
  enter(): boolean {
    const { window, reader, evaluator } = this;
    const { classes, source } = this.#options;
    if (!window.has(1)) return false;
    const { offset } = window;
    window.has(HEAD_BYTES);
    reader.open(window.bytes, window.view, window.at, 8 * (window.end - window.at));
    if (classes.packetHeader !== null) evaluator.run(classes.packetHeader, []);
    if (this.value(classes.magic, MAGIC) !== MAGIC) return this.#damaged(offset, "has no magic number");
    const id = classes.streamId < 0 ? [...classes.streams.keys()][0]! : this.value(classes.streamId, 0);
    this.stream = classes.streams.get(id) ?? null;
    if (this.stream === null) return this.#damaged(offset, `is of stream ${id}, which is not declared`);
    const { context, slots } = this.stream;
    if (context !== null) evaluator.run(context, []);
    const left = source.sizeBytes - offset;
    const packetBits = this.value(slots.packetSize, 8 * left);
    const contentBits = this.value(slots.contentSize, packetBits);
    if (reader.isCut || packetBits % 8 !== 0 || packetBits < reader.at || contentBits < reader.at || contentBits > packetBits)
      return this.#damaged(offset, `claims ${contentBits} of ${packetBits} bits`);
    if (packetBits > 8 * left) this.#say(`the last packet is cut: ${left} of ${packetBits / 8} bytes at ${hex(offset)}`);
    this.packetBytes = Math.min(packetBits / 8, left);
    this.contentBits = Math.min(contentBits, 8 * left);
    return true;
  }

  /** Gets the whole packet, to read on in it; false: it is too long. */
  open(): boolean {
    const { window, reader } = this;
    const { at } = reader;
    const bytes = Math.ceil(this.contentBits / 8);
    if (bytes > MOST_PACKET_BYTES || !window.has(bytes)) {
      this.#say(`the packet at ${hex(window.offset)} has ${bytes} bytes: it is left out`);
      return false;
    }
    reader.open(window.bytes, window.view, window.at, this.contentBits);
    reader.at = at;
    return true;
  }

  /** Behind the packet. */
  leave(): void {
    this.window.skip(this.packetBytes);
  }

  #damaged(offset: number, what: string): false {
    this.#say(`the packet at ${hex(offset)} ${what}: what follows is left out`);
    return false;
  }
}

export class StreamSource implements RecordSource {
  readonly trouble: StreamTrouble = { damage: [], withoutTask: 0, brokenPackets: 0, cutTexts: 0 };
  readonly #packets: Packets;
  readonly #scale: ClockScale;
  #isInPacket = false;
  #isEnded = false;
  /** Of the draft, which waits to be written; NaN: there is none. */
  #ns = NaN;
  #cpu = 0;
  #current = NOBODY;
  #discarded = 0;
  /** Sequence number of the next packet; -1: there was none yet. */
  #nextPacket = -1;
  #lost: number | null = 0;
  #wanted: WantedRecords | null = null;
  /** What was wanted when it was brought to its start, and by type of the event what is read for that. */
  #told: WantedRecords | null = null;
  #partly: (FixedEvent | undefined)[] = [];

  constructor(options: StreamOptions, scale: ClockScale) {
    this.#scale = scale;
    this.#packets = new Packets(options, (what) => {
      const line = `${options.name}: ${what}`;
      if (!this.trouble.damage.includes(line)) this.trouble.damage.push(line);
    });
  }

  rewind(): void {
    this.#packets.window.seek(0);
    this.#packets.clock.reset();
    this.#isInPacket = false;
    this.#isEnded = false;
    this.#ns = NaN;
    this.#current = NOBODY;
    this.#discarded = 0;
    this.#nextPacket = -1;
    this.#lost = 0;
    this.#told = this.#wanted;
    this.#partly = [];
    Object.assign(this.trouble, { withoutTask: 0, brokenPackets: 0, cutTexts: 0 });
    this.trouble.damage.length = 0;
  }

  /** From the next rewind on. */
  want(wanted: WantedRecords | null): void {
    this.#wanted = wanted;
  }

  /** What is read of an event with places of its own, as much of it as is wanted; null: it has none. */
  #fixedOf({ fixed, layout: { type, sizeBytes } }: EventClass): FixedEvent | null {
    if (this.#told === null || fixed === null) return fixed;
    const known = this.#partly[type];
    if (known !== undefined) return known;
    const bytes = this.#told.bytes.get(type) ?? 0;
    return (this.#partly[type] = bytes >= sizeBytes ? fixed : fixed.upTo(bytes));
  }

  fill(writer: PageWriter): void {
    const { draft } = this.#packets;
    for (;;) {
      if (Number.isNaN(this.#ns) && !this.#advance()) break;
      this.#tellLoss(writer);
      const at = writer.begin(this.#ns, this.#cpu, draft.sizeBytes);
      if (at === NO_ROOM) return;
      draft.copyTo(writer.bytes, writer.view, at);
      this.#ns = NaN;
    }
    this.#tellLoss(writer);
  }

  #tellLoss(writer: PageWriter): void {
    if (this.#lost !== 0) writer.lost(this.#lost);
    this.#lost = 0;
  }

  /** Drafts the next record; false: there are no more. */
  #advance(): boolean {
    while (!this.#isEnded) {
      if (!this.#isInPacket) this.#isEnded = !this.#nextPacketOf();
      else if (this.#packets.reader.at >= this.#packets.contentBits) this.#leave();
      else if (this.#draftEvent()) return true;
    }
    return false;
  }

  #leave(): void {
    this.#packets.leave();
    this.#isInPacket = false;
  }

  #nextPacketOf(): boolean {
    const packets = this.#packets;
    if (!packets.enter()) return false;
    const { slots } = packets.stream!;
    const sequence = packets.value(slots.sequence, -1);
    if (sequence >= 0 && this.#nextPacket >= 0 && sequence > this.#nextPacket) this.#lost = null;
    this.#nextPacket = sequence + 1;
    const discarded = packets.value(slots.discarded, 0);
    // The count is that of the stream up to this packet's end.
    if (discarded > this.#discarded && this.#lost !== null) this.#lost += discarded - this.#discarded;
    if (this.#lost !== 0) this.#current = NOBODY;
    this.#discarded = discarded;
    this.#cpu = Math.min(MOST_CPUS - 1, packets.value(slots.cpu, 0));
    this.#isInPacket = true;
    if (!packets.open()) this.#leave();
    return true;
  }

  /** False: the packet cannot be read on. */
  #draftEvent(): boolean {
    const { evaluator, reader, clock, draft, stream } = this.#packets;
    const { header, shortHeader, eventId, events } = stream!;
    const { at } = reader;
    if (header !== null && shortHeader?.read(reader, clock, evaluator.values) !== true) evaluator.run(header, NO_PLACES);
    const event = events.get(eventId < 0 ? [...events.keys()][0]! : evaluator.values[eventId]!);
    if (event !== undefined) {
      draft.begin(event.layout.sizeBytes, event.layout.type, 0, 0);
      const fixed = this.#fixedOf(event);
      if (fixed !== null) fixed.read(reader, draft, evaluator.values);
      else for (const { step, places } of event.steps) evaluator.run(step, places);
    }
    // Events of no bits would be there without end.
    if (event === undefined || reader.isCut || reader.at === at) {
      this.trouble.brokenPackets++;
      this.#leave();
      return false;
    }
    this.#finish(event);
    this.#ns = this.#scale.ns(clock.hi, clock.lo);
    return true;
  }

  #finish({ layout, tid, nextTid, fork, fixed }: EventClass): void {
    const { evaluator, draft } = this.#packets;
    // What an event lacks of its texts is empty.
    if (fixed === null)
      for (const place of layout.places)
        if (place.storage === "string" && draft.view.getUint32(place.offset, true) === 0) draft.text(place.offset, draft.bytes, 0, 0);
    const pid = tid < 0 ? this.#current : evaluator.values[tid]!;
    if (tid < 0 && pid === NOBODY) this.trouble.withoutTask++;
    draft.view.setInt32(4, pid, true);
    if (nextTid >= 0) this.#current = evaluator.values[nextTid]!;
    if (fork !== null && evaluator.values[fork.childTid] !== evaluator.values[fork.childTgid])
      draft.view.setUint32(fork.flags, CLONE_THREAD, true);
    this.trouble.cutTexts += evaluator.cut;
    evaluator.cut = 0;
  }
}
