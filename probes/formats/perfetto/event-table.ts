/**
 * Events that Perfetto's FtraceEvent has a message for. A line is the number in FtraceEvent, the name, and the fields in the order of their
 * numbers; `N:` in front of a field says its number where it does not follow the one before.
 * A field is its name and its type: none i32, `#` u32, `+` i64, `*` u64, `*d` a device, `@` what the kernel's event has as `void *`: its value is
 * not the address, but a number that the recorder gave it, which may have a name in the trace; `$` text; `[]` several.
 * Events of one vendor's drivers (mdss, sde, dpu, mali, kgsl, trusty, dwc3, …) and of virtual machines (kvm, hyp) are left out.
 * Source: Perfetto protos/perfetto/trace/ftrace/ up to field 615, numbers and names only.
 */
import { DEVICES } from "./messages/devices.ts";
import { KERNEL } from "./messages/kernel.ts";
import { MEMORY } from "./messages/memory.ts";
import { STORAGE } from "./messages/storage.ts";
import type { FieldKind, ProtoEvent, ProtoField } from "./proto-event.ts";

const KINDS: Readonly<Record<string, FieldKind>> = {
  "": "i32",
  "#": "u32",
  "+": "i64",
  "*": "u64",
  $: "text",
  "@": "code",
  "*d": "device",
};

function fieldsOf(texts: readonly string[]): ProtoField[] {
  let id = 0;
  return texts.map((text) => {
    const [, own, name = "", sign = "", many] = /^(?:(\d+):)?(\w+?)(\*d|[#+*$@]?)(\[\])?$/.exec(text) ?? [];
    id = own === undefined ? id + 1 : Number(own);
    return { id, name, kind: KINDS[sign]!, isRepeated: many !== undefined };
  });
}

/** By number. */
export function eventTable(): ReadonlyMap<number, ProtoEvent> {
  const events = new Map<number, ProtoEvent>();
  for (const [category, lines] of Object.entries({ ...KERNEL, ...MEMORY, ...STORAGE, ...DEVICES }))
    for (const line of lines) {
      const [id = "", name = "", ...fields] = line.split(" ");
      events.set(Number(id), { id: Number(id), category, name, fields: fieldsOf(fields) });
    }
  return events;
}
