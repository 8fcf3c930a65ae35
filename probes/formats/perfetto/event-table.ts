/**
 * Events that Perfetto's FtraceEvent has a message for: of each its number, and its fields in the order of their numbers.
 * A field is its name and its type: none i32, `#` u32, `+` i64, `*` u64, `*d` a device, `@` code of the kernel, `$` text; `[]` several.
 * Source: Perfetto protos/perfetto/trace/ftrace/, numbers and names only.
 */
import type { FieldKind, ProtoEvent, ProtoField } from "./proto-event.ts";

const rq = "dev*d sector* nr_sector#";
const inode = "dev*d ino*";
const f2fsInode = `${inode} pino* mode# size+ nlink# blocks* advise#`;
const f2fsPage = `${inode} type dir index* dirty uptodate`;
const wakeup = "comm$ pid prio success target_cpu";
const work = "work* function@";
const compactionOrder = "nid idx# order considered# defer_shift# order_failed";
const cgroup = "root id cname$";
const cgroupRoot = "root ss_mask# name$";
const cgroupTask = "dst_root dst_id pid comm$ cname$";
const allocation = "bytes_alloc* bytes_req* call_site@ gfp_flags#";
const ext4Map = `${inode} flags# pblk* lblk# len# mflags# ret`;
const ext4Lookup = `${inode} lblk# len# flags#`;
const ext4Write = `${inode} pos+ len#`;

