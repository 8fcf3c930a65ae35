/**
 * Macros of headers. A header that a script includes is not read where there is none; these are what scripts use them for.
 * Only what every Linux machine that is recorded today numbers alike (x86-64, arm64), and what type data has not: enumerators come from there.
 * Source: Linux include/linux/sched.h, include/uapi/linux/{sched,fcntl,stat}.h, include/uapi/asm-generic/{fcntl,signal,errno-base,errno}.h;
 * bits/socket.h.
 */

/** `A 1 B 2` → entries. */
const numbered = (text: string): [string, bigint][] => {
  const words = text.split(" ");
  return words.flatMap((name, i): [string, bigint][] => (i % 2 === 0 ? [[name, BigInt(words[i + 1]!)]] : []));
};

/** `A B C` → entries that count up from a number. */
const counting = (from: bigint, names: string): [string, bigint][] => names.split(" ").map((name, i) => [name, from + BigInt(i)]);

export const headerConstants: ReadonlyMap<string, bigint> = new Map([
  ...numbered("AF_UNSPEC 0 AF_UNIX 1 AF_LOCAL 1 AF_INET 2 AF_INET6 10 AF_NETLINK 16 AF_PACKET 17"),
  // States of tasks as prev_state has them: those that no kernel has numbered anew.
  ...numbered("TASK_RUNNING 0 TASK_INTERRUPTIBLE 1 TASK_UNINTERRUPTIBLE 2 __TASK_STOPPED 4 __TASK_TRACED 8 TASK_COMM_LEN 16"),
  ...numbered(
    "CLONE_VM 0x100 CLONE_FS 0x200 CLONE_FILES 0x400 CLONE_SIGHAND 0x800 CLONE_VFORK 0x4000 CLONE_PARENT 0x8000 CLONE_THREAD 0x10000",
  ),
  ...numbered("CLONE_NEWNS 0x20000 CLONE_NEWCGROUP 0x2000000 CLONE_NEWUTS 0x4000000 CLONE_NEWIPC 0x8000000 CLONE_NEWUSER 0x10000000"),
  ...numbered("CLONE_NEWPID 0x20000000 CLONE_NEWNET 0x40000000"),
  ...numbered("O_RDONLY 0 O_WRONLY 1 O_RDWR 2 O_ACCMODE 3 O_CREAT 0o100 O_EXCL 0o200 O_NOCTTY 0o400 O_TRUNC 0o1000 O_APPEND 0o2000"),
  ...numbered("O_NONBLOCK 0o4000 O_DSYNC 0o10000 O_CLOEXEC 0o2000000 O_SYNC 0o4010000 O_PATH 0o10000000"),
  ...numbered("S_IFMT 0o170000 S_IFSOCK 0o140000 S_IFLNK 0o120000 S_IFREG 0o100000 S_IFBLK 0o60000 S_IFDIR 0o40000 S_IFCHR 0o20000"),
  ...numbered("S_IFIFO 0o10000 S_ISUID 0o4000 S_ISGID 0o2000 S_ISVTX 0o1000 S_IRWXU 0o700 S_IRWXG 0o70 S_IRWXO 7"),
  ...counting(1n, "SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM SIGTERM"),
  ...counting(
    16n,
    "SIGSTKFLT SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO SIGPWR SIGSYS",
  ),
  ...counting(1n, "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST EXDEV"),
  ...counting(19n, "ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE"),
  ...counting(35n, "EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP"),
  ...numbered("EWOULDBLOCK 11 EPROTO 71 EOVERFLOW 75 EOPNOTSUPP 95 EADDRINUSE 98 EADDRNOTAVAIL 99 ENETDOWN 100 ENETUNREACH 101"),
  ...numbered("ECONNABORTED 103 ECONNRESET 104 ENOBUFS 105 EISCONN 106 ENOTCONN 107 ETIMEDOUT 110 ECONNREFUSED 111 EHOSTDOWN 112"),
  ...numbered("EHOSTUNREACH 113 EALREADY 114 EINPROGRESS 115 ESTALE 116 ECANCELED 125"),
]);
