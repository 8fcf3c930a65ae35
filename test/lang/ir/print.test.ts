import { expect, test } from "vitest";
import { printIr } from "../../../lang/ir/print.ts";
import { lowerText } from "../lower/support.ts";

test("maps, actions, probes, then functions", () => {
  expect(printIr(lowerText('t:sched:sched_switch /args.prev_pid > 5/ { @x[comm] = sum(args.prev_prio); printf("%d\\n", pid); }'))).toBe(`\
map @x percpu_hash key 16 value 16 entries 4096
map ringbuf ringbuf key 0 value 0 entries 65536

action 0 helper_error map_update_elem "Map full; can't update element. Try increasing max_map_keys config or manually setting the max entries in a map declaration e.g. \`let @a = hash(5000)\`", 16 bytes
action 1 printf "%d\\n", uint32 at 8, 16 bytes

probe tracepoint:sched:sched_switch: probe_0

func probe_0(v0)
  slot comm 16
  slot cell 16
  slot record 16
b0:
  v1 = s32 ctx v0[24]
  if v1 s> 5 goto b1 else b5
b1:
  v2 = s32 ctx v0[28]
  get_current_comm(&comm, 16)
  v3 = map_lookup_elem(@x, &comm)
  if v3 != 0 goto b2 else b3
b2:
  u64 [v3] += v2
  u64 [v3+8] = 1
  goto b4
b3:
  u64 [cell] = v2
  u64 [cell+8] = 1
  v4 = map_update_elem(@x, &comm, &cell, 0)
  if v4 == 0 goto b4 else b6
b4:
  v5 = get_current_pid_tgid()
  v6 = v5 >> 32
  u64 [record+8] = v6
  u64 [record] = 1
  ringbuf_output(ringbuf, &record, 16, 0)
  goto b5
b5:
  return 0
b6:
  u64 [record+8] = v4
  u64 [record] = 0
  ringbuf_output(ringbuf, &record, 16, 0)
  goto b4
`);
});
