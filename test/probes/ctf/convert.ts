/** The events of another recording as LTTng's kernel tracer would have written them: its names for events and fields, no task with each event. */
import type { Recording } from "../../../probes/recording.ts";
import type { BitWriter } from "../../../tooling/ctf/writer.ts";
import { concatPackets, HeaderWriter, headerText, packetBytes, type ByteOrder } from "../../../tooling/ctf/writer.ts";
import { recordsOf, type ReadRecord } from "../../support/read-records.ts";
import { text, type TraceFiles } from "./support.ts";

/** What LTTng calls pid is the process. */
const asTid = (field: string): string => field.replace(/(^|_)pid$/, "$1tid");

const nameOf = ({ category, name }: ReadRecord): string =>
  category === "syscalls" ? name.replace(/^sys_enter_/, "syscall_entry_").replace(/^sys_exit_/, "syscall_exit_") : name;

type Values = ReadRecord["values"];

/** Comms are arrays of characters, other text is a string. */
function declarations(values: Values): string {
  return [...values]
    .map(([field, value]) => {
      const own = `_${asTid(field)}`;
      if (Array.isArray(value)) return `integer { size = 64; align = 8; signed = 0; } ${own}[${value.length}];`;
      if (typeof value !== "string") return `integer { size = 64; align = 8; signed = 1; } ${own};`;
      return field.endsWith("comm") ? `integer { size = 8; align = 8; encoding = UTF8; } ${own}[16];` : `string ${own};`;
    })
    .join(" ");
}

function writeValues(bits: BitWriter, values: Values): void {
  for (const [field, value] of values) {
    if (Array.isArray(value)) for (const element of value) bits.integer(element, 64);
    else if (typeof value !== "string") bits.integer(/prio$/.test(field) ? value - 100n : value, 64);
    else if (!field.endsWith("comm")) bits.string(value);
    else for (let i = 0; i < 16; i++) bits.integer(value.charCodeAt(i) || 0, 8);
  }
}

const CONTEXT = `event.context := struct { integer { size = 32; align = 8; signed = 1; } _tid; integer { size = 8; align = 8; encoding = UTF8; } _procname[17]; };`;

export function ctfOf(recording: Recording, order: ByteOrder, context: "tid" | "none"): TraceFiles {
  const perCpu = recordsOf(recording).map(({ cpu, records }) => ({
    cpu,
    records: records.filter(({ category }) => category !== "ftrace"),
  }));
  const ids = new Map<string, number>();
  const events: string[] = [];
  for (const { records } of perCpu)
    for (const record of records) {
      const name = nameOf(record);
      if (ids.has(name)) continue;
      ids.set(name, ids.size + 25);
      events.push(
        `event { name = "${name}"; id = ${ids.get(name)!}; stream_id = 0; fields := struct { ${declarations(record.values)} }; };`,
      );
    }
  const stream = `stream { id = 0; event.header := struct event_header_compact; packet.context := struct packet_context; ${context === "tid" ? CONTEXT : ""} };`;
  const env = `env { domain = "kernel"; tracer_name = "lttng-modules"; sysname = "Linux"; kernel_release = "6.1"; };`;
  const files: Record<string, Uint8Array> = { metadata: text([headerText(order), env, stream, ...events].join("\n")) };
  for (const { cpu, records } of perCpu) {
    const packets: Uint8Array[] = [];
    for (let from = 0; from < records.length; from += 100) {
      const part = records.slice(from, from + 100);
      const [begin, end] = [part[0]!.ns, part.at(-1)!.ns];
      packets.push(
        packetBytes(order, {
          ...{ streamId: 0, cpu, begin, end, sequence: from / 100 },
          events(bits) {
            const header = new HeaderWriter(begin);
            for (const record of part) {
              header.write(bits, ids.get(nameOf(record))!, record.ns);
              if (context === "tid") {
                bits.integer(record.pid, 32);
                const comm = recording.comms.get(record.pid) ?? "";
                for (let i = 0; i < 17; i++) bits.integer(comm.charCodeAt(i) || 0, 8);
              }
              writeValues(bits, record.values);
            }
          },
        }),
      );
    }
    if (packets.length > 0) files[`channel0_${cpu}`] = concatPackets(packets);
  }
  return files;
}
