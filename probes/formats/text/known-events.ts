/** The events of a common kernel, for text, which names events but does not describe them. */
import { brotliDecompressSync } from "node:zlib";
import type { EventSource } from "../../catalogue.ts";
import { unpackEvents } from "./packed-events.ts";

/** Of Linux 6.1, x86_64, with its modules. Unpacking takes some 10 ms. */
export async function knownEvents(): Promise<readonly EventSource[]> {
  const { knownEventsData } = await import("./known-events-data.ts");
  return unpackEvents(brotliDecompressSync(Buffer.from(knownEventsData, "base64")).toString("latin1"));
}
