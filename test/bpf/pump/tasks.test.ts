/** comm and pid of the moment: what is known before the first event, and how fork, exec and rename change it. */
import { describe, expect, test } from "vitest";
import type { Backend, PumpOptions, TaskRuleSpec } from "../../../src/bpf/machine-types.ts";
import { logProgram, machineOf, outputRing, pumpAll, streamOf } from "../../support/machine.ts";
import { eventRecord, joinPages, writePage, type PageFormat, type PageItem } from "../../support/pages.ts";

/** Something happens in a task: what programs see is asked for here. */
const HAPPENS = 7;
const RENAME = 20;
const EXEC = 21;
const NEWTASK = 22;
const FORK = 23;
const FREE = 24;
const SWITCH = 25;
const USER_STACK = 26;
const EXIT_CLONE = 27;
const EXIT_EXECVE = 28;

const inline = (offset: number): NonNullable<TaskRuleSpec["comm"]> => ({ offset, sizeBytes: 16, loc: "inline", basename: false });

/** As probes/kernel/task-rules.ts makes them, for the records below. */
const taskRules: readonly TaskRuleSpec[] = [
  { eventId: RENAME, when: "before", kind: "old_comm", pid: 8, comm: inline(12) },
  { eventId: RENAME, when: "after", kind: "comm", pid: 8, comm: inline(28) },
  { eventId: EXEC, when: "before", kind: "comm", pid: 12, comm: { offset: 8, sizeBytes: 4, loc: "data_loc", basename: true } },
  { eventId: NEWTASK, when: "before", kind: "fork", parent: 4, child: 8, comm: inline(12), flags: 28 },
  { eventId: FORK, when: "before", kind: "fork", parent: 8, child: 12, comm: null, flags: -1 },
  { eventId: FREE, when: "after", kind: "exit", pid: 8 },
  { eventId: SWITCH, when: "before", kind: "comm", pid: 24, comm: inline(8) },
  { eventId: SWITCH, when: "before", kind: "comm", pid: 44, comm: inline(28) },
  { eventId: USER_STACK, when: "before", kind: "tgid", tgid: 8 },
  { eventId: EXIT_CLONE, when: "before", kind: "fork", late: true, parent: 4, child: 16, comm: null, flags: -1 },
  { eventId: EXIT_EXECVE, when: "before", kind: "exec", pid: 4, result: 16 },
];

type Field = number | string | { readonly u64: bigint };

function recordOf(format: PageFormat, id: number, pid: number, fields: readonly Field[]): Uint8Array {
  const little = format.byteOrder === "little";
  const rest = new Uint8Array(
    fields.reduce<number>((sum, field) => sum + (typeof field === "number" ? 4 : typeof field === "string" ? 16 : 8), 0),
  );
  const view = new DataView(rest.buffer);
  let at = 0;
  for (const field of fields) {
    if (typeof field === "number") {
      view.setUint32(at, field, little);
      at += 4;
    } else if (typeof field === "string") {
      rest.set(new TextEncoder().encode(field), at);
      at += 16;
    } else {
      view.setBigUint64(at, field.u64, little);
      at += 8;
    }
  }
  return eventRecord(format.byteOrder, id, pid, rest);
}

type Event = (format: PageFormat) => Uint8Array;
const happens =
  (pid: number): Event =>
  (format) =>
    recordOf(format, HAPPENS, pid, [0, 0]);
const rename =
  (pid: number, from: string, to: string): Event =>
  (format) =>
    recordOf(format, RENAME, pid, [pid, from, to]);
const switchTo =
  (prev: [string, number], next: [string, number]): Event =>
  (format) =>
    recordOf(format, SWITCH, prev[1], [prev[0], prev[1], next[0], next[1]]);
const THREAD = 0x10000n;
const newtask =
  (parent: number, child: number, comm: string, flags: bigint): Event =>
  (format) =>
    recordOf(format, NEWTASK, parent, [child, comm, { u64: flags }]);
