/** What packets tell of the recorded machine: its tasks, clocks and name, and the recorder's own counts. */
import { clockId, process, snapshot, stats, STATS_END, systemInfo, thread, tree, packet } from "./fields.ts";
import { BYTES, Message } from "./message.ts";

/** As many as Linux has pids. */
const MOST_TASKS = 1 << 22;

/** FtraceClock: without one the events' clock is boottime. */
const CLOCKS: readonly string[] = ["boot", "unknown", "global", "local", "mono_raw"];

export interface CpuLoss {
  readonly cpu: number;
  readonly overrun: bigint;
  readonly dropped: bigint;
}

export class Machine {
  /** Names of threads, by tid. */
  readonly comms = new Map<number, string>();
  /** Processes, by tid. */
  readonly tgids = new Map<number, number>();
  readonly lost = new Map<number, CpuLoss>();
  uname: string | null = null;
  clock = 0;
  /** Both clocks at one moment, where events do not have boottime. */
  clockTime = 0n;
  bootTime = 0n;
  /** Of the first snapshot that has the realtime clock, by id. */
  readonly #clocks = new Map<number, bigint>();

  /** A packet's field that is a message. */
  read(field: number, bytes: Uint8Array, start: number, stop: number): void {
    const message = new Message().open(bytes, start, stop);
    switch (field) {
      case packet.processTree:
        return this.#readTree(message);
      case packet.clockSnapshot:
        return this.#readSnapshot(message);
      case packet.ftraceStats:
        return this.#readStats(message);
      case packet.systemInfo:
        return this.#readSystem(message);
    }
  }

  get clockName(): string {
    return CLOCKS[this.clock] ?? "unknown";
  }

  /** The events' clock is at 0 then, ns since 1970. */
  get epochNs(): bigint | undefined {
    const realtime = this.#clocks.get(clockId.realtime);
    const own = this.#clocks.get(this.clock === 4 ? clockId.monotonicRaw : clockId.boottime);
    if (realtime === undefined || own === undefined) return undefined;
    if (this.clock === 0 || this.clock === 4) return realtime - own;
    return this.clockTime === 0n || this.bootTime === 0n ? undefined : realtime - own + this.bootTime - this.clockTime;
  }

  #readTree(message: Message): void {
    const { bytes } = message;
    const part = new Message();
    while (message.next()) {
      if (message.wire !== BYTES || this.tgids.size >= MOST_TASKS) continue;
      part.open(bytes, message.start, message.stop);
      if (message.field === tree.process) this.#readProcess(part);
      else if (message.field === tree.thread) this.#readThread(part);
    }
  }

  /** Of a process only the number: its command line is not its name. */
  #readProcess(message: Message): void {
    while (message.next()) if (message.field === process.pid && message.lo > 0) this.#isOf(message.lo, message.lo);
  }

  #readThread(message: Message): void {
    let [tid, tgid, name] = [0, 0, ""];
    while (message.next()) {
      if (message.field === thread.tid) tid = message.lo;
      else if (message.field === thread.tgid) tgid = message.lo;
      else if (message.field === thread.name && message.wire === BYTES) name = message.text;
    }
    if (tid <= 0) return;
    if (tgid > 0) this.#isOf(tid, tgid);
    if (name !== "") this.comms.set(tid, name);
  }

  /** The first word counts: a number that is used again has an event that says so. */
  #isOf(tid: number, tgid: number): void {
    if (!this.tgids.has(tid)) this.tgids.set(tid, tgid);
  }

  #readSnapshot(message: Message): void {
    if (this.#clocks.has(clockId.realtime)) return;
    const clock = new Message();
    while (message.next()) {
      if (message.field !== snapshot.clock || message.wire !== BYTES) continue;
      clock.open(message.bytes, message.start, message.stop);
      let [id, time] = [0, 0n];
      while (clock.next())
        if (clock.field === snapshot.clockId) id = clock.lo;
        else if (clock.field === snapshot.timestamp) time = clock.big;
      this.#clocks.set(id, time);
    }
  }

  /** The counts at the end of the recording. */
  #readStats(message: Message): void {
    const perCpu: CpuLoss[] = [];
    const part = new Message();
    let phase = 0;
    while (message.next()) {
      if (message.field === stats.phase) phase = message.lo;
      if (message.field !== stats.cpu || message.wire !== BYTES) continue;
      part.open(message.bytes, message.start, message.stop);
      let [cpu, overrun, dropped] = [0, 0n, 0n];
      while (part.next())
        if (part.field === stats.cpuNumber) cpu = part.lo >>> 0;
        else if (part.field === stats.overrun || part.field === stats.commitOverrun) overrun += part.big;
        else if (part.field === stats.dropped) dropped = part.big;
      perCpu.push({ cpu, overrun, dropped });
    }
    if (phase !== STATS_END) return;
    for (const loss of perCpu) this.lost.set(loss.cpu, loss);
  }

  #readSystem(message: Message): void {
    const part = new Message();
    while (message.next()) {
      if (message.field !== systemInfo.utsname || message.wire !== BYTES) continue;
      part.open(message.bytes, message.start, message.stop);
      const names = new Map<number, string>();
      while (part.next()) if (part.wire === BYTES) names.set(part.field, part.text);
      const order = [systemInfo.sysname, systemInfo.release, systemInfo.version, systemInfo.machine];
      this.uname = order
        .map((field) => names.get(field) ?? "")
        .join(" ")
        .trim();
    }
  }
}
