/** Functions: section 5 of the language's table, but for printf's conversions and the functions on types. */
import { expect, test } from "vitest";
import type { Host } from "../../src/output/host.ts";
import { runScript, type RunOptions } from "../support/run-script.ts";
import { recordingOf } from "../support/written-events.ts";

const ATTACHED = "Attached 1 probe\n";

/** Lines that the body of begin prints. */
async function lines(body: string, options: RunOptions = {}): Promise<string[]> {
  const { stdout, stderr } = await runScript(`begin { ${body} }`, options);
  expect(stderr).toBe(ATTACHED);
  return stdout.slice(0, -2).split("\n").slice(0, -1);
}

/** What `print` says of each expression. */
const printed = (...expressions: readonly string[]): Promise<string[]> => lines(expressions.map((each) => `print(${each});`).join(" "));

/** Errors and warnings of a script, without their places. */
async function said(body: string, options: RunOptions = {}): Promise<string[]> {
  const { stderr } = await runScript(/^\w+(:\S+)? *\{/.test(body) ? body : `begin { ${body} }`, options);
  return [...stderr.matchAll(/(?:ERROR|WARNING): (.*)/g)].map(([, message]) => message!);
}

test("row 5.01: printf counts its arguments", async () => {
  expect(await lines('printf("%d %s\\n", 1, "a");')).toEqual(["1 a"]);
  expect(await said('printf("%d %d", 1);')).toEqual(["not enough arguments for format string (1 supplied, 2 expected)"]);
  expect(await said('printf("%d", 1, 2);')).toEqual(["too many arguments for format string (2 supplied, 1 expected)"]);
  expect(await said('$f = "%d"; printf($f, 1);')).toEqual(["printf() expects a string literal (string provided)"]);
  const most = Array.from({ length: 127 }, (_, i) => i);
  expect(await lines(`printf("${"%d ".repeat(127)}\\n", ${most.join(", ")});`)).toEqual([`${most.join(" ")} `]);
  expect(await said(`printf("${"%d ".repeat(128)}", ${[...most, 1].join(", ")});`)).toEqual([
    "printf() takes up to 128 arguments (129 provided)",
  ]);
});

test("rows 5.02, 5.03: errorf and warnf name their place on the standard error", async () => {
  const { stdout, stderr } = await runScript('begin { errorf("bad %d", 7);\n  warnf("odd %s", "x"); }');
  expect(stdout).toBe("\n\n");
  expect(stderr).toBe(`${ATTACHED}stdin:1:9-28: ERROR: bad 7\nstdin:2:3-23: WARNING: odd x\n`);
});

test("row 5.04: debugf warns, and writes to the standard error for want of a trace pipe", async () => {
  const { stdout, stderr } = await runScript('begin { debugf("%d %s %x\\n", 1, "a", 255); }');
  expect(stdout).toBe("\n\n");
  expect(stderr).toContain("WARNING: The debugf() builtin is not recommended for production use.");
  expect(stderr.endsWith("1 a ff\n")).toBe(true);
  expect(await said('debugf("%d%d%d%d", 1, 2, 3, 4);')).toContain("cannot use more than 3 conversion specifiers");
  expect(await said('debugf("%c", 1);')).toContain("debugf() takes only %d, %u, %x, %p and %s, not %c");
});

test("row 5.08: print of a value", async () => {
  expect(await printed("1", '"text"', "(1, (2, 3))", "true", "-5")).toEqual(["1", "text", "(1, (2, 3))", "true", "-5"]);
});

test("row 5.09: top keeps the last entries of the order, div divides what is printed", async () => {
  const values = '@a["x"] = 10; @a["y"] = 25; @a["z"] = 31; @a["w"] = 4;';
  const end = "clear(@a);";
  expect(await lines(`${values} print(@a, 2); ${end}`)).toEqual(["@a[y]: 25", "@a[z]: 31"]);
  expect(await lines(`${values} print(@a, 2, 10); ${end}`)).toEqual(["@a[y]: 2", "@a[z]: 3"]);
  expect(await lines(`${values} print(@a, 0, 0); ${end}`)).toHaveLength(4);
  expect(await lines(`${values} print(@a, 9); ${end}`)).toHaveLength(4);
  // Of 8 bits, so that 256 does not fit them.
  expect(await lines(`${values} print(@a, 1, 256); ${end}`)).toEqual(["@a[z]: 0"]);
  expect(await lines('@a[1] = (-7, "s", (20, 3)); print(@a, 0, 3); clear(@a);')).toEqual(["@a[1]: (-2, s, (6, 1))"]);
  expect(await lines("@a = avg(-7); @s = stats(20); @s = stats(31); print(@a, 0, 3); print(@s, 0, 10); clear(@a); clear(@s);")).toEqual([
    "@a: -2",
    "@s: { .count = 2, .average = 2, .total = 51 }",
  ]);
  expect(await said("@ = 1; $x = 1; print(@, $x);")).toEqual(["print() expects a integer literal (integer provided)"]);
  expect(await said("print(1, 2);")).toEqual(["Non-map print() only takes 1 argument, 2 found"]);
});

test("row 5.10: print of an element prints its value alone, as a copy", async () => {
  expect(await lines('@a["k"] = 7; print(@a["k"]); @a["k"] = 8; @c[1] = count(); print(@c[1]); clear(@a); clear(@c);')).toEqual(["7", "1"]);
  expect(await said("@h[1] = hist(1); print(@h[1]);")).toEqual([
    "Map type hist_t cannot print the value of individual keys. You must print the whole map.",
  ]);
});

test("row 5.11: print of an unset scalar map prints its type's zero", async () => {
  const unset =
    'if (pid == 0) { @i = 1; @c = count(); @s = stats(1); @a = avg(1); @t = (1, ("x", 2)); @m = max(1); @n = "abc"; @h = hist(1); @l = lhist(1, 0, 10, 1); @k[1] = 1; }';
  expect(
    await lines(`${unset} print(@i); print(@c); print(@s); print(@a); print(@t); print(@m); print(@n); print(@h); print(@l); print(@k);`),
  ).toEqual(["@i: 0", "@c: 0", "@s: { .count = 0, .average = 0, .total = 0 }", "@a: 0", "@t: (0, (, 0))", "@m: 0", "@n: "]);
});

test("row 5.12: print of a map in a loop is warned about", async () => {
  expect((await said("@ = 1; for ($i : 0..2) { print(@); }"))[0]).toMatch(/^Due to it's asynchronous nature using 'print\(\)' in a loop/);
});

test("row 5.13: clear removes all keys; row 5.14: zero keeps them", async () => {
  const fill = '@i[1] = 5; @c[1] = count(); @s[1] = stats(3); @t[1] = "abc"; @h[1] = hist(3);';
  const print = "print(@i); print(@c); print(@s); print(@t); print(@h);";
  const each = (name: string): string => ["i", "c", "s", "t", "h"].map((map) => `${name}(@${map});`).join(" ");
  expect(await lines(`${fill} ${each("clear")} ${print}`)).toEqual([]);
  expect(await lines(`${fill} ${each("zero")} ${print} ${each("clear")}`)).toEqual([
    "@i[1]: 0",
    "@c[1]: 0",
    "@s[1]: { .count = 0, .average = 0, .total = 0 }",
    "@t[1]: ",
    "@h[1]:",
    "",
  ]);
  expect(await said("clear(1);")).toEqual(["clear() expects a map argument"]);
});

test("row 5.15: delete in all its forms", async () => {
  expect(
    await lines(
      "@a[1] = 1; @b = 2; @c[1, 2] = 3; print((delete(@a, 1), delete(@a, 1), delete(@b), delete(@c[1, 2]), delete(@c, (1, 2)))); ",
    ),
  ).toEqual(["(true, false, true, true, false)"]);
  expect((await said("@a[1] = 1; delete(@a, 2);"))[0]).toBe("Can't delete map element because it does not exist.");
  expect(await said("@a[1] = 1; $x = delete(@a, 2); print($x);")).toEqual([]);
});

test("row 5.16: has_key; row 5.18: len", async () => {
  expect(await lines('@a["x", 1] = 1; print((has_key(@a, ("x", 1)), has_key(@a, ("x", 2)), len(@a))); clear(@a);')).toEqual([
    "(true, false, 1)",
  ]);
  expect(await said("@a = 1; print(has_key(@a, 1));")).toEqual(["call to has_key() expects a map with explicit keys (non-scalar map)"]);
  expect(await said("@a = 1; print(len(@a));")).toEqual(["call to len() expects a map with explicit keys (non-scalar map)"]);
});

test("row 5.17: find sets the variable if the key is there", async () => {
  expect(await lines('@a["x"] = 7; $v = 0; print((find(@a, "x", $v), $v)); print((find(@a, "y", $v), $v)); clear(@a);')).toEqual([
    "(true, 7)",
    "(false, 7)",
  ]);
});

test("row 5.21: exit ends the run with its code in 8 bits", async () => {
  for (const [code, status] of [
    ["", 0],
    ["7", 7],
    ["300", 44],
    ["-1", 255],
  ] as const) {
    const { stdout, exitCode } = await runScript(`begin { printf("a\\n"); exit(${code}); printf("b\\n"); } end { printf("end\\n"); }`);
    expect([stdout, exitCode]).toEqual(["a\nend\n\n\n", status]);
  }
  expect(await said("for ($i : 0..2) { exit(); }")).toEqual(["exit() is not allowed inside a for loop"]);
});

test("row 5.22: time by a format; row 10.27: at most 63 bytes", async () => {
  expect(await lines('time(); time("%H|%M|%S %Y\\n");')).toEqual(["00:00:01", "00|00|01 1970"]);
  expect(await said('time("");')).toEqual(["strftime returned zero"]);
  expect(await said(`time("${"x".repeat(64)}");`)).toEqual(["strftime returned zero"]);
  expect(await lines(`time("${"x".repeat(62)}\\n");`)).toEqual(["x".repeat(62)]);
});

test("row 5.23: strftime with fractions of a second", async () => {
  expect(await printed('strftime("%H:%M:%S.%f", 3661000123456)', 'strftime("%k|%l", 1000123456789)', 'strftime("%S", 999999999)')).toEqual([
    "01:01:01.000123",
    "123456789|123",
    "(?)",
  ]);
  expect(await said('print(strftime("%S", -1));')).toEqual(["strftime() does not accept negative timestamps"]);
});

const host: Host = {
  readFile: (path) => (path === "/etc/motd-7" ? { content: "hello\n" } : { error: "No such file or directory" }),
  run: (command) => `ran ${command}\n`,
};

test("row 5.24: system needs --unsafe; its output gets one more newline", async () => {
  const { stderr } = await runScript('begin { system("ls"); }');
  expect(stderr).toContain("ERROR: system() is an unsafe function being used in safe mode\n");
  const { stdout } = await runScript('begin { system("echo %d", 5); printf("after\\n"); }', { host, unsafe: true });
  expect(stdout).toBe("ran echo 5\n\nafter\n\n\n");
});

test("row 5.25: cat prints a file, or says why not", async () => {
  const { stdout, stderr } = await runScript('begin { cat("/etc/%s-%d", "motd", 7); cat("/nowhere"); }', { host });
  expect(stdout).toBe("hello\n\n\n");
  expect(stderr).toBe(`${ATTACHED}ERROR: failed to open file '/nowhere' (No such file or directory)\n`);
});

test("rows 5.26, 10.25: join reads at most 16 strings, none of which this recording has", async () => {
  const recording = await recordingOf([{ ns: 1, event: "app:work", pid: 1, fields: { addr: 0x7fff0000n } }]);
  const { stdout } = await runScript('tracepoint:app:work { join(args.addr); join(args.addr, ","); }', { recording });
  expect(stdout).toBe("\n\n\n\n");
  expect(await said('join("abc");')).toEqual(["join() only supports int or pointer arguments (string provided)"]);
});

test("row 5.27: str of literals, numbers, strings and recorded memory", async () => {
  expect(await printed('str("hello")', 'str("hello", 3)', "str(12)", "sizeof(str((uint64)0))", 'sizeof(str("abcdef", 3))')).toEqual([
    "hello",
    "hel",
    "12",
    "1024",
    "4",
  ]);
  // The NUL counts when memory is read.
  expect(await lines('$s = "hello"; $n = 3; print(str($s, 3)); print(str($s, $n)); print(str($s, 20));')).toEqual(["he", "he", "hello"]);
  const recording = await recordingOf([{ ns: 1, event: "app:work", pid: 1, fields: { path: "/usr/bin/env" } }]);
  const { stdout } = await runScript(
    "tracepoint:app:work { print(str(args.path)); print(str(args.path, 5)); $n = 9; print(str(args.path, $n)); print(sizeof(str(args.path, 5))); }",
    { recording },
  );
  expect(stdout.trim().split("\n")).toEqual(["/usr/bin/env", "/usr", "/usr/bin", "6"]);
  expect(await said('$s = "a"; print(str($s, 5000));')).toEqual([
    "length param (5000) is too long and will be shortened to 1024 bytes (see BPFTRACE_MAX_STRLEN)",
  ]);
  expect(await said("print(str((1, 2)));")).toEqual([
    "str() expects a string, integer or a pointer type as first argument ((int8,int8) provided)",
  ]);
});

test("row 5.29: strlen and strcap", async () => {
  expect(await lines('$s = "hello"; print((strlen($s), strlen(""), strcap($s), strlen(comm), strcap(comm)));')).toEqual([
    "(5, 0, 6, 9, 16)",
  ]);
});

test("row 5.30: strncmp is 0 or 1, up to a count or a NUL", async () => {
  expect(
    await printed('strncmp("abcd", "abce", 3)', 'strncmp("abcd", "abce", 4)', 'strncmp("ab", "ab", 9)', 'strncmp("b", "a", 0)'),
  ).toEqual(["0", "1", "0", "0"]);
  expect(await said('$n = 1; print(strncmp("a", "b", $n));')).toEqual(["Builtin strncmp requires a non-negative literal"]);
});

test("row 5.31: strstr and strcontains", async () => {
  const needles = ["ell", "hello", "o", "", "xyz", "hello!", "l"];
  const body = `$h = "hello"; ${needles.map((needle) => `print((strstr($h, "${needle}"), strcontains($h, "${needle}")));`).join(" ")}`;
  expect(await lines(body)).toEqual(needles.map((needle) => `(${"hello".indexOf(needle)}, ${"hello".includes(needle)})`));
  // Nothing is found behind a NUL, in either.
  expect(await printed('strstr("ab\\000cd", "cd")', 'strstr("abcd", "c\\000x")', 'strstr("", "a")', 'strstr("", "")')).toEqual([
    "-1",
    "2",
    "-1",
    "0",
  ]);
  expect(await lines('for ($i : 0..2) { $c = comm; print(strstr($c, "sight")); print(strcontains(comm, "z")); }')).toEqual([
    "4",
    "false",
    "4",
    "false",
  ]);
  expect(await said('print(strstr(1, "a"));')).toEqual(["strstr() only supports string arguments (integer provided)"]);
});

test("row 5.32: str_concat gives a string of 1024 bytes", async () => {
  expect(
    await printed(
      'str_concat("foo", "bar")',
      'str_concat("", comm)',
      'str_concat(str_concat("a", "b"), "c")',
      'sizeof(str_concat("a", "b"))',
    ),
  ).toEqual(["foobar", "hindsight", "abc", "1024"]);
  const long = "x".repeat(1000);
  expect(
    await lines(
      `@a[str_concat("k", "ey")] = 1; print(@a["key"]); $l = "${long}"; print(strlen(str_concat($l, "0123456789"))); print(str_concat($l, $l)); clear(@a);`,
    ),
  ).toEqual(["1", "1010", `${"x".repeat(1024)}..`]);
});

test("row 5.33: memcmp gives the order of the first bytes that differ", async () => {
  expect(
    await printed(
      'memcmp("abc", "abd", 3)',
      'memcmp("abd", "abc", 3)',
      'memcmp("abc", "abd", 2)',
      "memcmp(1, 2, 1)",
      'memcmp("\\xff", "a", 1)',
    ),
  ).toEqual(["-1", "1", "0", "-1", "158"]);
  expect(await lines('$n = 2; $a = "xyz"; print(memcmp($a, "xyy", $n)); $n = 3; print(memcmp($a, "xyy", $n));')).toEqual(["0", "1"]);
  expect(await said('print(memcmp("a", "b", 9));')).toEqual(["memcmp() cannot compare 9 bytes: the shorter value has 2"]);
  expect(await said('print(memcmp("a", true, 1));')).toEqual([
    "memcmp() only supports strings, integers and arrays of bytes (bool provided)",
  ]);
});

test("row 5.34: strerror ignores the sign", async () => {
  expect(await printed("strerror(2)", "strerror(-2)", "strerror(0)", "strerror(133)", "strerror(41)", "strerror(5000)")).toEqual([
    "No such file or directory",
    "No such file or directory",
    "Success",
    "Memory page has hardware error",
    "Unknown error",
    "Unknown error",
  ]);
  const recording = await recordingOf([{ ns: 1, event: "app:work", pid: 1, fields: { ret: -13 } }]);
  const { stdout } = await runScript('tracepoint:app:work { @[strerror(args.ret)] = count(); printf("%-20s|\\n", strerror(args.ret)); }', {
    recording,
  });
  expect(stdout).toBe("Permission denied   |\n\n\n@[Permission denied]: 1\n");
});

test("row 5.35: signal_name", async () => {
  expect(await printed(...[2, 9, 0, 32, 34, 64, 65, -1].map((signal) => `signal_name(${signal})`))).toEqual([
    "Interrupt",
    "Killed",
    "Unknown signal 0",
    "Unknown signal 32",
    "Real-time signal 0",
    "Real-time signal 30",
    "N/A",
    "N/A",
  ]);
});

test("row 5.36: syscall_name by the recorded machine", async () => {
  expect(await printed("syscall_name(0)", "syscall_name(257)", "syscall_name(335)", "syscall_name(400)", "syscall_name(-1)")).toEqual([
    "read",
    "openat",
    "uretprobe",
    "unknown system call",
    "unknown system call",
  ]);
  const recording = await recordingOf([], { uname: "Linux board 6.6.0 #1 SMP aarch64" });
  expect(await lines("print((syscall_name(63), syscall_name(56), syscall_name(435)));", { recording })).toEqual(["(read, openat, clone3)"]);
});

test("row 5.37: ntop of numbers and bytes, with and without a family", async () => {
  expect(
    await printed("ntop(0x0100007f)", "ntop(2, 0x0100007f)", 'ntop(pton("::ffff:1.2.3.4"))', 'ntop(10, pton("fe80::1"))', "ntop(7, 1)"),
  ).toEqual(["127.0.0.1", "127.0.0.1", "::ffff:1.2.3.4", "fe80::1", ""]);
  const recording = await recordingOf([
    { ns: 1, event: "app:work", pid: 2, fields: { ip: 0x0100a8c0, ip6: [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] } },
  ]);
  const { stdout } = await runScript(
    "tracepoint:app:work { print((ntop(args.ip), ntop(args.ip6), ntop(pid * 5, args.ip6))); @[ntop(args.ip)] = count(); }",
    { recording },
  );
  expect(stdout.trim().split("\n")).toEqual(["(192.168.0.1, 2001:db8::1, 2001:db8::1)", "", "", "@[192.168.0.1]: 1"]);
  expect(await said('print(ntop("abc"));')).toEqual([]);
  expect(await said('print(ntop("abcd"));')).toEqual(["ntop() argument must be 4 or 16 bytes in size"]);
  expect(await said("print(ntop(true));")).toEqual(["ntop() expects an integer or array argument, got bool"]);
});

test("row 5.38: pton of a literal", async () => {
  expect(await printed('pton("127.0.0.1")', 'pton("::1")', 'pton("1:2::3")', 'pton("64:ff9b::1.2.3.4")')).toEqual([
    "[127,0,0,1]",
    "[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1]",
    "[0,1,0,2,0,0,0,0,0,0,0,0,0,0,0,3]",
    "[0,100,255,155,0,0,0,0,0,0,0,0,1,2,3,4]",
  ]);
  for (const text of ["1.2.3", "1.2.3.256", "01.2.3.4", "1:2", ":::", "1::2::3", "g::", "1:2:3:4:5:6:7::8", "1.2.3.4::"])
    expect(await said(`print(pton("${text}"));`)).toEqual([`pton() expects a valid IPv4/IPv6 address, got ${text}`]);
  expect(await lines('$a = pton("1.2.3.4"); if ($a == pton("1.2.3.4")) { print($a[3]); }')).toEqual(["4"]);
});

test("row 5.39: macaddr in upper case", async () => {
  const recording = await recordingOf([{ ns: 1, event: "app:work", pid: 1, fields: { mac: [5, 4, 3, 2, 0xab, 0xcd] } }]);
  const { stdout } = await runScript(
    'tracepoint:app:work { print(macaddr(args.mac)); printf("%20s|", macaddr(args.mac)); @[macaddr(args.mac)] = 1; }',
    { recording },
  );
  expect(stdout).toBe("05:04:03:02:AB:CD\n   05:04:03:02:AB:CD|\n\n@[05:04:03:02:AB:CD]: 1\n");
  expect(await said('print(macaddr(pton("1.2.3.4")));')).toEqual(["macaddr() argument must be at least 6 bytes in size, got 4"]);
});

test("row 5.40: bswap keeps the width", async () => {
  expect(
    await printed(
      "bswap(0x12)",
      "bswap(0x1234)",
      "bswap(bswap(0x1234))",
      "bswap(0x12345678)",
      "bswap((uint64)1)",
      "sizeof(bswap((uint16)1))",
    ),
  ).toEqual([String(0x12), String(0x3412), String(0x1234), String(0x78563412), String(1n << 56n), "2"]);
  expect(
    await lines(
      "$a = (uint8)0x12; $b = (int16)0x1234; $c = (uint32)1; $d = (uint64)0x0102030405060708; print((bswap($a), bswap($b), bswap($c), bswap($d)));",
    ),
  ).toEqual([`(18, 13330, 16777216, 578437695752307201)`]);
  const recording = await recordingOf([{ ns: 1, event: "app:work", pid: 1, fields: { port: 0x5000 } }]);
  expect((await runScript("tracepoint:app:work { print(bswap(args.port)); }", { recording })).stdout.trim()).toBe("80");
  expect(await said('print(bswap("x"));')).toEqual(["bswap() only supports integer arguments (string provided)"]);
});

const KALLSYMS = [
  "0000000000000000 A fixed_percpu_data",
  "ffffffff81000000 t _stext",
  "ffffffff81000000 T _text",
  "ffffffff81001000 t do_work",
  "ffffffff81001000 W weak_work",
  "ffffffff81002000 D jiffies",
  "ffffffff81003000 T last_one",
  "ffffffffc0000000 t helper\t[module]",
  "",
].join("\n");

test("row 5.41: kaddr when the script is compiled", async () => {
  const recording = await recordingOf([], { kallsyms: KALLSYMS });
  expect(await lines('printf("%lx %lx\\n", kaddr("jiffies"), kaddr("do_work"));', { recording })).toEqual([
    "ffffffff81002000 ffffffff81001000",
  ]);
  expect(await said('print(kaddr("nothing"));', { recording })).toEqual(["Failed to resolve kernel symbol: nothing"]);
  const { stderr } = await runScript('begin { print(kaddr("jiffies")); }');
  expect(stderr).toContain("HINT: there are no kernel symbols");
  expect(await said('$n = "x"; print(kaddr($n));')).toEqual(["kaddr() expects a string literal (string provided)"]);
});

test("row 5.44: ksym is the name without an offset, or the address; usym likewise", async () => {
  const addresses = [
    0xffffffff81001000n,
    0xffffffff81002fffn,
    0xffffffff81000000n,
    0xffffffff80000000n,
    0xffffffffc0000010n,
    0xffffffffd0000000n,
    1n,
  ];
  const recording = await recordingOf(
    addresses.map((addr, i) => ({ ns: i + 1, event: "app:work" as const, pid: 1, fields: { addr } })),
    { kallsyms: KALLSYMS },
  );
  const { stdout } = await runScript("tracepoint:app:work { print(ksym(args.addr)); @[ksym(args.addr)] = count(); }", { recording });
  const names = ["do_work", "do_work", "_text", "0xffffffff80000000", "helper", "0xffffffffd0000000", "0x1"];
  const [printedNames, maps] = stdout.split("\n\n\n");
  expect(printedNames!.split("\n")).toEqual(names);
  expect(maps).toContain("@[_text]: 1\n");
  expect(await printed("ksym(0)", "ksym(1)", "usym(0)", "usym(1)", "(ksym(5), 1)")).toEqual(["0x0", "0x1", "0x0", "0x1", "(0x5, 1)"]);
  expect(await said('print(ksym("x"));')).toEqual(["ksym() expects an integer or pointer argument (string provided)"]);
});

test("row 5.42: uaddr; row 5.45: reg; row 5.49: path, each for other probes", async () => {
  expect(await said('print(uaddr("x"));')).toEqual(['uaddr can not be used with "begin" probes']);
  expect(await said('print(reg("ip"));')).toEqual(['reg can not be used with "begin" probes']);
  expect(await said('print(reg("xyz"));')).toEqual(["'xyz' is not a valid register on this architecture (x86_64)"]);
  const arm = await recordingOf([], { uname: "Linux board aarch64" });
  expect(await said('print(reg("ip"));', { recording: arm })).toEqual(["'ip' is not a valid register on this architecture (arm64)"]);
  expect(await said("print(path(1));")).toEqual(["The path function can only be used with 'fentry', 'fexit', 'iter' probes"]);
});

test.each([
  ["5.43", 'percpu_kaddr("x")', "the recording holds neither the per-CPU memory of the kernel nor its addresses"],
  ["5.47", 'cgroupid("/sys/fs/cgroup")', "the recording does not hold the ids of cgroups"],
  ["5.48", "cgroup_path(1)", "the recording does not hold the paths of cgroups"],
  ["5.52", 'skboutput("x.pcap", 1, 2, 3)', "events do not hold the contents of packets"],
  ["5.53", "socket_cookie(1)", "the recording does not hold the cookies of sockets"],
  ["5.54", "unwatch(1)", "a recording has no watchpoint that could be removed"],
])("row %s: %s is refused with the reason", async (_row, call, why) => {
  expect(await said(`${call};`)).toEqual([`${call.slice(0, call.indexOf("("))}() is not possible: ${why}`]);
});

test.each([
  ["5.50", "signal(9)"],
  ["5.50", 'signal_thread("KILL")'],
  ["5.51", "override(1)"],
  ["5.51", 'write_user(1, "x")'],
])("row %s: %s is unsafe, and changes nothing that was recorded", async (_row, call) => {
  const name = call.slice(0, call.indexOf("("));
  expect(await said(`${call};`)).toEqual([`${name}() is an unsafe function being used in safe mode`]);
  expect(await said(`${call};`, { unsafe: true })).toEqual([
    `${name}() is not possible: what was recorded has happened and cannot be changed`,
  ]);
});

test("row 5.58: no kernel function exists for a recording", async () => {
  const { stdout, stderr } = await runScript(
    'begin { if comptime (kfunc_exist("bpf_strlen")) { print(1); } else { print(kfunc_allowed("x")); } }',
  );
  expect(stdout.trim()).toBe("false");
  expect(stderr).toContain("WARNING: kfunc_exist() is false: programs over a recording cannot call functions of a kernel\n");
  expect(await said('$x = "a"; print(kfunc_exist($x));')).toEqual(["kfunc_exist() expects a string literal (string provided)"]);
});
