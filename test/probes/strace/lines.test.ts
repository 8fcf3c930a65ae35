/** Lines of strace and the events that they become. */
import { expect, test } from "vitest";
import { noTrouble, warningsOf } from "../../../probes/formats/strace/trouble.ts";
import { ofText, openText, printed } from "./support.ts";

const line = (text: string, pid = 7, at = "1700000000.000001"): string => `${pid} ${at} ${text}\n`;

/** Lines 1 ms apart, each with its pid. */
const lines = (...of: readonly (readonly [pid: number, text: string])[]): string =>
  of.map(([pid, text], i) => line(text, pid, `1700000000.${String(i + 1).padStart(3, "0")}000`)).join("");

test("a call is an entry at its time and an exit when it was over", async () => {
  const text = line('openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3 <0.000250>');
  expect(
    await ofText(
      text,
      `t:syscalls:sys_enter_openat { printf("%llu %d %s %d %d\\n", nsecs, args.dfd, str(args.filename), args.flags, args.__syscall_nr); }
       t:syscalls:sys_exit_openat { printf("%llu %d\\n", nsecs, args.ret); }`,
    ),
  ).toEqual(["1700000000000001000 -100 /etc/passwd 524288 257", "1700000000000251000 3"]);
});

test("integers are zero-extended in the record, as the kernel has them", async () => {
  const text = line("mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000 <0.000001>");
  expect(
    await ofText(
      text,
      `t:syscalls:sys_enter_mmap { printf("%llu %llu %llx\\n", args.prot, args.flags, args.fd); }
       t:syscalls:sys_exit_mmap { printf("%llx\\n", args.ret); }
       t:raw_syscalls:sys_enter { printf("%d %llu\\n", args.id, args.args[1]); }`,
    ),
  ).toEqual(["9 4096", "3 34 ffffffff", "7f0000000000"]);
});

test("real-time signals count from the kernel's first", async () => {
  const text = lines(
    [7, "kill(7, SIGRTMIN) = 0 <0.000001>"],
    [7, "kill(7, SIGRT_2) = 0 <0.000001>"],
    [7, "--- SIGRT_2 {si_signo=SIGRT_2, si_code=SI_USER, si_pid=7, si_uid=0} ---"],
    [7, "kill(7, SIGRT_32) = 0 <0.000001>"],
  );
  const recording = await openText(text);
  const script =
    't:syscalls:sys_enter_kill { printf("kill %d\\n", args.sig); } t:signal:signal_deliver { printf("deliver %d\\n", args.sig); }';
  expect(await printed(script, recording)).toEqual(["kill 32", "kill 34", "deliver 34", "kill 64"]);
  expect(recording.info.warnings.join()).not.toContain("SIGRT");
});

test("one entry and several without all arguments", () => {
  const told = (lateArguments: number): string => warningsOf({ ...noTrouble(), lateArguments }).join();
  expect(told(1)).toMatch(/^1 entry without all arguments: /);
  expect(told(2)).toMatch(/^2 entries without all arguments: /);
});

test("seeks go back", async () => {
  expect(
    await ofText(
      line("lseek(3, -9223372036854775808, SEEK_END) = -1 EINVAL (Invalid argument) <0.000001>"),
      't:syscalls:sys_enter_lseek { printf("%lld %d\\n", args.offset, args.whence); } t:syscalls:sys_exit_lseek { printf("%d\\n", args.ret); }',
    ),
  ).toEqual(["-9223372036854775808 2", "-22"]);
});

test.each([
  ["-1 ENOENT (No such file or directory)", -2],
  ["? ERESTARTSYS (To be restarted if SA_RESTART is set)", -512],
  ["-1 (errno 524)", -524],
  ["3</etc/passwd>", 3],
  ["0x1ff (flags O_RDWR)", 511],
  ["022", 18],
  ["7<sh>", 7],
])("a result %s", async (result, value) => {
  expect(await ofText(line(`dup(3</a, b) c>) = ${result} <0.000001>`), "t:syscalls:sys_exit_dup { print(args.ret); }")).toEqual([
    String(value),
  ]);
});