const EVENTS: Readonly<Record<string, readonly string[]>> = {
  ftrace: ["3 print ip* buf$", "437 funcgraph_entry depth func@", "438 funcgraph_exit calltime* depth func@ overrun* rettime*"],
  sched: [
    "4 sched_switch prev_comm$ prev_pid prev_prio prev_state+ next_comm$ next_pid next_prio",
    `17 sched_wakeup ${wakeup}`,
    "18 sched_blocked_reason pid caller@ io_wait#",
    "19 sched_cpu_hotplug affected_cpu error status",
    `20 sched_waking ${wakeup}`,
    `114 sched_wakeup_new ${wakeup}`,
    "237 sched_process_exec filename$ pid old_pid",
    "238 sched_process_exit comm$ pid tgid prio",
    "239 sched_process_fork parent_comm$ parent_pid child_comm$ child_pid",
    "240 sched_process_free comm$ pid prio",
    "241 sched_process_hang comm$ pid",
    "242 sched_process_wait comm$ pid prio",
    "353 sched_pi_setprio comm$ newprio oldprio pid",
    "491 sched_migrate_task comm$ pid prio orig_cpu dest_cpu",
  ],
  task: ["235 task_newtask pid comm$ clone_flags* oom_score_adj", "236 task_rename pid oldcomm$ newcomm$ oom_score_adj"],
  signal: ["324 signal_deliver code sa_flags* sig", "325 signal_generate code comm$ group pid result sig"],
  raw_syscalls: ["329 sys_enter id+ args*[]", "330 sys_exit id+ ret+"],
  irq: [
    "24 softirq_entry vec#",
    "25 softirq_exit vec#",
    "26 softirq_raise vec#",
    "36 irq_handler_entry irq name$ handler#",
    "37 irq_handler_exit irq ret",
  ],
  ipi: ["21 ipi_entry reason$", "22 ipi_exit reason$", "23 ipi_raise target_cpus# reason$"],
  power: [
    "11 cpu_frequency state# cpu_id#",
    "12 cpu_frequency_limits min_freq# max_freq# cpu_id#",
    "13 cpu_idle state# cpu_id#",
    "14 clock_enable name$ state* cpu_id*",
    "15 clock_disable name$ state* cpu_id*",
    "16 clock_set_rate name$ state* cpu_id*",
    "113 suspend_resume action$ val start#",
    "404 wakeup_source_activate name$ state*",
    "405 wakeup_source_deactivate name$ state*",
  ],
  clk: ["320 clk_enable name$", "321 clk_disable name$", "322 clk_set_rate name$ rate*"],
  thermal: ["341 thermal_temperature id temp temp_prev thermal_zone$", "342 cdev_update target* type$"],
  regulator: [
    "60 regulator_disable name$",
    "61 regulator_disable_complete name$",
    "62 regulator_enable name$",
    "63 regulator_enable_complete name$",
    "64 regulator_enable_delay name$",
    "65 regulator_set_voltage name$ min max",
    "66 regulator_set_voltage_complete name$ val#",
  ],
  workqueue: [
    `56 workqueue_activate_work ${work}`,
    `57 workqueue_execute_end ${work}`,
    `58 workqueue_execute_start ${work}`,
    `59 workqueue_queue_work ${work} workqueue$ req_cpu cpu`,
  ],
  cgroup: [
    `67 cgroup_attach_task ${cgroupTask}`,
    `68 cgroup_mkdir ${cgroup}`,
    `69 cgroup_remount ${cgroupRoot}`,
    `70 cgroup_rmdir ${cgroup}`,
    `71 cgroup_transfer_tasks ${cgroupTask}`,
    `72 cgroup_destroy_root ${cgroupRoot}`,
    `73 cgroup_release ${cgroup}`,
    `74 cgroup_rename ${cgroup}`,
    `75 cgroup_setup_root ${cgroupRoot}`,
  ],
  binder: [
    "50 binder_transaction debug_id target_node to_proc to_thread reply code# flags#",
    "51 binder_transaction_received debug_id",
    "52 binder_set_priority proc thread old_prio# new_prio# desired_prio#",
    "53 binder_lock tag$",
    "54 binder_locked tag$",
    "55 binder_unlock tag$",
    "323 binder_transaction_alloc_buf data_size* debug_id offsets_size* extra_buffers_size*",
  ],
  block: [
    `45 block_rq_issue ${rq} bytes# rwbs$ comm$ cmd$`,
    `115 block_bio_backmerge ${rq} rwbs$ comm$`,
    `116 block_bio_bounce ${rq} rwbs$ comm$`,
    `117 block_bio_complete ${rq} error rwbs$`,
    `118 block_bio_frontmerge ${rq} rwbs$ comm$`,
    `119 block_bio_queue ${rq} rwbs$ comm$`,
    `120 block_bio_remap ${rq} old_dev*d old_sector* rwbs$`,
    "121 block_dirty_buffer dev*d sector* size*",
    `122 block_getrq ${rq} rwbs$ comm$`,
    "123 block_plug comm$",
    `125 block_rq_complete ${rq} errors rwbs$ cmd$ error`,
    `126 block_rq_insert ${rq} bytes# rwbs$ comm$ cmd$`,
    `128 block_rq_remap ${rq} old_dev*d old_sector* nr_bios# rwbs$`,
    `129 block_rq_requeue ${rq} errors rwbs$ cmd$`,
    "131 block_split dev*d sector* new_sector* rwbs$ comm$",
    "132 block_touch_buffer dev*d sector* size*",
    "133 block_unplug nr_rq comm$",
  ],
  filemap: [
    "97 mm_filemap_add_to_page_cache pfn* i_ino* index* s_dev*d page*",
    "98 mm_filemap_delete_from_page_cache pfn* i_ino* index* s_dev*d page*",
  ],
  vmscan: [
    "46 mm_vmscan_direct_reclaim_begin order may_writepage gfp_flags#",
    "47 mm_vmscan_direct_reclaim_end nr_reclaimed*",
    "48 mm_vmscan_kswapd_wake nid order zid",
    "49 mm_vmscan_kswapd_sleep nid",
  ],
  compaction: [
    "99 mm_compaction_begin zone_start* migrate_pfn* free_pfn* zone_end* sync#",
    `100 mm_compaction_defer_compaction ${compactionOrder}`,
    `101 mm_compaction_deferred ${compactionOrder}`,
    `102 mm_compaction_defer_reset ${compactionOrder}`,
    "103 mm_compaction_end zone_start* migrate_pfn* free_pfn* zone_end* sync# status",
    "104 mm_compaction_finished nid idx# order ret",
    "105 mm_compaction_isolate_freepages start_pfn* end_pfn* nr_scanned* nr_taken*",
    "106 mm_compaction_isolate_migratepages start_pfn* end_pfn* nr_scanned* nr_taken*",
    "107 mm_compaction_kcompactd_sleep nid",
    "108 mm_compaction_kcompactd_wake nid order classzone_idx# highest_zoneidx#",
    "109 mm_compaction_migratepages nr_migrated* nr_failed*",
    "110 mm_compaction_suitable nid idx# order ret",
    "111 mm_compaction_try_to_compact_pages order gfp_mask# mode# prio",
    "112 mm_compaction_wakeup_kcompactd nid order classzone_idx# highest_zoneidx#",
  ],
  kmem: [
    "298 kfree call_site@ ptr*",
    `299 kmalloc ${allocation} ptr*`,
    `300 kmalloc_node ${allocation} node ptr*`,
    `301 kmem_cache_alloc ${allocation} ptr*`,
    `302 kmem_cache_alloc_node ${allocation} node ptr*`,
    "303 kmem_cache_free call_site@ ptr*",
    "307 mm_page_alloc gfp_flags# migratetype order# page* pfn*",
    "308 mm_page_alloc_extfrag alloc_migratetype alloc_order fallback_migratetype fallback_order page* change_ownership pfn*",
    "309 mm_page_alloc_zone_locked migratetype order# page* pfn*",
    "310 mm_page_free order# page* pfn*",
    "311 mm_page_free_batched cold page* pfn*",
    "312 mm_page_pcpu_drain migratetype order# page* pfn*",
    "313 rss_stat member size+ curr# mm_id#",
    "359 rss_stat_throttled curr# member mm_id# size+",
  ],
  oom: ["326 oom_score_adj_update comm$ oom_score_adj pid", "334 mark_victim pid"],
  net: ["360 netif_receive_skb len# name$ skbaddr*", "361 net_dev_xmit len# name$ rc skbaddr*"],
  napi: ["366 napi_gro_receive_exit ret"],
  skb: ["367 kfree_skb location@ protocol# skbaddr*"],
  sock: ["362 inet_sock_set_state daddr# dport# family# newstate oldstate protocol# saddr# skaddr* sport#"],
  tcp: ["363 tcp_retransmit_skb daddr# dport# saddr# skaddr* skbaddr* sport# state"],
  printk: ["408 console msg$"],
  ext4: [
    `41 ext4_da_write_begin ${ext4Write} flags#`,
    `42 ext4_da_write_end ${ext4Write} copied#`,
    `43 ext4_sync_file_enter ${inode} parent* datasync`,
    `44 ext4_sync_file_exit ${inode} ret`,
    `134 ext4_alloc_da_blocks ${inode} data_blocks# meta_blocks#`,
    `135 ext4_allocate_blocks ${inode} block* len# logical# lleft# lright# goal* pleft* pright* flags#`,
    `136 ext4_allocate_inode ${inode} dir* mode#`,
    `137 ext4_begin_ordered_truncate ${inode} new_size+`,
    `142 ext4_da_write_pages ${inode} first_page* nr_to_write+ sync_mode b_blocknr* b_size# b_state# io_done pages_written`,
    `143 ext4_da_write_pages_extent ${inode} lblk* len# flags#`,
    `148 ext4_drop_inode ${inode} drop`,
    `149 ext4_es_cache_extent ${inode} lblk# len# pblk* status#`,
    `152 ext4_es_insert_extent ${inode} lblk# len# pblk* status*`,
    `153 ext4_es_lookup_extent_enter ${inode} lblk#`,
    `154 ext4_es_lookup_extent_exit ${inode} lblk# len# pblk* status* found`,
    `155 ext4_es_remove_extent ${inode} lblk+ len+`,
    `160 ext4_evict_inode ${inode} nlink`,
    `165 ext4_ext_load_extent ${inode} pblk* lblk#`,
    `166 ext4_ext_map_blocks_enter ${ext4Lookup}`,
    `167 ext4_ext_map_blocks_exit ${ext4Map}`,
    `174 ext4_fallocate_enter ${inode} offset+ len+ mode pos+`,
    `175 ext4_fallocate_exit ${inode} pos+ blocks# ret`,
    `178 ext4_free_blocks ${inode} block* count* flags mode#`,
    `179 ext4_free_inode ${inode} uid# gid# blocks* mode#`,
    "186 ext4_journal_start dev*d ip@ blocks rsv_blocks nblocks",
    "187 ext4_journal_start_reserved dev*d ip@ blocks",
    `189 ext4_journalled_write_end ${ext4Write} copied#`,
    `190 ext4_load_inode ${inode}`,
    `192 ext4_mark_inode_dirty ${inode} ip@`,
    `204 ext4_other_inode_update_time ${inode} orig_ino* uid# gid# mode#`,
    `207 ext4_readpage ${inode} index*`,
    `210 ext4_request_blocks ${inode} len# logical# lleft# lright# goal* pleft* pright* flags#`,
  ],
  f2fs: [
    "243 f2fs_do_submit_bio dev*d btype sync# sector* size#",
    `244 f2fs_evict_inode ${f2fsInode}`,
    `246 f2fs_get_data_block ${inode} iblock* bh_start* bh_size* ret`,
    `248 f2fs_iget ${f2fsInode}`,
    `249 f2fs_iget_exit ${inode} ret`,
    `250 f2fs_new_inode ${inode} ret`,
    "252 f2fs_reserve_new_block dev*d nid# ofs_in_node#",
    `253 f2fs_set_page_dirty ${f2fsPage}`,
    `255 f2fs_sync_file_enter ${f2fsInode}`,
    `256 f2fs_sync_file_exit ${inode} need_cp# datasync ret cp_reason`,
    "257 f2fs_sync_fs dev*d dirty wait",
    `258 f2fs_truncate ${f2fsInode}`,
    `268 f2fs_unlink_enter ${inode} size+ blocks* name$`,
    `269 f2fs_unlink_exit ${inode} ret`,
    `270 f2fs_vm_page_mkwrite ${f2fsPage}`,
    `271 f2fs_write_begin ${inode} pos+ len# flags#`,
    "272 f2fs_write_checkpoint dev*d is_umount# msg$ reason",
    `273 f2fs_write_end ${inode} pos+ len# copied#`,
  ],
};

const KINDS: Readonly<Record<string, FieldKind>> = {
  "": "i32",
  "#": "u32",
  "+": "i64",
  "*": "u64",
  $: "text",
  "@": "code",
  "*d": "device",
};

function fieldOf(text: string, id: number): ProtoField {
  const [, name = "", sign = "", many] = /^(\w+?)(\*d|[#+*$@]?)(\[\])?$/.exec(text) ?? [];
  return { id, name, kind: KINDS[sign]!, isRepeated: many !== undefined };
}

/** By number. */
export function eventTable(): ReadonlyMap<number, ProtoEvent> {
  const events = new Map<number, ProtoEvent>();
  for (const [category, lines] of Object.entries(EVENTS))
    for (const line of lines) {
      const [id = "", name = "", ...fields] = line.split(" ");
      events.set(Number(id), { id: Number(id), category, name, fields: fields.map((text, i) => fieldOf(text, i + 1)) });
    }
  return events;
}
