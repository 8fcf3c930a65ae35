/** One CPU's events, in the order of its bundles; switches and wakings that are kept in columns take their places among the others. */
import type { ByteSource } from "../../byte-source.ts";
import { Draft } from "../../stream/draft.ts";
import { NO_ROOM, type PageWriter } from "../../stream/page-writer.ts";
import type { RecordSource } from "../../stream/record-stream.ts";
import type { BlockCache, Block } from "./blocks.ts";
import type { BundlePlaces } from "./bundle-index.ts";
import { CompactSched, type CompactRows } from "./compact-sched.ts";
import { CompactRecords } from "./compact-records.ts";

import { EventHead } from "./event-head.ts";
import { taskEvent, type Events } from "./events.ts";
import { bundle, event } from "./fields.ts";
import { GenericMessages } from "./generic.ts";
import { KprobeMessages } from "./kprobes.ts";
import { BYTES, Message } from "./message.ts";
import { NOTHING_TOLD, type ToldProcess } from "./machine.ts";
import type { CodeNumbers } from "./symbols.ts";

const TWO_32 = 2 ** 32;

export interface CpuSourceOptions {
  readonly source: ByteSource;
  readonly cpu: number;
  readonly places: BundlePlaces;
  readonly blocks: readonly Block[];
  readonly cache: BlockCache;
  readonly events: Events;
  readonly tables: readonly CodeNumbers[];
  /** Time that the stream's times count from. */
  readonly baseNs: bigint;
  /** Processes of tasks, by tid, to be told before the first event. */
  readonly tgids: ReadonlyMap<number, number>;
  readonly processes: ReadonlyMap<number, ToldProcess>;
  readonly maxRecordBytes: number;
}

/** What could not be told, of the events up to now. */
export interface CpuTrouble {
  /** Switches and wakings in columns, before which nobody knows who ran. */
  withoutTask: number;
  damaged: number;
}

export class CpuSource implements RecordSource {
  readonly trouble: CpuTrouble = { withoutTask: 0, damaged: 0 };
  readonly #options: CpuSourceOptions;
  readonly #draft: Draft;
  readonly #baseHigh: number;
  readonly #baseLow: number;
  readonly #generic: GenericMessages;
  readonly #kprobes: KprobeMessages;
  readonly #records: CompactRecords;
  readonly #compact = new CompactSched();
  /** Of the bundle at hand, the events that are still to come. */
  readonly #bundle = new Message();
  readonly #event = new Message();
  #buffer = new Uint8Array(1 << 16);
  #next = 0;
  #tasks: IterableIterator<[number, number]>;
  /** Of the draft, which waits to be written; NaN: there is none. */
  #ns = NaN;
  #isLost = false;
  /** The event that the bundle's cursor is at; its time is Infinity behind the last one. */
  #eventNs = Infinity;
  readonly #head = new EventHead();

  constructor(options: CpuSourceOptions) {
    this.#options = options;
    this.#draft = new Draft(options.maxRecordBytes);
    this.#baseHigh = Number(options.baseNs >> 32n);
    this.#baseLow = Number(options.baseNs & 0xffffffffn);
    this.#generic = new GenericMessages(options.events.generic);
    this.#kprobes = new KprobeMessages(options.events.kprobes);
    this.#records = new CompactRecords(options.events.byId);
    this.#tasks = options.tgids.entries();
  }