const fork =
  (parent: number, child: number): Event =>
  (format) =>
    recordOf(format, FORK, parent, [parent, child]);
const free =
  (pid: number): Event =>
  (format) =>
    recordOf(format, FREE, 1, [pid, 0]);
const userStack =
  (pid: number, tgid: number): Event =>
  (format) =>
    recordOf(format, USER_STACK, pid, [tgid, 0]);
const exitClone =
  (pid: number, result: bigint): Event =>
  (format) =>
    recordOf(format, EXIT_CLONE, pid, [56, 0, { u64: BigInt.asUintN(64, result) }]);
const exitExecve =
  (pid: number, result = 0n): Event =>
  (format) =>
    recordOf(format, EXIT_EXECVE, pid, [59, 0, { u64: BigInt.asUintN(64, result) }]);
const exec =
  (pid: number, filename: string): Event =>
  (format) => {
    const text = `${filename}\0`.padEnd(48, "\0");
    const head = recordOf(format, EXEC, pid, [
      ((filename.length + 1) << 16) | 16,
      pid,
      text.slice(0, 16),
      text.slice(16, 32),
      text.slice(32, 48),
    ]);
    return head;
  };

const little: PageFormat = { byteOrder: "little", headerBytes: 16, pageBytes: 4096 };
const big: PageFormat = { byteOrder: "big", headerBytes: 12, pageBytes: 4096 };

interface Seen {
  readonly comms: string[];
  readonly tgids: number[];
  readonly missing: Readonly<Record<string, number>>;
}

/** Events at 1, 2, 3 … ns, on CPU 0, or as given per CPU with their times. Compiled programs see what interpreted ones do. */
function seenBy(...args: Parameters<typeof seenWith> extends [Backend, ...infer Rest] ? Rest : never): Seen {
  const seen = seenWith("jit", ...args);
  expect(seen).toEqual(seenWith("interp", ...args));
  return seen;
}

function seenWith(
  backend: Backend,
  cpus: readonly (readonly (readonly [number, Event])[])[],
  options: Partial<PumpOptions> = {},
  format = little,
): Seen {
  const streams = cpus.map((events, cpu) => {
    const pages = events.map(([ts, event]) => {
      const item: PageItem = { kind: "data", delta: 0, payload: event(format) };
      return writePage(format, { ts: BigInt(ts), items: [item] });
    });
    return streamOf({ cpu, format, bytes: joinPages(pages) });
  });
  const machine = machineOf({ programs: [logProgram(1)], maps: [outputRing], outputRing: 0, streams, backend });
  const log = pumpAll(machine, { dispatch: new Map([[HAPPENS, [0]]]), trackTasks: true, taskRules, ...options });
  return { comms: log.map(({ comm }) => comm), tgids: log.map(({ tgid }) => tgid), missing: machine.missingCounts() };
}

const inOrder = (events: readonly Event[]): (readonly [number, Event])[][] => [events.map((event, i) => [i + 1, event] as const)];
const comms = (events: readonly Event[], saved: readonly (readonly [number, string])[] = []): string[] =>
  seenBy(inOrder(events), { comms: new Map(saved) }).comms;

test("a saved name holds for the whole run when nothing says otherwise", () => {
  expect(comms([happens(5), happens(5)], [[5, "bash"]])).toEqual(["bash", "bash"]);
});

test("a name is cut to 15 bytes, and bytes that are no text pass through", () => {
  expect(comms([happens(5)], [[5, "a-name-of-more-than-fifteen"]])).toEqual(["a-name-of-more-"]);
});

test("before a rename the task has its old name, at the rename too, afterwards the new one", () => {
  const events = [happens(5), rename(5, "old", "new"), happens(5)];
  expect(comms(events, [[5, "new"]])).toEqual(["old", "new"]);
  const atRename = seenBy(inOrder(events), { dispatch: new Map([[RENAME, [0]]]), comms: new Map([[5, "new"]]) });
  expect(atRename.comms).toEqual(["old"]);
});

