/**
 * System calls as Linux 6.18 prints them, without and with the option `verbose`: test/fixtures/text/calls.txt and calls-verbose.txt are the same
 * events of one process. It makes calls that Linux 6.1 does not have, and printed `fd 3 n 3 cachestat 0 no -1 mseal 0 -1 page 0x7f0727d9c000`.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { recordedMachine } from "../../../src/session/recorded-machine.ts";
import { noSideData } from "../../../src/session/recorded-machine.ts";
import { listProbes } from "../../../src/workspace/probe-list.ts";
import { fixturePath } from "../../support/fixtures.ts";
import { ofTrace, openText, printed } from "./support.ts";

const plain = readFileSync(fixturePath("text/calls.txt"), "utf8");
const verbose = readFileSync(fixturePath("text/calls-verbose.txt"), "utf8");
const trace = (...bodies: readonly string[]): string =>
  `# tracer: nop\n#\n${bodies.map((body, i) => `            bash-1360    [001] .....  1214.94256${i}: ${body}\n`).join("")}`;

const texts = [
  ["plain", plain],
  ["verbose", verbose],
] as const;

test.each(texts)("%s: every line is of its event", async (_name, text) => {
  const recording = await openText(text, "ftrace text");
  const counts = await printed("tracepoint:*:* { @[probe] = count() }", recording);
  const names = ["openat", "mseal", "read", "cachestat", "mmap", "close"];
  const calls: Readonly<Record<string, number>> = { openat: 2, mseal: 2, read: 2 };
  expect(counts.sort()).toEqual(
    names
      .flatMap((name) => [
        // Recording began inside of the first read().
        `@[tracepoint:syscalls:sys_enter_${name}]: ${name === "read" ? 1 : (calls[name] ?? 1)}`,
        `@[tracepoint:syscalls:sys_exit_${name}]: ${calls[name] ?? 1}`,
      ])
      .sort(),
  );
  expect(recording.info.warnings).toEqual([]);
});

test.each(texts)("%s: arguments and results are those of the process", async (_name, text) => {
  const script = `
    t:syscalls:sys_enter_openat { printf("openat %lx %lx\\n", args.dfd, args.flags) }
    t:syscalls:sys_exit_openat { printf("= %d\\n", args.ret) }
    t:syscalls:sys_enter_read { printf("read %d %d\\n", args.fd, args.count) }
    t:syscalls:sys_enter_cachestat { printf("cachestat %d %lx %lx %d\\n", args.fd, args.cstat_range, args.cstat, args.flags) }
    t:syscalls:sys_exit_cachestat { printf("= %d\\n", args.ret) }
    t:syscalls:sys_enter_mseal { printf("mseal %lx %d %d\\n", args.start, args.len, args.flags) }
    t:syscalls:sys_exit_mseal { printf("= %d\\n", args.ret) }`;
  expect(await ofTrace(text, script)).toEqual([
    "openat ffffff9c 80000",
    "= 3",
    "read 3 64",
    "cachestat 3 7ffc66a63b30 7ffc66a63b00 0",
    "= 0",
    "openat ffffff9c 2",
    "= -2",
    "mseal 7f0727d9c000 4096 0",
    "= 0",
    "mseal 7f0727d9c000 4096 1",
    "= -22",
  ]);
});

test("a call that nothing describes has the types that `verbose` tells", async () => {
  const fieldsOf = async (text: string): Promise<readonly string[]> => {
    const { catalogue } = await openText(text, "ftrace text");
    const event = catalogue.tracepoints.find(({ name }) => name === "sys_enter_cachestat");
    return event?.fields.filter(({ decl }) => !decl.includes(" common_")).map(({ decl }) => decl) ?? [];
  };
  expect(await fieldsOf(plain)).toEqual(["unsigned long fd", "unsigned long cstat_range", "unsigned long cstat", "unsigned long flags"]);
  expect(await fieldsOf(verbose)).toEqual([
    "unsigned int fd",
    "struct cachestat_range * cstat_range",
    "struct cachestat * cstat",
    "unsigned int flags",
  ]);
});

test("its number is not told: a script that asks for it gets an error", async () => {
  const machine = recordedMachine(await openText(plain, "ftrace text"), noSideData);
  const [mseal] = listProbes("tracepoint:syscalls:sys_enter_mseal", machine);
  expect(mseal?.name).toBe("tracepoint:syscalls:sys_enter_mseal");
  const { runScript } = await import("../../support/run-script.ts");
  const recording = await openText(plain, "ftrace text");
  const { exitCode, stderr } = await runScript("t:syscalls:sys_enter_mseal { @ = args.__syscall_nr }", { recording });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("__syscall_nr");
});

test("strings behind the arguments of such calls can be read", async () => {
  const body = (type: string): string =>
    `sys_newcall(${type}path: 0x7f1234 "/etc/a, b: 3", ${type}bytes: 0x7f9abc (2f:20, ...) "/ ", ${type}at: 0x7f5678 "x")`;
  const script = `t:syscalls:sys_enter_newcall { printf("%s %lx %s\\n", str(args.path), args.bytes, str(args.at)) }
    t:syscalls:sys_exit_newcall { printf("%d\\n", args.ret) }`;
  for (const type of ["", "const char * "]) {
    expect(await ofTrace(trace(body(type), "sys_newcall -> 0xfffffffffffffff3"), script)).toEqual(["/etc/a, b: 3 7f9abc x", "-13"]);
  }
  const known = 'sys_openat(int dfd: 0xffffff9c, const char * filename: 0x7f1234 "/etc/hosts", int flags: 0x80000, umode_t mode: 0)';
  expect(await ofTrace(trace(known), 't:syscalls:sys_enter_openat { printf("%s %d\\n", str(args.filename), args.flags) }')).toEqual([
    "/etc/hosts 524288",
  ]);
});

test("a call whose arguments have other names has those of its lines", async () => {
  const bodies = [1, 2, 3, 4].map((size) => `sys_getrandom(ubuf: 0x7f00, size: ${size}, flags: 0x10)`);
  const script = 't:syscalls:sys_enter_getrandom { printf("%lx %d %d\\n", args.ubuf, args.size, args.flags) }';
  expect(await ofTrace(trace(...bodies), script)).toEqual(["7f00 1 16", "7f00 2 16", "7f00 3 16", "7f00 4 16"]);
});

test("what is no call is none", async () => {
  const recording = await openText(trace("sys_newcall(no arguments", "sys_newcall(what, ever)", "sys_newcall(a: 1)"), "ftrace text");
  expect(await printed("tracepoint:*:* { @[probe] = count() }", recording)).toEqual(["@[tracepoint:syscalls:sys_enter_newcall]: 1"]);
  expect(recording.info.warnings.join()).toContain("2 of 5 lines are not understood");
});

test("openat as Linux 6.19 prints it: decimal, with names of flags", async () => {
  const text = trace(
    'sys_openat(dfd: 4294967196, filename: 140725309414456 "/etc/hosts", flags: O_RDONLY|O_CLOEXEC)',
    'sys_openat(dfd: 3, filename: 94290211717264 "new", flags: O_WRONLY|O_CREAT|O_TRUNC|O_DSYNC|0x100000, mode: 0644)',
    'sys_openat(dfd: 3, filename: 94290211717264 "", flags: O_RDONLY)',
    'sys_openat(dfd: 3, filename: 94290211717264 "/", flags: O_RDONLY|O_NONBLOCK|O_DIRECTORY, mode: 0000)',
  );
  const recording = await openText(text, "ftrace text");
  const script = `t:syscalls:sys_enter_openat {
    printf("%lx %lx %s %lx %o\\n", args.dfd, args.filename, str(args.filename), args.flags, args.mode) }`;
  expect(await printed(script, recording)).toEqual([
    "ffffff9c 7ffd2a141c38 /etc/hosts 80000 0",
    "3 55c1a6934090 new 101241 644",
    "3 55c1a6934090  0 0",
    "3 55c1a6934090 / 10800 0",
  ]);
  expect(recording.info.warnings).toEqual(["flags of openat are printed by name: they are taken to have the numbers of x86-64"]);
});
