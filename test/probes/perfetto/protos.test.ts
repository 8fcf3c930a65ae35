/** Numbers, names and types of messages, by the declarations in google/perfetto, protos/perfetto/trace/ftrace: written here apart from the reader's table. */
import { expect, test } from "vitest";
import { eventTable } from "../../../probes/formats/perfetto/event-table.ts";
import { DEVICES } from "../../../probes/formats/perfetto/messages/devices.ts";
import { KERNEL } from "../../../probes/formats/perfetto/messages/kernel.ts";
import { MEMORY } from "../../../probes/formats/perfetto/messages/memory.ts";
import { STORAGE } from "../../../probes/formats/perfetto/messages/storage.ts";

/** By file: the field of FtraceEvent, and the fields of its message. */
const DECLARED: Readonly<Record<string, readonly string[]>> = {
  "ftrace.proto": [
    "print = 3: uint64 ip = 1; string buf = 2",
    "funcgraph_exit = 438: uint64 calltime = 1; int32 depth = 2; uint64 func = 3; uint64 overrun = 4; uint64 rettime = 5",
  ],
  "sched.proto": [
    "sched_switch = 4: string prev_comm = 1; int32 prev_pid = 2; int32 prev_prio = 3; int64 prev_state = 4; string next_comm = 5; int32 next_pid = 6; int32 next_prio = 7",
    "sched_wakeup = 17: string comm = 1; int32 pid = 2; int32 prio = 3; int32 success = 4; int32 target_cpu = 5",
    "sched_waking = 20: string comm = 1; int32 pid = 2; int32 prio = 3; int32 success = 4; int32 target_cpu = 5",
    "sched_blocked_reason = 18: int32 pid = 1; uint64 caller = 2; uint32 io_wait = 3",
    "sched_process_exec = 237: string filename = 1; int32 pid = 2; int32 old_pid = 3",
    "sched_process_exit = 238: string comm = 1; int32 pid = 2; int32 tgid = 3; int32 prio = 4",
    "sched_process_fork = 239: string parent_comm = 1; int32 parent_pid = 2; string child_comm = 3; int32 child_pid = 4",
    "sched_pi_setprio = 353: string comm = 1; int32 newprio = 2; int32 oldprio = 3; int32 pid = 4",
    "sched_migrate_task = 491: string comm = 1; int32 pid = 2; int32 prio = 3; int32 orig_cpu = 4; int32 dest_cpu = 5; int32 running = 6; uint32 load = 7",
  ],
  "task.proto": [
    "task_newtask = 235: int32 pid = 1; string comm = 2; uint64 clone_flags = 3; int32 oom_score_adj = 4",
    "task_rename = 236: int32 pid = 1; string oldcomm = 2; string newcomm = 3; int32 oom_score_adj = 4",
  ],
  "signal.proto": [
    "signal_deliver = 324: int32 code = 1; uint64 sa_flags = 2; int32 sig = 3",
    "signal_generate = 325: int32 code = 1; string comm = 2; int32 group = 3; int32 pid = 4; int32 result = 5; int32 sig = 6",
  ],
  "raw_syscalls.proto": ["sys_enter = 329: int64 id = 1; uint64 args = 2", "sys_exit = 330: int64 id = 1; int64 ret = 2"],
  "irq.proto": [
    "irq_handler_entry = 36: int32 irq = 1; string name = 2; uint32 handler = 3",
    "irq_handler_exit = 37: int32 irq = 1; int32 ret = 2",
    "softirq_raise = 26: uint32 vec = 1",
  ],
  "irq_vectors.proto": ["local_timer_entry = 559: int32 vector = 1"],
  "ipi.proto": ["ipi_raise = 23: uint32 target_cpus = 1; string reason = 2"],
  "timer.proto": [
    "hrtimer_start = 551: uint64 hrtimer = 1; uint64 function = 2; int64 expires = 3; int64 softexpires = 4; uint32 mode = 5",
    "timer_start = 555: uint64 timer = 1; uint64 function = 2; uint64 expires = 3; uint64 now = 4; uint32 deferrable = 5; uint32 flags = 6; uint64 bucket_expiry = 7",
  ],
  "workqueue.proto": [
    "workqueue_execute_start = 58: uint64 work = 1; uint64 function = 2",
    "workqueue_queue_work = 59: uint64 work = 1; uint64 function = 2; string workqueue = 3; int32 req_cpu = 4; int32 cpu = 5; string workqueue = 6",
  ],
  "cgroup.proto": [
    "cgroup_attach_task = 67: int32 dst_root = 1; int32 dst_id = 2; int32 pid = 3; string comm = 4; string cname = 5; int32 dst_level = 6; string dst_path = 7",
    "cgroup_mkdir = 68: int32 root = 1; int32 id = 2; string cname = 3; int32 level = 4; string path = 5",
  ],
  "power.proto": [
    "cpu_frequency = 11: uint32 state = 1; uint32 cpu_id = 2",
    "cpu_idle = 13: uint32 state = 1; uint32 cpu_id = 2",
    "suspend_resume = 113: string action = 1; int32 val = 2; uint32 start = 3",
    "wakeup_source_activate = 404: string name = 1; uint64 state = 2",
  ],
  "clk.proto": ["clk_set_rate = 322: string name = 1; uint64 rate = 2"],
  "thermal.proto": [
    "thermal_temperature = 341: int32 id = 1; int32 temp = 2; int32 temp_prev = 3; string thermal_zone = 4",
    "cdev_update = 342: uint64 target = 1; string type = 2",
  ],
  "printk.proto": ["console = 408: string msg = 1"],
  "block.proto": [
    "block_rq_issue = 45: uint64 dev = 1; uint64 sector = 2; uint32 nr_sector = 3; uint32 bytes = 4; string rwbs = 5; string comm = 6; string cmd = 7",
    "block_rq_complete = 125: uint64 dev = 1; uint64 sector = 2; uint32 nr_sector = 3; int32 errors = 4; string rwbs = 5; string cmd = 6; int32 error = 7",
    "block_bio_remap = 120: uint64 dev = 1; uint64 sector = 2; uint32 nr_sector = 3; uint64 old_dev = 4; uint64 old_sector = 5; string rwbs = 6",
    "block_io_start = 546: uint64 dev = 1; uint64 sector = 2; uint32 nr_sector = 3; uint32 bytes = 4; uint32 ioprio = 5; string rwbs = 6; string comm = 7; string cmd = 8",
  ],
  "scsi.proto": [
    "scsi_dispatch_cmd_error = 597: uint32 host_no = 1; uint32 channel = 2; uint32 id = 3; uint32 lun = 4; int32 rtn = 5; uint32 opcode = 6; uint32 cmd_len = 7; uint32 data_sglen = 8; uint32 prot_sglen = 9; uint32 prot_op = 10; int32 driver_tag = 12; int32 scheduler_tag = 13",
  ],
  "ext4.proto": [
    "ext4_da_write_begin = 41: uint64 dev = 1; uint64 ino = 2; int64 pos = 3; uint32 len = 4; uint32 flags = 5",
    "ext4_sync_file_enter = 43: uint64 dev = 1; uint64 ino = 2; uint64 parent = 3; int32 datasync = 4",
    "ext4_es_lookup_extent_exit = 154: uint64 dev = 1; uint64 ino = 2; uint32 lblk = 3; uint32 len = 4; uint64 pblk = 5; uint64 status = 6; int32 found = 7",
    "ext4_ext_map_blocks_exit = 167: uint64 dev = 1; uint64 ino = 2; uint32 flags = 3; uint64 pblk = 4; uint32 lblk = 5; uint32 len = 6; uint32 mflags = 7; int32 ret = 8",
    "ext4_journal_start = 186: uint64 dev = 1; uint64 ip = 2; int32 blocks = 3; int32 rsv_blocks = 4; int32 nblocks = 5; int32 revoke_creds = 6",
    "ext4_unlink_enter = 217: uint64 dev = 1; uint64 ino = 2; uint64 parent = 3; int64 size = 4",
    "ext4_writepages = 232: uint64 dev = 1; uint64 ino = 2; int64 nr_to_write = 3; int64 pages_skipped = 4; int64 range_start = 5; int64 range_end = 6; uint64 writeback_index = 7; int32 sync_mode = 8; uint32 for_kupdate = 9; uint32 range_cyclic = 10",
  ],
  "f2fs.proto": ["f2fs_write_checkpoint = 272: uint64 dev = 1; uint32 is_umount = 2; string msg = 3; int32 reason = 4; uint32 phase = 5"],
  "filemap.proto": [
    "mm_filemap_add_to_page_cache = 97: uint64 pfn = 1; uint64 i_ino = 2; uint64 index = 3; uint64 s_dev = 4; uint64 page = 5",
  ],
  "vmscan.proto": [
    "mm_vmscan_direct_reclaim_begin = 46: int32 order = 1; int32 may_writepage = 2; uint32 gfp_flags = 3",
    "mm_vmscan_kswapd_wake = 48: int32 nid = 1; int32 order = 2; int32 zid = 3",
    "mm_shrink_slab_end = 444: int64 new_scan = 1; int32 retval = 2; uint64 shr = 3; uint64 shrink = 4; int64 total_scan = 5; int64 unused_scan = 6; int32 nid = 7",
  ],
  "compaction.proto": [
    "mm_compaction_end = 103: uint64 zone_start = 1; uint64 migrate_pfn = 2; uint64 free_pfn = 3; uint64 zone_end = 4; uint32 sync = 5; int32 status = 6",
  ],
  "kmem.proto": [
    "kmalloc = 299: uint64 bytes_alloc = 1; uint64 bytes_req = 2; uint64 call_site = 3; uint32 gfp_flags = 4; uint64 ptr = 5",
    "kmalloc_node = 300: uint64 bytes_alloc = 1; uint64 bytes_req = 2; uint64 call_site = 3; uint32 gfp_flags = 4; int32 node = 5; uint64 ptr = 6",
    "mm_page_alloc = 307: uint32 gfp_flags = 1; int32 migratetype = 2; uint32 order = 3; uint64 page = 4; uint64 pfn = 5",
    "rss_stat = 313: int32 member = 1; int64 size = 2; uint32 curr = 3; uint32 mm_id = 4",
  ],
  "synthetic.proto": ["rss_stat_throttled = 359: uint32 curr = 1; int32 member = 2; uint32 mm_id = 3; int64 size = 4"],
  "oom.proto": ["oom_score_adj_update = 326: string comm = 1; int32 oom_score_adj = 2; int32 pid = 3", "mark_victim = 334: int32 pid = 1"],
  "net.proto": [
    "netif_receive_skb = 360: uint32 len = 1; string name = 2; uint64 skbaddr = 3",
    "net_dev_xmit = 361: uint32 len = 1; string name = 2; int32 rc = 3; uint64 skbaddr = 4",
    "napi_gro_receive_exit = 366: int32 ret = 1",
  ],
  "skb.proto": ["kfree_skb = 367: uint64 location = 1; uint32 protocol = 2; uint64 skbaddr = 3"],
  "sock.proto": [
    "inet_sock_set_state = 362: uint32 daddr = 1; uint32 dport = 2; uint32 family = 3; int32 newstate = 4; int32 oldstate = 5; uint32 protocol = 6; uint32 saddr = 7; uint64 skaddr = 8; uint32 sport = 9",
  ],
  "tcp.proto": [
    "tcp_retransmit_skb = 363: uint32 daddr = 1; uint32 dport = 2; uint32 saddr = 3; uint64 skaddr = 4; uint64 skbaddr = 5; uint32 sport = 6; int32 state = 7",
  ],
  "binder.proto": [
    "binder_transaction = 50: int32 debug_id = 1; int32 target_node = 2; int32 to_proc = 3; int32 to_thread = 4; int32 reply = 5; uint32 code = 6; uint32 flags = 7",
    "binder_return = 486: uint32 cmd = 1",
  ],
};

