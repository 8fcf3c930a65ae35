/**
 * Helper prototypes: what a program may pass and what it gets back.
 * Source: linux 6.18 include/uapi/linux/bpf.h (numbers, names, argument order), kernel/bpf/helpers.c, kernel/bpf/ringbuf.c and
 * kernel/trace/bpf_trace.c (struct bpf_func_proto, and which program types get them).
 */
import type { MapType, ProgType } from "../spec.ts";

/**
 * anything: any initialised register.
 * map: a map of one of `maps`.
 * map_key, map_value: keySize or valueSize readable bytes, of the map in the first argument.
 * readable, writable: memory whose length is the next argument; writable memory need not be initialised.
 * size, size_or_zero: that length in bytes.
 * const_size: a length known when the program is loaded.
 * const_string: a string in a read-only array map.
 * stack_or_null: the callback's context, a pointer to the stack or 0.
 * func: a callback. ctx: the program's context. ringbuf_record: what ringbuf_reserve gave; the call releases it.
 */
export type ArgType =
  | "anything"
  | "map"
  | "map_key"
  | "map_value"
  | "readable"
  | "writable"
  | "size"
  | "size_or_zero"
  | "const_size"
  | "const_string"
  | "stack_or_null"
  | "func"
  | "ctx"
  | "ringbuf_record";

/** length_or_error: at most the size argument, or a small negative errno. */
export type RetType = "scalar" | "length_or_error" | "void" | "map_value_or_null" | "ringbuf_record_or_null";

export interface HelperProto {
  /** Without the `bpf_` prefix. */
  readonly name: string;
  /** At most 5, in r1 … r5. */
  readonly args: readonly ArgType[];
  readonly ret: RetType;
  /** Only for programs with a GPL-compatible license. */
  readonly gplOnly: boolean;
  /** Program types that may call it; null: all. */
  readonly progTypes: readonly ProgType[] | null;
  /** Map types that the `map` argument takes; null if there is none. */
  readonly maps: readonly MapType[] | null;
  /** Calls its `func` argument: once for each count (loop) or for each element (map). */
  readonly callback: "loop" | "map_elem" | null;
}

const TRACING: readonly ProgType[] = ["kprobe", "tracepoint", "perf_event", "raw_tracepoint"];
const KEYED: readonly MapType[] = ["hash", "array", "percpu_hash", "percpu_array", "lru_hash", "lru_percpu_hash"];
const PERCPU: readonly MapType[] = ["percpu_hash", "percpu_array", "lru_percpu_hash"];
const RINGBUF: readonly MapType[] = ["ringbuf"];

function proto(name: string, args: readonly ArgType[], ret: RetType, rest: Partial<HelperProto> = {}): HelperProto {
  return { name, args, ret, gplOnly: false, progTypes: null, maps: null, callback: null, ...rest };
}

const gplOnly = { gplOnly: true };
const gplTracing = { gplOnly: true, progTypes: TRACING };
const keyed = { maps: KEYED };
const ring = { maps: RINGBUF };

/** By Linux number. A number that is not here is a helper that this machine does not have. */
export const helpers: Readonly<Record<number, HelperProto>> = {
  1: proto("map_lookup_elem", ["map", "map_key"], "map_value_or_null", keyed),
  2: proto("map_update_elem", ["map", "map_key", "map_value", "anything"], "scalar", keyed),
  3: proto("map_delete_elem", ["map", "map_key"], "scalar", keyed),
  4: proto("probe_read", ["writable", "size_or_zero", "anything"], "scalar", gplTracing),
  5: proto("ktime_get_ns", [], "scalar"),
  7: proto("get_prandom_u32", [], "scalar"),
  8: proto("get_smp_processor_id", [], "scalar"),
  14: proto("get_current_pid_tgid", [], "scalar"),
  15: proto("get_current_uid_gid", [], "scalar"),
  16: proto("get_current_comm", ["writable", "size"], "scalar"),
  27: proto("get_stackid", ["ctx", "map", "anything"], "scalar", { ...gplTracing, maps: ["stack_trace"] }),
  35: proto("get_current_task", [], "scalar", gplOnly),
  42: proto("get_numa_node_id", [], "scalar"),
  45: proto("probe_read_str", ["writable", "size_or_zero", "anything"], "length_or_error", gplTracing),
  67: proto("get_stack", ["ctx", "writable", "size_or_zero", "anything"], "length_or_error", gplTracing),
  80: proto("get_current_cgroup_id", [], "scalar"),
  112: proto("probe_read_user", ["writable", "size_or_zero", "anything"], "scalar", gplOnly),
  113: proto("probe_read_kernel", ["writable", "size_or_zero", "anything"], "scalar", gplOnly),
  114: proto("probe_read_user_str", ["writable", "size_or_zero", "anything"], "length_or_error", gplOnly),
  115: proto("probe_read_kernel_str", ["writable", "size_or_zero", "anything"], "length_or_error", gplOnly),
  118: proto("jiffies64", [], "scalar"),
  125: proto("ktime_get_boot_ns", [], "scalar"),
  130: proto("ringbuf_output", ["map", "readable", "size_or_zero", "anything"], "scalar", ring),
  131: proto("ringbuf_reserve", ["map", "const_size", "anything"], "ringbuf_record_or_null", ring),
  132: proto("ringbuf_submit", ["ringbuf_record", "anything"], "void"),
  133: proto("ringbuf_discard", ["ringbuf_record", "anything"], "void"),
  134: proto("ringbuf_query", ["map", "anything"], "scalar", ring),
  164: proto("for_each_map_elem", ["map", "func", "stack_or_null", "anything"], "scalar", { maps: KEYED, callback: "map_elem" }),
  173: proto("get_func_ip", ["ctx"], "scalar", { gplOnly: true, progTypes: ["kprobe"] }),
  181: proto("loop", ["anything", "func", "stack_or_null", "anything"], "scalar", { callback: "loop" }),
  182: proto("strncmp", ["readable", "size", "const_string"], "scalar"),
  195: proto("map_lookup_percpu_elem", ["map", "map_key", "anything"], "map_value_or_null", { maps: PERCPU }),
  208: proto("ktime_get_tai_ns", [], "scalar"),
};

/** Linux BPF_FUNC_* numbers of the helpers whose meaning the machine itself must know. */
export const HELPER = { getCurrentPidTgid: 14, forEachMapElem: 164, loop: 181 } as const;

/** The kernel's name, `unknown` for a helper that is not in the table. */
export function helperName(id: number): string {
  const found = helpers[id];
  return found ? `bpf_${found.name}` : "unknown";
}
