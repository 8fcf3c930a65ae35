/**
 * openat as Linux 6.19 prints it in `trace`: numbers in decimal, flags by their names, the mode (octal) of files that may be created only:
 * `dfd: 4294967196, filename: 140737 "/etc/hosts", flags: O_RDONLY|O_CLOEXEC`. Source: kernel/trace/trace_syscalls.c, sys_enter_openat_print().
 */
import type { EventFormat } from "../event-format.ts";
import { CONSTANTS } from "../strace/constants.ts";
import * as kinds from "./steps.ts";
import { bytesOf, namedValues, step, type Step } from "./steps.ts";

/** Those that the kernel names; it prints what is left as a number. */
const FLAGS =
  "O_RDONLY O_WRONLY O_RDWR O_TMPFILE O_CREAT O_EXCL O_NOCTTY O_TRUNC O_APPEND O_NONBLOCK O_DSYNC O_DIRECT O_LARGEFILE O_DIRECTORY O_NOFOLLOW O_NOATIME O_CLOEXEC";
/** The text does not say whose numbers they are. */
export const ASSUMED_FLAGS = "flags of openat are printed by name: they are taken to have the numbers of x86-64";

const isByName = (text: string): boolean => /(?:^|, )flags: O_/.test(text);

const namesOfFlags = (): (readonly [string, bigint])[] =>
  FLAGS.split(" ").map((name) => [name, BigInt(new RegExp(`(?:^|;)${name} ([^;]+)`).exec(CONSTANTS)![1]!)]);

/** Null: `text` is not printed so. */
export function openatSteps(format: EventFormat, text: string): readonly Step[] | null {
  if (format.name !== "sys_enter_openat" || !isByName(text)) return null;
  const field = (name: string): { readonly offset: number; readonly sizeBytes: number } | null => {
    const found = format.fields.find((one) => one.name === name);
    return found === undefined ? null : { offset: found.offset, sizeBytes: found.sizeBytes };
  };
  const [dfd, filename, flags, mode] = [field("dfd"), field("filename"), field("flags"), field("mode")];
  if (dfd === null || filename === null || flags === null || mode === null) return null;
  const behindName = bytesOf(", flags: ");
  return [
    step(kinds.LITERAL, { text: bytesOf("dfd: ") }),
    step(kinds.DECIMAL, dfd),
    step(kinds.LITERAL, { text: bytesOf(", filename: ") }),
    step(kinds.DECIMAL, filename),
    step(kinds.QUOTED, { text: behindName, ...(field("__filename_val") ?? { offset: 0, sizeBytes: 0 }) }),
    step(kinds.LITERAL, { text: behindName }),
    step(kinds.FLAGS, { text: bytesOf("|"), names: namedValues(namesOfFlags()), ...flags }),
    step(kinds.IF_THERE, { text: bytesOf(", mode: ") }),
    step(kinds.OCTAL, mode),
  ];
}
