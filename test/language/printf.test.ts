/** printf's formats, end to end (rows 5.61–5.74). */
import { expect, test } from "vitest";
import { runScript } from "../support/run-script.ts";
import { recordingOf } from "../support/written-events.ts";

/** One printf of `format` and its arguments for each, a line each. */
async function formatted(...calls: readonly string[]): Promise<string[]> {
  const { stdout, stderr } = await runScript(`begin { ${calls.map((call) => `printf(${call}); printf("\\n");`).join(" ")} }`);
  expect(stderr).toBe("Attached 1 probe\n");
  return stdout.slice(0, -2).split("\n").slice(0, -1);
}

async function refused(...args: readonly string[]): Promise<string | undefined> {
  const { stderr } = await runScript(`begin { printf(${args.join(", ")}); }`);
  return /ERROR: (.*)/.exec(stderr)?.[1];
}

test("row 5.61: what does not match the grammar is text", async () => {
  expect(await formatted('"%k %"', '"100%% sure"', '"%5%"', '"% +d"', '"100% done", 7', '"%-+#05.3lld|", 7')).toEqual([
    "%k %",
    "100% sure",
    "%",
    "% +d",
    "1007one",
    "+7000|",
  ]);
});

test("row 5.62: %d and %i are 32 bits wide unless the length says otherwise", async () => {
  expect(
    await formatted(
      '"%d %i", 4294967296, 2147483648',
      '"%hhd %hd %ld %lld %jd %zd %td", 384, 98304, -5, -5, -5, -5, -5',
      '"%Ld %hld %llld", 4294967297, 4294967297, 4294967297',
      '"%d %d", true, (1 == 2)',
    ),
  ).toEqual(["0 -2147483648", "-128 -32768 -5 -5 -5 -5 -5", "1 1 1", "1 0"]);
});

test("row 5.63: %u %o %x %X", async () => {
  expect(await formatted('"%u %o %x %X", -1, 8, 255, 255', '"%lu %lx", -1, -1', '"%x %hhx %hx %lx", -1, -1, -1, -1')).toEqual([
    "4294967295 10 ff FF",
    "18446744073709551615 ffffffffffffffff",
    "ffffffff ff ffff ffffffffffffffff",
  ]);
});

test("row 5.64: %c; row 5.65: %p", async () => {
  expect(await formatted('"%c%c|%3c|%-3c|", 65, 321, 66, 67', '"%p %p %12p|", 0, -1, 255')).toEqual([
    "AA|  B|C  |",
    "0 0xffffffffffffffff         0xff|",
  ]);
  expect((await runScript('begin { printf("[%c]", 0); }')).stdout).toBe("[\0]\n\n");
});

test("row 5.66: %s of anything; the precision does not cut", async () => {
  expect(
    await formatted(
      '"%s %s %s %s", "text", -7, true, (1, "x")',
      '"%5s|%-5s|%05s|%+s|%+s", "ab", "ab", "ab", 7, -7',
      '"%-10.10s|%.1s", "abcdefghijkl", "xy"',
      '"%5s|", (1, 2)',
      '"%s %s", ntop(0x0100007f), strftime("%Y", nsecs)',
    ),
  ).toEqual(["text -7 true (1, x)", "   ab|ab   |000ab|+7|-7", "abcdefghijkl|xy", "     (1, 2)|", "127.0.0.1 1970"]);
});

test("rows 5.67, 5.68, 5.69: buffers by %r, %rx and %rh", async () => {
  const recording = await recordingOf([{ ns: 1, event: "app:work", pid: 1, fields: { mac: [0x61, 0, 0x5c, 0xff, 0x7e, 0x7f] } }]);
  const { stdout } = await runScript(
    'tracepoint:app:work { $b = buf(args.mac, 6); printf("%r|%rx|%rh\\n", $b, $b, $b); printf("%r|%30r|%-8rh|\\n", buf("a", 1), buf("bc", 2), buf("d", 1)); }',
    { recording },
  );
  expect(stdout.split("\n").slice(0, 2)).toEqual([
    "a\\x00\\\\xff~\\x7f|\\x61\\x00\\x5c\\xff\\x7e\\x7f|61 00 5c ff 7e 7f",
    `a|${"bc".padStart(30)}|64      |`,
  ]);
});

test("row 5.70: %gr names the flags of allocations", async () => {
  expect(await formatted('"%gr %gr %gr", 0xcc0, 0xdc0, 0', '"%gr", 0x8000000')).toEqual([
    "GFP_KERNEL GFP_KERNEL|__GFP_ZERO 0",
    "0x8000000",
  ]);
});

test.each(["e", "f", "g", "a", "E", "F", "G", "A"])("row 5.71: %%%s is refused", async (conversion) => {
  expect(await refused(`"%${conversion}"`, "1")).toBe(`unsupported format specifier: ${conversion}`);
});

test("row 5.72: flags", async () => {
  expect(
    await formatted(
      '"%-5d|%+d|%+d|%+u|% d", 42, 0, -1, 3, 5',
      '"%#x %#X %#o %#x", 255, 255, 8, 0',
      '"%08d|%#08x|%-08d|%08s", -42, 255, 42, "ab"',
      '"%*d|%.*s", 7, "abc"',
    ),
  ).toEqual(["42   |+0|-1|3|5", "0xff 0XFF 010 0", "00000-42|00000xff|42000000|000000ab", "7|abc"]);
});

test("row 5.73: conversions take their types only", async () => {
  expect(await refused('"%d"', '"hello"')).toBe("unsupported format specifier for type 'string[6]': d");
  expect(await refused('"%r"', "1")).toBe("unsupported format specifier for type 'int8': r");
  expect(await refused('"%p"', "(1, 2)")).toBe("unsupported format specifier for type '(int8,int8)': p");
  const { stdout } = await runScript('begin { @c = count(); @a = avg(-4); printf("%d %d %s\\n", @c, @a, @a); clear(@c); clear(@a); }');
  expect(stdout.trim()).toBe("1 -4 -4");
});

test("row 5.74: a conversion that fails at run time says so in its place", async () => {
  expect(await formatted('"[%gr]", true')).toEqual(["[!{invalid GFP flags conversion: true}]"]);
});
