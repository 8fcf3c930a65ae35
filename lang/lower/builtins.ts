/** Builtin variables: one helper call each, made once on a straight path. */
import type { BuiltinName, HirExpr } from "../hir/hir.ts";
import type { HelperName } from "../ir/helpers.ts";
import type { Address, Operand } from "../ir/ir.ts";
import { cached, internalMap, zero, type Lowering } from "./lowering.ts";
import { addrArg, imm, mapArg, reg } from "./operand.ts";
import { extend } from "./scalars.ts";
import { whenFound } from "./lookups.ts";

const COMM_BYTES = 16;
/** Array map of one u64: when `elapsed` starts to count. User space sets it before the run. */
const START_MAP = "start_ns";

/** Caches that must not outlive a loop iteration on a live kernel, where time goes on. */
export const timeKeys: readonly string[] = ["ktime_get_boot_ns", "ktime_get_ns", "ktime_get_tai_ns", "jiffies64"];

const call = (l: Lowering, name: HelperName): Operand => cached(l, name, () => l.b.helper(name, []));

const low = (l: Lowering, pair: Operand): Operand => extend(l, pair, 4, false);
const high = (l: Lowering, pair: Operand): Operand => l.b.bin("lshr", pair, imm(32));

function elapsed(l: Lowering): Operand {
  const { b } = l;
  const start = cached(l, START_MAP, () => {
    const map = internalMap(l.program, { name: START_MAP, kind: "array", keyBytes: 4, valueBytes: 8, maxEntries: 1 });
    const key = b.scratch("key", 8);
    b.store(key, 4, zero);
    const pointer = b.helper("map_lookup_elem", [mapArg(map), addrArg(key)]);
    const value = b.vreg();
    whenFound(
      l,
      pointer,
      (cell) => b.setTo(value, b.load(cell, 8, false)),
      () => b.emit({ op: "mov", dst: value, src: zero }),
    );
    return reg(value);
  });
  return b.bin("sub", call(l, "ktime_get_boot_ns"), start);
}

const values: Record<Exclude<BuiltinName, "comm">, (l: Lowering) => Operand> = {
  // tgid << 32 | thread id
  pid: (l) => cached(l, "pid", () => high(l, call(l, "get_current_pid_tgid"))),
  tid: (l) => cached(l, "tid", () => low(l, call(l, "get_current_pid_tgid"))),
  // gid << 32 | uid
  uid: (l) => cached(l, "uid", () => low(l, call(l, "get_current_uid_gid"))),
  username: (l) => values.uid(l),
  gid: (l) => cached(l, "gid", () => high(l, call(l, "get_current_uid_gid"))),
  cpu: (l) => call(l, "get_smp_processor_id"),
  numaid: (l) => call(l, "get_numa_node_id"),
  ncpus: (l) => imm(l.program.options.ncpus),
  nsecs: (l) => call(l, "ktime_get_boot_ns"),
  nsecs_monotonic: (l) => call(l, "ktime_get_ns"),
  nsecs_tai: (l) => call(l, "ktime_get_tai_ns"),
  jiffies: (l) => call(l, "jiffies64"),
  elapsed,
  rand: (l) => l.b.helper("get_prandom_u32", []),
  cgroup: (l) => call(l, "get_current_cgroup_id"),
  curtask: (l) => call(l, "get_current_task"),
  func_ip: (l) => cached(l, "func_ip", () => l.b.helper("get_func_ip", [{ kind: "ctx" }])),
};

export function builtinValue(l: Lowering, name: BuiltinName): Operand {
  if (name === "comm") throw new Error("comm is a string");
  return values[name](l);
}

export const isComm = (expr: HirExpr): boolean => expr.kind === "builtin" && expr.name === "comm";

/** Fills `to` with the current comm, zero behind its NUL. */
export const commInto = (l: Lowering, to: Address): void => l.b.helperVoid("get_current_comm", [addrArg(to), imm(COMM_BYTES)]);

/** The current comm in a slot of its own, filled once on a straight path. */
export function commPlace(l: Lowering): Address {
  l.comm ??= l.b.slot("comm", COMM_BYTES);
  const slot = l.comm;
  cached(l, "comm", () => {
    commInto(l, slot);
    return zero;
  });
  return slot;
}
