/** A Perfetto trace with every kind of message that the reader knows: events by name and described, columns, symbols, tasks, clocks, counts, packed packets. */
import { deflateSync } from "node:zlib";
import { compactSched, ftraceEvent, message, packed, trace, type Fields } from "../perfetto/writer.ts";

const nested = (...all: readonly (readonly [number, Fields])[]): Fields =>
  all.map(([field, fields]): [number, Uint8Array] => [field, message(fields)]);

const named = (ns: number, name: string, ...fields: readonly Fields[]): Uint8Array =>
  ftraceEvent(ns, 5, 327, [[1, name], ...nested(...fields.map((one) => [2, one] as const))]);

function bundleOf(cpu: number, ns: number): Fields {
  const columns = compactSched(
    {
      ns: [BigInt(ns + 5), BigInt(ns + 7)],
      prevState: [0n, -1n],
      nextPid: [10, 0],
      nextPrio: [120, 97],
      nextComm: ["ten", "swapper"],
    },
    { ns: [BigInt(ns + 6)], pid: [11], cpu: [cpu], prio: [97], comm: ["eleven"], flags: [1] },
  );
  const descriptor = message([
    [1, 65_600],
    ...nested([2, [[1, "own"], ...nested([2, [[1, "value"], [3, 1], [4, 1], [5, 3]]], [2, [[1, "list"], [3, 2], [4, 3], [5, 4]]])]]),
    [3, "group"],
  ]); // prettier-ignore
  return [
    [1, cpu],
    [2, ftraceEvent(ns, 5, 3, [[1, 1], [2, "text\n"]])],
    [2, ftraceEvent(ns + 1, 5, 58, [[1, 1], [2, 2]])],
    [2, ftraceEvent(ns + 2, 5, 329, [[1, 257], [2, packed([1, -2, 3])], [2, 4]])],
    [2, ftraceEvent(ns + 3, 5, 45, [[1, 0x10fe2c], [2, 8], [3, 16], [4, 8192], [5, "RA"], [6, "dd"], [7, ""]])],
    [2, named(ns + 4, "timer_start", [[1, "timer"], [5, 1]], [[1, "function"], [5, 2]])],
    [2, named(ns + 5, "probe", [[1, "arg1"], [4, -3]], [[1, "name"], [3, "abc"]])],
    [2, ftraceEvent(ns + 6, 5, 542, [[1, "vfs_read"], [2, 1]])],
    [2, ftraceEvent(ns + 7, 5, 542, [[1, "vfs_read"], [2, 2]])],
    [2, ftraceEvent(ns + 8, 5, 65_600, [[1, -9], [2, 4], [2, 5]])],
    [4, columns],
    [10, ns - 92],
    [11, descriptor],
  ]; // prettier-ignore
}

export function perfettoParts(): Uint8Array {
  const clock = (id: number, ns: number): readonly [number, Fields] => [1, [[1, id], [2, ns]]]; // prettier-ignore
  const counts = (phase: number): Fields => [[1, phase], ...nested([2, [[1, 0], [3, 100 * phase], [4, 1], [8, 5]]]), [6, "sched/none"]]; // prettier-ignore
  const packets = (from: number): Fields[] =>
    Array.from({ length: 8 }, (_, i): Fields => {
      const symbols = nested([26, [[1, 2], [2, "process_timeout"]]]); // prettier-ignore
      return [[1, message(bundleOf(i % 2, from + 100 * i))], [12, message(symbols)], [13, i % 3], [10, 7], [42, i % 4 === 3 ? 1 : 0]]; // prettier-ignore
    });
  const head: readonly Fields[] = [
    nested([6, nested(clock(6, 1000), clock(1, 2_000_000), clock(5, 900))]),
    nested([45, [...nested([1, [[1, "Linux"], [2, "#1"], [3, "6.1"], [4, "x86_64"]]]), [8, 4]]]),
    nested([34, counts(1)]),
    nested([2, nested([1, [[1, 5], [3, "kworker/0:1"], [9, 1]]], [2, [[1, 6], [2, "thread"], [3, 5]]])]),
  ]; // prettier-ignore
  return trace([
    ...head,
    ...packets(1000),
    [[50, deflateSync(trace(packets(2000)))]],
    [[1, message(bundleOf(0, 3000))], [98, 3], [10, 8]],
    nested([34, counts(2)]),
  ]); // prettier-ignore
}
