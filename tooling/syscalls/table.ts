/**
 * Writes probes/kernel/syscalls/table.ts: the system calls as the kernel's own event formats describe them, with their numbers.
 * Run: npx tsx tooling/syscalls/table.ts RECORDING.dat [FOLDER OF FORMATS]
 * RECORDING.dat was made with -e syscalls; the folder (events/syscalls of tracefs) adds calls of a newer kernel. Numbers are taken from this
 * machine's kernel headers, with the C compiler.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseEventFormat, type EventFormat } from "../../probes/formats/event-format.ts";
import { readTemplate } from "../trace-dat/template.ts";
import { decompressorFor } from "../../probes/decompress.ts";
import { readFileHeader } from "../../probes/formats/trace-dat/header.ts";
import { openFile } from "../../probes/file.ts";

const [recording, folder] = process.argv.slice(2);
if (recording === undefined) throw new Error("usage: table.ts RECORDING.dat [FOLDER]");

/** Names of header constants that differ from those of the events (SYSCALL_DEFINE). */
const EVENT_NAMES: Readonly<Record<string, string>> = {
  stat: "newstat",
  fstat: "newfstat",
  lstat: "newlstat",
  uname: "newuname",
  sendfile: "sendfile64",
  umount2: "umount",
};
/** Calls that are newer than the headers, with one number everywhere: scripts/syscall.tbl of Linux 6.18. */
const NEWER = {
  ...{ cachestat: 451, fchmodat2: 452, futex_wake: 454, futex_wait: 455, futex_requeue: 456, statmount: 457, listmount: 458 },
  ...{ lsm_get_self_attr: 459, lsm_set_self_attr: 460, lsm_list_modules: 461, mseal: 462, setxattrat: 463, getxattrat: 464 },
  ...{ listxattrat: 465, removexattrat: 466, open_tree_attr: 467, file_getattr: 468, file_setattr: 469 },
};
/** arm64's header asks for these, and calls three of them otherwise. */
const ARM64_WANTS = ["RENAMEAT", "NEW_STAT", "SET_GET_RLIMIT", "TIME32_SYSCALLS", "SYS_CLONE3", "MEMFD_SECRET"].map(
  (w) => `__ARCH_WANT_${w}`,
);

function numbersOf(header: string, defines: readonly string[]): Map<string, number> {
  const names = [...defines.map((d) => `-D${d}`), "-D__BITS_PER_LONG=64", "-dM", "-E", "-include", header, "-"];
  const run = spawnSync("cc", names, { input: "", encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr);
  const macros = new Map([...run.stdout.matchAll(/^#define (__NR\w+) (\w+)$/gm)].map(([, name, value]) => [name!, value!]));
  const numbers = new Map<string, number>();
  for (const [name, value] of macros) {
    const own = /^__NR_(\w+)$/.exec(name)?.[1];
    const number = Number(macros.get(value) ?? value);
    if (own !== undefined && own !== "syscalls" && own !== "arch_specific_syscall" && Number.isInteger(number))
      numbers.set(EVENT_NAMES[own] ?? own, number);
  }
  for (const [name, number] of Object.entries(NEWER)) if (!numbers.has(name)) numbers.set(name, number);
  return numbers;
}

async function formats(): Promise<Map<string, EventFormat>> {
  const opened = openFile(recording!);
  if (!opened.ok) throw new Error(opened.message);
  const head = readFileHeader(opened.source);
  if (!head.ok) throw new Error(head.damage.message);
  const { parts } = readTemplate(recording!, await decompressorFor(head.header.compression.name));
  const texts = parts.events.filter((e) => e.category === "syscalls").map((e) => e.formatText());
  if (folder !== undefined)
    for (const name of readdirSync(folder))
      if (existsSync(`${folder}/${name}/format`)) texts.push(readFileSync(`${folder}/${name}/format`, "utf8"));
  const found = new Map<string, EventFormat>();
  for (const text of texts) {
    const format = parseEventFormat(text);
    const name = format === null ? undefined : /^sys_enter_(\w+)$/.exec(format.name)?.[1];
    if (format !== null && name !== undefined && !found.has(name)) found.set(name, format);
  }
  return found;
}

const x86 = numbersOf("asm/unistd_64.h", []);
const arm = numbersOf("asm-generic/unistd.h", ARM64_WANTS);
const lines: string[] = [];
const known = await formats();
for (const name of x86.keys()) if (!known.has(name)) lines.push([name, x86.get(name), arm.get(name) ?? "-", "!"].join(";"));
for (const [name, format] of [...known].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const params = format.fields.filter((f) => !f.common && f.name !== "__syscall_nr" && !f.name.startsWith("__"));
  // `name` apart, with its type as the format has it.
  lines.push([name, x86.get(name) ?? "-", arm.get(name) ?? "-", ...params.map((f) => `${f.type}|${f.name}`)].join(";"));
}
lines.sort((a, b) => (a.slice(0, a.indexOf(";")) < b.slice(0, b.indexOf(";")) ? -1 : 1));
writeFileSync(
  new URL("../../probes/kernel/syscalls/table.ts", import.meta.url),
  `// Made by tooling/syscalls/table.ts.
/**
 * System calls by the names of their events: name; number on x86-64; number on arm64 (-: none); then type|name of each
 * parameter, or ! for a call that has no event.
 * Source: event formats of Linux 6.1, newer calls of 6.18; asm/unistd_64.h and asm-generic/unistd.h.
 */
export const SYSCALLS = \`\\
${lines.join("\n")}
\`;
`,
);
