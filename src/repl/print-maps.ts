/** Maps as they are at the moment where the run stands, as programs print them. */
import { mapJson } from "../output/json.ts";
import { mapText } from "../output/map-text.ts";
import type { MapDump } from "../session/map-dump.ts";
import type { Session } from "./session.ts";

/** `top`: so many of the largest; 0: all. */
export function printMap(session: Session, dump: MapDump, top: number, { context } = session.attached!): void {
  if (session.format === "json") {
    const text = mapJson(dump, top, 0, context);
    if (text !== null) session.options.sink.bytes(`${text}\n`);
    return;
  }
  session.options.sink.bytes(mapText(dump, top, 0, context));
}

export function printMaps(session: Session, attached = session.attached!): void {
  const { maps } = attached.replay;
  for (const index of maps.indices) printMap(session, maps.dump(index), 0, attached);
}