test("a call that does not return has no exit", async () => {
  const text = line("exit_group(3) = ?") + line("+++ exited with 3 +++");
  expect(
    await ofText(
      text,
      "t:raw_syscalls:sys_enter { @e = count(); } t:raw_syscalls:sys_exit { @x = count(); } t:sched:sched_process_exit { @end = args.pid; }",
    ),
  ).toEqual(["@e: 1", "@end: 7"]);
});

test("calls of several processes: the entry has what strace wrote at the return", async () => {
  const text =
    line("read(3,  <unfinished ...>", 7, "1700000000.000001") +
    line("getpid() = 8 <0.000001>", 8, "1700000000.000005") +
    line('<... read resumed>"ab\\0c", 512) = 4 <0.000010>', 7, "1700000000.000012");
  expect(
    await ofText(
      text,
      `t:syscalls:sys_enter_read { printf("%d %d %d %d\\n", nsecs % 1000000000, pid, args.fd, args.count); @buf[tid] = args.buf; }
       t:syscalls:sys_exit_getpid { printf("%d %d\\n", nsecs % 1000000000, pid); }
       t:syscalls:sys_exit_read { printf("%d %d %r\\n", nsecs % 1000000000, args.ret, buf(@buf[tid], args.ret)); clear(@buf); }`,
    ),
  ).toEqual(["1000 7 3 512", "6000 8", "11000 4 ab\\x00c"]);
});

test("what a call was given can be read until it returns, and no longer", async () => {
  const text = line('unlink("/tmp/x") = 0 <0.000001>') + line('unlink("/tmp/y") = 0 <0.000001>', 7, "1700000000.000009");
  const recording = await openText(text);
  expect(
    await printed(
      `t:syscalls:sys_enter_unlink { if (@first == 0) { @first = (uint64)args.pathname; } @name[tid] = args.pathname; }
       t:syscalls:sys_exit_unlink { printf("%s [%s]\\n", str(@name[tid]), str(@first)); }
       end { clear(@first); clear(@name); }`,
      recording,
    ),
  ).toEqual(["/tmp/x [/tmp/x]", "/tmp/y []"]);
});

test("arguments of execve are an array of strings", async () => {
  const text = line('execve("/bin/echo", ["echo", "a \\"b\\"", "\\303\\244"], 0x7ffe /* 3 vars */) = 0 <0.000001>');
  expect(await ofText(text, "t:syscalls:sys_enter_execve { join(args.argv); }")).toEqual([
    `echo a "b" ${Buffer.from("ä").toString("latin1")}`,
  ]);
});

test.each([
  ['{sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("10.1.2.3")}, 16', "02 00 01 bb 0a 01 02 03"],
  [
    '{sa_family=AF_INET6, sin6_port=htons(53), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "fe80::1", &sin6_addr), sin6_scope_id=2}, 28',
    "0a 00 00 35 00 00 00 00",
  ],
  ['{sa_family=AF_UNIX, sun_path="/run/x"}, 110', "01 00 2f 72 75 6e 2f 78"],
  ['{sa_family=AF_UNIX, sun_path=@"hidden"}, 9', "01 00 00 68 69 64 64 65"],
])("socket address %s", async (address, bytes) => {
  expect(
    await ofText(
      line(`connect(3, ${address}) = 0 <0.000001>`),
      't:syscalls:sys_enter_connect { printf("%rh\\n", buf(args.uservaddr, 8)); }',
    ),
  ).toEqual([bytes]);
});

