/** The same run, recorded in several formats at once: the same script gives the same answer, byte for byte where the text has the precision. */
import { expect, test } from "vitest";
import { openRecording } from "../../../probes/open.ts";
import type { Recording } from "../../../probes/recording.ts";
import { runScript } from "../../support/run-script.ts";
import { unpackedFixture } from "../../support/fixtures.ts";
import { sideFiles } from "../../support/side-files.ts";

const definitions = { "s07-kprobes": "kprobe_events.txt", "s11-uprobes": "uprobe_events.txt" } as const;

async function answer(folder: string, file: string, script: string): Promise<string> {
  const events = folder in definitions ? definitions[folder as keyof typeof definitions] : null;
  const side = await sideFiles(events === null ? [] : ["--dynamic-events", `{dir}/${folder}/${events}`]);
  const opened = await openRecording(unpackedFixture(`traces/${folder}/${file}`), { events: null, ...side });
  if (!opened.ok) expect.fail(opened.message);
  const recording: Recording = opened.recording;
  const { stdout, stderr, exitCode } = await runScript(script, { recording, side });
  recording.close();
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

/** `trace-cmd report -t` is of the trace.dat: everything but what it does not print is the same. */
test.each([
  [
    "s03-forkexec",
    `t:task:task_newtask { printf("%llu %d %d %s %d %s %lx %d\\n", nsecs, cpu, tid, comm, args.pid, args.comm, args.clone_flags, args.oom_score_adj) }
     t:sched:sched_process_exec { printf("%llu %s %s %d %d\\n", nsecs, comm, str(args.filename), args.pid, args.old_pid) }
     t:sched:sched_process_exit { @[comm, args.comm, args.prio] = count() } t:sched:sched_process_free { @free[args.comm] = count() }
     t:syscalls:sys_enter_execve { @p[args.filename] = count() } t:syscalls:sys_exit_execve { @r[args.ret, comm] = count() }
     t:syscalls:sys_enter_exit_group { @e[pid, args.error_code] = count() } t:task:task_rename { printf("%s %s %s\\n", comm, args.oldcomm, args.newcomm) }`,
  ],
  [
    "s05-tcploop",
    `t:sock:inet_sock_set_state { printf("%llu %d %d %d %d %s %s %d\\n", nsecs, args.sport, args.dport, args.oldstate, args.newstate, ntop(args.saddr), ntop(args.daddr_v6), args.protocol) }
     t:net:net_dev_queue { @q[str(args.name), args.skbaddr] = sum(args.len) } t:net:net_dev_xmit { @x[args.rc] = count() }
     t:skb:kfree_skb { @k[args.reason, args.location, args.protocol] = count() } t:skb:consume_skb { @c[args.skbaddr] = count() }
     t:syscalls:sys_enter_connect { @n[comm, args.fd, args.uservaddr, args.addrlen] = count() } t:syscalls:sys_exit_connect { @e[args.ret] = count() }`,
  ],
  [
    "s07-kprobes",
    `t:probe:do_sys_openat2 { printf("%llu %d %s %lx\\n", nsecs, args.dfd, str(args.filename), args.how) }
     t:probe:vfs_write { @[args.arg0, args.arg1, args.arg2] = count() } t:probe:do_mkdirat { printf("%s %o\\n", str(args.name), args.mode) }
     kretprobe:vfs_write { @r[retval] = count() } kprobe:vfs_unlink { @u[arg0, arg1, arg2] = count() }`,
  ],
  [
    "s09-signals",
    `t:signal:signal_generate { printf("%llu %d %d %d %s %d %d %d\\n", nsecs, args.sig, args.errno, args.code, args.comm, args.pid, args.group, args.result) }
     t:signal:signal_deliver { @[args.sig, args.sa_handler, args.sa_flags] = count() } t:syscalls:sys_enter_kill { @k[args.pid, args.sig, comm] = count() }`,
  ],
  [
    "s11-uprobes",
    `t:probe_hsdemo:* { @[probe] = count() } t:probe_hsdemo:compute { printf("%d %s %lld %s\\n", args.n, str(args.label), args.scale, ustack(raw)) }
     t:probe_hsdemo:compute__return { @r[args.ret] = count() } t:probe_hsdemo:grab__return { @p[args.ptr] = count() } t:probe_hsdemo:fib { @f = hist(args.arg0) }`,
  ],
])("%s: trace.dat and its report", async (folder, script) => {
  const wanted = await answer(folder, "trace.dat", script);
  expect(wanted.length).toBeGreaterThan(100);
  expect(await answer(folder, "report.txt", script)).toBe(wanted);
});

/** What the observers of one run have in common: the workload's own events. Each has its own clock reading, so no times. */
test.each([
  [
    "s03-forkexec",
    ["trace.dat", "ftrace.txt", "report.txt", "perf.script.txt"],
    `t:sched:sched_process_exit /args.comm == "true" || args.comm == "expr"/ { printf("%s %d %d\\n", args.comm, args.pid, args.prio) }
     t:sched:sched_process_exec /str(args.filename) == "/usr/bin/sort"/ { printf("%d %d\\n", args.pid, args.old_pid) }
     t:syscalls:sys_enter_exit_group /comm == "expr"/ { @[tid, args.error_code] = count() }`,
  ],
  [
    "s07-kprobes",
    ["trace.dat", "ftrace.txt", "report.txt", "perf.script.txt"],
    `t:probe:do_mkdirat /comm == "meta"/ { printf("%s %o %d\\n", str(args.name), args.mode, args.dfd) }
     kprobe:vfs_write /comm == "meta"/ { @[arg1, arg2] = count() } kretprobe:vfs_write /comm == "meta"/ { @r[retval] = count() }`,
  ],
  [
    "s09-signals",
    ["trace.dat", "ftrace.txt", "report.txt", "perf.script.txt"],
    `t:signal:signal_generate /args.comm == "sigkid"/ { @[args.sig, args.code, args.result, comm] = count() }
     t:syscalls:sys_enter_kill /comm == "sigdad"/ { @k[args.pid, args.sig] = count() } t:syscalls:sys_exit_kill /comm == "sigdad"/ { @r[args.ret] = count() }
     t:signal:signal_deliver /comm == "sigdad"/ { @h[args.sig, args.sa_handler, args.sa_flags] = count() }`,
  ],
  [
    "s11-uprobes",
    ["trace.dat", "ftrace.txt", "report.txt"],
    `t:probe_hsdemo:compute { printf("%d %s %lld %lx\\n", args.n, str(args.label), args.scale, args.__probe_ip) } t:probe_hsdemo:grab__return { @p[args.ptr, args.__probe_ret_ip] = count() }
     t:probe_hsdemo:fib__return { @f[args.arg1] = count() } t:probe_hsdemo:hash_str { @s[str(args.s)] = count() }`,
  ],
] as const)("%s: what several recorders saw of one run", async (folder, files, script) => {
  const [wanted, ...others] = await Promise.all(files.map((file) => answer(folder, file, script)));
  expect(wanted!.length).toBeGreaterThan(100);
  for (const [i, other] of others.entries()) expect(other, files[i + 1]).toBe(wanted);
});
