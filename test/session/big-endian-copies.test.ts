/** Recorded memory of a big-endian machine where its bytes matter: copies that are printed, kept, or taken apart, and numbers as bytes. */
import { expect, test } from "vitest";
import type { Recording } from "../../probes/recording.ts";
import { noSideData } from "../../src/session/recorded-machine.ts";
import { entryIp, madeEvent, madeRecording, type MadeField } from "../support/made-recording.ts";
import { runScript } from "../support/run-script.ts";

type ByteOrder = "little" | "big";
const ORDERS = ["little", "big"] as const;
const UNAME = { little: "Linux board 6.1.0 aarch64", big: "Linux frame 6.1.0 s390x" } as const;
const text = (name: string): MadeField => [`__data_loc char[] ${name}`, 4, 0];
const u64 = (name: string): MadeField => [`unsigned long ${name}`, 8, 0];

async function run(script: string, recording: Recording, format: "text" | "json" = "text"): Promise<string[]> {
  const { stdout, stderr, exitCode } = await runScript(script, { recording, format, side: noSideData });
  expect(exitCode, stderr).toBe(0);
  return stdout.split("\n").filter((line) => line !== "");
}

/** The bytes at arg0 of a function. */
function memory(byteOrder: ByteOrder, write: (view: DataView, little: boolean) => void, sizeBytes = 24): Promise<Recording> {
  const bytes = new Uint8Array(sizeBytes);
  write(new DataView(bytes.buffer), byteOrder === "little");
  const event = madeEvent("hs", "do_call", 607, [entryIp, u64("arg0"), [`u8 m0_0[${sizeBytes}]`, sizeBytes, 0]]);
  const values = { __probe_ip: 0xffffffff81000200n, arg0: 0xffff888000002000n, m0_0: bytes };
  const kallsyms = "ffffffff81000200 T do_call\n";
  return madeRecording([{ event, values }], { byteOrder, uname: UNAME[byteOrder], kallsyms });
}

const WHOLE = `struct pair { unsigned short low; short high; };
struct whole { int kind; int more; union { struct pair parts; unsigned short list[2]; struct pair each[1]; unsigned int word; }; unsigned int last; };
struct bits { unsigned int a : 3; int b : 13; unsigned short c; };
`;

/** kind, more, parts.low, parts.high, last. */
const whole = (byteOrder: ByteOrder): Promise<Recording> =>
  memory(byteOrder, (view, little) => {
    view.setInt32(0, -7, little);
    view.setInt32(4, 9, little);
    view.setUint16(8, 513, little);
    view.setInt16(10, -2, little);
    view.setUint32(12, 77, little);
  });
const WORD = { little: 0xfffe0201, big: 0x0201fffe } as const;
const shown = (byteOrder: ByteOrder): string =>
  `{ .kind = -7, .more = 9, .parts = { .low = 513, .high = -2 }, .list = [513,65534], .each = [{ .low = 513, .high = -2 }], .word = ${WORD[byteOrder]}, .last = 77 }`;

test.each(ORDERS)("a struct with a union is printed, kept and a key: %s-endian", async (byteOrder) => {
  const script = `${WHOLE} kprobe:do_call { print(*(struct whole *)arg0); @kept = *(struct whole *)arg0; @key[*(struct whole *)arg0] = 1; print((1, @kept)); print(@kept.parts.low); }`;
  const text = shown(byteOrder);
  expect(await run(script, await whole(byteOrder))).toEqual([text, `(1, ${text})`, "513", `@kept: ${text}`, `@key[${text}]: 1`]);
  const [, first] = await run(script, await whole(byteOrder), "json");
  expect(first).toContain(`"parts": {"low": 513, "high": -2}, "list": [513,65534]`);
});

test.each(ORDERS)("parts of a union in a copy: %s-endian", async (byteOrder) => {
  const parts = "$w = *(struct whole *)arg0; $p = $w.parts; $l = $w.list; $e = $w.each; $i = 0;";
  const script = `${WHOLE} kprobe:do_call { ${parts} print(($p.low, $p.high)); print($p); print($l); print($l[1]); print($e[$i].high); print($w.each[$i].high); print($w.each[0].low); print($w.parts); print($w.list); @k[$w.list] = $w.parts; $w2 = $w.each[$i]; print($w2.high); }`;
  const pair = "{ .low = 513, .high = -2 }";
  expect(await run(script, await whole(byteOrder))).toEqual([
    "(513, -2)",
    pair,
    "[513,65534]",
    "65534",
    "-2",
    "-2",
    "513",
    pair,
    "[513,65534]",
    "-2",
    `@k[[513,65534]]: ${pair}`,
  ]);
});

