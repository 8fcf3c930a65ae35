/** The same recording of machines of either byte order and of several architectures: scripts print the same. */
import { expect, test } from "vitest";
import type { Recording } from "../../probes/recording.ts";
import { entryIp, kernelStack, madeEvent, madeRecording, userStack, type MadeField, type MadeOptions } from "../support/made-recording.ts";
import { TASK_ADDRESSES } from "../../lang/lower/native-order.ts";
import { TASK_STRUCT } from "../../src/bpf/memory.ts";
import { runScript } from "../support/run-script.ts";

type ByteOrder = "little" | "big";

const UNAMES = {
  x86_64: "Linux box 6.1.0 x86_64",
  arm64: "Linux board 6.1.0 aarch64",
  s390x: "Linux frame 6.1.0 s390x",
} as const;
type Machine = keyof typeof UNAMES;

const MACHINES: readonly (readonly [Machine, ByteOrder])[] = [
  ["x86_64", "little"],
  ["arm64", "little"],
  ["arm64", "big"],
  ["s390x", "big"],
];

const KALLSYMS = `ffffffff81000100 T do_read
ffffffff81000200 T do_call
`;

const u64 = (name: string): MadeField => [`unsigned long ${name}`, 8, 0];

const enter = madeEvent("syscalls", "sys_enter_openat", 600, [
  ["int __syscall_nr", 4, 1],
  ["char pad[4]", 4, 0],
  ["int dfd", 8, 0],
  ["const char * filename", 8, 0],
  ["int flags", 8, 0],
  ["umode_t mode", 8, 0],
]);
const exit = madeEvent("syscalls", "sys_exit_openat", 601, [
  ["int __syscall_nr", 4, 1],
  ["char pad[4]", 4, 0],
  ["long ret", 8, 1],
]);
const raw = madeEvent("raw_syscalls", "sys_enter", 602, [
  ["long id", 8, 1],
  ["unsigned long args[6]", 48, 0],
]);
const mixed = madeEvent("app", "mixed", 603, [
  ["u8 a", 1, 0],
  ["s8 b", 1, 1],
  ["u16 c", 2, 0],
  ["s32 d", 4, 1],
  ["u64 e", 8, 0],
  ["char name[16]", 16, 1],
  ["__data_loc char[] text", 4, 0],
]);
const fork = madeEvent("sched", "sched_process_fork", 604, [
  ["char parent_comm[16]", 16, 0],
  ["pid_t parent_pid", 4, 1],
  ["char child_comm[16]", 16, 0],
  ["pid_t child_pid", 4, 1],
]);
const exec = madeEvent("sched", "sched_process_exec", 605, [
  ["__data_loc char[] filename", 4, 0],
  ["pid_t pid", 4, 1],
  ["pid_t old_pid", 4, 1],
]);
const probe = madeEvent("hs", "do_read", 606, [entryIp, u64("arg0"), ["s32 arg1", 4, 1], ["__data_loc char[] s0", 4, 0]]);

function words(values: readonly bigint[], byteOrder: ByteOrder): Uint8Array {
  const bytes = new Uint8Array(8 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setBigUint64(8 * i, value, byteOrder === "little"));
  return bytes;
}

/** openat, by number. */
const OPENAT: Readonly<Record<Machine, bigint>> = { x86_64: 257n, arm64: 56n, s390x: 288n };

function made(machine: Machine, byteOrder: ByteOrder): Promise<Recording> {
  const options: MadeOptions = { byteOrder, uname: UNAMES[machine], kallsyms: KALLSYMS };
  const frames = words([0xffffffff81000123n, 0xffffffff81000256n], byteOrder);
  const userFrames = words([0x401010n, 0x401020n, 0n, 0n, 0n, 0n, 0n, 0n], byteOrder);
  return madeRecording(
    [
      { event: exec, pid: 100, values: { filename: "/bin/parent", pid: 100, old_pid: 100 } },
      { event: fork, pid: 100, values: { parent_comm: "parent", parent_pid: 100, child_comm: "parent", child_pid: 200 } },
      { event: enter, pid: 200, values: { dfd: 0xffffff9cn, filename: 0x7fff00001000n, flags: 0x80000n, mode: 0o644n } },
      { event: kernelStack, pid: 200, values: { size: 2, caller: frames } },
      { event: userStack, pid: 200, values: { tgid: 200, caller: userFrames } },
      { event: exit, pid: 200, values: { ret: -2n } },
      { event: raw, pid: 200, values: { id: OPENAT[machine], args: words([1n, 2n, 3n, 4n, 5n, 6n], byteOrder) } },
      { event: mixed, pid: 200, values: { a: 250, b: -3, c: 0x1234, d: -70000, e: 0x123456789abcdef0n, name: "fixed", text: "moving" } },
      { event: probe, pid: 200, values: { __probe_ip: 0xffffffff81000100n, arg0: 0xffff888000001000n, arg1: -5, s0: "behind" } },
    ],
    options,
  );
}

