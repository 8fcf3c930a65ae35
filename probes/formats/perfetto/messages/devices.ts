/** The network, binder, and what drivers tell. Notation and source: event-table.ts. */
const i2c = "adapter_nr msg_nr# addr# flags# len#";
const fence = "context# driver$ seqno# timeline$";
const schedJob = "entity* fence* hw_job_count id* job_count# name$";
const job = "name$ job_count# hw_job_count dev$ fence_context* fence_seqno* client_id*";
const jobDependency = "fence_context* fence_seqno* ctx* seqno*";
const command = "ctx_id# dev fence_id* flags# name$ num_free# seqno# type# vq#";

export const DEVICES: Readonly<Record<string, readonly string[]>> = {
  net: [
    "360 netif_receive_skb len# name$ skbaddr@",
    "361 net_dev_xmit len# name$ rc skbaddr@",
    "365 napi_gro_receive_entry data_len# gso_size# gso_type# hash# ip_summed# l4_hash# len# mac_header mac_header_valid# name$ napi_id# nr_frags# protocol# queue_mapping# skbaddr* truesize# vlan_proto# vlan_tagged# vlan_tci#",
    "366 napi_gro_receive_exit ret",
  ],
  skb: ["367 kfree_skb location@ protocol# skbaddr@"],
  sock: ["362 inet_sock_set_state daddr# dport# family# newstate oldstate protocol# saddr# skaddr* sport#"],
  tcp: ["363 tcp_retransmit_skb daddr# dport# saddr# skaddr* skbaddr* sport# state"],
  binder: [
    "50 binder_transaction debug_id target_node to_proc to_thread reply code# flags#",
    "51 binder_transaction_received debug_id",
    "52 binder_set_priority proc thread old_prio# new_prio# desired_prio#",
    "53 binder_lock tag$",
    "54 binder_locked tag$",
    "55 binder_unlock tag$",
    "323 binder_transaction_alloc_buf data_size* debug_id offsets_size* extra_buffers_size*",
    "485 binder_command cmd#",
    "486 binder_return cmd#",
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
  // Buffers of bytes are left out: the kernel's events have them as arrays of their own length.
  i2c: [`27 i2c_read ${i2c}`, `28 i2c_write ${i2c}`, "29 i2c_result adapter_nr nr_msgs# ret", `30 i2c_reply ${i2c}`],
  smbus: [
    "31 smbus_read adapter_nr flags# addr# command# protocol#",
    "32 smbus_write adapter_nr addr# flags# command# len# protocol#",
    "33 smbus_result adapter_nr addr# flags# read_write# command# res protocol#",
    "34 smbus_reply adapter_nr addr# flags# command# len# protocol#",
  ],
  fence: [`316 fence_init ${fence}`, `317 fence_destroy ${fence}`, `318 fence_enable_signal ${fence}`, `319 fence_signaled ${fence}`],
  dma_fence: [
    `414 dma_fence_init ${fence}`,
    `415 dma_fence_emit ${fence}`,
    `416 dma_fence_signaled ${fence}`,
    `417 dma_fence_wait_start ${fence}`,
    `418 dma_fence_wait_end ${fence}`,
  ],
  sync: ["38 sync_pt timeline$ value$", "39 sync_timeline name$ value$", "40 sync_wait name$ status begin#"],
  drm: ["409 drm_vblank_event crtc high_prec# seq# time+", "410 drm_vblank_event_delivered crtc file* seq#"],
  gpu_scheduler: [
    `411 drm_sched_job ${schedJob}`,
    `412 drm_run_job ${schedJob}`,
    "413 drm_sched_process_job fence*",
    `591 drm_sched_job_add_dep ${jobDependency}`,
    "592 drm_sched_job_done fence_context* fence_seqno*",
    `593 drm_sched_job_queue ${job}`,
    `594 drm_sched_job_run ${job}`,
    `595 drm_sched_job_unschedulable ${jobDependency}`,
  ],
  virtio_gpu: [`468 virtio_gpu_cmd_queue ${command}`, `469 virtio_gpu_cmd_response ${command}`],
  systrace: ["331 zero flag name$ pid value+"],
};