test("a name seen in passing holds from the start", () => {
  expect(comms([happens(5), switchTo(["worker", 5], ["swapper/0", 0]), happens(5)], [[5, "later"]])).toEqual(["worker", "worker"]);
  expect(comms([happens(6), switchTo(["worker", 5], ["other", 6])])).toEqual(["other"]);
});

test("the earliest evidence decides, on whatever CPU it is", () => {
  const late = switchTo(["second", 5], ["x", 9]);
  const early = switchTo(["y", 8], ["first", 5]);
  const { comms } = seenBy([
    [
      [1, happens(5)],
      [30, late],
      [31, happens(5)],
    ],
    [
      [20, early],
      [21, happens(5)],
    ],
  ]);
  expect(comms).toEqual(["first", "first", "second"]);
});

test("a child is called like its parent, then like its file, then as it calls itself", () => {
  const events = [
    happens(1),
    newtask(1, 5, "bash", 0n),
    happens(5),
    exec(5, "/usr/bin/a-program-with-long-name"),
    happens(5),
    rename(5, "a-program-with-", "pool"),
    happens(5),
    happens(1),
  ];
  expect(comms(events, [[5, "pool"]])).toEqual(["bash", "bash", "a-program-with-", "pool", "bash"]);
});

test("a fork without a name takes the parent's name of the moment", () => {
  const events = [rename(1, "sh", "dash"), fork(1, 5), happens(5), rename(1, "dash", "zsh"), happens(5), happens(1)];
  expect(comms(events, [[5, "wrong"]])).toEqual(["dash", "dash", "zsh"]);
});

test("an exec alone does not say what was before it: the saved name has to serve", () => {
  expect(comms([happens(5), exec(5, "/bin/true"), happens(5)], [[5, "true"]])).toEqual(["true", "true"]);
  expect(comms([happens(5), exec(5, "true"), happens(5)])).toEqual(["<...>", "true"]);
});

test("what was evidence of an earlier task with the same pid is not one of the later", () => {
  const events = [
    happens(5),
    rename(5, "first", "second"),
    free(5),
    newtask(1, 5, "parent", 0n),
    happens(5),
    switchTo(["parent", 5], ["x", 9]),
  ];
  expect(comms(events)).toEqual(["first", "parent"]);
});

test("idle tasks are called after their CPU", () => {
  const seen = seenBy([[[1, happens(0)]], [[2, happens(0)]]], { comms: new Map([[0, "<idle>"]]) });
  expect(seen).toMatchObject({ comms: ["swapper/0", "swapper/1"], tgids: [0, 0], missing: { comm: 0, tgid: 0 } });
});

test("a CPU number of two digits and more", () => {
  const streams = [12, 100].map((cpu) =>
    streamOf({
      cpu,
      format: little,
      bytes: writePage(little, { ts: 1n, items: [{ kind: "data", delta: 0, payload: happens(0)(little) }] }),
    }),
  );
  const machine = machineOf({ programs: [logProgram(1)], maps: [outputRing], outputRing: 0, streams });
  expect(pumpAll(machine, { dispatch: new Map([[HAPPENS, [0]]]), trackTasks: true }).map(({ comm }) => comm)).toEqual([
    "swapper/12",
    "swapper/100",
  ]);
  expect(machine.ncpus).toBe(101);
});

test("unknown names and processes are counted once per event", () => {
  const { comms, tgids, missing } = seenBy(inOrder([happens(5), happens(6), happens(5)]));
  expect({ comms, tgids }).toEqual({ comms: ["<...>", "<...>", "<...>"], tgids: [5, 6, 5] });
  expect(missing).toMatchObject({ comm: 3, tgid: 3 });
});

