/** Pointers: what they print, how they move, what they lead to (rows 2.55, 3.32 to 3.36, 5.46, 10.18). */
import { describe, expect, test } from "vitest";
import { compileToHir } from "../../lang/passes.ts";
import { printHir } from "../../lang/hir/print.ts";
import { printIr } from "../../lang/ir/print.ts";
import { compile } from "../support/run-script.ts";
import { complaints, printed, prints } from "../support/printed.ts";
import { recordingOf } from "../support/written-events.ts";

test.each<[string, string, readonly string[]]>([
  [
    "row 3.32: lower-case hex without padding",
    "$p = (int8 *)0xABCDEF; print($p); print((int8 *)0); print(sizeof($p));",
    ["0xabcdef", "0x0", "8"],
  ],
  ["row 3.32: conversions", '$p = (int32 *)255; printf("%p %x %d %s\\n", $p, $p, $p, $p);', ["0xff ff 255 0xff"]],
  ["row 3.33: steps of the pointee's size", "$p = (int32 *)16; print($p + 2); print(2 + $p); print($p - 1);", ["0x18", "0x18", "0xc"]],
  ["row 3.33: a void pointer moves by bytes", "$p = (void *)16; print($p + 1);", ["0x11"]],
  [
    "row 3.33: += and ++",
    "$p = (int16 *)0; $p++; print($p); print(++$p); print($p--); print($p); $p += 3; print($p); $p -= 1; print($p);",
    ["0x2", "0x4", "0x4", "0x2", "0x8", "0x6"],
  ],
  ["row 3.33: in maps", "@p = (int64 *)8; @p++; @k[1] = (int64 *)8; @k[1]--;", ["@k[1]: 0x0", "@p: 0x10"]],
  ["row 3.33: pointers to pointers", "$p = (int8 **)0; print($p + 1); print(sizeof(*$p));", ["0x8", "8"]],
  [
    "row 3.34: comparison is unsigned",
    "$p = (int8 *)-1; $q = (int8 *)1; print($p > $q); print($p == $p); print($q == 1); print($q != 0); print(5 > $q);",
    ["true", "true", "true", "true", "true"],
  ],
  [
    "row 3.34: truth",
    "$p = (int8 *)0; $q = (int8 *)1; print(!$p); print($p && $q); print($p || $q); print((bool)$q);",
    ["true", "false", "true", "true"],
  ],
  ["row 2.55: where a variable is", "$x = 5; $p = &$x; print(*$p); $x = 7; print(*$p);", ["5", "7"]],
  ["row 2.55: with the type of the variable", "$x = (int32)-1; $p = &$x; print(sizeof(*$p)); $q = &$p; print(**$q);", ["4", "-1"]],
  ["row 2.55: of strings and tuples", '$s = "hello"; $p = &$s; print(*$p); $t = (1, "x"); $q = &$t; print((*$q).1);', ["hello", "x"]],
  ["row 2.55: a variable that a loop changes", "$x = 0; $p = &$x; for ($i : 0..3) { $x += 2; print(*$p); }", ["2", "4", "6"]],
  ["row 2.55: a variable of a loop's body", "for ($i : 0..3) { $y = (int16)$i; $p = &$y; print(*$p); }", ["0", "1", "2"]],
  ["row 2.55: where the value of a map is", "@x = 5; $p = &@x; print(*$p); @x = 6; print(*$p); print(*&@x);", ["5", "6", "6", "@x: 6"]],
  ["row 2.55: of a map without a value", "print(&@x); @x = 1;", ["0x0", "@x: 1"]],
  [
    "row 3.35: behind a variable",
    "$v = (uint64)0x1122334455667788; $p = (uint16 *)&$v; print(*$p); print(*($p + 1)); print($p[3]);",
    ["30600", "21862", "4386"],
  ],
  ["row 3.35: an integer leads to a uint64", "$v = (uint64)7; $a = (uint64)&$v; print(*$a); print(sizeof(*$a));", ["7", "8"]],
  [
    "row 3.35: in conditions and arithmetic",
    "$v = (int32)-3; $p = &$v; print(*$p < 0); print(*$p * 2); print(*$p == -3 ? 1 : 2);",
    ["true", "-6", "1"],
  ],
  [
    "row 3.35: as keys and values",
    "$v = (int32)-3; $p = &$v; @[*$p] = *$p; @c[*$p] = count(); @s = sum(*$p);",
    ["@[-3]: -3", "@c[-3]: 1", "@s: -3"],
  ],
])("%s", async (_, statements, expected) => {
  expect((await prints(statements)).filter((line) => expected.includes(line) || !line.startsWith("@p"))).toEqual(
    expected.length > 0 ? expected : [],
  );
});

