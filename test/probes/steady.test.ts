/** What a call is given to read, and what it may change. */
import { expect, test } from "vitest";
import { isSteadyArgument, steadyParameters } from "../../probes/probed/steady.ts";

test.each([
  ["sys_enter_openat", "filename"],
  ["sys_enter_write", "buf"],
  ["sys_enter_connect", "uservaddr"],
  ["sys_enter_mount", "data,dev_name,dir_name,type"],
  ["sys_enter_openat2", "filename,how"],
  ["sys_enter_newfstatat", "filename"],
  ["sys_enter_read", ""],
  ["sys_enter_execve", ""],
  ["sys_enter_nobody_has", ""],
  ["sys_exit_openat", ""],
])("%s reads %s", (event, want) => expect([...steadyParameters("syscalls", event)].sort().join()).toBe(want));

test("only system calls are known by their names", () => expect(steadyParameters("made", "sys_enter_openat").size).toBe(0));

const at = (...derefs: bigint[]) => ({ base: { kind: "argument", index: 1 }, derefs }) as const;
const declared = (declaration: string | null) => (argument: number) => (argument === 1 ? declaration : null);

test.each([
  [{ path: at(0n), isText: true, isUser: false }, "const char * name", true],
  [{ path: at(8n), isText: false, isUser: false }, "const struct path * path", true],
  [{ path: at(0n), isText: true, isUser: false }, "char * buf", false],
  [{ path: at(0n), isText: true, isUser: false }, "const int count", false],
  // Of the kernel it would be known.
  [{ path: at(0n), isText: true, isUser: false }, null, false],
  [{ path: at(0n), isText: true, isUser: true }, null, true],
  [{ path: at(0n), isText: false, isUser: true }, null, false],
  // A member may lead elsewhere by then.
  [{ path: at(8n, 0n), isText: true, isUser: true }, null, false],
  [{ path: { base: { kind: "register", name: "si" }, derefs: [0n] }, isText: true, isUser: true } as const, null, true],
  [{ path: { base: { kind: "return" }, derefs: [0n] }, isText: true, isUser: true } as const, null, false],
])("%o declared as %s: %s", (piece, declaration, want) => expect(isSteadyArgument(piece, declared(declaration))).toBe(want));
