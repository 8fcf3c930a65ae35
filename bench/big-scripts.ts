/** Scripts of many lines over the sample recording, in the shapes that long scripts have. Each is what its name says, and a function of nothing. */

/** Events of the sample with two numbers and two texts, or what stands for them. */
const events = [
  { point: "tracepoint:sched:sched_switch", a: "args.prev_prio", b: "args.next_pid", text: "args.prev_comm" },
  { point: "tracepoint:sched:sched_wakeup", a: "args.prio", b: "args.pid", text: "args.comm" },
  { point: "tracepoint:syscalls:sys_enter_read", a: "args.count", b: "args.fd", text: "comm" },
  { point: "tracepoint:syscalls:sys_exit_read", a: "args.ret", b: "tid", text: "comm" },
  { point: "tracepoint:syscalls:sys_enter_openat", a: "args.flags", b: "args.dfd", text: "str(args.filename)" },
  { point: "tracepoint:block:block_rq_issue", a: "args.nr_sector", b: "args.bytes", text: "args.rwbs" },
] as const;
type Event = (typeof events)[number];

const times = (count: number, line: (n: number) => string): string[] => Array.from({ length: count }, (_, n) => line(n));

/** One statement of what probes usually hold. `maps`: how many different ones there are. */
function usual(event: Event, n: number, maps: number): string {
  const { a, b, text } = event;
  const map = n % maps;
  switch (n % 10) {
    case 0:
      return `@count${map}[${text}] = count();`;
    case 1:
      return `$v${n % 7} = ${a} + ${n};`;
    case 2:
      return `@sum${map}[pid, ${b}] = sum(${a});`;
    case 3:
      return `if (${a} > ${n}) { @big${map}++; }`;
    case 4:
      return `@start${map}[tid] = nsecs;`;
    case 5:
      return `@hist${map} = hist(${a});`;
    case 6:
      return `if (@start${(n - 2) % maps}[tid]) { @took${map}[comm] = max(nsecs - @start${(n - 2) % maps}[tid]); delete(@start${(n - 2) % maps}, tid); }`;
    case 7:
      return `if (${text} == "name${n}" || ${b} == ${n}) { @match${map}[${b}] = count(); }`;
    case 8:
      return `printf("%s %d %d ${n}\\n", ${text}, ${a}, ${b});`;
    default:
      return `@last${map} = ${a} > ${b} ? ${a} * ${n} : ${b} / ${n};`;
  }
}

function probes(count: number, lines: number, line: (event: Event, n: number) => string): string {
  let n = 0;
  return times(count, (probe) => {
    const event = events[probe % events.length]!;
    return `${event.point} /${event.b} != ${probe}/\n{\n${times(lines, () => `  ${line(event, n++)}\n`).join("")}}\n`;
  }).join("");
}

const oneProbe = (lines: readonly string[], head = "tracepoint:sched:sched_switch"): string =>
  `begin { @x = nsecs; @y[tid] = nsecs; }\n${head}\n{\n${lines.map((line) => `  ${line}\n`).join("")}}\n`;

/** 25 conditions inside each other: an aggregation in each. */
const nested = (event: Event, from: number): string =>
  times(25, (n) => `if (${event.a} ${n % 2 === 0 ? ">" : "!="} ${from + n}) { @deep[${n % 9}] = count();`).join(" ") + " }".repeat(25);

/** Numbers in no order. */
const mixed = (n: number): number => (n * 7919) % 2003;

const elseIfs = (subject: string, count: number): string =>
  times(count, (n) => `if (${subject} == ${n * 3}) { @branch${n % 9}[${n}] = count(); }`).join(" else ");

const ternaries = (subject: string, count: number): string =>
  `$t = ${times(count, (n) => `${subject} > ${n * 5} ? ${n}`).join(" : ")} : 0; @t[$t] = count();`;

/** Name → script. Those of 5,000 lines first. */
export const bigScripts: Readonly<Record<string, () => string>> = {
  "200 probes, 23 statements each": () => probes(200, 23, (event, n) => usual(event, n, 6)),
  "20 probes, 250 statements each": () => probes(20, 248, (event, n) => usual(event, n, 6)),
  "one probe, 5,000 statements": () => oneProbe(times(5000, (n) => usual(events[0], n, 6))),
  "200 probes, 60 maps in each": () => probes(200, 23, (event, n) => usual(event, n, 60)),
  "5,000 printf": () => probes(100, 48, ({ a, b, text }, n) => `printf("%d ${n} %s %x\\n", ${a}, ${text}, ${b});`),
  "5,000 string comparisons": () =>
    probes(100, 48, ({ text }, n) => `if (${text} ${n % 3 === 0 ? "!=" : "=="} "some name ${n}") { @[${n % 60}] = count(); }`),
  "5,000 conditions, nested by 25": () =>
    times(40, (n) =>
      oneProbe(
        times(5, (m) => nested(events[n % 2]!, n + m)),
        events[n % 2]!.point,
      ),
    ).join(""),
  "5,000 local variables": () => probes(10, 498, ({ a }, n) => `$v${n % 498} = ${n % 498 === 0 ? a : `$v${(n % 498) - 1} + ${n}`};`),
  "280 conditions on one field": () => oneProbe(times(280, (n) => `if (args.prev_prio > ${mixed(n)}) { @c[${n}] = count(); }`)),
  "280 conditions on one map": () => oneProbe(times(280, (n) => `if (@x > ${mixed(n)}) { @c[${n}] = count(); }`)),
  "280 conditions on one element": () => oneProbe(times(280, (n) => `if (@y[tid] > ${mixed(n)}) { @c[${n}] = count(); }`)),
  "280 conditions on one variable": () =>
    oneProbe(["$x = args.prev_prio * 3;", ...times(280, (n) => `if ($x == ${mixed(n)}) { @c[${n}] = count(); }`)]),
  "280 conditions on pid": () => oneProbe(times(280, (n) => `if (pid == ${mixed(n)}) { @c[${n}] = count(); }`)),
  "280 conditions on two fields": () =>
    oneProbe(times(280, (n) => `if (args.prev_prio > ${mixed(n)} && args.next_prio < ${n}) { @c[${n}] = count(); }`)),
  "280 conditions on a changing variable": () =>
    oneProbe(["$x = args.prev_prio;", ...times(280, (n) => `if ($x > ${n}) { $x = $x - ${(n % 5) + 1}; }`), "@[$x] = count();"]),
  "280 flags set by conditions": () =>
    oneProbe(["$f = 0;", ...times(280, (n) => `if (args.prev_pid == ${n}) { $f = ${n}; }`), "if ($f) { @[$f] = count(); }"]),
  "16 flags, all asked for": () =>
    oneProbe([
      ...times(16, (n) => `$f${n} = 0; if (args.prev_pid & ${1 << n}) { $f${n} = 1; }`),
      ...times(16, (n) => `if ($f${n}) { @f[${n}] = count(); }`),
    ]),
  "else-if chain of 200 on a field": () => oneProbe([elseIfs("args.prev_prio", 200)]),
  "else-if chain of 200 on a map": () => oneProbe([elseIfs("@x", 200)]),
  "ten else-if chains of 100": () => oneProbe(times(10, () => elseIfs("args.next_pid", 100))),
  "ternary chain of 200": () => oneProbe([ternaries("args.prev_prio", 200)]),
  "ten ternary chains of 100": () => oneProbe(times(10, (n) => ternaries(n % 2 === 0 ? "args.prev_prio" : "@x", 100))),
};
