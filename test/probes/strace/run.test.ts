/** Texts that the scanner turns into records by itself where only common fields are wanted: the records are those that TypeScript makes. */
import { expect, test } from "vitest";
import { randomFrom } from "../../support/random-script.ts";
import { openText, skeleton } from "./support.ts";

const BARE = { bytes: new Map<number, number>(), isReadAgain: false };

/** Calls whose arguments are wanted, with those of all others left out. */
const READ_WHOLE = ["sys_enter_read", "sys_exit_read", "sys_enter_wait4", "sys_exit_wait4"];

async function same(text: string): Promise<number> {
  const recording = await openText(text);
  const stream = recording.streams[0]!;
  const all = skeleton(stream, null);
  expect(skeleton(stream, BARE).records).toEqual(all.records);
  // A look at the first page, and again from the beginning, in windows of one page.
  stream.rewind();
  stream.read(new Uint8Array(stream.pageBytes));
  expect(skeleton(stream, BARE, { windowBytes: stream.pageBytes }).records).toEqual(all.records);
  const whole = new Set(recording.catalogue.tracepoints.filter(({ name }) => READ_WHOLE.includes(name)).map(({ id }) => id));
  const wanted = { bytes: new Map([...whole].map((id) => [id, 65_536])), isReadAgain: false };
  expect(skeleton(stream, wanted, { whole }).records).toEqual(skeleton(stream, null, { whole }).records);
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
  ["execve", 'execve("/bin/x", ["x"], 0x7ff /* 3 vars */', ")"],
  ["clone3", "clone3({flags=CLONE_VM|CLONE_THREAD, child_tid=0x7f}, 88", " => {parent_tid=[105]}, 88)"],
  ["frobnicate", "frobnicate(1, ", "2)"],
];
/** What strace does not write, or hardly ever. */
const ODD = [
  'read(3, "abc <unfinished ...>',
  "read(3, /* x <unfinished ...>",
  "read(3, </a <unfinished ...>",
  "read(3, /<unfinished ...>",
  "read(1]) = 3 <unfinished ...>",
  '<... read resumed>abc) ", 3) = 5 <0.100000>',
  '<... read resumed>* ) */"x)',
  "<... read resumed>) = 4strace: Process 12 attached",
  "<... read resumed>) = -1",
  "<... wait4 resumed>) = 18446744073709551615",
  "read(3) = 5 <99999999999999999999999.000001>",
  "read(3) = 5strace: Process 12 attached",
];
const RESULTS = ["0", "3</x>", "-1 ENOENT (No such file)", "?", "0x7f00", "-1 EWHAT (no such name)", "? ERESTARTSYS (To be restarted)"];

const DAY_US = 86_400_000_000;
const digits = (n: number, count: number): string => String(n).padStart(count, "0");

/** Each seed has a form of its own: -ttt, -ttt with -r, -t or -tt around midnight, -r, or no times; -f on stderr, -Y, -n, -i. */
function textOf(seed: number): string {
  const { below, pick: of } = randomFrom(seed);
  const style = below(4);
  const form = of(["unix", "unix", "both", "day", "relative", "none"]);
  const [isBracketed, isNumbered, isPlaced, isOdd] = [below(3) === 0, below(4) === 0, below(8) === 0, below(3) === 0];
  const open = new Map<number, (typeof OPEN)[number]>();
  const startUs = form === "day" ? DAY_US - 1_000_000 : 1_700_000_000_000_000;
  let us = startUs;
  let lastUs = us;
  const lines: string[] = [];
  const timeOf = (): string => {
    const [seconds, fraction] = [Math.floor(us / 1e6), digits(us % 1e6, 6)];
    const since = (Math.max(0, us - lastUs) / 1e6).toFixed(6);
    lastUs = us;
    if (form === "unix") return `${seconds}.${fraction} `;
    if (form === "both") return `${seconds}.${fraction} (+     ${since}) `;
    if (form === "relative") return `     ${since} `;
    const [hours, minutes] = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
    const clock = `${digits(hours, 2)}:${digits(minutes, 2)}:${digits(seconds % 60, 2)}`;
    return form === "none" ? "" : `${clock}${seed % 2 === 0 ? "" : `.${fraction}`} `;
  };
  const add = (pid: number, body: string): void => {
    const name = style === 1 ? `<c${below(40) === 0 ? below(3) : 0}>` : "";
    const task = isBracketed ? `[pid ${pid}${name}] ` : `${pid}${name} `;
    const number = isNumbered ? `[${String(below(300)).padStart(4)}] ` : "";
    const place = isPlaced ? `[${of(["????????????????", "00007ffa542abb1d"])}] ` : "";
    const eol = below(50) === 0 ? "\r" : "";
    lines.push(`${style === 2 && below(3) > 0 ? "" : task}${timeOf()}${number}${place}${body}${eol}`);
  };
  const result = (): string => ` = ${of(RESULTS)}${below(8) === 0 ? "" : ` <${below(2)}.${digits(below(200_000), 6)}>`}`;
  const pidOf = (): number => 100 + below(style === 3 ? 60 : 5);
  for (let i = 0; i < 400; i++) {
    us += below(10) === 0 ? below(3_000_000) : below(60);
    if (below(60) === 0) us = Math.max(startUs, us - below(3) * 1_400_000);
    const pid = pidOf();
    const unfinished = open.get(pid);
    const what = below(40);
    if (what === 0) add(pid, "--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED} ---");
    else if (what === 1) add(pid, "+++ exited with 0 +++");
    else if (what === 2)
      lines.push(of(["", "\r", style === 3 ? " > /lib/x.so(f+0x1) [0x10]" : "+", "strace: Process 9 attached", "hello"]));
    else if (what === 3) add(pid, `+++ superseded by execve in pid ${of([...open.keys(), pidOf()])} +++`);
    else if (what === 4) lines.push(`${pid} wait4(-1, strace: Process 3 attached`, `NULL, 0, NULL)${result()}`);
    else if (isOdd && what === 5) {
      if (below(2) === 0) open.set(pid, OPEN[0]!);
      add(pid, of(ODD));
    } else if (unfinished !== undefined && below(5) > 0) {
      open.delete(pid);
      add(pid, `<... ${unfinished[0]} resumed>${unfinished[2]}${result()}`);
    } else if (below(4) === 0) {
      const call = of(OPEN);
      open.set(pid, call);
      add(pid, `${call[1]} <unfinished ...>`);
    } else add(pid, `${of(CALLS)}${result()}`);
  }
  us = lastUs = startUs;
  return `7 ${timeOf()}getpid() = 7 <0.000001>\n${lines.join("\n")}${below(2) === 0 ? "\n" : ""}`;
}