const SCRIPT = `
tracepoint:syscalls:sys_enter_openat { printf("%s %d %d %p %x %o %d\\n", comm, pid, args.dfd, args.filename, args.flags, args.mode, args.__syscall_nr); print(kstack); print(ustack(raw)); }
tracepoint:syscalls:sys_exit_openat { printf("%d %s\\n", args.ret, strerror(-args.ret)); @ret = hist(args.ret); }
tracepoint:raw_syscalls:sys_enter { printf("%d %d %d\\n", args.args[0], args.args[5], args.args[1] + args.args[2]); }
tracepoint:app:mixed { printf("%d %d %x %d %lx [%s] [%s] %r\\n", args.a, args.b, args.c, args.d, args.e, args.name, str(args.text), buf(args.name, 6)); @[args.d, args.name] = count(); @h = hist(args.c); @l = lhist(args.a, 0, 256, 64); @s = sum(args.d); @e = max(args.e); }
tracepoint:sched:sched_process_fork { printf("%s %d\\n", args.parent_comm, args.child_pid); }
tracepoint:sched:sched_process_exec { printf("%s %s\\n", comm, str(args.filename)); }
kprobe:do_read { printf("%p %d [%s] %s\\n", arg0, (int32)arg1, str(arg0), func); }
`;

const PRINTED = `parent /bin/parent
parent 200
parent 200 -100 0x7fff00001000 80000 644 0

        do_read+35
        do_call+86


401010
401020

-2 No such file or directory
1 6 5
250 -3 1234 -70000 123456789abcdef0 [fixed] [moving] fixed\\x00
0xffff888000001000 -5 [behind] do_read
`;

async function run(script: string, recording: Recording): Promise<string> {
  const { stdout, stderr, exitCode } = await runScript(script, { recording });
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

test.each(MACHINES)("fields, texts, tasks, stacks, histograms: %s, %s-endian", async (machine, byteOrder) => {
  const printed = await run(SCRIPT, await made(machine, byteOrder));
  expect(printed.slice(0, PRINTED.length)).toBe(PRINTED);
  expect(printed.slice(PRINTED.length)).toBe((await run(SCRIPT, await made("x86_64", "little"))).slice(PRINTED.length));
});

const NAMES = 'tracepoint:raw_syscalls:sys_enter { printf("%s\\n", syscall_name(args.id)); }';

test.each(MACHINES.filter(([machine]) => machine !== "s390x"))(
  "numbers of system calls are those of the recorded machine: %s, %s-endian",
  async (machine, byteOrder) => {
    expect((await run(NAMES, await made(machine, byteOrder))).trim()).toBe("openat");
  },
);

test("numbers of system calls of other machines are not taken for those of x86-64", async () => {
  const { stderr, exitCode } = await runScript(NAMES, { recording: await made("s390x", "big") });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("the numbers of s390x's system calls are not known");
});

/** A struct that a probe fetched, as bytes of the recorded machine. */
const fetched = madeEvent("hs", "do_call", 607, [entryIp, u64("arg0"), ["u8 m0_0[16]", 16, 0], ["__data_loc char[] s0_24", 4, 0]]);

const STRUCT = "struct s { int a; short c; unsigned char d; char e; long b; }; struct t { char gap[24]; char *text; };";

function structBytes(byteOrder: ByteOrder): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  const little = byteOrder === "little";
  view.setInt32(0, -70000, little);
  view.setInt16(4, -2, little);
  view.setUint8(6, 200);
  view.setInt8(7, 65);
  view.setBigInt64(8, 0x123456789abcdefn, little);
  return bytes;
}

test.each(MACHINES)("members of structs in recorded memory: %s, %s-endian", async (machine, byteOrder) => {
  const values = { __probe_ip: 0xffffffff81000200n, arg0: 0xffff888000002000n, m0_0: structBytes(byteOrder), s0_24: "deep" };
  const recording = await madeRecording([{ event: fetched, values }], { byteOrder, uname: UNAMES[machine], kallsyms: KALLSYMS });
  const members = "$s->a, $s->c, $s->d, $s->e, $s->b, *(uint16 *)(arg0 + 4)";
  const script = `${STRUCT} kprobe:do_call { $s = (struct s *)arg0; printf("%d %d %d %c %lx %d [%s]\\n", ${members}, str(((struct t *)arg0)->text)); $w = *$s; print(($w.a, $w.c, $w.b)); print(*$s); }`;
  expect((await run(script, recording)).trim()).toBe(
    "-70000 -2 200 A 123456789abcdef 65534 [deep]\n(-70000, -2, 81985529216486895)\n{ .a = -70000, .c = -2, .d = 200, .e = 65, .b = 81985529216486895 }",
  );
});