  rewind(): void {
    this.#next = 0;
    this.#ns = NaN;
    this.#isLost = false;
    this.#eventNs = Infinity;
    this.#compact.clear();
    this.#records.forget();
    this.#tasks = this.#options.tgids.entries();
    this.trouble.withoutTask = 0;
    this.trouble.damaged = 0;
    for (const encoder of this.#options.events.encoders) encoder.reset();
  }

  fill(writer: PageWriter): void {
    for (;;) {
      if (Number.isNaN(this.#ns) && !this.#advance()) return;
      if (this.#isLost) writer.lost(null);
      this.#isLost = false;
      const at = writer.begin(this.#ns, this.#options.cpu, this.#draft.sizeBytes);
      if (at === NO_ROOM) return;
      this.#draft.copyTo(writer.bytes, writer.view, at);
      this.#ns = NaN;
    }
  }

  /** Drafts the next record; false: there are no more. */
  #advance(): boolean {
    const task = this.#tasks.next();
    if (task.done !== true) {
      this.#draftTask(...task.value);
      return true;
    }
    const { switches, wakings } = this.#compact;
    for (;;) {
      const first = Math.min(this.#eventNs, switches.ns, wakings.ns);
      if (first === Infinity) {
        if (!this.#nextBundle()) return false;
      } else if (this.#eventNs === first ? this.#draftEvent() : wakings.ns === first ? this.#draftWaking() : this.#draftSwitch())
        return true;
    }
  }

  #draftTask(tid: number, tgid: number): void {
    const { view } = this.#draft;
    this.#draft.bytes.fill(0, 0, taskEvent.sizeBytes);
    view.setUint16(0, taskEvent.type, true);
    view.setInt32(4, tid, true);
    view.setUint32(taskEvent.tgid, tgid, true);
    const { uid, startedNs } = this.#options.processes.get(tgid) ?? NOTHING_TOLD;
    view.setUint32(taskEvent.uid, uid, true);
    view.setBigUint64(taskEvent.started, tid === tgid ? startedNs : 0n, true);
    this.#draft.sizeBytes = taskEvent.sizeBytes;
    this.#ns = 0;
  }

  #nextBundle(): boolean {
    const { places, blocks, cache } = this.#options;
    if (this.#next >= places.count) return false;
    const i = this.#next++;
    const [at, sizeBytes] = [places.at[i]!, places.sizeBytes[i]!];
    if (places.gap[i] === 1) this.#interrupt();
    if (places.block[i]! >= 0) {
      const bytes = cache.read(blocks[places.block[i]!]!);
      if (bytes === null) this.trouble.damaged++;
      else this.#open(bytes, at, at + sizeBytes);
    } else {
      if (sizeBytes > this.#buffer.length) this.#buffer = new Uint8Array(sizeBytes + (sizeBytes >> 1));
      if (this.#options.source.readAt(at, this.#buffer.subarray(0, sizeBytes)) < sizeBytes) this.trouble.damaged++;
      else this.#open(this.#buffer, 0, sizeBytes);
    }
    return true;
  }

  #open(bytes: Uint8Array, start: number, end: number): void {
    const message = this.#bundle.open(bytes, start, end);
    let [columnsStart, columnsStop] = [0, 0];
    while (message.next()) {
      if (message.field === bundle.lostEvents && message.lo !== 0) this.#interrupt();
      else if (message.field === bundle.compactSched && message.wire === BYTES) [columnsStart, columnsStop] = [message.start, message.stop];
    }
    if (columnsStop > columnsStart) this.#compact.open(bytes, columnsStart, columnsStop, this.#baseHigh, this.#baseLow);
    else this.#compact.clear();
    if (this.#compact.switches.isDamaged || this.#compact.wakings.isDamaged) this.trouble.damaged++;
    message.open(bytes, start, end);
    this.#nextEvent();
  }

  /** Events are missing here, and with them who runs. */
  #interrupt(): void {
    this.#isLost = true;
    this.#records.forget();
  }

  #nextEvent(): void {
    const message = this.#bundle;
    this.#eventNs = Infinity;
    while (message.next()) if (message.field === bundle.event && message.wire === BYTES && this.#readEvent(message)) return;
  }

  /** Its common fields, and where its own message is; false: it has none. */
  #readEvent({ bytes, start, stop }: Message): boolean {
    const head = this.#head;
    head.read(bytes, start, stop);
    const ns = ((head.hi >>> 0) - this.#baseHigh) * TWO_32 + ((head.lo >>> 0) - this.#baseLow);
    if (head.id === 0 || !head.hasTime || ns < 0) return false;
    this.#eventNs = ns;
    return true;
  }

  /** False: nobody knows the event. */
  #draftEvent(): boolean {
    const draft = this.#draft;
    const { bytes } = this.#bundle;
    let isKnown = true;
    if (this.#head.id === event.generic)
      isKnown = this.#generic.encode(draft, bytes, this.#head.start, this.#head.stop, this.#head.flags, this.#head.pid, this.#table);
    else if (this.#head.id === event.kprobe)
      isKnown = this.#kprobes.encode(draft, bytes, this.#head.start, this.#head.stop, this.#head.flags, this.#head.pid);
    else {
      const encoder = this.#options.events.byId.get(this.#head.id);
      isKnown = encoder !== undefined;
      if (encoder !== undefined) {
        draft.begin(encoder.layout.sizeBytes, encoder.layout.type, this.#head.flags, this.#head.pid);
        encoder.encode(draft, this.#event.open(bytes, this.#head.start, this.#head.stop), this.#table);
      }
    }
    this.#ns = isKnown ? this.#eventNs : NaN;
    this.#records.runs(this.#head.pid);
    this.#nextEvent();
    return isKnown;
  }

  /** False: nobody knows who ran before. */
  #draftSwitch(): boolean {
    const { switches } = this.#compact;
    const isKnown = this.#records.draftSwitch(this.#draft, this.#compact, this.#bundle.bytes);
    this.#ns = isKnown ? switches.ns : NaN;
    this.#goOn(switches, isKnown);
    return isKnown;
  }

  #draftWaking(): boolean {
    const { wakings } = this.#compact;
    const isKnown = this.#records.draftWaking(this.#draft, this.#compact, this.#bundle.bytes);
    this.#ns = isKnown ? wakings.ns : NaN;
    this.#goOn(wakings, isKnown);
    return isKnown;
  }

  #goOn(rows: CompactRows, isKnown: boolean): void {
    if (!isKnown) this.trouble.withoutTask++;
    rows.next();
    if (rows.isDamaged) this.trouble.damaged++;
  }

  get #table(): CodeNumbers {
    const { tables, places } = this.#options;
    return tables[places.table[this.#next - 1]!]!;
  }
}
