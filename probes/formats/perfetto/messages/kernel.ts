/** The scheduler, tasks, system calls, interrupts, timers, power. Notation and source: event-table.ts. */
const wakeup = "comm$ pid prio success target_cpu";
const work = "work@ function@";
const cgroup = "root id cname$ level path$";
const cgroupRoot = "root ss_mask# name$";
const cgroupTask = "dst_root dst_id pid comm$ cname$ dst_level dst_path$";
const cpuhp = "cpu# fun@ idx target";
const idle = "cpu_id# state# s2idle#";

export const KERNEL: Readonly<Record<string, readonly string[]>> = {
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
    "421 sched_cpu_util_cfs active capacity* capacity_orig* cpu# cpu_importance* cpu_util* exit_lat# group_capacity* grp_overutilized# idle_cpu# nr_running# spare_cap+ task_fits# wake_group_util* wake_util*",
    "491 sched_migrate_task comm$ pid prio orig_cpu dest_cpu running load#",
    "540 sched_wakeup_task_attr pid cpu_affinity* task_util* uclamp_min* vruntime*",
    "604 sched_group_tracker comm$ pid group$ group_num",
  ],
  perf_trace_counters: [
    "487 sched_switch_with_ctrs old_pid new_pid cctr* ctr0* ctr1* ctr2* ctr3* lctr0# lctr1# ctr4* ctr5* prev_comm$ prev_pid cyc# inst# stallbm# l3dm# next_pid next_comm$ prev_state+ amu0* amu1* amu2*",
  ],
  task: ["235 task_newtask pid comm$ clone_flags* oom_score_adj", "236 task_rename pid oldcomm$ newcomm$ oom_score_adj"],
  signal: ["324 signal_deliver code sa_flags* sig", "325 signal_generate code comm$ group pid result sig"],
  raw_syscalls: ["329 sys_enter id+ args*[]", "330 sys_exit id+ ret+"],
  fs: ["544 do_sys_open filename$ flags mode", "545 open_exec filename$"],
  irq: [
    "24 softirq_entry vec#",
    "25 softirq_exit vec#",
    "26 softirq_raise vec#",
    "36 irq_handler_entry irq name$ handler#",
    "37 irq_handler_exit irq ret",
  ],
  irq_vectors: ["559 local_timer_entry vector", "560 local_timer_exit vector"],
  ipi: ["21 ipi_entry reason$", "22 ipi_exit reason$", "23 ipi_raise target_cpus# reason$"],
  timer: [
    "551 hrtimer_start hrtimer@ function@ expires+ softexpires+ mode#",
    "552 hrtimer_cancel hrtimer@",
    "553 hrtimer_expire_entry hrtimer@ now+ function@",
    "554 hrtimer_expire_exit hrtimer@",
    "555 timer_start timer@ function@ expires* now* deferrable# flags# bucket_expiry*",
    "556 timer_cancel timer@",
    "557 timer_expire_entry timer@ now* function@ baseclk*",
    "558 timer_expire_exit timer@",
  ],
  workqueue: [
    `56 workqueue_activate_work ${work}`,
    `57 workqueue_execute_end ${work}`,
    `58 workqueue_execute_start ${work}`,
    // Older recorders have the name of the queue as field 3.
    `59 workqueue_queue_work ${work} 3:workqueue$ req_cpu cpu 6:workqueue$`,
  ],
  cpuhp: [
    "343 cpuhp_exit cpu# idx ret state",
    `344 cpuhp_multi_enter ${cpuhp}`,
    `345 cpuhp_enter ${cpuhp}`,
    "346 cpuhp_latency cpu# ret state# time*",
    "352 cpuhp_pause active_cpus# cpus# pause# time#",
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
  power: [
    "11 cpu_frequency state# cpu_id#",
    "12 cpu_frequency_limits min_freq# max_freq# cpu_id#",
    "13 cpu_idle state# cpu_id#",
    "14 clock_enable name$ state* cpu_id*",
    "15 clock_disable name$ state* cpu_id*",
    "16 clock_set_rate name$ state* cpu_id*",
    "113 suspend_resume action$ val start#",
    "332 gpu_frequency gpu_id# state#",
    "404 wakeup_source_activate name$ state*",
    "405 wakeup_source_deactivate name$ state*",
    "488 gpu_work_period gpu_id# uid# start_time_ns* end_time_ns* total_active_duration_ns*",
    "504 device_pm_callback_start device$ driver$ parent$ pm_ops$ event",
    "505 device_pm_callback_end device$ driver$ error",
    "601 gpu_power_state old_state new_state",
    `614 psci_domain_idle_exit ${idle}`,
    `615 psci_domain_idle_enter ${idle}`,
  ],
  rpm: ["489 rpm_status name$ status"],
  devfreq: ["541 devfreq_frequency dev_name$ freq* prev_freq* busy_time* total_time*"],
  synthetic: ["359 rss_stat_throttled curr# member mm_id# size+", "481 suspend_resume_minimal start#"],
  printk: ["408 console msg$"],
};
