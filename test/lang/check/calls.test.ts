import { expect, test } from "vitest";
import { body, hir, hints, problems } from "./support.ts";

const inTracepoint = (event: string, statements: string): string[] => hir(`tracepoint:${event} { ${statements} }`).split("\n").slice(1, -1);

test.each([
  ["row 5.01 formats are handed through", 'printf("%5d %s\\n", pid, comm)', 'printf("%5d %s\\n", pid, comm)'],
  ["row 5.01 any byte survives", 'printf("\\xff%%")', 'printf("\\xff%%")'],
  ["row 5.02", 'errorf("%d", 1)', 'errorf("%d", 1:int8)'],
  ["row 5.03", 'warnf("x")', 'warnf("x")'],
  ["row 5.08", "print((1, comm))", "print((1:int8, comm))"],
  ["row 5.21 exit", "exit()", "exit(0:int64)"],
  ["row 5.21 exit with a code", "exit(pid)", "exit(int64(pid))"],
  ["row 5.22 default format", "time()", 'time("%H:%M:%S\\n")'],
  ["row 5.22", 'time("%F")', 'time("%F")'],
  ["row 5.23", 'print(strftime("%F", nsecs))', 'print(strftime("%F", nsecs))'],
  ["row 5.27 capacity is max_strlen", "print(str(comm))", "print(str(comm):string[1024])"],
  ["row 5.27 literal length", "print(str(comm, 5))", "print(str(comm, 5:uint64):string[6])"],
  ["row 5.27 length at run time", "print(str(comm, pid))", "print(str(comm, uint64(pid)):string[1024])"],
  ["row 5.27 integers are addresses", "print(str(nsecs))", "print(str(int8 *(nsecs)):string[1024])"],
  ["row 5.29", "print(strlen(comm))", "print(strlen(comm))"],
  ["row 5.30", 'print(strncmp(comm, "ab", 2) == 0)', 'print((strncmp(comm, "ab", 2) == 0:uint64))'],
  ["row 5.30 no further than the longer side", 'print(strncmp(comm, "ab", 99999999999))', 'print(strncmp(comm, "ab", 16))'],
  ["row 5.37", "print(ntop(0x0100007f))", "print(ntop(16777343:uint32))"],
  ["row 4.01 with parentheses", "print((pid(), nsecs()))", "print((pid, nsecs))"],
])("%s: %s", (_, statement, expected) => {
  expect(body(statement)).toEqual([expected]);
});

test.each([
  ["row 5.09 top and div", "@ = count(); print(@, 5, 10)", "print(@, 5, 10)"],
  ["row 5.10 one cell", "@[1] = count(); print(@[1])", "print(value(@[1:int8]):uint64)"],
  ["row 5.13", "@ = 1; clear(@)", "clear(@)"],
  ["row 5.14", "@ = 1; zero(@)", "zero(@)"],
  ["row 5.15 with a key", "@[1] = 1; delete(@, 1)", "delete(@[1:int8])"],
  ["row 5.15 old form", "@[1, 2] = 1; delete(@[1, 2])", "delete(@[(1:int8, 2:int8)])"],
  ["row 5.15 scalar", "@ = 1; delete(@)", "delete(@)"],
  ["row 5.16", "@[1] = 1; _ = has_key(@, 300)", "has_key(@, 300:int16)"],
  ["row 5.18", "@[1] = 1; _ = len(@)", "len(@)"],
])("%s", (_, statements, expected) => {
  expect(body(statements).at(-1)).toBe(expected);
});

test("row 1.27 fields of tracepoints, row 3.50 with . and -> and *args", () => {
  expect(inTracepoint("sched:sched_switch", "print((args.prev_comm, args->prev_pid, (*args).pid))")).toEqual([
    "  print((args.prev_comm:string[16], args.prev_pid:int32, args.pid:int32))",
  ]);
});

