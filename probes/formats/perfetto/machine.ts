/** What packets tell of the recorded machine: its tasks, clocks and name, and the recorder's own counts. */
import { clockId, process, snapshot, stats, STATS_END, STATS_START, systemInfo, thread, tree, packet } from "./fields.ts";
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

/** A process as /proc had it when the recorder looked. */
export interface ToldProcess {
  /** Real user id; 0xffffffff: not told. */
  readonly uid: number;
  /** On the boot clock, to the kernel's tick; 0: not told. */
  readonly startedNs: bigint;
}

export const NOTHING_TOLD: ToldProcess = { uid: 0xffff_ffff, startedNs: 0n };

export class Machine {
  /** Names of threads, by tid. */
  readonly comms = new Map<number, string>();
  /** Processes, by tid. */
  readonly tgids = new Map<number, number>();
  /** By process id. */
  readonly processes = new Map<number, ToldProcess>();
  /** Names of events that were asked for, and that the kernel does not have, or that could not be enabled. */
  readonly unknownEvents = new Set<string>();
  readonly failedEvents = new Set<string>();
  readonly #lostBefore = new Map<number, CpuLoss>();
  readonly #lostAtEnd = new Map<number, CpuLoss>();
  /** As many as the machine is made for; 0: the trace does not say. */
  ncpus = 0;
  uname: string | null = null;
  clock = 0;
  /** Both clocks at one moment, where events do not have boottime. */
  clockTime = 0n;
  bootTime = 0n;
  /** Of the first snapshot that has the realtime and the boot clock, by id. */
  #clocks: ReadonlyMap<number, bigint> = new Map();

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

  /** Of a process the number: its command line is not its name, unless it has none (threads of the kernel) and the trace says so. */
  #readProcess(message: Message): void {
    let [pid, line, isComm] = [0, "", false];
    let { uid, startedNs } = NOTHING_TOLD;
    while (message.next())
      if (message.field === process.pid) pid = message.lo;
      else if (message.field === process.cmdline && message.wire === BYTES) line = message.text;
      else if (message.field === process.cmdlineIsComm) isComm = message.lo !== 0;
      else if (message.field === process.uid) uid = message.lo >>> 0;
      else if (message.field === process.startFromBoot) startedNs = message.big;
    if (pid <= 0) return;
    if (!this.processes.has(pid)) this.processes.set(pid, { uid, startedNs });
    this.#isOf(pid, pid);
    if (isComm && line !== "") this.comms.set(pid, line);
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
    if (this.#clocks.size > 0) return;
    const clocks = new Map<number, bigint>();
    const clock = new Message();
    while (message.next()) {
      if (message.field !== snapshot.clock || message.wire !== BYTES) continue;
      clock.open(message.bytes, message.start, message.stop);
      let [id, time] = [0, 0n];
      while (clock.next())
        if (clock.field === snapshot.clockId) id = clock.lo;
        else if (clock.field === snapshot.timestamp) time = clock.big;
      clocks.set(id, time);
    }
    // Some tell only of clocks of their own sequence.
    if (clocks.has(clockId.realtime) && clocks.has(clockId.boottime)) this.#clocks = clocks;
  }

  /** What was lost while it was recorded: the kernel counts since its buffers were cleared, so what it had counted at the start is taken off. */
  get lost(): CpuLoss[] {
    const less = (end: bigint, start: bigint): bigint => (end > start ? end - start : 0n);
    return [...this.#lostAtEnd.values()].map(({ cpu, overrun, dropped }) => {
      const before = this.#lostBefore.get(cpu);
      return { cpu, overrun: less(overrun, before?.overrun ?? 0n), dropped: less(dropped, before?.dropped ?? 0n) };
    });
  }

  /** Written at each flush, for the start and for then. */
  #readStats(message: Message): void {
    const perCpu: CpuLoss[] = [];
    const part = new Message();
    let phase = 0;
    while (message.next()) {
      if (message.field === stats.phase) phase = message.lo;
      if (message.field === stats.unknownEvents && message.wire === BYTES) this.unknownEvents.add(message.text);
      if (message.field === stats.failedEvents && message.wire === BYTES) this.failedEvents.add(message.text);
      if (message.field !== stats.cpu || message.wire !== BYTES) continue;
      part.open(message.bytes, message.start, message.stop);
      let [cpu, overrun, dropped] = [0, 0n, 0n];
      while (part.next())
        if (part.field === stats.cpuNumber) cpu = part.lo >>> 0;
        else if (part.field === stats.overrun || part.field === stats.commitOverrun) overrun += part.big;
        else if (part.field === stats.dropped) dropped = part.big;
      perCpu.push({ cpu, overrun, dropped });
    }
    if (phase === STATS_START) {
      for (const loss of perCpu) if (!this.#lostBefore.has(loss.cpu)) this.#lostBefore.set(loss.cpu, loss);
    } else if (phase === STATS_END) for (const loss of perCpu) this.#lostAtEnd.set(loss.cpu, loss);
  }

  #readSystem(message: Message): void {
    const part = new Message();
    while (message.next()) {
      if (message.field === systemInfo.cpus && message.lo > 0) this.ncpus = message.lo;
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
