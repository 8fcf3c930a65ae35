import { expect, test } from "vitest";
import { irOf, lowerText, functionLines } from "./support.ts";

/** What every script does once, seldom: warn that a map is full. */
const coldUpdate = (result: string, action: number): string[] => [
  `u64 [record+8] = ${result}`,
  `u64 [record] = ${action}`,
  "ringbuf_output(ringbuf, &record, 16, 0)",
];

test("count by a field: load, store, lookup, add", () => {
  expect(irOf("t:sched:sched_switch { @[args.prev_pid] = count(); }")).toEqual([
    "func probe_0(v0)",
    "slot key 8",
    "slot cell 8",
    "slot record 16",
    "b0:",
    "v1 = u32 ctx v0[24]",
    "u32 [key] = v1",
    "v2 = map_lookup_elem(@, &key)",
    "if v2 != 0 goto b1 else b2",
    "b1:",
    "u64 [v2] += 1",
    "goto b3",
    "b2:",
    "u64 [cell] = 1",
    "v3 = map_update_elem(@, &key, &cell, 0)",
    "if v3 == 0 goto b3 else b4",
    "b3:",
    "return 0",
    "b4:",
    ...coldUpdate("v3", 0),
    "goto b3",
  ]);
});

test("count without a key: an array cell of each CPU, never missing", () => {
  expect(irOf("t:sched:sched_switch { @ = count(); }")).toEqual([
    "func probe_0(v0)",
    "slot key 8",
    "b0:",
    "u32 [key] = 0",
    "v1 = map_lookup_elem(@, &key)",
    "if v1 != 0 goto b1 else b2",
    "b1:",
    "u64 [v1] += 1",
    "goto b2",
    "b2:",
    "return 0",
  ]);
});

test("comm as a key is passed where the helper has put it", () => {
  expect(irOf("t:sched:sched_switch { @[comm] = count(); }").slice(5, 8)).toEqual([
    "get_current_comm(&comm, 16)",
    "v1 = map_lookup_elem(@, &comm)",
    "if v1 != 0 goto b1 else b2",
  ]);
});

test.each([
  // 8 + 1 bytes with the NUL
  [
    'args.next_comm == "swapper/"',
    ["v1 = u64 ctx v0[40]", "if v1 == 0x2f72657070617773 goto b1 else b4", "v2 = u8 ctx v0[48]", "if v2 == 0 goto b2 else b4"],
  ],
  ['args.prev_comm == "bash"', ["v1 = u64 ctx v0[8]", "v2 = v1 << 24", "if v2 == 0x68736162000000 goto b1 else b3"]],
  ['args.prev_comm == "sh"', ["v1 = u32 ctx v0[8]", "v2 = v1 & 0xffffff", "if v2 == 26739 goto b1 else b3"]],
  ['args.prev_comm == ""', ["v1 = u8 ctx v0[8]", "if v1 == 0 goto b1 else b3"]],
  ['args.prev_comm != "s"', ["v1 = u16 ctx v0[8]", "if v1 == 115 goto b3 else b1"]],
])("predicate %s compares words of the record", (predicate, expected) => {
  const lines = irOf(`t:sched:sched_switch /${predicate}/ { @ = count(); }`);
  const shown = lines.filter((line) => /^(v\d+ = u\d+ ctx|v2 = v1|if v[12] )/.test(line) && !line.includes("!= 0"));
  expect(shown).toEqual(expected);
});

test("a predicate on comm tests a word before anything else", () => {
  expect(irOf('t:sched:sched_switch /comm == "bash"/ { @ = count(); }').slice(3, 8)).toEqual([
    "b0:",
    "get_current_comm(&comm, 16)",
    "v1 = u64 [comm]",
    "v2 = v1 << 24",
    "if v2 == 0x68736162000000 goto b1 else b3",
  ]);
});

test("pid and tid share one helper call, fields one load, on both sides of a condition", () => {
  const lines = irOf(
    "t:sched:sched_switch /pid == 1 && args.prev_pid > 2/ { @[pid, tid, args.prev_pid] = count(); @x = sum(args.prev_pid); }",
  );
  expect(lines.filter((line) => line.includes("get_current_pid_tgid"))).toHaveLength(1);
  expect(lines.filter((line) => line.includes("s32 ctx v0[24]"))).toHaveLength(1);
});

test("hist: one branch for positive values", () => {
  expect(irOf("t:sched:sched_switch { @ = hist(args.prev_state); }").slice(2, 16)).toEqual([
    "b0:",
    "v1 = s64 ctx v0[32]",
    "if v1 s>= 1 goto b1 else b2",
    "b1:",
    "v3 = log2 v1",
    "v2 = v3 + 2",
    "goto b5",
    "b2:",
    "if v1 s>= 0 goto b3 else b4",
    "b3:",
    "v2 = v1 + 1",
    "goto b5",
    "b4:",
    "v2 = 0",
  ]);
});

test("an element that a predicate has found is not searched again", () => {
  const lines = irOf("t:sched:sched_switch /@t[tid]/ { @ = sum(nsecs - @t[tid]); delete(@t, tid); } begin { @t[1] = nsecs; }");
  expect(lines.filter((line) => line.includes("map_lookup_elem(@t,"))).toHaveLength(1);
});

test.each([
  ["@t[tid] = 5;", "an update"],
  ["delete(@t, tid);", "a deletion"],
  ["for ($i : 0..2) { delete(@t, 1); }", "a loop body"],
])("after %s the element is searched again (%s)", (statement) => {
  const lines = irOf(`begin { $x = @t[tid]; ${statement} @y = $x + @t[tid]; @t[1] = 2; }`);
  expect(lines.filter((line) => line.includes("map_lookup_elem(@t,"))).toHaveLength(2);
});

