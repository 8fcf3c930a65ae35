/** Numbers of the Linux helpers that lowered programs call (include/uapi/linux/bpf.h). */
export const helper = {
  map_lookup_elem: 1,
  map_update_elem: 2,
  map_delete_elem: 3,
  ktime_get_ns: 5,
  get_prandom_u32: 7,
  get_smp_processor_id: 8,
  get_current_pid_tgid: 14,
  get_current_uid_gid: 15,
  get_current_comm: 16,
  get_stackid: 27,
  get_current_task: 35,
  get_numa_node_id: 42,
  get_stack: 67,
  get_current_cgroup_id: 80,
  probe_read_user: 112,
  probe_read_kernel: 113,
  probe_read_user_str: 114,
  probe_read_kernel_str: 115,
  jiffies64: 118,
  ktime_get_boot_ns: 125,
  ringbuf_output: 130,
  for_each_map_elem: 164,
  get_func_ip: 173,
  loop: 181,
  map_lookup_percpu_elem: 195,
  ktime_get_tai_ns: 208,
} as const;

export type HelperName = keyof typeof helper;

const names = new Map<number, string>(Object.entries(helper).map(([name, number]) => [number, name]));

export const helperName = (number: number): string => names.get(number) ?? `helper_${number}`;
