import fc from "fast-check";
import { expect, test } from "vitest";
import { typeName } from "../../lang/types/type.ts";
import { fieldType } from "../../probes/field-type.ts";
import { parseEventFormat, type FormatField } from "../../probes/formats/event-format.ts";

const oneField = (line: string): FormatField | undefined =>
  parseEventFormat(`name: e\nID: 7\nformat:\n\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n${line}\n\nprint fmt: ""\n`)
    ?.fields[1];

test.each([
  ["\tfield:int x;\toffset:8;\tsize:4;\tsigned:1;", { name: "x", type: "int", length: null, signed: true, loc: "inline" }],
  ["\tfield:const char * filename;\toffset:24;\tsize:8;\tsigned:0;", { name: "filename", type: "const char *", length: null }],
  ["\tfield:const char *const * argv;\toffset:24;\tsize:8;\tsigned:0;", { name: "argv", type: "const char *const *" }],
  ["\tfield:void *p;\toffset:24;\tsize:8;\tsigned:0;", { name: "p", type: "void *" }],
  ["\tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:0;", { name: "comm", type: "char", length: 16 }],
  ["\tfield:char comm[TASK_COMM_LEN];\toffset:8;\tsize:16;\tsigned:1;", { name: "comm", type: "char", length: "symbol" }],
  ["\tfield:__data_loc char[] name;\toffset:12;\tsize:4;\tsigned:1;", { name: "name", type: "char", length: null, loc: "data_loc" }],
  ["\tfield:__data_loc cpumask_t cpumask;\toffset:12;\tsize:4;\tsigned:0;", { name: "cpumask", type: "cpumask_t", loc: "data_loc" }],
  ["\tfield:__rel_loc unsigned char[] buf;\toffset:12;\tsize:4;\tsigned:0;", { name: "buf", type: "unsigned char", loc: "rel_loc" }],
  ["\tfield special:char buf;\toffset:8;\tsize:0;\tsigned:1;", { name: "buf", type: "char", sizeBytes: 0 }],
  ["\tfield:u32 arr[];\toffset:81;\tsize:8;\tsigned:0;", { name: "arr", type: "u32", length: "symbol", offset: 81 }],
  ["\tfield:unsigned long args[];\toffset:24;\tsize:0;\tsigned:0;", { name: "args", length: "flexible" }],
  ["\tfield:u8 grid[2][3];\toffset:8;\tsize:6;\tsigned:0;", { name: "grid", type: "u8", length: "symbol" }],
  ["\tfield:int x;\toffset:8;\tsize:4;", { name: "x", signed: null }],
  ["\tfield:struct foo * f;\toffset:8;\tsize:8;\tsigned:0;", { name: "f", type: "struct foo *" }],
  ["\tfield:char __attribute__((user)) * p;\toffset:8;\tsize:8;\tsigned:0;", { name: "p", type: "char *" }],
  ['\tfield:void __attribute__((btf_type_tag("percpu"))) *ptr;\toffset:8;\tsize:8;\tsigned:0;', { name: "ptr", type: "void *" }],
] as const)("field line %j", (line, expected) => {
  expect(oneField(line)).toMatchObject(expected);
});

test.each([
  "\tfield:int x;\tsize:4;\tsigned:1;",
  "\tfield:int x;\toffset:8;\tsigned:1;",
  "\tfield:;\toffset:8;\tsize:4;\tsigned:1;",
  "\tfield:int;\toffset:8;\tsize:4;\tsigned:1;",
  "\tfield:int x;\toffset:70000;\tsize:4;\tsigned:1;",
  "\tfield:int x;\toffset:-8;\tsize:4;\tsigned:1;",
  "\tfield:char x];\toffset:8;\tsize:4;\tsigned:1;",
  "\tfield:__data_loc char[] name;\toffset:12;\tsize:8;\tsigned:1;",
])("%j is counted and left out", (line) => {
  const format = parseEventFormat(`name: e\nID: 7\nformat:\n${line}\n\tfield:int y;\toffset:8;\tsize:4;\tsigned:1;\n`);
  expect(format).toMatchObject({ badLines: 1, fields: [{ name: "y" }] });
});

test("the block before the empty line is common", () => {
  const format = parseEventFormat(
    "name: sys_enter_openat\nID: 782\nformat:\n\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n" +
      '\tfield:int dfd;\toffset:16;\tsize:8;\tsigned:0;\n\nprint fmt: "dfd: 0x%08lx", ((unsigned long)(REC->dfd))\n',
  );
  expect(format).toMatchObject({ name: "sys_enter_openat", id: 782, badLines: 0 });
  expect(format?.fields.map((f) => [f.name, f.common])).toEqual([
    ["common_type", true],
    ["dfd", false],
  ]);
  expect(format?.printFormat).toBe('"dfd: 0x%08lx", ((unsigned long)(REC->dfd))');
});

test.each(["", "name: x\n", "ID: 5\n", "name: x\nID: \n", "name: x\nID: 70000\n", "name: x\nID: -1\n"])("no name or no id: %j", (text) => {
  expect(parseEventFormat(text)).toBeNull();
});

