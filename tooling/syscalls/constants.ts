/**
 * Writes probes/formats/strace/constants.ts: the names that strace prints for numbers, from this machine's headers with the C compiler.
 * Run: npx tsx tooling/syscalls/constants.ts
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const HEADERS = [
  ...[
    "fcntl",
    "sys/mman",
    "sys/stat",
    "sys/socket",
    "netinet/in",
    "netinet/tcp",
    "netinet/udp",
    "sched",
    "signal",
    "sys/wait",
    "sys/epoll",
  ],
  ...["sys/eventfd", "sys/timerfd", "sys/signalfd", "sys/inotify", "sys/random", "sys/prctl", "sys/resource", "time", "poll", "sys/ioctl"],
  ...["sys/xattr", "sys/mount", "sys/ptrace", "sys/personality", "sys/shm", "sys/sem", "sys/msg", "sys/reboot", "sys/syscall", "sys/un"],
  ...["sys/file", "sys/swap", "sys/quota", "termios", "unistd", "errno", "linux/futex", "linux/fs", "linux/seccomp", "linux/bpf"],
  ...["linux/perf_event", "linux/membarrier", "linux/rseq", "asm/prctl", "linux/keyctl", "linux/mempolicy", "linux/aio_abi"],
  ...["linux/io_uring", "linux/fanotify", "linux/landlock", "linux/openat2", "linux/close_range", "linux/userfaultfd", "linux/kcmp"],
  ...["linux/netlink", "linux/sockios", "linux/capability", "linux/fiemap", "linux/kd", "linux/vt", "linux/if_packet", "linux/icmp"],
  ...["sys/klog", "linux/module", "linux/kexec", "linux/if_ether"],
];
/** Values that strace names; the rest of the headers is left out. */
const NAMES =
  /^(O|PROT|MAP|MADV|MS|MREMAP|MCL|MLOCK|MFD|AT|STATX|RESOLVE|S_I|SIG|SA|SS|CLONE|W[A-Z]+|P_[A-Z]+|F|FD|LOCK|SEEK|[RWXF]_OK|FALLOC|POSIX_FADV|SPLICE|SYNC_FILE|RENAME|AF|PF|SOCK|SOL|SO|IPPROTO|IP|IPV6|TCP|UDP|MSG|SHUT|EPOLL|EFD|TFD|SFD|IN|GRND|PR|RLIMIT|RUSAGE|CLOCK|TIMER|ITIMER|SCHED|POLL|FUTEX|SECCOMP|BPF|PERF|MEMBARRIER|RSEQ|ARCH|KEYCTL|KEY_SPEC|MPOL|IOCB|IORING|FAN|LANDLOCK|CLOSE_RANGE|UFFD|KCMP|NETLINK|SIOC|FIO|TC|TIOC|FS|BLK|PTRACE|PER|ADDR|SHM|SEM|IPC|[GS]ET[A-Z]+|STAT|MSG_INFO|XATTR|UMOUNT|MNT|RB|LINUX_REBOOT|SYSLOG|SWAP|Q_|MODULE|KEXEC|ETH_P|E[A-Z0-9]+|RWF|PRIO|LINUX_CAPABILITY|SPLICE_F|PIPE|UIO|NT|PIDFD|UNSHARE|CLD|SI|SEGV|BUS|ILL|FPE|TRAP)(_|[A-Z0-9]*$)/;
/** Made of what a name begins with, but no values of their own. */
const NOT =
  /(_MAX|_MIN|_SIZE|_LEN|_MASK|_SHIFT|_BITS|_NR|_LAST|_COUNT)$|^(E2FS|EXT|EOF|EXIT|END|ETHER|INT|UINT|INADDR|IN6ADDR|TCP_[A-Z]+_H|PERF_ATTR)/;

const source = HEADERS.map((h) => `#include <${h}.h>`).join("\n");
const run = (args: readonly string[], input: string): { status: number | null; stdout: string; stderr: string } =>
  spawnSync("cc", [...args], { input, encoding: "utf8", maxBuffer: 1 << 28 });

