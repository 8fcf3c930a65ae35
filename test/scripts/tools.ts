/** The tools of scripts/: a recording for each, and where the real bpftrace was asked the same while it was made, how to compare the answers. */
import { errorTexts } from "../../lang/tables/errors.ts";
import { signalTexts } from "../../lang/tables/signals.ts";
import { syscallNames } from "../../lang/tables/syscalls.ts";
import type { TextTable } from "../../lang/tables/text-table.ts";
import type { GoldenRule } from "../support/golden-compare.ts";

/** bpftrace's answer: `ours` and `theirs` write what both tell of the question in the same words. */
export interface Golden {
  readonly file: string;
  readonly rule: GoldenRule;
  readonly ours: (output: string) => string;
  readonly theirs?: (golden: string) => string;
}

export interface Tool {
  readonly name: string;
  /** In test/fixtures. */
  readonly trace: string;
  /** Behind the script. */
  readonly words?: readonly string[];
  readonly golden?: Golden;
}

/** Lines that the pattern matches, written anew; null leaves them out. Others are left out. */
const rewritten =
  (pattern: RegExp, write: (...groups: string[]) => string | null) =>
  (output: string): string =>
    output
      .split("\n")
      .flatMap((line) => {
        const match = pattern.exec(line);
        return (match === null ? null : write(...match.slice(1))) ?? [];
      })
      .map((line) => `${line}\n`)
      .join("");

/** Maps whose names `rename` gives anew, with their histograms; null leaves one out. */
const renamed =
  (rename: (name: string) => string | null) =>
  (output: string): string =>
    output
      .split(/\n(?=@)/)
      .flatMap((block) => {
        const [, name = "", rest = ""] = /^(@[^:]*)(:[^]*)$/.exec(block) ?? [];
        const wanted = name === "" ? null : rename(name);
        return wanted === null ? [] : [`${wanted}${rest}\n`];
      })
      .join("");

const textAt = ({ texts }: TextTable, number: string): string => texts[Number(number)] ?? number;
const callName = (id: string): string => textAt(syscallNames("x86_64"), id);

/** Buckets of a histogram as a map of counts: `[8, 16)`. */
const powerOfTwo = (n: number): string => (n < 2 ? `[${n}]` : `[${2 ** Math.floor(Math.log2(n))}, ${2 ** (Math.floor(Math.log2(n)) + 1)})`);

/** How often each line is there, as a map. */
function counted(lines: string): string {
  const counts = new Map<string, number>();
  for (const line of lines.split("\n").filter((text) => text !== "")) counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts].map(([line, count]) => `@[${line}]: ${count}\n`).join("");
}

/** `@ms[client]:` and its buckets, as lines `client [8, 16) 2`, in bpftrace's labels without K. */
function bucketLines(golden: string): string {
  let of = "";
  return golden
    .split("\n")
    .flatMap((line) => {
      of = /^@ms\[(\w+)\]/.exec(line)?.[1] ?? of;
      const [, low = "", high = "", count = "0"] = /^\[(\w+), (\w+)\) +(\d+) /.exec(line) ?? [];
      const plain = (label: string): number => Number(label.replace("K", "")) * (label.endsWith("K") ? 1024 : 1);
      return Array.from({ length: Number(count) }, () => `${of} [${plain(low)}, ${plain(high)})\n`);
    })
    .join("");
}

const exact: GoldenRule = { compare: "exact" };
const runqlatOf = (comm: string): Tool => ({
  name: "runqlat",
  trace: "traces/s04-pingpong/trace.dat",
  words: ["--", `--comm=${comm}`],
  golden: {
    file: "traces/s04-pingpong/runqlat.golden",
    rule: { compare: "approx" },
    ours: renamed((name) => (name === "@us" ? `@usecs[${comm}]` : null)),
    theirs: renamed((name) => (name === `@usecs[${comm}]` ? name : null)),
  },
});

