import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { complete } from "../../src/repl/complete/complete.ts";
import { openSession, type ReplSession } from "../support/repl.ts";

let repl: ReplSession;

beforeAll(async () => {
  repl = await openSession();
  await repl.say("tracepoint:sched:sched_switch { @switches[args.prev_comm] = count(); @last = nsecs; }");
});

/** What Tab offers at the end, each with what is before it. */
function offered(text: string): string[] {
  const completion = complete(repl.session, text, text.length);
  return (completion?.candidates ?? []).map((one) => text.slice(0, completion!.start) + one.text + (one.suffix ?? ""));
}

test("commands and probe types at the start", () => {
  expect(offered("sa")).toEqual(["save "]);
  expect(offered("st")).toEqual(["step ", "stats "]);
  expect(offered("trac")).toEqual(["tracepoint:"]);
  expect(offered("B")).toEqual(["begin "]);
  expect(offered("").includes("help ")).toBe(true);
  expect(offered("").includes("tracepoint:")).toBe(false);
});

test("attach points, part by part, from the recording", () => {
  expect(offered("t:")).toEqual(["t:block:", "t:ftrace:", "t:hs:", "t:raw_syscalls:", "t:sched:", "t:syscalls:", "t:task:"]);
  expect(offered("tracepoint:sched:sched_w")).toEqual(["tracepoint:sched:sched_wakeup "]);
  expect(offered("t:task:task_newtask, tracepoint:task:task_r")).toEqual(["t:task:task_newtask, tracepoint:task:task_rename "]);
  expect(offered("BEGIN { } k:do_sys")).toEqual(["BEGIN { } k:do_sys_openat2 "]);
  expect(offered("interval:")).toEqual(["interval:hz:", "interval:ms:", "interval:s:", "interval:us:"]);
  expect(offered("t:nosuch:")).toEqual([]);
});

test("fields of the probe that is written", () => {
  expect(offered("t:sched:sched_wakeup { @[args.p")).toEqual(["t:sched:sched_wakeup { @[args.pid", "t:sched:sched_wakeup { @[args.prio"]);
  expect(offered("t:task:task_rename {\n  printf(args->newc")).toEqual(["t:task:task_rename {\n  printf(args->newcomm"]);
  expect(offered("t:sched:sched_switch { } t:sched:sched_wakeup /args.targ")).toEqual([
    "t:sched:sched_switch { } t:sched:sched_wakeup /args.target_cpu",
  ]);
  expect(offered("BEGIN { args.")).toEqual([]);
});

test("functions, builtins, keywords, and what scripts define", () => {
  expect(offered("BEGIN { printf")).toEqual(["BEGIN { printf("]);
  expect(offered("BEGIN { @ = lhi")).toEqual(["BEGIN { @ = lhist("]);
  expect(offered("BEGIN { $x = nse")).toEqual(["BEGIN { $x = nsecs"]);
  expect(offered("BEGIN { whi")).toEqual(["BEGIN { while"]);
  expect(offered("BEGIN { com")).toEqual(["BEGIN { comm", "BEGIN { comptime"]);
  expect(offered("fn twice($a: int64): int64 { return $a * 2; } BEGIN { twi")).toEqual([
    "fn twice($a: int64): int64 { return $a * 2; } BEGIN { twice(",
  ]);
  expect(offered('BEGIN { printf("pri')).toEqual([]);
  expect(offered("BEGIN { $a.pri")).toEqual([]);
});

test("maps of this session and of the input, locals of the input", () => {
  expect(offered("BEGIN { @sw")).toEqual(["BEGIN { @switches"]);
  expect(offered("BEGIN { @new = 1; print(@n")).toEqual(["BEGIN { @new = 1; print(@new"]);
  expect(offered("BEGIN { $number = 1; print($n")).toEqual(["BEGIN { $number = 1; print($number"]);
  expect(offered("@l")).toEqual(["@last"]);
});

test("arguments of commands", () => {
  expect(offered("print @s")).toEqual(["print @switches"]);
  expect(offered("help ex")).toEqual(["help explain "]);
  expect(offered("fields t:sched:sched_wa")).toEqual(["fields t:sched:sched_wakeup "]);
  expect(offered("until probe t")).toEqual(["until probe tracepoint:sched:sched_switch "]);
  expect(offered("until @la")).toEqual(["until @last"]);
  expect(offered("until com")).toEqual(["until comm", "until comptime"]);
  expect(offered("seek e")).toEqual(["seek end ", "seek event "]);
  expect(offered("set f")).toEqual(["set format ", "set from "]);
  expect(offered("set format j")).toEqual(["set format json "]);
  expect(offered("disasm ")).toEqual(["disasm 1 "]);
  expect(offered("edit 1 t:sched:sched_wa")).toEqual(["edit 1 t:sched:sched_wakeup "]);
});

test("files and folders", () => {
  const folder = mkdtempSync(join(tmpdir(), "hindsight-complete-"));
  mkdirSync(join(folder, "scripts"));
  for (const name of ["a.bt", "ab.bt", ".hidden"]) writeFileSync(join(folder, name), "");
  expect(offered(`load ${folder}/`)).toEqual(["a.bt", "ab.bt", "scripts/"].map((name) => `load ${folder}/${name}`));
  expect(offered(`load ${folder}/ab`)).toEqual([`load ${folder}/ab.bt`]);
  expect(offered(`load ${folder}/nosuch/x`)).toEqual([]);
});