/** Headers that contradict each other are left out one by one. */
let included = HEADERS.map((h) => `#include <${h}.h>`);
const prelude = (): string => `#define _GNU_SOURCE\n${included.join("\n")}\n#include <stdio.h>\n`;
included = included.filter(
  (line, i) => run(["-fsyntax-only", "-x", "c", "-"], `#define _GNU_SOURCE\n${included.slice(0, i).join("\n")}\n${line}\n`).status === 0,
);
for (const line of source.split("\n")) if (!included.includes(line)) console.error(`left out: ${line}`);

const macros = run(["-dM", "-E", "-x", "c", "-"], prelude()).stdout;
let names = [...macros.matchAll(/^#define ([A-Z]\w+) (.+)$/gm)]
  .map(([, name]) => name!)
  .filter((n) => NAMES.test(n) && !NOT.test(n) && !/[a-z]/.test(n));
names = [...new Set(names)].sort();

const dir = mkdtempSync(join(tmpdir(), "constants-"));
const values = new Map<string, bigint>();
for (let round = 0; round < 8 && values.size === 0; round++) {
  const body = names.map((n) => `  { "${n}", (long long)(${n}) },`);
  const program = `${prelude()}static const struct { const char *n; long long v; } t[] = {\n${body.join("\n")}\n};\nint main(void) { for (unsigned i = 0; i < sizeof t / sizeof *t; i++) printf("%s %lld\\n", t[i].n, t[i].v); }\n`;
  writeFileSync(join(dir, "c.c"), program);
  const built = run(["-w", "-fmax-errors=0", "-o", join(dir, "c"), join(dir, "c.c")], "");
  if (built.status !== 0) {
    const lines = program.split("\n");
    const bad = new Set(
      [...built.stderr.matchAll(/c\.c:(\d+):\d+: error/g)].map(([, n]) => /"(\w+)"/.exec(lines[Number(n) - 1] ?? "")?.[1]),
    );
    names = names.filter((n) => !bad.has(n));
    continue;
  }
  for (const line of spawnSync(join(dir, "c"), { encoding: "utf8" }).stdout.trim().split("\n")) {
    const [name, value] = line.split(" ");
    values.set(name!, BigInt(value!));
  }
}
rmSync(dir, { recursive: true });
if (values.size === 0) throw new Error("the names do not compile");

/** strace's names for what the headers call otherwise, or not at all. */
const OWN: Readonly<Record<string, bigint>> = {
  NULL: 0n,
  RLIM64_INFINITY: -1n,
  SIGRTMIN: 32n,
  // strace counts from the kernel's first one, two before glibc's SIGRTMIN.
  ...Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`SIGRT_${i + 1}`, BigInt(33 + i)])),
  SIG_DFL: 0n,
  SIG_IGN: 1n,
  O_LARGEFILE: 0o100000n,
};
for (const [name, value] of Object.entries(OWN)) values.set(name, value);
const RESTARTS = [
  ["ERESTARTSYS", 512n],
  ["ERESTARTNOINTR", 513n],
  ["ERESTARTNOHAND", 514n],
  ["ERESTART_RESTARTBLOCK", 516n],
  ["ENOIOCTLCMD", 515n],
] as const;
for (const [name, value] of RESTARTS) values.set(name, value);

const entries = [...values]
  .map(([name, value]) => `${name} ${value < 0n ? value : value > 255n ? `0x${value.toString(16)}` : value}`)
  .sort();
/** Sixteen to a line, each line a continued literal. */
const lines = Array.from({ length: Math.ceil(entries.length / 16) }, (_, i) => entries.slice(16 * i, 16 * i + 16).join(";"));
writeFileSync(
  new URL("../../probes/formats/strace/constants.ts", import.meta.url),
  `// Made by tooling/syscalls/constants.ts.
/** Names that strace prints for numbers, on x86-64: \`NAME NUMBER;…\`. Source: headers of Linux 6.1 and glibc 2.36. */
export const CONSTANTS = \`\
${lines.join(";\\\n")}\`;
/** Where arm64 has other values. Source: arch/arm64/include/uapi/asm/fcntl.h. */
export const ARM64_CONSTANTS = "O_DIRECTORY 0x4000;O_NOFOLLOW 0x8000;O_DIRECT 0x10000;O_LARGEFILE 0x20000;O_TMPFILE 0x404000";
`,
);
