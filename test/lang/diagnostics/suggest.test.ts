import { expect, test } from "vitest";
import { didYouMean } from "../../../lang/diagnostics/suggest.ts";

const names = ["printf", "print", "pid", "tid", "nsecs", "elapsed", "kstack", "ustack", "sched_switch", "sched_wakeup"];

test.each([
  ["prinft", "printf"], // a swap is one edit
  ["pritn", "print"],
  ["Printf", "printf"],
  ["NSECS", "nsecs"],
  ["nsec", "nsecs"],
  ["elasped", "elapsed"],
  ["kstac", "kstack"],
  ["sched_swich", "sched_switch"],
  ["sched_wakup", "sched_wakeup"],
  ["xid", "pid"], // the first of equally near ones
  ["pod", "pid"],
])("%s: %s", (name, expected) => {
  expect(didYouMean(name, names)).toBe(expected);
});

test.each(["", "x", "zz", "foo", "abc", "completely_other", "printprint"])("nothing is near %j", (name) => {
  expect(didYouMean(name, names)).toBeNull();
});

test("a name is not its own suggestion, and there may be none to suggest", () => {
  expect(didYouMean("pid", ["pid"])).toBeNull();
  expect(didYouMean("pid", [])).toBeNull();
});

test("the nearest wins wherever it stands", () => {
  expect(didYouMean("counts", ["mounts", "count", "account"])).toBe("mounts");
  expect(didYouMean("kstackk", ["ustack", "kstack"])).toBe("kstack");
  // Of equally near ones that of the same length, else the first.
  expect(didYouMean("prinft", ["print", "printf", "sprint"])).toBe("printf");
  expect(didYouMean("coun", ["count", "couns"])).toBe("count");
});

test("long candidates cost little", () => {
  expect(didYouMean("abcd", ["a".repeat(1_000_000), "abce"])).toBe("abce");
});
