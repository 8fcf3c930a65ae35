/** Which event stands for one whose pointers lead elsewhere, by what the machine that records has. */
import { expect, test } from "vitest";
import type { Tracepoint } from "../../lang/catalogue.ts";
import type { Architecture } from "../../lang/check/env.ts";
import { parseEventFormat } from "../../probes/formats/event-format.ts";
import { buildCatalogue } from "../../probes/catalogue.ts";
import { eventProbe } from "../../src/plan/event-probe.ts";
import type { KernelFunction } from "../../src/plan/machine.ts";
import { definitionOf } from "../../src/plan/plan.ts";
import { madeEvent, type MadeField } from "../support/made-recording.ts";

function tracepoint(category: string, name: string, fields: readonly MadeField[]): Tracepoint {
  const { format } = madeEvent(category, name, 900, fields);
  const { tracepoints } = buildCatalogue({
    events: [{ category, name, id: parseEventFormat(format)!.id, formatText: () => format }],
    byteOrder: "little",
    longBytes: 8,
    ncpus: 1,
    warn: (message) => expect.fail(message),
  });
  return tracepoints[0]!;
}

const opens = tracepoint("syscalls", "sys_enter_openat", [
  ["int __syscall_nr", 4, 1],
  ["int dfd", 8, 1],
  ["const char * filename", 8, 0],
  ["int flags", 8, 1],
]);
const sleeps = tracepoint("syscalls", "sys_enter_nanosleep", [
  ["int __syscall_nr", 4, 1],
  ["struct __kernel_timespec * rqtp", 8, 0],
]);
const quiet = tracepoint("rcu", "rcu_utilization", [["const char * s", 8, 0]]);

interface Machine {
  readonly architecture: Architecture;
  readonly functions: () => readonly KernelFunction[] | null;
}
const machine = (architecture: Architecture, functions: readonly string[] | null): Machine => ({
  architecture,
  functions: () => functions?.map((name) => ({ name, module: null })) ?? null,
});

/** The definition of the event that has the text (else eight bytes) at the field's pointer; or why there is none. */
function planned(point: Tracepoint, field: string, on: Machine, others: readonly string[] = []): string {
  const isText = point !== sleeps;
  const found = eventProbe(
    {
      tracepoint: point,
      needs: [
        {
          probe: 0,
          from: 0,
          span: { start: 0, end: 0 },
          base: { kind: "field", name: field },
          derefs: [{ offset: 0n, user: point !== quiet }],
          bytes: isText ? null : 8,
          isMeasured: false,
        },
      ],
    },
    { fields: new Set([field, ...others]), kstack: false, ustack: false },
    "hs",
    on,
  );
  return "letter" in found ? definitionOf(found) : found.why;
}

test.each([
  ["x86_64", "__x64_sys_openat", 104, 112, 120],
  ["arm64", "__arm64_sys_openat", 8, 0, 280],
] as const)("%s: a system call is probed where the kernel enters it", (architecture, func, second, first, number) => {
  const expected =
    `p:hs/sys_enter_openat ${func} __syscall_nr=+${number}($arg1):s32 dfd=+${first}($arg1):s64 filename=+${second}($arg1):u64 ` +
    `s_filename=+0(+${second}($arg1)):ustring`;
  expect(planned(opens, "filename", machine(architecture, [func]), ["__syscall_nr", "dfd"])).toBe(expected);
  expect(planned(opens, "filename", machine(architecture, null), ["__syscall_nr", "dfd"])).toBe(expected);
});

test("other pointers of other events: an event probe", () => {
  expect(planned(sleeps, "rqtp", machine("x86_64", ["sys_nanosleep"]))).toBe(
    "e:hs/sys_enter_nanosleep syscalls/sys_enter_nanosleep rqtp=$rqtp:u64 m_rqtp_0=+u0($rqtp):x64",
  );
});

test("text behind pointers of other events: event probes get one byte of such a pointer", () => {
  const why = (name: string): string => `event probes of Linux 6.0 and newer read one byte of a pointer to text, as ${name} is`;
  expect(planned(opens, "filename", machine("x86_64", ["sys_openat"]))).toBe(why("filename"));
  expect(planned(quiet, "s", machine("x86_64", null))).toBe(why("s"));
});