const PARTED = `struct flags { unsigned int a : 3; int b : 7; unsigned int c : 22; unsigned long wide : 40; unsigned long rest : 24; };
struct whole { int kind; union { unsigned long word; struct { unsigned short low; short high; unsigned int pair[1]; }; unsigned int top : 5; }; long last; };
union own { unsigned int n; unsigned short half[2]; };
struct __attribute__((packed)) tight { unsigned char lead : 5; unsigned long nine : 64; unsigned char tail : 3; };
`;

/** As a compiler for the machine lays them out: bits from the lowest one of a byte on, or from the highest. */
function bitBytes(byteOrder: ByteOrder, values: readonly (readonly [value: bigint, bits: number])[]): number[] {
  const total = values.reduce((sum, [, bits]) => sum + bits, 0);
  const bytes = new Array<number>(total / 8).fill(0);
  let at = 0;
  for (const [value, bits] of values)
    for (let i = 0; i < bits; i++, at++) {
      const bit = Number((value >> BigInt(byteOrder === "little" ? i : bits - 1 - i)) & 1n);
      bytes[at >> 3]! |= bit << (byteOrder === "little" ? at & 7 : 7 - (at & 7));
    }
  return bytes;
}

const readParts = async (machine: Machine, byteOrder: ByteOrder, bytes: readonly number[], statements: string): Promise<string> => {
  const event = madeEvent("hs", "do_call", 607, [entryIp, u64("arg0"), [`u8 m0_0[${bytes.length}]`, bytes.length, 0]]);
  const values = { __probe_ip: 0xffffffff81000200n, arg0: 0xffff888000002000n, m0_0: Uint8Array.from(bytes) };
  const recording = await madeRecording([{ event, values }], { byteOrder, uname: UNAMES[machine], kallsyms: KALLSYMS });
  return (await run(`${PARTED} kprobe:do_call { ${statements} }`, recording)).trim();
};

test.each(MACHINES)("bit-fields behind pointers and in copies: %s, %s-endian", async (machine, byteOrder) => {
  const flags = bitBytes(byteOrder, [[5n, 3], [-3n & 127n, 7], [0x2abcden, 22], [0n, 32], [0x123456789an, 40], [0xabcdefn, 24]]); // prettier-ignore
  const all = (s: string): string => `print((${s}a, ${s}b, ${s}c, ${s}wide, ${s}rest));`;
  const want = "(5, -3, 2800862, 78187493530, 11259375)";
  expect(await readParts(machine, byteOrder, flags, `$s = (struct flags *)arg0; ${all("$s->")} $w = *$s; ${all("$w.")}`)).toBe(
    `${want}\n${want}`,
  );
  const tight = bitBytes(byteOrder, [[21n, 5], [0xfedcba9876543210n, 64], [6n, 3]]); // prettier-ignore
  const parts = '$s = (struct tight *)arg0; printf("%d %lx %d", $s->lead, $s->nine, $s->tail);';
  expect(await readParts(machine, byteOrder, tight, parts)).toBe("21 fedcba9876543210 6");
});

test.each(MACHINES)("unions in copies of memory: %s, %s-endian", async (machine, byteOrder) => {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  const little = byteOrder === "little";
  view.setInt32(0, -7, little);
  view.setUint16(8, 513, little);
  view.setInt16(10, -2, little);
  view.setUint32(12, 70_000, little);
  view.setBigInt64(16, -5n, little);
  const word = view.getBigUint64(8, little);
  const all = (s: string): string => `print((${s}kind, ${s}low, ${s}high, ${s}pair[0], ${s}word, ${s}last));`;
  const want = `(-7, 513, -2, 70000, ${word}, -5)`;
  const statements = `$p = (struct whole *)arg0; ${all("$p->")} $w = *$p; ${all("$w.")} $i = 0; print($w.pair[$i]);`;
  expect(await readParts(machine, byteOrder, [...bytes], statements)).toBe(`${want}\n${want}\n70000`);
  const own = view.getUint32(8, little);
  const ofUnion = "$u = *(union own *)(arg0 + 8); print(($u.n, $u.half[0], $u.half[1]));";
  expect(await readParts(machine, byteOrder, [...bytes], ofUnion)).toBe(`(${own}, 513, 65534)`);
});

test("the compiler knows the addresses of tasks, which are ours and in our order", () => {
  expect({ high: Number(TASK_ADDRESSES.high), highShift: TASK_ADDRESSES.shift }).toEqual({
    high: TASK_STRUCT.high,
    highShift: TASK_STRUCT.highShift,
  });
});