test("random texts", async () => {
  for (let seed = 1; seed <= 120; seed++) expect(await same(textOf(seed)), `seed ${seed}`).toBeGreaterThan(100);
});

const AT = "1700000000.00000";

test.each([
  [
    "a thread's exec in a call that is none",
    `8 ${AT}1 read(3,  <unfinished ...>\n9 ${AT}2 getpid() = 1\n9 ${AT}3 +++ superseded by execve in pid 8 +++\n9 ${AT}4 <... read resumed>"", 1) = 0 <0.000003>\n`,
  ],
  [
    "a notice behind the end of a call",
    `8 ${AT}1 read(3,  <unfinished ...>\n8 ${AT}2 <... read resumed>"", 1) = 4 strace: Process 9 attached\n<0.000003>\n8 ${AT}4 getpid() = 1\n`,
  ],
  ["a call left off within a string", `8 ${AT}1 read(3, "a <unfinished ...>\n8 ${AT}2 <... read resumed>b) = ?", 1) = 0 <0.000003>\n`],
  ["a call left off within a comment", `8 ${AT}1 read(3, /* <unfinished ...>\n8 ${AT}2 <... read resumed>) = ? */, 1) = 0 <0.000003>\n`],
  ["a call left off behind a number", `8 ${AT}1 read(3<unfinished ...>\n8 ${AT}2 <... read resumed></a) = ?>, "", 1) = 0 <0.000003>\n`],
  ["a duration of more than any", `8 ${AT}1 getpid() = 1 <99999999999999999999.000000>\n8 ${AT}2 getpid() = 1\n`],
  ["a time beyond all", `8 ${AT}1 getpid() = 1\n8 99999999999999999.000000 getpid() = 1\n8 ${AT}2 getpid() = 1\n`],
  [
    "behind a result what an older line has left",
    `8 ${AT}1 <... vfork resumed>) = 18446744073709551615 <0.092670>\n8 ${AT}2 nanosleep({tv_sec=1},  <unfinished ...>\n` +
      `9 ${AT}3 execve("/bin/x", ["x"], 0x7ff /* 3 vars */ <unfinished ...>\n` +
      `9 ${AT}4 <... execve resumed>) = ? ERESTARTSYS (To be restarted) <0.097682>\n8 ${AT}5 <... nanosleep resumed>NULL) = 18446744073709551615\n`,
  ],
])("%s", async (_name, text) => {
  const start = `8 ${AT}0 getpid() = 8 <0.000001>\n9 ${AT}0 getpid() = 9 <0.000001>\n`;
  expect(await same(start + text)).toBeGreaterThan(8);
});

test("a step of years keeps the time", async () => {
  const stream = (await openText(`8 ${AT}0 getpid() = 8 <0.000003>\n8 1799999999.000001 getpid() = 8 <0.000001>\n`)).streams[0]!;
  // As near as a number of 64 bits comes.
  const later = BigInt(99_999_999e9 + 1000);
  for (const wanted of [null, BARE]) expect(skeleton(stream, wanted).records.at(4)).toBe(`${later} 101 8`);
});

test("texts longer than the window, with calls that go on far behind their beginning, and lines longer than what is looked at ahead", async () => {
  const numbers = randomFrom(7);
  let text = `8 ${AT}0 getpid() = 8 <0.000001>\n`;
  for (let i = 0; text.length < 9_500_000; i++) {
    const us = 1_700_000_000_000_000 + i * 20;
    const head = `${100 + (i % 7)} ${Math.floor(us / 1e6)}.${digits(us % 1e6, 6)} `;
    const what = i % 9000 === 4500 ? 1_200_000 : numbers.below(300);
    if (i % 11_000 < 7) text += `${head}read(3,  <unfinished ...>\n`;
    else if (i % 11_000 < 10_900) text += `${200 + (i % 7)}${head.slice(3)}write(1, "${"x".repeat(what)}", 9) = 9 <0.000031>\n`;
    else text += `${head}<... read resumed>"${"y".repeat(what)}", 512) = 1 <0.200000>\n`;
  }
  expect(await same(text)).toBeGreaterThan(100_000);
}, 120_000);

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