test("any text parses or is refused, without throwing", () => {
  const piece = fc.constantFrom(
    "field:",
    "name:",
    "ID:",
    "format:",
    "\n",
    "\t",
    ";",
    "offset:",
    "size:",
    "4",
    "[",
    "]",
    "__attribute__",
    "((",
    "))",
    "__data_loc ",
    "x",
    " ",
    "*",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 }))), (pieces) => {
      const format = parseEventFormat(`name: e\nID: 1\nformat:\n${pieces.join("")}`);
      for (const f of format?.fields ?? []) {
        expect(f.name).toMatch(/^[A-Za-z_$][\w$.]*$/);
        fieldType(f, { userPointers: false, longBytes: 8, byteOrder: "little" });
      }
    }),
  );
});

/** What bpftrace 0.17 makes of the declarations of Linux 6.18, seen with `@ = (args->field, 1)` in -d. [declaration, size, signed, sys_enter] */
test.each([
  ["int x", 4, 1, false, "int32"],
  ["int x", 8, 0, true, "int64"],
  ["unsigned int x", 8, 0, true, "uint64"],
  ["unsigned x", 8, 0, true, "uint64"],
  ["u32 x", 8, 0, true, "uint64"],
  ["long x", 8, 0, true, "int64"],
  ["off_t x", 8, 0, true, "int64"],
  ["loff_t x", 8, 0, true, "int64"],
  ["pid_t x", 8, 0, true, "uint64"],
  ["pid_t x", 4, 1, false, "int32"],
  ["uid_t x", 8, 0, true, "uint64"],
  ["umode_t x", 8, 0, true, "uint16"],
  ["const clockid_t x", 8, 0, true, "int32"],
  ["clockid_t x", 4, 1, false, "int32"],
  ["key_t x", 8, 0, true, "int32"],
  ["qid_t x", 8, 0, true, "uint32"],
  ["rwf_t x", 8, 0, true, "int32"],
  ["__s32 x", 8, 0, true, "int32"],
  ["char x", 1, 0, false, "int8"],
  ["signed char x", 1, 1, false, "int8"],
  ["bool x", 1, 0, false, "uint8"],
  ["dev_t x", 4, 0, false, "uint32"],
  ["sector_t x", 8, 0, false, "uint64"],
  ["xfs_lsn_t x", 8, 1, false, "int64"],
  ["enum zone_type x", 4, 0, false, "uint32"],
  ["enum xfs_group_type x", 1, 0, false, "uint8"],
  ["size_t x", 8, 0, false, "uint64"],
  ["short x", 2, 1, false, "int16"],
  ["__u16 x", 2, 0, false, "uint16"],
  ["time64_t x", 8, 1, false, "int64"],
  ["char x[16]", 16, 0, false, "string[16]"],
  ["char x[8]", 8, 0, false, "string[8]"],
  ["__u8 x[28]", 28, 0, false, "uint8[28]"],
  ["unsigned char x[6]", 6, 0, false, "uint8[6]"],
  ["unsigned int x[10]", 40, 0, false, "uint32[10]"],
  ["long x[3]", 24, 1, false, "int64[3]"],
  ["unsigned long x[6]", 48, 0, false, "uint64[6]"],
  ["const char * x", 8, 0, true, "int8 *"],
  ["unsigned long * x", 8, 0, true, "uint64 *"],
  ["timer_t * x", 8, 0, true, "int32 *"],
  ["const void * x", 8, 0, false, "void *"],
  ["struct sockaddr * x", 8, 0, true, "struct sockaddr *"],
  ["const struct iovec *const * x", 8, 0, true, "struct iovec * *"],
  ["union bpf_attr * x", 8, 0, true, "union bpf_attr *"],
  ["siginfo_t * x", 8, 0, true, "void *"],
  ["__data_loc char[] x", 4, 0, false, "int8 *"],
] as const)("%s of %i bytes, signed:%i", (decl, size, signed, userPointers, expected) => {
  const field = oneField(`\tfield:${decl};\toffset:8;\tsize:${size};\tsigned:${signed};`)!;
  const { type } = fieldType(field, { userPointers, longBytes: 8, byteOrder: "little" });
  expect(typeName(type)).toBe(expected);
  if (type.kind === "pointer") expect(type.space).toBe(userPointers ? "user" : "kernel");
});

test("a narrow value in a wide field is at its end in big-endian records", () => {
  const field = oneField("\tfield:umode_t mode;\toffset:40;\tsize:8;\tsigned:0;")!;
  expect(fieldType(field, { userPointers: true, longBytes: 8, byteOrder: "big" }).skipBytes).toBe(6);
  expect(fieldType(field, { userPointers: true, longBytes: 8, byteOrder: "little" }).skipBytes).toBe(0);
});

test("a 32-bit kernel's long and pointers have 4 bytes", () => {
  const options = { userPointers: true, longBytes: 4, byteOrder: "little" } as const;
  const name = (line: string): string => typeName(fieldType(oneField(line)!, options).type);
  expect(name("\tfield:unsigned long x;\toffset:8;\tsize:4;\tsigned:0;")).toBe("uint32");
  expect(name("\tfield:const char * x;\toffset:8;\tsize:4;\tsigned:0;")).toBe("uint32");
  expect(name("\tfield:unsigned long x[4];\toffset:8;\tsize:16;\tsigned:0;")).toBe("uint32[4]");
});
