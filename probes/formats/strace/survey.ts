/** What the beginning of a text tells of all of it: how times are written, whose lines have no pid, and what machine it was. */
import type { SyscallArchitecture } from "../../kernel/syscalls/syscalls.ts";
import { LineHead, lineKinds, timeForms } from "./line.ts";
import type { Scanner } from "./scanner.ts";

export interface TextFacts {
  /** One of timeForms. */
  readonly form: number;
  readonly seconds: number;
  readonly fraction: number;
  readonly architecture: SyscallArchitecture;
  /** Of lines that have none; null: nothing tells it. */
  readonly mainPid: number | null;
  readonly hasPids: boolean;
  readonly startsWithExec: boolean;
  /** Some line is of a stack. */
  readonly hasFrames: boolean;
}

const NEWLINE = 0x0a;
const TELLING: readonly number[] = [lineKinds.call, lineKinds.resumed, lineKinds.signal, lineKinds.end];
/** Calls that say who made them. */
const OWN_PID = /^(?:set_tid_address\(.*|gettid\(|getpid\()\)\s*= (\d+)/;
/** What the dynamic linker looks for before anything else; x86-64 has access(). */
const ARM64_LINKER = /^faccessat\(AT_FDCWD[^,]*, "\/etc\/ld\.so\.preload"/;
const EXEC = /^execve(?:at)?\(/;
const OPENAT = "openat";
const ARM64_OPENAT = 56;
const X86_ONLY = /^(?:arch_prctl|access|open|stat|readlink|pipe|poll|fork|vfork)\(/;

/** `FILE.PID` of -ff. */
const fileOfPid = (path: string): number | null => {
  const found = /\.(\d{1,7})$/.exec(path.replace(/\.(gz|zst)$/, ""));
  return found === null ? null : Number(found[1]);
};

/** In the scanner's memory, [start, end): the first bytes of the text, with at least one line of strace. */
export function surveyText(scanner: Scanner, start: number, end: number, path: string): TextFacts {
  const line = new LineHead(scanner);
  const head = scanner.bytes;
  const decoder = new TextDecoder();
  let first: Pick<TextFacts, "form" | "seconds" | "fraction" | "startsWithExec"> | null = null;
  let architecture: SyscallArchitecture | null = null;
  let mainPid: number | null = null;
  let hasPids = false;
  let hasFrames = false;
  for (let at = start; at < end;) {
    const newline = head.indexOf(NEWLINE, at);
    const stop = newline < 0 ? end : Math.min(newline, end);
    line.read(at, stop);
    at = stop + 1;
    if (line.kind === lineKinds.frame) hasFrames = true;
    if (!TELLING.includes(line.kind)) continue;
    const text = decoder.decode(head.subarray(line.body, Math.min(stop, line.body + 200)));
    first ??= { form: line.form, seconds: line.seconds, fraction: line.fraction, startsWithExec: EXEC.test(text) };
    if (line.pid >= 0) hasPids = true;
    const own = line.pid >= 0 ? null : OWN_PID.exec(text);
    if (own !== null) mainPid ??= Number(own[1]);
    if (line.syscall >= 0 && text.startsWith(OPENAT) && line.syscall === ARM64_OPENAT) architecture ??= "arm64";
    if (X86_ONLY.test(text)) architecture ??= "x86_64";
    else if (ARM64_LINKER.test(text)) architecture ??= "arm64";
  }
  return {
    ...(first ?? { form: timeForms.none, seconds: 0, fraction: 0, startsWithExec: false }),
    architecture: architecture ?? "x86_64",
    mainPid: mainPid ?? fileOfPid(path),
    hasPids,
    hasFrames,
  };
}
