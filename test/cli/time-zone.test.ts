/** Zones as the C library names them: `TZ=ZONE date -d @EPOCH "+%Z %z"` with tzdata 2025b. */
import { expect, test } from "vitest";
import { clockOf } from "../../src/cli/time-zone.ts";
import { strftime } from "../../src/output/strftime.ts";

const JANUARY_2025 = 1_736_942_400n;
const JULY_2025 = 1_752_580_800n;

const inZone = (zone: string, epoch: bigint): string => strftime("%Z %z", epoch * 1_000_000_000n, clockOf(0n, zone)!);

test.each([
  ["UTC", "UTC +0000", "UTC +0000"],
  ["GMT", "GMT +0000", "GMT +0000"],
  ["Europe/Berlin", "CET +0100", "CEST +0200"],
  ["Europe/London", "GMT +0000", "BST +0100"],
  ["Europe/Jersey", "GMT +0000", "BST +0100"],
  ["Europe/Dublin", "GMT +0000", "IST +0100"],
  ["Europe/Helsinki", "EET +0200", "EEST +0300"],
  ["Europe/Lisbon", "WET +0000", "WEST +0100"],
  ["Europe/Moscow", "MSK +0300", "MSK +0300"],
  ["Europe/Minsk", "+03 +0300", "+03 +0300"],
  ["Europe/Istanbul", "+03 +0300", "+03 +0300"],
  ["America/New_York", "EST -0500", "EDT -0400"],
  ["America/Phoenix", "MST -0700", "MST -0700"],
  ["America/St_Johns", "NST -0330", "NDT -0230"],
  ["America/Sao_Paulo", "-03 -0300", "-03 -0300"],
  ["Asia/Tokyo", "JST +0900", "JST +0900"],
  ["Asia/Kolkata", "IST +0530", "IST +0530"],
  ["Asia/Colombo", "+0530 +0530", "+0530 +0530"],
  ["Asia/Kathmandu", "+0545 +0545", "+0545 +0545"],
  ["Asia/Jerusalem", "IST +0200", "IDT +0300"],
  ["Asia/Singapore", "+08 +0800", "+08 +0800"],
  ["Australia/Sydney", "AEDT +1100", "AEST +1000"],
  ["Australia/Lord_Howe", "+11 +1100", "+1030 +1030"],
  ["Pacific/Guam", "ChST +1000", "ChST +1000"],
  ["Pacific/Auckland", "NZDT +1300", "NZST +1200"],
])("%s is %s in January and %s in July", (zone, january, july) => {
  expect(inZone(zone, JANUARY_2025)).toBe(january);
  expect(inZone(zone, JULY_2025)).toBe(july);
});

test("an offset is a zone without a name", () => {
  expect(inZone("-05:00", JANUARY_2025)).toBe("-05 -0500");
});

test("there is no such zone", () => {
  expect(clockOf(0n, "Mars/Olympus")).toBeNull();
});
