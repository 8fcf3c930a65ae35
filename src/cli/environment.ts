/** BPFTRACE_* variables, which win over a script's config block (row 7.01): keys in lower case without the prefix. */
export function configOf(env: Readonly<Record<string, string | undefined>>): Map<string, string> {
  const config = new Map<string, string>();
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith("BPFTRACE_") && value !== undefined) config.set(name.slice("BPFTRACE_".length).toLowerCase(), value);
  }
  return config;
}