test.each(ORDERS)("bit-fields in a copy that is printed: %s-endian", async (byteOrder) => {
  const bits = await memory(byteOrder, (view, little) => {
    // As compilers for either machine place them: from the lowest bit on, or from the highest.
    view.setUint16(0, little ? 5 | ((-3 & 0x1fff) << 3) : (5 << 13) | (-3 & 0x1fff), little);
    view.setUint16(2, 513, little);
  });
  const script = `${WHOLE} kprobe:do_call { print(*(struct bits *)arg0); @ = *(struct bits *)arg0; }`;
  expect(await run(script, bits)).toEqual(["{ .a = 5, .b = -3, .c = 513 }", "@: { .a = 5, .b = -3, .c = 513 }"]);
});

test.each(ORDERS)("addresses of the script's own variables and map values: %s-endian", async (byteOrder) => {
  const script = `${WHOLE} kprobe:do_call { $v = (int32)-70000; $p = &$v; print(*$p); @m = 258; $m = &@m; print(*$m); @kept = (uint64)&$v; print(*(int32 *)@kept);
    $w = *(struct whole *)arg0; $q = &$w; print(($q->kind, $q->parts.low, $q->list[1], $q->last)); $r = (struct whole *)arg0; print($r->more);
    $either = $r->more == 9 ? (struct whole *)arg0 : &$w; print($either->kind); print($q->each[0]); }`;
  const own = ["-70000", "258", "-70000", "(-7, 513, 65534, 77)", "9", "-7", "{ .low = 513, .high = -2 }"];
  expect((await run(script, await whole(byteOrder))).slice(0, own.length)).toEqual(own);
});

test.each(ORDERS)("numbers as bytes, and bytes as numbers: %s-endian", async (byteOrder) => {
  const event = madeEvent("app", "bytes", 608, [
    ["__be32 addr", 4, 0],
    ["u8 four[4]", 4, 0],
    ["u16 two[2]", 4, 0],
    ["s32 n", 4, 1],
  ]);
  const little = byteOrder === "little";
  const words = (...values: readonly number[]): Uint8Array => {
    const bytes = new Uint8Array(2 * values.length);
    values.forEach((value, i) => new DataView(bytes.buffer).setUint16(2 * i, value, little));
    return bytes;
  };
  const values = { addr: little ? 0x0100007f : 0x7f000001, four: Uint8Array.of(127, 0, 0, 2), two: words(0x0102, 0x0304), n: -2 };
  const recording = await madeRecording([{ event, values }], { byteOrder, uname: UNAME[byteOrder] });
  const script = `tracepoint:app:bytes { print((ntop(args.addr), ntop(2, args.addr), ntop(args.four))); printf("%r\\n", buf(args.two));
    print((uint32)args.four); print((uint32)args.two); print((uint8[4])args.n); print((uint16[2])args.n); print((uint8[8])args.n); print((uint16[2])"abc"); }`;
  expect(await run(script, recording)).toEqual([
    "(127.0.0.1, 127.0.0.1, 127.0.0.2)",
    little ? "\\x02\\x01\\x04\\x03" : "\\x01\\x02\\x03\\x04",
    little ? "33554559" : "2130706434",
    little ? "50594050" : "16909060",
    little ? "[254,255,255,255]" : "[255,255,255,254]",
    little ? "[65534,65535]" : "[65535,65534]",
    little ? "[254,255,255,255,255,255,255,255]" : "[255,255,255,255,255,255,255,254]",
    little ? "[25185,99]" : "[24930,25344]",
  ]);
});

