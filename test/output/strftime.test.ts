import { expect, test } from "vitest";
import { strftime, timestampText, timeText, utcClock } from "../../src/output/strftime.ts";

const clock = utcClock(0n);
const NS = 1_709_214_305_123_456_789n; // Thu 29 Feb 2024 13:45:05 UTC

test.each([
  ["%H:%M:%S", "13:45:05"],
  ["%Y-%m-%d %j", "2024-02-29 060"],
  ["%a %A %b %B %h", "Thu Thursday Feb February Feb"],
  ["%c", "Thu Feb 29 13:45:05 2024"],
  ["%D %F %T %R %r", "02/29/24 2024-02-29 13:45:05 13:45 01:45:05 PM"],
  ["%I %p %P", "01 PM pm"],
  ["%e %C %y %s", "29 20 24 1709214305"],
  ["%u %w %U %W %V %G %g", "4 4 08 09 09 2024 24"],
  ["%f %k %l", "123456 123456789 123"],
  ["%z %Z %%", "+0000 UTC %"],
  ["%Ey %Od %q", "24 29 %q"],
])("row 5.23: strftime(%j)", (format, want) => {
  expect(strftime(format, NS, clock)).toBe(want);
});

test("row 5.23: second 0 of the epoch has no time", () => {
  expect(timestampText("%H", 999_999_999n, "boot", clock)).toBe("(?)");
  expect(timestampText("%H", 0n, "boot", utcClock(NS))).toBe("13");
  expect(timestampText("%H", NS, "epoch", utcClock(NS))).toBe("13");
});

test("rows 5.22, 10.27: time() takes 1 to 63 bytes", () => {
  expect(timeText("%H:%M:%S\n", NS, clock)).toBe("13:45:05\n");
  expect(timeText("x".repeat(64), NS, clock)).toBeNull();
  expect(timeText("", NS, clock)).toBeNull();
});