test("row 5.27 str of a pointer field, row 5.26 join", () => {
  expect(inTracepoint("syscalls:sys_enter_execve", 'print(str(args.filename, 10)); join(args.argv); join(args.argv, ",")')).toEqual([
    "  print(str(args.filename:int8 *, 10:uint64):string[11])",
    '  join(args.argv:int8 * *, " ")',
    '  join(args.argv:int8 * *, ",")',
  ]);
});

test("row 2.50 array fields", () => {
  expect(inTracepoint("net:xmit", "print(args.saddr); print(args.saddr[3]); print(ntop(args.saddr))")).toEqual([
    "  print(args.saddr:uint8[4])",
    "  print(args.saddr:uint8[4][3:uint64])",
    "  print(ntop(args.saddr:uint8[4]))",
  ]);
});

test.each([
  ["row 5.01", 'printf("%d %d", 1)', 'not enough arguments for format string (1 supplied, 2 expected) @ printf("%d %d", 1)'],
  ["row 5.01", 'printf("x", 1)', 'too many arguments for format string (1 supplied, 0 expected) @ printf("x", 1)'],
  [
    "row 5.61 a conversion in prose",
    'printf("100% done")',
    'not enough arguments for format string (0 supplied, 1 expected) @ printf("100% done")',
  ],
  ["row 5.71", 'printf("%f", 1)', 'unsupported format specifier: f @ printf("%f", 1)'],
  ["row 5.73", 'printf("%d", "hello")', `unsupported format specifier for type 'string[6]': d @ printf("%d", "hello")`],
  ["row 5.73 buffers only", 'printf("%rx", 1)', `unsupported format specifier for type 'int8': rx @ printf("%rx", 1)`],
  ["a literal format", "printf(comm)", "printf() expects a string literal (string provided) @ printf(comm)"],
  ["argument counts", "printf()", "printf() requires at least one argument (0 provided) @ printf()"],
  ["argument counts", "clear()", "clear() requires one argument (0 provided) @ clear()"],
  ["argument counts", "@ = count(1)", "count() requires no arguments (1 provided) @ count(1)"],
  ["argument counts", "exit(1, 2)", "exit() takes up to one argument (2 provided) @ exit(1, 2)"],
  ["argument counts", 'strncmp("a", "b")', 'strncmp() requires 3 arguments (2 provided) @ strncmp("a", "b")'],
  ["argument kinds", "exit(comm)", "exit() only supports integer arguments (string provided) @ exit(comm)"],
  ["argument kinds", "time(1)", "time() expects a string literal (integer provided) @ time(1)"],
  ["argument kinds", "@ = sum(comm)", "sum() only supports integer arguments (string[16] provided) @ sum(comm)"],
  ["row 5.09", "@ = 1; print(@, pid)", "print() expects a integer literal (integer provided) @ print(@, pid)"],
  [
    "row 5.10",
    "@[1] = stats(1); print(@[1])",
    "Map type stats_t cannot print the value of individual keys. You must print the whole map. @ print(@[1])",
  ],
  ["row 5.08", "print(1, 2)", "Non-map print() only takes 1 argument, 2 found @ print(1, 2)"],
  ["row 5.13", "clear(1)", "clear() expects a map argument @ 1"],
  ["row 5.16", "@ = 1; _ = has_key(@, 1)", "call to has_key() expects a map with explicit keys (non-scalar map) @ has_key(@, 1)"],
  ["row 5.18", "@ = 1; _ = len(@)", "call to len() expects a map with explicit keys (non-scalar map) @ len(@)"],
  ["row 5.23", 'print(strftime("%F", -1))', 'strftime() does not accept negative timestamps @ strftime("%F", -1)'],
  ["row 5.27", "print(str(comm, -1))", "str() cannot use negative length (-1) @ str(comm, -1)"],
  [
    "row 5.27",
    "print(str((1, 2)))",
    "str() expects a string, integer or a pointer type as first argument ((int8,int8) provided) @ str((1, 2))",
  ],
  ["row 5.30", 'print(strncmp(comm, "a", pid))', 'Builtin strncmp requires a non-negative literal @ strncmp(comm, "a", pid)'],
  ["row 6.06", "@ = hist(1, 6)", "hist: bits 6 must be 0..5 @ hist(1, 6)"],
  ["row 6.07 step", "@ = lhist(1, 0, 10, 0)", "lhist() step must be >= 1 (0 provided) @ lhist(1, 0, 10, 0)"],
  ["row 6.07 order", "@ = lhist(1, 2, 1, 1)", "lhist() min must be less than max (provided min 2 and max 1) @ lhist(1, 2, 1, 1)"],
  [
    "row 6.07 step too large",
    "@ = lhist(1, 0, 5, 6)",
    "lhist() step is too large for the given range (provided step 6 for range 5) @ lhist(1, 0, 5, 6)",
  ],
  ["row 6.07 too many", "@ = lhist(1, 0, 1001, 1)", "lhist() too many buckets, must be <= 1000 (would need 1001) @ lhist(1, 0, 1001, 1)"],
  ["row 6.07 literals", "@ = lhist(1, -1, 5, 1)", "lhist: invalid min value (must be non-negative literal) @ lhist(1, -1, 5, 1)"],
  ["row 4.08", "print(nsecs(x))", "Invalid timestamp mode: x @ x"],
  ["a call without a value", '$x = printf("x")', 'printf() gives no value and must stand as a statement of its own @ printf("x")'],
  ["args outside tracepoints", "print(args.x)", 'args can not be used with "begin" probes @ args'],
  ["row 5.24", 'system("ls")', 'system() is an unsafe function being used in safe mode @ system("ls")'],
])("%s: %s", (_, statements, expected) => {
  expect(problems(`begin { ${statements} }`).filter((problem) => problem.startsWith("error"))).toEqual([`error: ${expected}`]);
});

