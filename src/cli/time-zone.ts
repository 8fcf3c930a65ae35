/** Time zones: offsets and names from Intl, the names abbreviated as the C library does. */
import type { Clock } from "../output/strftime.ts";
import { zoneAbbreviation } from "./zone-abbreviation.ts";

type Zone = ReturnType<Clock["zone"]>;

const utc: Zone = { offset: 0, name: "UTC" };

function zoneAt(format: Intl.DateTimeFormat, zone: string, epochSeconds: number): Zone {
  const parts = Object.fromEntries(format.formatToParts(new Date(epochSeconds * 1000)).map(({ type, value }) => [type, value]));
  const field = (name: string): number => Number(parts[name]);
  const local = Date.UTC(field("year"), field("month") - 1, field("day"), field("hour"), field("minute"), field("second"));
  const offset = Math.round(local / 1000) - epochSeconds;
  return { offset, name: zoneAbbreviation(zone, parts["timeZoneName"] ?? "", offset) };
}

/** `-05:00`, which not every Intl knows; null: no offset. */
function fixedZone(text: string): Zone | null {
  const [, sign, hours, minutes] = /^([+-])([01][0-9]|2[0-3]):?([0-5][0-9])$/.exec(text) ?? [];
  if (sign === undefined) return null;
  const offset = (sign === "-" ? -60 : 60) * (60 * Number(hours) + Number(minutes));
  return { offset, name: zoneAbbreviation(text, "", offset) };
}

/** Null when the zone is unknown to this machine. */
export function clockOf(bootNs: bigint, timeZone: string): Clock | null {
  const fixed = timeZone === "UTC" ? utc : fixedZone(timeZone);
  if (fixed !== null) return { bootEpochNs: bootNs, zone: () => fixed };
  try {
    const format = new Intl.DateTimeFormat("en-US", {
      ...(timeZone === "local" ? {} : { timeZone }),
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
      timeZoneName: "long",
    });
    const zone = timeZone === "local" ? format.resolvedOptions().timeZone : timeZone;
    return { bootEpochNs: bootNs, zone: (epoch) => zoneAt(format, zone, epoch) };
  } catch {
    return null;
  }
}