const TYPES = { text: "string", i32: "int32", u32: "uint32", i64: "int64", u64: "uint64", code: "uint64", device: "uint64" } as const;
/** The recorder's files are named like the kernel's groups. */
const groupOf = (file: string): string => file.replace(".proto", "");

const cases = Object.entries(DECLARED).flatMap(([file, lines]) => lines.map((line) => [file, line] as const));

test.each(cases)("%s: %s", (file, line) => {
  const [, name, id] = /^(\w+) = (\d+): /.exec(line)!;
  const event = eventTable().get(Number(id));
  expect(event?.name).toBe(name);
  expect(event?.category).toBe(groupOf(file));
  const fields = event!.fields.map((field) => `${TYPES[field.kind]} ${field.name} = ${field.id}`);
  expect(`${name!} = ${id!}: ${fields.join("; ")}`).toBe(line);
});

test("no number of FtraceEvent twice, none that is taken by something else, and no field twice but under a name that moved", () => {
  const events = [...eventTable()];
  const lines = [KERNEL, MEMORY, STORAGE, DEVICES].flatMap((part) => Object.values(part).flat());
  expect(events.length).toBe(lines.length);
  expect(events.length).toBeGreaterThan(350);
  // timestamp, pid, common_flags, generic, kprobe_event, and numbers that the recorder took back.
  for (const id of [1, 2, 5, 6, 7, 8, 9, 10, 127, ...Array.from({ length: 10 }, (_, i) => 220 + i), 327, 459, 463, 542])
    expect(eventTable().has(id), String(id)).toBe(false);
  for (const [, { name, fields }] of events) {
    const ids = fields.map(({ id }) => id);
    expect(new Set(ids).size, name).toBe(ids.length);
    if (name !== "workqueue_queue_work") expect(new Set(fields.map((field) => field.name)).size, name).toBe(ids.length);
  }
  expect(new Set(events.map(([, { category, name }]) => `${category}:${name}`)).size).toBe(events.length);
});
