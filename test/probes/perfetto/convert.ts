/** The events of another recording as a Perfetto trace, as the recorder would have written them. */
import { deflateSync } from "node:zlib";
import type { Recording } from "../../../probes/recording.ts";
import { compactSched, ftraceEvent, message, trace, type Fields, type Value } from "../../../tooling/perfetto/writer.ts";
import { recordsOf, type ReadRecord } from "../../support/read-records.ts";

/** Numbers of events and of their fields, as protos/perfetto/trace/ftrace has them. */
const MESSAGES: Readonly<Record<string, readonly [id: number, ...fields: string[]]>> = {
  "sched:sched_switch": [4, "prev_comm", "prev_pid", "prev_prio", "prev_state", "next_comm", "next_pid", "next_prio"],
  "sched:sched_wakeup": [17, "comm", "pid", "prio", "success", "target_cpu"],
  "sched:sched_waking": [20, "comm", "pid", "prio", "success", "target_cpu"],
  "task:task_newtask": [235, "pid", "comm", "clone_flags", "oom_score_adj"],
  "task:task_rename": [236, "pid", "oldcomm", "newcomm", "oom_score_adj"],
  "sched:sched_process_exec": [237, "filename", "pid", "old_pid"],
  "sched:sched_process_exit": [238, "comm", "pid", "tgid", "prio"],
  "sched:sched_process_fork": [239, "parent_comm", "parent_pid", "child_comm", "child_pid"],
  "block:block_rq_issue": [45, "dev", "sector", "nr_sector", "bytes", "rwbs", "comm", "cmd"],
  "block:block_rq_complete": [125, "dev", "sector", "nr_sector", "errors", "rwbs", "cmd", "error"],
  "raw_syscalls:sys_enter": [329, "id", "args"],
  "raw_syscalls:sys_exit": [330, "id", "ret"],
  "irq:irq_handler_entry": [36, "irq", "name", "handler"],
  "irq:irq_handler_exit": [37, "irq", "ret"],
  "irq:softirq_entry": [24, "vec"],
  "irq:softirq_exit": [25, "vec"],
  "irq:softirq_raise": [26, "vec"],
};

/** The recorder numbers devices as stat(2) does. */
function userDevice(device: bigint): bigint {
  const [major, minor] = [device >> 20n, device & 0xfffffn];
  return ((minor & 0xffn) | ((major & 0xfffn) << 8n) | ((minor & 0xfff00n) << 12n) | ((major & 0xfffff000n) << 32n)) & ((1n << 64n) - 1n);
}

function ownFields({ values }: ReadRecord, names: readonly string[]): Fields {
  return names.flatMap((name, i): [number, Value][] => {
    const value = values.get(name);
    if (value === undefined) return [];
    if (Array.isArray(value)) return value.map((element: bigint) => [i + 1, element]);
    return [[i + 1, name === "dev" ? userDevice(value as bigint) : value]];
  });
}

function genericFields({ name, values }: ReadRecord): Fields {
  const fields = [...values].flatMap(([field, value]): [number, Uint8Array][] => {
    if (Array.isArray(value)) return [];
    const kind = typeof value === "string" ? 3 : value < 0n ? 4 : 5;
    return [[2, message([[1, field], [kind, field === "dev" ? userDevice(value as bigint) : value]])]]; // prettier-ignore
  });
  return [[1, name], ...fields];
}

function eventOf(record: ReadRecord): Uint8Array {
  const known = MESSAGES[`${record.category}:${record.name}`];
  if (known === undefined) return ftraceEvent(record.ns, record.pid, 327, genericFields(record));
  const [id, ...names] = known;
  return ftraceEvent(record.ns, record.pid, id, ownFields(record, names));
}

function columnsOf(records: readonly ReadRecord[]): Uint8Array {
  const switches = records.filter(({ name }) => name === "sched_switch");
  const wakings = records.filter(({ name }) => name === "sched_waking");
  const numbers = (of: readonly ReadRecord[], name: string): number[] => of.map(({ values }) => Number(values.get(name)));
  const texts = (of: readonly ReadRecord[], name: string): string[] => of.map(({ values }) => values.get(name) as string);
  const times = (of: readonly ReadRecord[]): bigint[] => of.map(({ ns }) => ns);
  return compactSched(
    {
      ns: times(switches),
      prevState: switches.map(({ values }) => values.get("prev_state") as bigint),
      nextPid: numbers(switches, "next_pid"),
      nextPrio: numbers(switches, "next_prio"),
      nextComm: texts(switches, "next_comm"),
    },
    {
      ns: times(wakings),
      pid: numbers(wakings, "pid"),
      cpu: numbers(wakings, "target_cpu"),
      prio: numbers(wakings, "prio"),
      comm: texts(wakings, "comm"),
      flags: wakings.map(({ flags }) => flags),
    },
  );
}

export interface Conversion {
  readonly compact?: boolean;
  readonly compressed?: boolean;
  /** Events of a bundle. */
  readonly perBundle?: number;
}

const isColumn = ({ name }: ReadRecord): boolean => name === "sched_switch" || name === "sched_waking";

/** Bundles of all CPUs in turn, as the recorder drains its buffers. */
export function perfettoOf(recording: Recording, { compact = false, compressed = false, perBundle = 50 }: Conversion = {}): Uint8Array {
  const perCpu = recordsOf(recording).filter(({ records }) => records.length > 0);
  const packets: Fields[] = [];
  const most = Math.max(...perCpu.map(({ records }) => records.length));
  for (let from = 0; from < most; from += perBundle)
    for (const { cpu, records } of perCpu) {
      const part = records.slice(from, from + perBundle);
      if (part.length === 0) continue;
      const single = compact ? part.filter((record) => !isColumn(record)) : part;
      const columns: Fields = compact ? [[4, columnsOf(part)]] : [];
      const bundle = message([[1, cpu], ...single.map((record): [number, Uint8Array] => [2, eventOf(record)]), ...columns]);
      packets.push([[1, bundle], [3, 9999], [10, 2]]); // prettier-ignore
    }
  const threads = [...recording.comms].map(([tid, name]): [number, Uint8Array] => [2, message([[1, tid], [2, name]])]); // prettier-ignore
  const all: Fields[] = [[[2, message(threads)], [10, 3]], ...packets]; // prettier-ignore
  if (!compressed) return trace(all);
  const blocks: Fields[] = [];
  for (let i = 0; i < all.length; i += 16) blocks.push([[50, deflateSync(trace(all.slice(i, i + 16)))]]);
  return trace(blocks);
}
