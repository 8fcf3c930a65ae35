/** From a word of a program's context to what of the event it is. */
import type { ResolvedAttachPoint } from "../../lang/catalogue.ts";
import { argumentRegisters, registerSlots, RETURN_SLOT, type RegisterName } from "../../lang/registers.ts";
import type { FetchBase } from "../../probes/probed/fetch.ts";

const registerAt = (offset: number): RegisterName | null =>
  (Object.keys(registerSlots) as RegisterName[]).find((name) => registerSlots[name] === offset) ?? null;

/** Null: a word that every record of the event has, as its address. */
export function contextBase(point: ResolvedAttachPoint, offset: number): FetchBase | null {
  if (!("site" in point)) return null;
  if (point.provider === "fentry" || point.provider === "fexit") {
    const index = offset / 8;
    const { fields, returnIndex } = point.site.records;
    if (index === returnIndex) return { kind: "return" };
    // The planned site has the function's arguments as its fields, in order.
    return index < fields.length ? { kind: "argument", index } : null;
  }
  if (point.provider === "rawtracepoint" || point.provider === "usdt") return { kind: "argument", index: offset / 8 };
  if (point.site.at === "return" && offset === RETURN_SLOT) return { kind: "return" };
  if (offset === registerSlots.ip) return null;
  const name = registerAt(offset);
  if (name === null) return null;
  const argument = argumentRegisters.indexOf(name);
  return argument >= 0 && point.site.at === "entry" ? { kind: "argument", index: argument } : { kind: "register", name };
}
