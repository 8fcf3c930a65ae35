/** Which bytes of its context a program of each type may access (linux *_is_valid_access of kernel/trace/bpf_trace.c and net/core/filter.c). */
import type { ProgType } from "../spec.ts";

export interface CtxAccess {
  readonly off: number;
  readonly size: number;
  readonly write: boolean;
}

const PT_REGS_BYTES = 168;
/** PERF_MAX_TRACE_SIZE: the longest trace record. The event's own length is not known here, see VerifyStats.maxCtxOffset. */
const MAX_TRACE_BYTES = 8192;
const RAW_TRACEPOINT_ARGS_BYTES = 12 * 8;

type Rule = (access: CtxAccess) => boolean;

const aligned: Rule = ({ off, size }) => off % size === 0;
const inside =
  (from: number, to: number): Rule =>
  ({ off, size }) =>
    off >= from && off + size <= to;
const readOnly =
  (...rules: readonly Rule[]): Rule =>
  (access) =>
    !access.write && rules.every((rule) => rule(access));

/** struct __sk_buff: what a socket filter may read as u32 (not: tc_classid, data, data_end, family … local_port, data_meta and behind). */
const socketFilterReads: readonly (readonly [number, number])[] = [
  [0, 72],
  [84, 88],
  [164, 168],
  [176, 180],
];
const SKB_CB: readonly [number, number] = [48, 68];

const rules: Readonly<Record<ProgType, Rule>> = {
  kprobe: readOnly(aligned, inside(0, PT_REGS_BYTES)),
  // The first 8 bytes are the kernel's own.
  tracepoint: readOnly(aligned, inside(8, MAX_TRACE_BYTES)),
  raw_tracepoint: readOnly(aligned, inside(0, RAW_TRACEPOINT_ARGS_BYTES)),
  // struct bpf_perf_event_data: registers as whole words, then u64 sample_period and addr, of which parts may be read.
  perf_event: readOnly(aligned, (access) => (access.off < PT_REGS_BYTES ? access.size === 8 : inside(PT_REGS_BYTES, 184)(access))),
  socket_filter: (access) => {
    if (!aligned(access) || access.size !== 4) return false;
    return access.write ? inside(...SKB_CB)(access) : socketFilterReads.some((field) => inside(...field)(access));
  },
};

export function isValidCtxAccess(type: ProgType, access: CtxAccess): boolean {
  return access.off >= 0 && rules[type](access);
}