test("threads belong to their parent's process, other children to their own", () => {
  const events = [
    userStack(10, 10),
    newtask(10, 11, "a", THREAD),
    newtask(10, 12, "a", 0n),
    newtask(12, 13, "a", THREAD | 0x100n),
    happens(11),
    happens(12),
    happens(13),
  ];
  const { tgids, missing } = seenBy(inOrder(events));
  expect(tgids).toEqual([10, 12, 12]);
  expect(missing["tgid"]).toBe(0);
});

test("a second event about the same fork, without flags, takes nothing away", () => {
  const { tgids } = seenBy(inOrder([userStack(10, 10), newtask(10, 11, "a", THREAD), fork(10, 11), happens(11)]));
  expect(tgids).toEqual([10]);
});

test("a stack that names the process holds from the task's start", () => {
  expect(seenBy(inOrder([happens(11), userStack(11, 10), happens(11)])).tgids).toEqual([10, 10]);
  expect(seenBy(inOrder([fork(10, 11), happens(11), userStack(11, 10), happens(11)])).tgids).toEqual([10, 10]);
});

/** Threads of a process that nobody told of: 10 makes 11, which makes 12, and 10 makes 13. */
const unknownThreads = [newtask(10, 11, "a", THREAD), newtask(11, 12, "a", THREAD), newtask(10, 13, "a", THREAD)];

test("threads of an unknown process are in one process, that of their creator", () => {
  const { tgids, missing } = seenBy(inOrder([...unknownThreads, happens(10), happens(11), happens(12), happens(13)]));
  expect(tgids).toEqual([10, 10, 10, 10]);
  expect(missing["tgid"]).toBe(4);
});

test("what is told of the creator holds for its threads", () => {
  const { tgids, missing } = seenBy(inOrder([...unknownThreads, userStack(10, 9), happens(10), happens(12), happens(13)]));
  expect(tgids).toEqual([9, 9, 9]);
  expect(missing["tgid"]).toBe(0);
});

test("what is told of a thread holds for its creator, and by it for the others", () => {
  const { tgids, missing } = seenBy(inOrder([...unknownThreads, happens(10), userStack(12, 9), happens(10), happens(11), happens(13)]));
  expect(tgids).toEqual([10, 9, 9, 9]);
  expect(missing["tgid"]).toBe(1);
});

test("another task with the number of the creator has another process", () => {
  const reused = [newtask(10, 11, "a", THREAD), free(10), newtask(20, 10, "b", 0n), happens(11), happens(10)];
  const { tgids, missing } = seenBy(inOrder(reused));
  expect(tgids).toEqual([11, 10]);
  expect(missing["tgid"]).toBe(1);
  const after = [...reused, userStack(11, 9), happens(11), happens(10)];
  expect(seenBy(inOrder(after)).tgids).toEqual([11, 10, 9, 10]);
});

test("big-endian recordings follow the same rules", () => {
  const events = [
    happens(5),
    rename(5, "old", "new"),
    newtask(5, 6, "new", 0n),
    exec(6, "/bin/ls"),
    happens(6),
    happens(5),
    userStack(6, 4),
    happens(6),
  ];
  const { comms, tgids } = seenBy(inOrder(events), {}, big);
  expect(comms).toEqual(["old", "ls", "new", "ls"]);
  expect(tgids).toEqual([5, 6, 5, 4]);
});

test("events before the window move tasks, events after it do not", () => {
  const events = [rename(5, "one", "two"), happens(5), rename(5, "two", "three"), happens(5), rename(5, "three", "four"), happens(5)];
  expect(seenBy(inOrder(events), { fromNs: 4n, toNs: 6n }).comms).toEqual(["three"]);
});