test.each(ORDERS)("join() follows the pointers of a list: %s-endian", async (byteOrder) => {
  const event = madeEvent("hs", "do_call", 607, [entryIp, u64("arg0"), u64("m0_0"), u64("m0_8"), u64("m0_16"), text("s0_0"), text("s0_8")]);
  const [list, first, second] = [0xffff888000002000n, 0xffff888000003000n, 0xffff888000004000n];
  const values = { __probe_ip: 0xffffffff81000200n, arg0: list, m0_0: first, m0_8: second, m0_16: 0n, s0_0: "ls", s0_8: "-l" };
  const kallsyms = "ffffffff81000200 T do_call\n";
  const recording = await madeRecording([{ event, values }], { byteOrder, uname: UNAME[byteOrder], kallsyms });
  expect(await run('kprobe:do_call { join(arg0); join(arg0, ","); }', recording)).toEqual(["ls -l", "ls,-l"]);
});

test.each(ORDERS)("an event probe in place of its event, and pointers that nobody recorded: %s-endian", async (byteOrder) => {
  const probe = madeEvent("hs", "sys_enter_execve", 900, [u64("argv"), text("s_argv_0"), text("s_argv_8"), u64("m_argv_16")]);
  const values = { argv: 0x3ff_f000n, s_argv_0: "ls", s_argv_8: "-l", m_argv_16: 0n };
  const recording = await madeRecording([{ event: probe, values }], { byteOrder, uname: UNAME[byteOrder] });
  const place = "s_argv_0=+0(+0($argv)):ustring s_argv_8=+0(+8($argv)):ustring m_argv_16=+u16($argv):x64";
  const definitions = [`e:hs/sys_enter_execve syscalls/sys_enter_execve argv=$argv:u64 ${place}\n`];
  const script = "tracepoint:syscalls:sys_enter_execve { join(args.argv); print(str(*(uptr((uint64)args.argv) + 8))); }";
  const { stdout, stderr } = await runScript(script, { recording, side: { ...noSideData, definitions } });
  expect(
    stdout.split("\n").filter((line) => line !== ""),
    stderr,
  ).toEqual(["ls -l", "-l"]);
});

test.each(ORDERS)("long arrays, of numbers and of structs, and structs without gaps: %s-endian", async (byteOrder) => {
  const recording = await memory(
    byteOrder,
    (view, little) => {
      for (let i = 0; i < 60; i++) view.setUint16(2 * i, 256 + i, little);
      for (let i = 0; i < 20; i++) {
        view.setUint32(120 + 6 * i, 70_000 + i, little);
        view.setInt16(124 + 6 * i, -i, little);
      }
    },
    240,
  );
  const types = `struct __attribute__((packed)) item { int a; short b; };
struct __attribute__((packed)) rows { unsigned short numbers[60]; struct item items[20]; };`;
  const script = `${types} kprobe:do_call { $r = *(struct rows *)arg0; print(($r.numbers[0], $r.numbers[59], $r.items[0].a, $r.items[19].a, $r.items[19].b));
    print(*(uint16[60] *)arg0); $i = 7; print(($r.items[$i].a, $r.items[$i].b)); print($r.items[1]); $w = $r; @ = $w.items[3]; }`;
  const numbers = Array.from({ length: 60 }, (_, i) => 256 + i);
  expect(await run(script, recording)).toEqual([
    "(256, 315, 70000, 70019, -19)",
    `[${numbers.join(",")}]`,
    "(70007, -7)",
    "{ .a = 70001, .b = -1 }",
    "@: { .a = 70003, .b = -3 }",
  ]);
});

test.each(ORDERS)("an array of thousands of numbers: %s-endian", async (byteOrder) => {
  const event = madeEvent("hs", "do_call", 607, [entryIp, u64("arg0"), ["u8 m0_0[2000]", 2000, 0]]);
  const bytes = new Uint8Array(2000);
  for (let i = 0; i < 1000; i++) new DataView(bytes.buffer).setUint16(2 * i, i, byteOrder === "little");
  const values = { __probe_ip: 0xffffffff81000200n, arg0: 0xffff888000002000n, m0_0: bytes };
  const recording = await madeRecording([{ event, values }], {
    byteOrder,
    uname: UNAME[byteOrder],
    kallsyms: "ffffffff81000200 T do_call\n",
  });
  const script =
    "struct many { unsigned short n[1000]; }; kprobe:do_call { $m = *(struct many *)arg0; $i = 999; print(($m.n[1], $m.n[500], $m.n[$i])); }";
  expect(await run(script, recording)).toEqual(["(1, 500, 999)"]);
});