test("flags of clone are those of the kernel's argument, and say what a thread is", async () => {
  const text = lines(
    [7, 'execve("/bin/app", ["app"], 0x1 /* 0 vars */) = 0 <0.000001>'],
    [
      7,
      "clone(child_stack=0x7f0, flags=CLONE_VM|CLONE_THREAD|CLONE_SIGHAND, parent_tid=[9], tls=0x7f1, child_tidptr=0x7f2) = 9 <0.000001>",
    ],
    [9, "gettid() = 9 <0.000001>"],
    [9, "clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0, stack=0x7f} => {parent_tid=[10]}, 88) = 10 <0.000001>"],
    [10, "gettid() = 10 <0.000001>"],
    [10, "vfork() = 11 <0.000001>"],
    [10, 'prctl(PR_SET_NAME, "worker") = 0 <0.000001>'],
    [11, "gettid() = 11 <0.000001>"],
  );
  expect(
    await ofText(
      text,
      `t:syscalls:sys_enter_clone { printf("%llx %llx %llx %llx\\n", args.clone_flags, args.newsp, args.child_tidptr, args.tls); }
       t:syscalls:sys_enter_gettid, t:syscalls:sys_exit_prctl { printf("%d %d %s\\n", pid, tid, comm); }`,
    ),
  ).toEqual(["10900 7f0 7f2 7f1", "7 9 app", "7 10 app", "7 10 worker", "11 11 app"]);
});

test("a thread that calls exec goes on under the pid of its process", async () => {
  const text = lines(
    [7, 'execve("/bin/app", ["app"], 0x1 /* 0 vars */) = 0 <0.000001>'],
    [7, "clone(child_stack=0x7f0, flags=CLONE_VM|CLONE_THREAD) = 9 <0.000001>"],
    [9, 'execve("/bin/new", ["new"], 0x1 /* 0 vars */ <unfinished ...>'],
    [7, "+++ superseded by execve in pid 9 +++"],
    [7, "<... execve resumed>) = 0 <0.000500>"],
    [7, "getpid() = 7 <0.000001>"],
  );
  expect(
    await ofText(
      text,
      't:sched:sched_process_exec { printf("%s %d %d\\n", str(args.filename), args.pid, args.old_pid); } t:syscalls:sys_exit_getpid { printf("%d %s\\n", pid, comm); }',
    ),
  ).toEqual(["/bin/app 7 7", "/bin/new 7 9", "7 new"]);
});

test("a name without a number is counted", async () => {
  const recording = await openText(line('openat(AT_FDCWD, "x", O_RDONLY|O_FROBNICATE) = 3 <0.000001>'));
  expect(await printed("t:syscalls:sys_enter_openat { print(args.flags); }", recording)).toEqual(["0"]);
  expect(recording.info.warnings.join()).toContain("O_FROBNICATE");
});

test("a clock that is set back keeps the order of lines", async () => {
  const text = line("getpid() = 7 <0.000001>", 7, "1700000100.000000") + line("getuid() = 0 <0.000001>", 7, "1700000050.000000");
  expect(await ofText(text, 't:syscalls:sys_enter_get* { printf("%s\\n", probe); }')).toEqual([
    "tracepoint:syscalls:sys_enter_getpid",
    "tracepoint:syscalls:sys_enter_getuid",
  ]);
});

test("midnight passes", async () => {
  const text = "7 23:59:59.999999 getpid() = 7 <0.000001>\n7 00:00:00.000001 getpid() = 7 <0.000001>\n";
  expect(await ofText(text, "t:syscalls:sys_enter_getpid { print(nsecs / 1000); }")).toEqual(["86399999999", "86400000001"]);
});

test("numbers of arm64", async () => {
  const text =
    line('execve("/bin/true", ["true"], 0x1 /* 0 vars */) = 0 <0.000001>').slice(2) +
    '1700000000.000002 faccessat(AT_FDCWD, "/etc/ld.so.preload", R_OK) = -1 ENOENT (No such file or directory) <0.000001>\n' +
    '1700000000.000003 openat(AT_FDCWD, "/etc", O_RDONLY|O_DIRECTORY) = 3 <0.000001>\n';
  expect(await ofText(text, 't:syscalls:sys_enter_openat { printf("%d %x\\n", args.__syscall_nr, args.flags); }')).toEqual(["56 4000"]);
});
