/** BPFTRACE_* variables, which win over a script's config block (row 7.01): keys in lower case without the prefix. */
export function configOf(env: Readonly<Record<string, string | undefined>>): Map<string, string> {
  const config = new Map<string, string>();
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith("BPFTRACE_") && value !== undefined) config.set(name.slice("BPFTRACE_".length).toLowerCase(), value);
  }
  return config;
}

/** Rows 7.33 and 7.34: what they name is not read, and what to do instead. */
const UNREAD: Readonly<Record<string, string>> = {
  BPFTRACE_KERNEL_SOURCE: "kernel headers are not searched: name their directories with -I DIR",
  BPFTRACE_KERNEL_BUILD: "kernel headers are not searched: name their directories with -I DIR",
  BPFTRACE_VMLINUX: "symbol files are not read: kernel symbols come from the recording's own table",
};

/** A message for each variable that is set in vain. */
export const unreadVariables = (env: Readonly<Record<string, string | undefined>>): string[] =>
  Object.entries(UNREAD).flatMap(([name, why]) => (env[name] === undefined ? [] : [`${name} has no effect: ${why}`]));
