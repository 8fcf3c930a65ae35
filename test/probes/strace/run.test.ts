/** Texts that the scanner turns into records by itself where only common fields are wanted: the records are those that TypeScript makes. */
import { expect, test } from "vitest";
import { randomFrom } from "../../support/random-script.ts";
import { openText, skeleton } from "./support.ts";

const BARE = { bytes: new Map<number, number>(), isReadAgain: false };

async function same(text: string): Promise<number> {
  const stream = (await openText(text)).streams[0]!;
  const all = skeleton(stream, null);
  expect(skeleton(stream, BARE).records).toEqual(all.records);
  return all.records.length;
}

const CALLS = [
  'read(3</etc/a>b>, "x\\")\\\\", 512)',
  "getpid()",
  'openat(AT_FDCWD</>, "/a, b) = 3", O_RDONLY /* ) */)',
  "poll([{fd=3, events=POLLIN}], 1, {tv_sec=0})",
  "futex(0x7f00, FUTEX_WAIT_PRIVATE, 2, NULL)",
  "frobnicate(1)",
  'execve("/bin/x", ["x"], 0x7ff /* 3 vars */)',
  "clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD)",
];
/** Where strace may leave a call off, and how it goes on. */
const OPEN: readonly (readonly [name: string, start: string, rest: string])[] = [
  ["read", "read(3, ", '"a <unfinished ...> = 5", 4)'],
  ["ioctl", "ioctl(3, BTRFS_IOC, {a=(1, b=[2", " => c=3]}), 1)"],
  ["wait4", "wait4(-1, ", "[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL)"],
  ["nanosleep", "nanosleep({tv_sec=1}, ", "NULL)"],
];
const RESULTS = ["0", "3</x>", "-1 ENOENT (No such file)", "?", "0x7f00", "-1 EWHAT (no such name)", "? ERESTARTSYS (To be restarted)"];

function textOf(seed: number): string {
  const { below, pick: of } = randomFrom(seed);
  const style = below(4);
  const open = new Map<number, (typeof OPEN)[number]>();
  let us = 1_700_000_000_000_000;
  const lines: string[] = [];
  const add = (pid: number, body: string): void => {
    const time = `${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, "0")}`;
    const name = style === 1 ? `<c${below(40) === 0 ? below(3) : 0}>` : "";
    const eol = below(50) === 0 ? "\r" : "";
    lines.push(`${style === 2 && below(3) > 0 ? "" : `${pid}${name} `}${time} ${body}${eol}`);
  };
  const result = (): string => ` = ${of(RESULTS)}${below(8) === 0 ? "" : ` <${below(2)}.${String(below(200_000)).padStart(6, "0")}>`}`;
  for (let i = 0; i < 400; i++) {
    us += below(10) === 0 ? below(3_000_000) : below(60);
    if (below(60) === 0) us -= below(3) * 1_400_000;
    const pid = 100 + below(style === 3 ? 60 : 5);
    const unfinished = open.get(pid);
    const what = below(40);
    if (what === 0) add(pid, "--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED} ---");
    else if (what === 1) add(pid, "+++ exited with 0 +++");
    else if (what === 2) lines.push(of(["", style === 3 ? " > /lib/x.so(f+0x1) [0x10]" : "+", "strace: Process 9 attached", "hello"]));
    else if (unfinished !== undefined && below(5) > 0) {
      open.delete(pid);
      add(pid, `<... ${unfinished[0]} resumed>${unfinished[2]}${result()}`);
    } else if (below(4) === 0) {
      const call = of(OPEN);
      open.set(pid, call);
      add(pid, `${call[1]} <unfinished ...>`);
    } else add(pid, `${of(CALLS)}${result()}`);
  }
  return `7 1700000000.000000 getpid() = 7 <0.000001>\n${lines.join("\n")}${below(2) === 0 ? "\n" : ""}`;
}

test("random texts", async () => {
  for (let seed = 1; seed <= 150; seed++) expect(await same(textOf(seed)), `seed ${seed}`).toBeGreaterThan(100);
});

test("more tasks than the scanner has room for, and as many again that come and go", async () => {
  const line = (pid: number, n: number, body: string): string => `${pid} ${1_700_000_000 + n / 1e6} ${body}\n`;
  let text = "";
  for (let i = 0; i < 20_000; i++) text += line(1000 + i, i, "getpid() = 1 <0.000001>");
  for (let i = 0; i < 20_000; i++) text += line(1000 + i, 20_000 + i, i % 3 === 0 ? "+++ exited with 0 +++" : "getuid() = 1 <0.000001>");
  for (let i = 0; i < 20_000; i++) text += line(1000 + i * 2, 40_000 + i, "getgid() = 1 <0.000001>");
  expect(await same(text)).toBeGreaterThan(200_000);
}, 120_000);

test("more returns that wait for their time than there is room for", async () => {
  let text = "";
  for (let i = 0; i < 70_000; i++) text += `${1000 + (i % 9000)} ${(1_700_000_000 + i / 1e6).toFixed(6)} getpid() = 1 <900.000000>\n`;
  expect(await same(text)).toBe(280_000);
}, 120_000);