export const tools: readonly Tool[] = [
  {
    name: "biolatency",
    trace: "traces/s02-ddio/trace.dat",
    golden: {
      file: "traces/s02-ddio/biolat.golden",
      rule: { compare: "approx" },
      // Its script asked for this disk.
      ours: renamed((name) => (name.startsWith("@us[254, 16, ") ? name.replace("@us[254, 16, ", "@usecs[") : null)),
    },
  },
  {
    name: "execsnoop",
    trace: "traces/s03-forkexec/trace.dat",
    golden: {
      file: "traces/s03-forkexec/exec.golden",
      rule: { compare: "unordered" },
      ours: rewritten(/^ +\d+ +(\d+) +\d+ (\S+)$/, (pid, file) => `${pid} ${file}`),
      theirs: rewritten(/^(\d+) +\d+ +(\S+)$/, (pid, file) => `${pid} ${file}`),
    },
  },
  {
    name: "opensnoop",
    trace: "strace/strace.txt",
    golden: {
      file: "strace/opens.golden",
      rule: exact,
      ours: (output) =>
        rewritten(/^meta +\d+ +\S+ ([^:]+)/, (file) => file)(output) +
        rewritten(/^@failed\[meta, (.*)\]: (\d+)$/, (error, count) => `@err[${error}]: ${count}`)(output),
      theirs: (golden) =>
        rewritten(/^((?!Attaching|@).+)$/, (file) => file)(golden) +
        rewritten(/^@err\[-(\d+)\]: (\d+)$/, (error, count) => `@err[${textAt(errorTexts, error)}]: ${count}`)(golden),
    },
  },
  { name: "readsize", trace: "traces/s01-fileread/trace.dat" },
  { name: "runqlat", trace: "traces/s04-pingpong/trace.dat" },
  runqlatOf("ping"),
  runqlatOf("pong"),
  {
    name: "sigsnoop",
    trace: "traces/s09-signals/trace.dat",
    golden: {
      file: "traces/s09-signals/gen.golden",
      rule: exact,
      // Its script asked for these two programs.
      ours: rewritten(/^@signals\[(.+, sig(?:dad|kid), \d+)\]: (\d+)$/, (key, count) => `@[${key}]: ${count}`),
      theirs: rewritten(/^@\[(\d+), (\w+, \d+)\]: (\d+)$/, (sig, rest, count) => `@[${textAt(signalTexts, sig)}, ${rest}]: ${count}`),
    },
  },
  {
    name: "syscount",
    trace: "traces/s01-fileread/trace.dat",
    words: ["--", "--comm=find"],
    golden: {
      file: "traces/s01-fileread/rawids.golden",
      rule: exact,
      ours: rewritten(/^(@\w+)\[find, (.*)\]: (\d+)$/, (map, key, count) => `${map}[${key}]: ${count}`),
      theirs: (golden) =>
        rewritten(/^@enter\[(\d+)\]: (\d+)$/, (id, count) => `@calls[${callName(id)}]: ${count}`)(golden) +
        rewritten(
          /^@fail\[(\d+), (\d+)\]: (\d+)$/,
          (id, error, count) => `@failed[${callName(id)}, ${textAt(errorTexts, error)}]: ${count}`,
        )(golden),
    },
  },
  {
    name: "tcplife",
    trace: "traces/s06-tcpretrans/trace.dat",
    golden: {
      file: "traces/s06-tcpretrans/tcplife.golden",
      rule: exact,
      ours: (output) =>
        counted(
          rewritten(
            /^ +\d+ +(\d+) \S+, \S+:(\d+)$/,
            (ms, port) => `${port === "7080" ? "client" : "other"} ${powerOfTwo(Number(ms))}`,
          )(output),
        ),
      theirs: (golden) => counted(bucketLines(golden)),
    },
  },
  {
    name: "tcpretrans",
    trace: "traces/s06-tcpretrans/trace.dat",
    golden: {
      file: "traces/s06-tcpretrans/retrans.golden",
      rule: exact,
      ours: rewritten(/^ +\d+ (\S+ > \S+), (\d+)$/, (sides, state) => `${sides} state ${state}`),
      theirs: rewritten(/^(\S+ > \S+ state \d+)$/, (line) => line),
    },
  },
];