test.each<[string, string, readonly string[]]>([
  [
    "row 3.33: difference of pointers",
    "$p = (int16 *)16; print($p - $p);",
    ["ERROR: The - operator can not be used on expressions of types int16 *, int16 *"],
  ],
  [
    "row 3.33: a pointer from a number",
    "$p = (int16 *)16; print(1 - $p);",
    ["ERROR: The - operator can not be used on expressions of types int8, int16 *"],
  ],
  [
    "row 3.33: other operators",
    "$p = (int16 *)16; print($p * 2); print($p & 1); print(-$p);",
    [
      "ERROR: The * operator can not be used on expressions of types int16 *, int8",
      "ERROR: The & operator can not be used on expressions of types int16 *, int8",
      "ERROR: The - operator can not be used on expressions of type 'int16 *'",
    ],
  ],
  [
    "row 3.34: other pointees",
    "$p = (int16 *)1; $q = (int32 *)1; print($p == $q);",
    ["WARNING: comparison of distinct pointer types: int16, int32", "WARNING: left (int16)", "WARNING: right (int32)"],
  ],
  [
    "row 3.34: with a string",
    '$p = (int16 *)1; print($p == "a");',
    ["ERROR: The == operator can not be used on expressions of types int16 *, string[2]"],
  ],
  ["row 2.55: of anything else", "print(&5);", ["ERROR: syntax: address-of operator (&) can only be used on a map or variable"]],
  ["row 2.55: of a keyed map", "@x[1] = 1; print(&@x);", ["ERROR: @x has no single value whose address could be taken"]],
  ["row 3.35: of a void pointer", "$p = (void *)1; print(*$p);", ["ERROR: Can not dereference a pointer to 'void'"]],
  ["row 3.35: of what is none", '$s = "a"; print(*$s);', ["ERROR: Can not dereference type 'string[2]'. It is not a pointer."]],
  ["row 3.36: mixed address spaces", "$k = (int8 *)kptr(1); $u = (int8 *)uptr(1); print($k == $u);", ["WARNING: Addrspace mismatch"]],
  ["row 5.46: of what is no address", 'print(kptr("a"));', ["ERROR: kptr() only supports integer or pointer arguments (string provided)"]],
])("%s", async (_, statements, expected) => {
  expect(await complaints(`begin { ${statements} }`)).toEqual(expected);
});

describe("row 3.36: which memory is read", () => {
  /** Names of the helpers that read memory, in the program of an event. */
  async function reads(statements: string, event = "app:work"): Promise<string[]> {
    const recording = await recordingOf([{ ns: 1, event: "app:work", pid: 1 }]);
    const { ir } = compile(`tracepoint:${event} { ${statements} }`, { recording });
    return [...printIr(ir!).matchAll(/probe_read_(kernel|user)(?:_str)?/g)].map(([name]) => name);
  }
  test.each([
    ["of a tracepoint the kernel's", "print(*(int32 *)args.addr);", ["probe_read_kernel"]],
    ["row 5.46: uptr()", "print(*(int32 *)uptr(args.addr));", ["probe_read_user"]],
    ["row 5.46: kptr()", "print(*(int32 *)kptr(args.addr));", ["probe_read_kernel"]],
    ["row 5.46: uptr() of a pointer", "$p = (int32 *)args.addr; print(*uptr($p));", ["probe_read_user"]],
    ["row 5.46: an integer itself", "print(*uptr(args.addr));", ["probe_read_user"]],
    ["strings", "print(str(uptr(args.addr)));", ["probe_read_user_str"]],
    ["through a variable", "$p = (int32 *)uptr(args.addr); $q = $p + 1; print(*$q);", ["probe_read_user"]],
    ["pointers found in user memory", "$p = (int32 **)uptr(args.addr); print(**$p);", ["probe_read_user", "probe_read_user"]],
  ])("%s", async (_, statements, expected) => {
    expect(await reads(statements)).toEqual(expected);
  });
  test("of system calls the caller's", () => {
    const { program } = compileToHir(
      { name: "stdin", text: "tracepoint:syscalls:sys_enter_execve { print(*(int8 *)args.filename); print(*(int8 *)5); }" },
      {
        params: [],
        namedParams: new Map(),
        config: new Map(),
        catalogue: {
          byteOrder: "little",
          longBytes: 8,
          ncpus: 1,
          tracepoints: [
            {
              category: "syscalls",
              name: "sys_enter_execve",
              id: 1,
              fields: [
                {
                  name: "filename",
                  type: { kind: "pointer", to: { kind: "int", sizeBytes: 1, signed: true }, space: "user" },
                  decl: "const char * filename",
                  offset: 16,
                  sizeBytes: 8,
                  loc: "inline",
                },
              ],
            },
          ],
        },
      },
    );
    const spaces = JSON.stringify(program, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value)).match(
      /"space":"\w+"/g,
    );
    expect(new Set(spaces)).toEqual(new Set(['"space":"user"']));
    expect(printHir(program!)).toContain("*(");
  });
});

describe("row 10.18: a read that fails", () => {
  const script = "struct s { int a; char n[4]; }; t:app:work { $p = (struct s *)args.addr; print($p->a); print(*$p); print($p->n); }";
  const recorded = () => recordingOf([{ ns: 1, event: "app:work", pid: 1, fields: { addr: 0xffff888000001000n } }]);
  test("row 3.35: gives zeroes, without a word", async () => {
    expect(await printed(script, { recording: await recorded() })).toEqual(["0", "{ .a = 0, .n =  }"]);
  });
  test("row 10.18: and with -k a warning", async () => {
    const recording = await recorded();
    expect(await complaints(script, { recording, keepWarnings: true })).toEqual(Array.from({ length: 3 }, () => "WARNING: Bad address"));
  });
  test("row 9.18: in JSON", async () => {
    const lines = await printed("t:app:work { print(*(int32 *)args.addr); }", {
      recording: await recorded(),
      keepWarnings: true,
      format: "json",
    });
    expect(lines.filter((line) => line.includes("helper_error"))).toEqual([
      '{"type": "helper_error", "msg": "Bad address", "helper": "probe_read_kernel", "retcode": -14, "filename": "stdin", "line": 1, "col": 20}',
    ]);
  });
});

test("row 3.48: a map without the key gives zeroes, and with -k a warning", async () => {
  const text = 'begin { print(@x[1]); @x[2] = 5; print(@y["a"]); @y["b"] = "c"; clear(@x); clear(@y); }';
  expect((await printed(text)).slice(0, 1)).toEqual(["0"]);
  const warning = "WARNING: Can't lookup map element because it does not exist.";
  expect(await complaints(text, { keepWarnings: true })).toEqual([warning, warning]);
});
