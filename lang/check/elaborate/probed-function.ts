/** The function of a program that a probe is on: its name is known from the probe's place, whatever the process has mapped. */
import type { Context } from "./context.ts";

/** Number of an event of the function, the same at its entry and its return; null: the probe is on no function of a program. */
export function probedFunction(cx: Context): number | null {
  const point = cx.points[0];
  if (point === undefined || !("site" in point) || point.site.code !== "user") return null;
  const { target, func, offset, records } = point.site;
  const { defined, sites } = cx.inference.env.catalogue!.probed!;
  const same = (defined ?? sites).filter(
    (one) => one.code === "user" && one.target === target && one.func === func && one.offset === offset,
  );
  return Math.min(records.eventId, ...same.map((one) => one.records.eventId));
}
