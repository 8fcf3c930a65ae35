/** Recordings made for tests: two events, two CPUs. */
import { encodeRecord, formatText } from "../../../tooling/trace-dat/record.ts";
import { pageBuilder, type PageLayout } from "../../../tooling/trace-dat/pages.ts";
import type { CpuPages, TraceDatSpec } from "../../../tooling/trace-dat/writer.ts";

export const switchFormat = formatText("sched_switch", 310, [
  ["char prev_comm[16]", 8, 16, 0],
  ["pid_t prev_pid", 24, 4, 1],
  ["int prev_prio", 28, 4, 1],
  ["long prev_state", 32, 8, 1],
  ["char next_comm[16]", 40, 16, 0],
  ["pid_t next_pid", 56, 4, 1],
  ["int next_prio", 60, 4, 1],
]);
export const execFormat = formatText("sched_process_exec", 300, [
  ["__data_loc char[] filename", 8, 4, 0],
  ["pid_t pid", 12, 4, 1],
  ["pid_t old_pid", 16, 4, 1],
]);

export const events = [
  { category: "sched", format: switchFormat },
  { category: "sched", format: execFormat },
] as const;

export interface CpuOptions {
  readonly cpu: number;
  readonly layout: PageLayout;
  readonly records: number;
  /** Before the record of this number. */
  readonly lostAt?: readonly (readonly [number, number | null])[];
}

/** `records` switches 1 µs apart with an exec among every ten; the last is half a second late, so that its time needs an extension. */
export function cpuPages({ cpu, layout, records, lostAt = [] }: CpuOptions): CpuPages {
  const lost = new Map(lostAt);
  return {
    cpu,
    pages(emit) {
      const builder = pageBuilder(layout, emit);
      for (let i = 0; i < records; i++) {
        const count = lost.get(i);
        if (count !== undefined) builder.lost(count);
        const ns = 1000 * i + cpu + (i === records - 1 ? 500_000_000 : 0);
        const common_pid = 100 + cpu;
        const data =
          i % 10 === 0
            ? encodeRecord(
                execFormat,
                { common_pid, pid: common_pid, old_pid: common_pid, filename: `/usr/bin/tool-${i}` },
                layout.byteOrder,
              )
            : encodeRecord(
                switchFormat,
                { common_pid, prev_comm: "alpha", prev_pid: common_pid, next_comm: "beta", next_pid: 7 },
                layout.byteOrder,
              );
        if (i % 50 === 7) builder.discarded(ns - 1, 24);
        builder.record(ns, data);
      }
      builder.flush();
    },
  };
}

/** A whole recording; `change` overrides parts of its description. */
export function spec(change: Partial<TraceDatSpec> = {}, cpu: Partial<CpuOptions> = {}): TraceDatSpec {
  const { byteOrder = "little", longBytes = 8, pageBytes = 4096 } = change;
  const layout: PageLayout = { pageBytes, longBytes, byteOrder };
  return {
    version: 7,
    events,
    comms: new Map([
      [100, "alpha"],
      [101, "alpha two"],
    ]),
    cpuCount: 2,
    buffers: [{ name: "", cpus: [0, 1].map((n) => cpuPages({ cpu: n, layout, records: 500, ...cpu })) }],
    ...change,
  };
}