test("a record too short for its rules is damage, and does nothing", () => {
  const bytes = joinPages(
    [rename(5, "a", "b"), exec(5, "/bin/true")].map((event, i) =>
      writePage(little, { ts: BigInt(i + 1), items: [{ kind: "data", delta: 0, payload: event(little).slice(0, 16) }] }),
    ),
  );
  const machine = machineOf({
    programs: [logProgram(1)],
    maps: [outputRing],
    outputRing: 0,
    streams: [streamOf({ cpu: 0, format: little, bytes })],
  });
  pumpAll(machine, { trackTasks: true, taskRules });
  expect(machine.stats()).toMatchObject({ events: 2n, fired: 0n });
  expect(machine.stats().damaged).toBeGreaterThan(0);
});

test("without tracking nothing is looked at", () => {
  const { comms, tgids } = seenBy(inOrder([rename(5, "a", "b"), happens(5)]), { trackTasks: false, comms: new Map([[5, "b"]]) });
  expect({ comms, tgids }).toEqual({ comms: ["<...>"], tgids: [5] });
});

describe("where only system calls were recorded", () => {
  const saved = [
    [1, "bash"],
    [5, "find"],
  ] as const;

  test("a child is called like its parent until its exec returns, whichever of the two returns from clone first", () => {
    const childFirst = [exitClone(5, 0n), happens(5), exitClone(1, 5n), happens(5), exitExecve(5), happens(5), happens(1)];
    expect(comms(childFirst, saved)).toEqual(["bash", "bash", "find", "bash"]);
    const parentFirst = [exitClone(1, 5n), exitClone(5, 0n), happens(5), exitExecve(5), happens(5)];
    expect(comms(parentFirst, saved)).toEqual(["bash", "find"]);
  });

  test("the parent of a vfork returns after the child's exec, which does not take the name back", () => {
    expect(comms([exitClone(5, 0n), happens(5), exitExecve(5), happens(5), exitClone(1, 5n), happens(5)], saved)).toEqual([
      "bash",
      "find",
      "find",
    ]);
  });

  test("an exec that fails changes nothing", () => {
    expect(comms([exitClone(5, 0n), exitClone(1, 5n), exitExecve(5, -2n), happens(5), exitExecve(5), happens(5)], saved)).toEqual([
      "bash",
      "find",
    ]);
  });

  test("a fork that fails makes no task, and a pid of a namespace is nobody's", () => {
    expect(comms([exitClone(1, -11n), happens(5)], saved)).toEqual(["find"]);
    expect(comms([exitClone(1, 5n), happens(5)], saved)).toEqual(["find"]);
  });

  test("names go down through several forks", () => {
    const events = [
      exitClone(5, 0n),
      exitClone(6, 0n),
      happens(6),
      exitClone(5, 6n),
      exitClone(1, 5n),
      exitExecve(5),
      happens(6),
      exitExecve(6),
      happens(6),
    ];
    expect(comms(events, [...saved, [6, "xargs"]])).toEqual(["bash", "bash", "xargs"]);
  });

  test("an exec event that tells the name is not overruled by the saved one", () => {
    const events = [
      exitClone(5, 0n),
      exitClone(1, 5n),
      exec(5, "/bin/sh"),
      happens(5),
      exitExecve(5),
      happens(5),
      exitExecve(5),
      happens(5),
    ];
    expect(comms(events, saved)).toEqual(["sh", "sh", "find"]);
  });

  test("an exec without a saved name leaves the task without one", () => {
    expect(comms([exitClone(5, 0n), exitClone(1, 5n), happens(5), exitExecve(5), happens(5)], [[1, "bash"]])).toEqual(["bash", "<...>"]);
  });

  test("a name seen before the exec is better than the parent's", () => {
    const events = [
      exitClone(5, 0n),
      happens(5),
      switchTo(["renamed", 5], ["x", 9]),
      exitClone(1, 5n),
      happens(5),
      exitExecve(5),
      happens(5),
    ];
    expect(comms(events, saved)).toEqual(["renamed", "renamed", "find"]);
  });
});
