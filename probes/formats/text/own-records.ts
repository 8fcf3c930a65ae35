/** Records that no line's event stands for: what lines tell of tasks, stacks, functions and free text. */
import type { EventSource } from "../../catalogue.ts";
import type { TaskRule } from "../../recording.ts";
import type { EventBook } from "./event-book.ts";
import { formatText, type FormatLine } from "./format-text.ts";
import { COMM_BYTES } from "./tasks.ts";

/** Event ids. */
export interface OwnIds {
  readonly task: number;
  readonly tgid: number;
  readonly fork: number;
  readonly exit: number;
  readonly kernelStack: number;
  readonly userStack: number;
  readonly print: number;
  readonly function: number;
  readonly graphEntry: number;
  readonly graphExit: number;
}

/** Behind the common fields. */
export const ownLayout = {
  comm: 8,
  tgid: 8,
  forkChild: 8,
  forkFlags: 16,
  stackSize: 8,
  frames: 16,
  printIp: 8,
  printText: 16,
  functionIp: 8,
  functionParent: 16,
  functionArgs: 24,
  graphFunc: 8,
  graphDepth: 16,
  graphOverrun: 20,
  graphCallTime: 24,
  graphReturnTime: 32,
  graphReturnValue: 40,
} as const;

const COMMON_PID = 4;

export const ownRules = (ids: OwnIds): TaskRule[] => [
  {
    eventId: ids.task,
    when: "before",
    kind: "comm",
    pid: COMMON_PID,
    comm: { offset: ownLayout.comm, sizeBytes: COMM_BYTES, loc: "inline", basename: false },
  },
  { eventId: ids.tgid, when: "before", kind: "tgid", tgid: ownLayout.tgid },
  {
    eventId: ids.fork,
    when: "before",
    kind: "fork",
    parent: COMMON_PID,
    child: ownLayout.forkChild,
    comm: null,
    flags: ownLayout.forkFlags,
  },
  { eventId: ids.exit, when: "after", kind: "exit", pid: COMMON_PID },
];

export interface TracerFacts {
  readonly hasArguments: boolean;
  readonly hasReturnValues: boolean;
}

const unsigned = (decl: string, offset: number, sizeBytes: number): FormatLine => ({ decl, offset, sizeBytes, signed: false });

/** As the kernel describes its own records, but for what text does not tell; stacks may have more frames than they say. */
function ownEvents(
  ids: OwnIds,
  { hasArguments, hasReturnValues }: TracerFacts,
): readonly (readonly [string, number, FormatLine[], string])[] {
  const { frames, stackSize, graphFunc, graphDepth } = ownLayout;
  const caller = unsigned("unsigned long caller[8]", frames, 64);
  const entry = [unsigned("unsigned long func", graphFunc, 8), { decl: "int depth", offset: graphDepth, sizeBytes: 4, signed: true }];
  return [
    ["kernel_stack", ids.kernelStack, [{ decl: "int size", offset: stackSize, sizeBytes: 4, signed: true }, caller], '""'],
    ["user_stack", ids.userStack, [caller], '""'],
    [
      "print",
      ids.print,
      [unsigned("unsigned long ip", ownLayout.printIp, 8), { decl: "char buf[]", offset: ownLayout.printText, sizeBytes: 0, signed: true }],
      '"%ps: %s", (void *)REC->ip, REC->buf',
    ],
    [
      "function",
      ids.function,
      [
        unsigned("unsigned long ip", ownLayout.functionIp, 8),
        unsigned("unsigned long parent_ip", ownLayout.functionParent, 8),
        ...(hasArguments ? [unsigned("unsigned long args[]", ownLayout.functionArgs, 0)] : []),
      ],
      '" %ps <-- %ps", (void *)REC->ip, (void *)REC->parent_ip',
    ],
    [
      "funcgraph_entry",
      ids.graphEntry,
      [...entry, ...(hasArguments ? [unsigned("unsigned long args[]", ownLayout.functionArgs, 0)] : [])],
      '"--> %ps (%d)", (void *)REC->func, REC->depth',
    ],
    [
      "funcgraph_exit",
      ids.graphExit,
      [
        ...entry,
        unsigned("unsigned int overrun", ownLayout.graphOverrun, 4),
        unsigned("unsigned long long calltime", ownLayout.graphCallTime, 8),
        unsigned("unsigned long long rettime", ownLayout.graphReturnTime, 8),
        ...(hasReturnValues ? [unsigned("unsigned long retval", ownLayout.graphReturnValue, 8)] : []),
      ],
      '"<-- %ps (%d)", (void *)REC->func, REC->depth',
    ],
  ];
}

export function ownSources(ids: OwnIds, facts: TracerFacts): EventSource[] {
  return ownEvents(ids, facts).map(([name, id, fields, printFormat]) => ({
    category: "ftrace",
    name,
    id,
    isMade: true,
    formatText: () => formatText({ name, id, fields, printFormat }),
  }));
}

/** The kernel's own ids where the book has them, else new ones. */
export function ownIds(book: EventBook, described: readonly EventSource[]): OwnIds {
  const own = new Map(described.filter(({ category }) => category === "ftrace").map(({ name, id }) => [name, id]));
  const newId = (): number => book.newId() ?? 0;
  const of = (name: string): number => own.get(name) ?? newId();
  return {
    task: newId(),
    tgid: newId(),
    fork: newId(),
    exit: newId(),
    kernelStack: of("kernel_stack"),
    userStack: of("user_stack"),
    print: of("print"),
    function: of("function"),
    graphEntry: of("funcgraph_entry"),
    graphExit: of("funcgraph_exit"),
  };
}
