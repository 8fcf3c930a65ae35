/** Names that C types are written with: the basic ones, and those that headers give. */
import { bool, int, type Type } from "../../types/type.ts";

/** A type with what only C tells apart: arrays of `char` are strings, of `signed char` they are not (row 3.23). */
export interface CType {
  readonly type: Type;
  readonly isChar?: true;
}

const WORDS = new Set("char short int long signed unsigned __signed__ __int128".split(" "));

const opaque = (name: string, sizeBytes: number, align: number): CType => ({ type: { kind: "opaque", name, sizeBytes, align } });

const OTHERS: Readonly<Record<string, CType>> = {
  void: { type: { kind: "void" } },
  _Bool: { type: int(1, false) },
  bool: { type: bool },
  float: opaque("float", 4, 4),
  double: opaque("double", 8, 8),
  "long double": opaque("long double", 16, 16),
};

/** `unsigned long long int` and the like in any order of words; null if it is no such type. `long` is 8 bytes. */
export function basicType(words: readonly string[]): CType | null {
  const other = OTHERS[words.join(" ")];
  if (other !== undefined) return other;
  if (words.length === 0 || !words.every((word) => WORDS.has(word))) return null;
  const has = (word: string): boolean => words.includes(word);
  const signed = !has("unsigned");
  if (has("__int128")) return opaque(`${signed ? "" : "unsigned "}__int128`, 16, 16);
  if (has("char")) {
    const isPlain = signed && !has("signed") && !has("__signed__");
    return { type: int(1, signed), ...(isPlain && { isChar: true }) };
  }
  if (has("short")) return { type: int(2, signed) };
  return { type: int(has("long") ? 8 : 4, signed) };
}

/** Say nothing about the layout. */
const QUALIFIERS = new Set(
  "const volatile restrict __restrict static extern register inline __user __kernel __rcu __iomem __percpu __force __bitwise".split(" "),
);

export const withoutQualifiers = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "" && !QUALIFIERS.has(word));

const sized = (pattern: string, signed: boolean): [string, Type][] =>
  ([1, 2, 4, 8] as const).map((bytes) => [pattern.replace("#", String(bytes * 8)), int(bytes, signed)]);

const named = (names: string, type: Type): [string, Type][] => names.split(" ").map((name) => [name, type]);

/**
 * Names that the C library's and the kernel's headers have for integers, on 64-bit Linux. One table for all headers: which of them
 * gives which name is not worth a script's failure.
 */
export const headerTypes: ReadonlyMap<string, Type> = new Map([
  ...["uint#_t", "u#", "__u#", "__le#", "__be#", "u_int#_t", "uint_least#_t"].flatMap((pattern) => sized(pattern, false)),
  ...["int#_t", "s#", "__s#", "int_least#_t"].flatMap((pattern) => sized(pattern, true)),
  ...named(
    "size_t uintptr_t uintmax_t ulong __kernel_size_t __kernel_ulong_t ino_t aio_context_t sector_t blkcnt_t phys_addr_t",
    int(8, false),
  ),
  ...named("dma_addr_t resource_size_t fsblkcnt_t rlim_t nlink_t uint_fast64_t uint_fast32_t uint_fast16_t", int(8, false)),
  ...named("ssize_t intptr_t intmax_t ptrdiff_t off_t loff_t time_t clock_t suseconds_t ktime_t time64_t", int(8, true)),
  ...named("__kernel_long_t __kernel_loff_t __kernel_time64_t __kernel_time_t int_fast64_t int_fast32_t int_fast16_t", int(8, true)),
  ...named("uint uid_t gid_t dev_t mode_t socklen_t gfp_t fmode_t blk_opf_t blk_mq_req_flags_t slab_flags_t __poll_t", int(4, false)),
  ...named("in_addr_t id_t __kernel_dev_t __wsum", int(4, false)),
  ...named("pid_t key_t clockid_t timer_t __kernel_pid_t blksize32_t", int(4, true)),
  ...named("ushort umode_t sa_family_t __kernel_sa_family_t in_port_t __sum16", int(2, false)),
  ...named("u_char uchar uint_fast8_t blk_status_t", int(1, false)),
  ...named("int_fast8_t", int(1, true)),
  ...named("bool", bool),
]);

/** Headers that give names of integer types and little else that a script could use without their structs. */
const KNOWN = new Set(
  (
    "stdint.h stddef.h stdbool.h inttypes.h limits.h sys/types.h sys/socket.h netinet/in.h arpa/inet.h time.h sys/time.h signal.h " +
    "errno.h fcntl.h unistd.h sys/stat.h asm/types.h linux/types.h linux/stddef.h linux/socket.h linux/in.h linux/in6.h linux/time.h " +
    "linux/time64.h linux/time_types.h linux/errno.h linux/fcntl.h linux/limits.h linux/signal.h linux/stat.h linux/if_ether.h " +
    "linux/kconfig.h linux/version.h linux/bits.h linux/sched.h linux/fs.h linux/mm.h linux/mm_types.h linux/path.h linux/dcache.h " +
    "linux/bio.h linux/blkdev.h linux/blk-mq.h linux/blk_types.h linux/genhd.h linux/part_stat.h linux/skbuff.h linux/net.h " +
    "linux/netdevice.h linux/tcp.h linux/udp.h linux/ip.h linux/ipv6.h linux/nsproxy.h linux/utsname.h linux/cgroup.h linux/oom.h " +
    "linux/pid.h linux/cred.h linux/ptrace.h linux/kernfs.h linux/namei.h linux/mount.h linux/device.h linux/wait.h linux/workqueue.h " +
    "net/sock.h net/tcp_states.h net/tcp.h net/inet_sock.h net/inet_connection_sock.h net/ip.h net/ipv6.h net/udp.h net/af_unix.h " +
    "net/net_namespace.h net/netns/generic.h uapi/linux/bpf.h uapi/linux/bpf_perf_event.h uapi/linux/in.h uapi/linux/tcp.h uapi/linux/ptrace.h"
  ).split(" "),
);

export const isKnownHeader = (path: string): boolean => KNOWN.has(path);