test("@m[k] += n stores where it found the element", () => {
  expect(irOf("t:sched:sched_switch { @[args.prev_pid] += args.prev_state; }").slice(4, 21)).toEqual([
    "b0:",
    "v1 = u32 ctx v0[24]",
    "u32 [key] = v1",
    "v2 = map_lookup_elem(@, &key)",
    "if v2 != 0 goto b1 else b2",
    "b1:",
    "v3 = s64 [v2]",
    "goto b3",
    "b2:",
    "v3 = 0",
    "goto b3",
    "b3:",
    "v5 = s64 ctx v0[32]",
    "v6 = v3 + v5",
    "if v2 != 0 goto b4 else b5",
    "b4:",
    "u64 [v2] = v6",
  ]);
});

test("printf: the record is filled in place and written whole", () => {
  expect(irOf('t:syscalls:sys_enter_execve { printf("%s %d %s\\n", comm, pid, str(args.filename)); }')).toEqual([
    "func probe_0(v0)",
    "slot record 1056",
    "b0:",
    "get_current_comm(&record+8, 16)",
    "v1 = get_current_pid_tgid()",
    "v2 = v1 >> 32",
    "u64 [record+24] = v2",
    "v3 = u64 ctx v0[16]",
    "v4 = probe_read_user_str(&record+32, 1024, v3)",
    "u64 [record] = 0",
    "ringbuf_output(ringbuf, &record, 1056, 0)",
    "return 0",
  ]);
});

test("a string compared with a literal is read no further than needed", () => {
  const lines = irOf('t:syscalls:sys_enter_execve /str(args.filename) == "/bin/ls"/ { @ = count(); }');
  expect(lines).toContain("v2 = probe_read_user_str(&str, 9, v1)");
});

test("for over a range: the body is a callback that shares locals through the frame", () => {
  const ir = lowerText("begin { $sum = 0; $n = rand; for ($i : 0..$n) { $sum += $i; } print($sum); }");
  expect(functionLines(ir, 0)).toEqual([
    "func probe_0(v0)",
    "slot frame 8 on stack",
    "slot record 16",
    "b0:",
    "u64 [frame] = 0",
    "v2 = get_prandom_u32()",
    "if v2 > 0 goto b1 else b3",
    "b1:",
    "v3 = v2",
    "if v3 <= 0x800000 goto b2 else b4",
    "b2:",
    "loop(v3, probe_0_1, &frame, 0)",
    "goto b3",
    "b3:",
    "v4 = u64 [frame]",
    "u64 [record+8] = v4",
    "u64 [record] = 0",
    "ringbuf_output(ringbuf, &record, 16, 0)",
    "return 0",
    "b4:",
    "v3 = 0x800000",
    "goto b2",
  ]);
  expect(functionLines(ir, 1)).toEqual([
    "func probe_0_1(v0, v1)",
    "b0:",
    "v2 = v0",
    "v3 = u64 [v1]",
    "v4 = v3 + v2",
    "u64 [v1] = v4",
    "return 0",
  ]);
});

test("constant conditions and divisors leave no branches", () => {
  expect(
    irOf("begin { $x = rand; if (1) { print($x / 8); print($x % 8); print($x / 10); } else { print(1); } }").filter((line) =>
      /if|[/%&]|>>/.test(line),
    ),
  ).toEqual([
    "v3 = v2 >> 3",
    "ringbuf_output(ringbuf, &record, 16, 0)",
    "v4 = v2 & 7",
    "ringbuf_output(ringbuf, &record, 16, 0)",
    "v5 = v2 / 10",
    "ringbuf_output(ringbuf, &record, 16, 0)",
  ]);
});

test("statements behind exit() are not compiled", () => {
  expect(irOf('begin { exit(3); printf("%d", 1); }').slice(1)).toEqual([
    "slot record 16",
    "b0:",
    "u64 [record+8] = 3",
    "u32 [record] = 0",
    "u32 [record+4] = 1",
    "ringbuf_output(ringbuf, &record, 16, 0)",
    "return 0",
  ]);
});

const loadsIn = (body: string): number =>
  irOf(`tracepoint:sched:sched_switch { ${body} }`).filter((line) => / ctx v\d+\[/.test(line)).length;

test("a field is loaded again only where both ways of a condition on it have met", () => {
  expect(loadsIn("if (args.prev_state > 5) { @[args.prev_state] = 1; @x = args.prev_state; } else { @y = args.prev_state; }")).toBe(1);
  expect(loadsIn("if (args.prev_state > 5) { return; } @x = args.prev_state;")).toBe(1);
  expect(loadsIn("if (args.prev_state > 5) { @x = 1; } @y = args.prev_state; @z = args.prev_state;")).toBe(2);
  expect(
    loadsIn("if (args.prev_state > 5) { @x = 1; } @y = args.prev_state; if (args.prev_state > 6) { @z = 1; } @y = args.prev_state;"),
  ).toBe(3);
});

test("variables are hidden from the verifier where many conditions could combine, but not from loops that must end", () => {
  const conditions = (count: number): string => "if ($x == 1) { $y = 2; } ".repeat(count);
  const hidden = (body: string): number =>
    irOf(`begin { $x = rand; $y = 0; ${body} @ = $y; }`).filter((line) => line.includes("hide")).length;
  expect(hidden(conditions(12))).toBe(0);
  // Two at the start, and in each condition what is compared and what is set.
  expect(hidden(conditions(13))).toBe(2 + 26);
  expect(hidden(`${conditions(13)} while ($y < 4) { $y++; }`)).toBe(0);
});
