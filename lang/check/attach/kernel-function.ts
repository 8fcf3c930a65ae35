/** kprobe, kretprobe, fentry, fexit, rawtracepoint (rows 1.28 to 1.35). */
import {
  eventName,
  point,
  pointName,
  problem,
  readNumber,
  recordDynamic,
  shellWord,
  type CheckedPoint,
  type PointCheck,
} from "./checked-point.ts";
import { functionText, readFunction } from "./function-offset.ts";
import { hasWildcard } from "./wildcard.ts";

/** [MODULE:]FUNC */
const moduleAndFunction = (parts: readonly string[]): readonly [string | null, string] =>
  parts.length === 1 ? [null, parts[0]!] : [parts[0]!, parts[1]!];

/** ftrace's filter has the module behind the function. */
const traceFunctions = (module: string | null, func: string): string =>
  `trace-cmd record -C mono -p function -l ${shellWord(module === null ? func : `${func}:mod:${module}`)}`;

const ENTRY_ARGS = "arg0=$arg1 arg1=$arg2 arg2=$arg3";

export const checkKprobe: PointCheck = (parts, env) => {
  const [module, text] = moduleAndFunction(parts);
  const place = readFunction(text, "offset");
  if ("why" in place) return problem(place.why);
  if ("address" in place) {
    if (!env.unsafe) return problem("Probing by address requires --unsafe");
    const hex = place.address.toString(16);
    return point(pointName("kprobe", module, place.address), recordDynamic("kprobe_events", `at_${hex}`, "p", `0x${hex}`));
  }
  if (place.func === "") return problem("kprobes should be attached to a function");
  const wild = hasWildcard(text) || hasWildcard(module ?? "");
  const symbol = `${module === null ? "" : `${module}:`}${functionText(place)}`;
  // Behind an offset the argument registers may hold anything.
  const args = place.offset === null ? ` ${ENTRY_ARGS}` : "";
  return point(
    pointName("kprobe", module, functionText(place)),
    wild ? traceFunctions(module, text) : recordDynamic("kprobe_events", eventName(place.func), "p", `${symbol}${args}`),
  );
};

export const checkKretprobe: PointCheck = (parts) => {
  const [module, text] = moduleAndFunction(parts);
  const place = readFunction(text, "nothing");
  if ("why" in place) return problem(place.why);
  if (text === "") return problem("kprobes should be attached to a function");
  const wild = hasWildcard(text) || hasWildcard(module ?? "");
  const symbol = `${module === null ? "" : `${module}:`}${text}`;
  return point(
    pointName("kretprobe", module, text),
    wild
      ? `trace-cmd record -C mono -p function_graph -g ${shellWord(text)} -O funcgraph-retval`
      : recordDynamic("kprobe_events", `${eventName(text)}_ret`, "r", `${symbol} retval=$retval`),
  );
};

/** Row 1.35. Only what a BPF program did while it ran could be recorded, and no recorder does. */
function bpfProgram(provider: string, parts: readonly string[]): CheckedPoint {
  if (parts.length === 1) return problem("the 'bpf' variant of this probe requires a bpf program name and optional bpf program id");
  const id = parts.length === 3 ? parts[1]! : "*";
  if (id !== "*" && "why" in readNumber(id)) return problem("bpf program id must be a number or '*'");
  return {
    kind: "refused",
    message: `${pointName(provider, ...parts)} can't be replayed: no recorder sees calls of BPF programs`,
    hint: "attach to the event or function that the BPF program is attached to",
  };
}

const checkTyped =
  (provider: "fentry" | "fexit"): PointCheck =>
  (parts) => {
    if (parts[0] === "bpf") return bpfProgram(provider, parts);
    if (parts.length === 3) return problem("Only the 'bpf' variant of this probe supports 4 arguments");
    const [module, func] = moduleAndFunction(parts);
    if (func === "") return problem("fentry/fexit should specify a function");
    const wild = hasWildcard(func) || hasWildcard(module ?? "");
    const [name, definition] =
      provider === "fentry" ? [eventName(func), `${func} $arg*`] : [`${eventName(func)}_exit`, `${func}%return retval=$retval`];
    return point(
      pointName(provider, module, func),
      wild ? traceFunctions(module, func) : recordDynamic("dynamic_events", name, "f", definition),
    );
  };

export const checkFentry = checkTyped("fentry");
export const checkFexit = checkTyped("fexit");

export const checkRawTracepoint: PointCheck = (parts) => {
  const [module, event] = moduleAndFunction(parts);
  if (event === "") return problem("rawtracepoint should be attached to a function");
  const name = pointName("rawtracepoint", module, event);
  const wild = hasWildcard(event) || hasWildcard(module ?? "");
  return wild
    ? { kind: "point", name, hint: "name one event to see how it is recorded" }
    : point(name, recordDynamic("dynamic_events", eventName(event), "t", event));
};