test("row 6.07 a thousand buckets are allowed", () => {
  expect(problems("begin { @ = lhist(1, 0, 1000, 1) }")).toEqual([]);
});

test("row 5.27 a length beyond max_strlen is cut, with a warning", () => {
  const text = "begin { print(str(comm, 64)) }";
  expect(problems(text, { config: { BPFTRACE_MAX_STRLEN: "64" } })).toEqual([
    "warning: length param (64) is too long and will be shortened to 64 bytes (see BPFTRACE_MAX_STRLEN) @ str(comm, 64)",
  ]);
  expect(body("print(str(comm, 63))", { config: { BPFTRACE_MAX_STRLEN: "64" } })).toEqual(["print(str(comm, 63:uint64):string[64])"]);
});

test("row 5.12 printing a map in a loop", () => {
  expect(problems("begin { @ = 1; for ($i : 0..3) { print(@) } }")[0]).toMatch(/^warning: Due to it's asynchronous nature/);
});

test.each([
  [
    "row 1.27 common fields",
    "tracepoint:irq:* { print(args.common_pid) }",
    "BPF does not support accessing common tracepoint fields @ args.common_pid",
  ],
  [
    "unknown field",
    "tracepoint:irq:* { print(args.vex) }",
    "Struct/union of type 'struct _tracepoint_irq_softirq_entry' does not contain a field named 'vex' @ vex",
  ],
  ["row 4.21 all points must have args", "begin, tracepoint:irq:* { print(args.vec) }", 'args can not be used with "begin" probes @ args'],
  ["not in for loops", "tracepoint:irq:* { for ($i : 0..3) { print(args.vec) } }", "'args' builtin is not allowed in a for-loop @ args"],
])("%s", (_, text, expected) => {
  expect(problems(text).filter((problem) => problem.startsWith("error"))).toEqual([`error: ${expected}`]);
});

test("misspelt names come with a near one", () => {
  expect(hints("tracepoint:irq:* { print(args.vex) }")).toEqual(["did you mean vec?"]);
  expect(hints("begin { prntf(1) }")).toEqual(["did you mean printf?"]);
  expect(hints("begin { print(nsec) }")).toEqual(["did you mean nsecs?"]);
  expect(hints("begin { $count = 1; print($cuont) }")).toEqual(["did you mean $count?"]);
});
