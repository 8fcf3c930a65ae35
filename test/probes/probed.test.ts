/** Definitions of dynamic events, names of their fields, and symbols of user code. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDefinitions } from "../../probes/probed/definitions.ts";
import { parseFetch } from "../../probes/probed/fetch.ts";
import { functionByEventName, pathsByName } from "../../probes/probed/naming.ts";
import { addressOfOffset, functionsAt, readElf } from "../../probes/symbols/elf.ts";
import { parseMaps, userCode } from "../../probes/symbols/user-code.ts";
import { fixtureBytes } from "../support/fixtures.ts";

const path = (text: string): string => {
  const found = parseFetch(text);
  if (found === null) return "nothing";
  const { base, derefs } = found;
  const name = "index" in base ? `arg${base.index}` : "name" in base ? `${base.kind} ${base.name}` : base.kind;
  return [name, ...derefs.map(String)].join(" ");
};

test.each([
  ["$arg1", "arg0"],
  ["$arg3:x64", "arg2"],
  ["$retval:s64", "return"],
  ["%di", "register di"],
  ["%rdi:u32", "register di"],
  ["%x1", "register si"],
  ["%ip", "register ip"],
  ["+0($arg2):ustring", "arg1 0"],
  ["+u0($arg2):string", "arg1 0"],
  ["+0(+8(%di)):string", "register di 8 0"],
  ["-0x10(%bp):x8[16]", "register bp -16"],
  ["$stack2", "register sp 16"],
  ["$filename", "field filename"],
  ["$comm", "nothing"],
  ["@jiffies", "nothing"],
  ["file->f_flags", "nothing"],
])("fetch argument %s leads to %s", (text, want) => expect(path(text)).toBe(want));

test("definitions as the kernel prints them, and as they are written", () => {
  const text = `# comment
p:probe/openat do_sys_openat2 dfd=$arg1:s32 s1=+0($arg2):ustring
r10:probe/openat__return do_sys_openat2 ret=$retval:s64
p vfs_unlink $arg1 $arg2
r vfs_unlink $retval
p:hs/deep nf_tables:nft_do_chain+0x10
p:hs/at 0xffffffff81000000
p:u/compute /opt/hs/my demo:0x1256 n=%di
r:u/compute_ret /opt/demo:0x1256(0x8) retval=$retval
f:hs/read_exit vfs_read%return $arg*
t:hs/switch sched_switch arg0=$arg1
e:hs/open syscalls/sys_enter_openat filename=$filename
-:hs/gone
s:synthetic u64 lat
`;
  const rows = parseDefinitions(text).map(
    (d) =>
      `${d.kind} ${d.at} ${d.group}/${d.event} ${d.target ?? d.module ?? "-"} ${d.symbol ?? "-"} ${d.offset} ${d.args.map((a) => a.name).join()}`,
  );
  expect(rows).toEqual([
    "kprobe entry probe/openat - do_sys_openat2 0 dfd,s1",
    "kprobe return probe/openat__return - do_sys_openat2 0 ret",
    "kprobe entry kprobes/p_vfs_unlink_0 - vfs_unlink 0 arg1,arg2",
    "kprobe return kprobes/r_vfs_unlink_0 - vfs_unlink 0 arg1",
    "kprobe entry hs/deep nf_tables nft_do_chain 16 ",
    "kprobe entry hs/at - - 18446744071578845184 ",
    // A path with a blank cannot be told from arguments: the kernel takes none either.
    "kprobe entry u/compute - /opt/hs/my 0 arg1,n",
    "uprobe return u/compute_ret /opt/demo - 4694 retval",
    "kprobe return hs/read_exit - vfs_read 0 arg1",
    "tracepoint entry hs/switch - sched_switch 0 arg0",
    "event entry hs/open - syscalls/sys_enter_openat 0 filename",
  ]);
});

test("definitions of any text", () => {
  fc.assert(
    fc.property(fc.string(), (line) => {
      expect(parseDefinitions(`p:a/b ${line}\n${line}`).length).toBeLessThan(100);
    }),
  );
});

test("fields by their names", () => {
  const of = (names: readonly string[], at: "entry" | "return" = "entry"): string[] =>
    pathsByName(names, at).map((found) =>
      found === null ? "-" : [...("index" in found.base ? [found.base.index] : [found.base.kind]), ...found.derefs].join(" "),
    );
  expect(of(["arg0", "arg1", "s1", "s0_8", "m0_0x18", "m2_8_n4", "dfd"])).toEqual(["0", "1", "1 0", "0 8 0", "0 24", "2 8 -4", "-"]);
  expect(of(["arg1", "arg2"])).toEqual(["0", "1"]);
  expect(of(["arg1"], "return")).toEqual(["return"]);
  expect(of(["retval", "rs", "rm_8", "rs1"], "return")).toEqual(["return", "return 0", "return 8", "1 0"]);
  expect(of(["sp", "sarg0"])).toEqual(["register", "register 8"]);
});

test.each([
  ["vfs_read", "entry", "vfs_read"],
  ["vfs_read_ret", "return", "vfs_read"],
  ["vfs_read__return", "return", "vfs_read"],
  ["vfs_read_exit", "return", "vfs_read"],
  ["p_vfs_read_0", "entry", "vfs_read"],
  ["vfs_read__2", "entry", "vfs_read"],
  ["do_exit", "entry", "do_exit"],
] as const)("event %s (%s) is of %s", (event, at, want) => expect(functionByEventName(event, at)).toBe(want));

// A copy: a slice of what node reads is a view.
const demo = new Uint8Array(fixtureBytes("traces/bin/hsdemo"));

test("functions, segments and build id of an executable", () => {
  const elf = readElf(demo)!;
  expect(elf.buildId).toBe("c19e8775c3683c4bb70be968ccd2018f00cb0e60");
  expect(functionsAt(elf, addressOfOffset(elf, 0x1256n)!).map(({ name }) => name)).toEqual(["compute"]);
  expect(functionsAt(elf, 0n)).toEqual([]);
  expect(addressOfOffset(elf, 1n << 40n)).toBeNull();
});

test("a damaged executable gives less, and never fails", () => {
  fc.assert(
    fc.property(fc.nat(demo.length), fc.array(fc.tuple(fc.nat(demo.length - 1), fc.nat(255)), { maxLength: 20 }), (length, changes) => {
      const bytes = demo.slice(0, length);
      for (const [at, byte] of changes) if (at < length) bytes[at] = byte;
      const elf = readElf(bytes);
      if (elf !== null) expect(functionsAt(elf, 0x1256n).length).toBeLessThan(100);
    }),
    { numRuns: 300 },
  );
});

test("addresses of a process by its mappings", () => {
  const maps = parseMaps(`558310ba5000-558310ba6000 r-xp 00001000 fe:00 338    /opt/hs/hsdemo (deleted)
7fcb0aac9000-7fcb0aacc000 rw-p 00000000 00:00 0 
not a line
`);
  expect(maps.map(({ path: file }) => file)).toEqual(["/opt/hs/hsdemo"]);
  const code = userCode(maps, () => demo);
  expect(code.placeOf(0x558310ba5258n)).toMatchObject({ symbol: { name: "compute", offset: 2n }, fileOffset: 0x1258n });
  expect(code.placeOf(0x7fcb0aac9000n)).toBeNull();
});
