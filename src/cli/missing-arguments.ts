/** What function probes were asked for and their records do not hold: said once a probe, with the definition that records it. */
import type { ProbeSite } from "../../lang/catalogue.ts";
import { argumentRegisters, argumentSlot, RETURN_SLOT } from "../../lang/registers.ts";
import { operandType, parseOperands, whyUnreached } from "../../probes/symbols/operands.ts";
import { isPacketPoint } from "../session/packet-tasks.ts";
import type { PointerPath } from "../session/recorded-pointers.ts";
import type { SessionResult } from "../session/session.ts";
import { times, type Shortfall } from "./report.ts";

type Missing = SessionResult["missingArguments"][number];

const FILES: Readonly<Record<ProbeSite["code"], string>> = {
  kernel: "kprobe_events",
  user: "uprobe_events",
  raw_tracepoint: "dynamic_events",
  usdt: "uprobe_events",
};

const DYNAMIC_EVENTS = "/sys/kernel/tracing/dynamic_events";

/** argN as a fetch argument; functions of user code have their arguments in registers. */
function fetchArgument(site: ProbeSite, name: string): string {
  if (name === "retval") return "retval=$retval";
  const register = /^reg\("(\w+)"\)$/.exec(name)?.[1];
  if (register !== undefined) return `reg_${register}=%${register}`;
  const index = Number(name.slice("arg".length));
  if (site.code === "usdt") {
    const operand = parseOperands(site.operands ?? "")[index];
    return `${name}=${operand?.where.kind === "fetch" ? `${operand.where.text}:${operandType(operand)}` : "?"}`;
  }
  return site.code === "user" ? `${name}=%${argumentRegisters[index] ?? "?"}` : `${name}=$arg${index + 1}`;
}

/** Why an argument of a static probe cannot be recorded, and what else can. */
function unreachedOperand(site: ProbeSite, name: string): string[] {
  const operands = parseOperands(site.operands ?? "");
  const operand = operands[Number(name.slice("arg".length))];
  if (operand === undefined) return [`the probe has ${operands.length} arguments`];
  const unreached = whyUnreached(operand);
  if (unreached === null) return [];
  const { why, hint } = unreached;
  return [`${name} cannot be recorded: ${why}${hint === null ? "" : `; ${hint}`}`];
}

/** Names of what the records hold already. */
function heldNames(site: ProbeSite): string[] {
  const { registers, typed } = site.records.recipe;
  if (site.code === "raw_tracepoint" || site.code === "usdt") return typed.map(({ index }) => `arg${index}`);
  const held = new Set(registers.filter(({ from }) => from.kind === "field").map(({ slot }) => slot));
  if (site.at === "return") return held.has(RETURN_SLOT) ? ["retval"] : [];
  return argumentRegisters.flatMap((_, i) => (held.has(argumentSlot(i)!) ? [`arg${i}`] : []));
}

/** Options of perf record for what samples lack. */
function sampleOptions(names: readonly string[]): string {
  const registers = names.flatMap((name) => /^reg\("(\w+)"\)$/.exec(name)?.[1] ?? []);
  return [...(names.includes("ctx.addr") ? ["-d"] : []), ...(registers.length > 0 ? [`--intr-regs=${registers.join(",")}`] : [])].join(" ");
}

/** Base and name of a fetch argument, for memory that is read from it on. */
function baseOf(point: Missing["point"], { word, slot }: PointerPath): { readonly fetch: string; readonly name: string } | null {
  if (point.provider === "tracepoint") return { fetch: `$${word.slice("args.".length)}`, name: `_${word.slice("args.".length)}` };
  if (!("site" in point)) return null;
  const { site } = point;
  if (slot === RETURN_SLOT && site.at === "return") return { fetch: "$retval", name: "" };
  const index = argumentRegisters.findIndex((_, i) => argumentSlot(i) === slot);
  if (index < 0) return null;
  const fetch = fetchArgument(site, `arg${index}`);
  return { fetch: fetch.slice(fetch.indexOf("=") + 1).replace(/:\w+$/, ""), name: String(index) };
}

/** The fetch argument of a pointer in memory, named so that a replay knows it without its definition; null: none is known. */
function memoryArgument(point: Missing["point"], path: PointerPath): string | null {
  const base = baseOf(point, path);
  if (base === null) return null;
  const isUserMemory = point.provider === "tracepoint" && point.tracepoint.category === "syscalls";
  const fetch = path.derefs.reduce(
    (inner, offset) => `${offset < 0n ? "-" : "+"}${isUserMemory ? "u" : ""}${offset < 0n ? -offset : offset}(${inner})`,
    base.fetch,
  );
  const at = "site" in point && point.site.at === "return" ? "r" : "";
  const name = [`${at}m${base.name}`, ...path.derefs.map((offset) => (offset < 0n ? `n${-offset}` : String(offset)))].join("_");
  return `${name}=${fetch}:x64`;
}

interface Wanted {
  /** Words of the context. */
  readonly names: readonly string[];
  /** Pointers in memory. */
  readonly memory: readonly PointerPath[];
}

/** `extra`: fetch arguments of memory. */
function ofSite(
  point: Extract<Missing["point"], { readonly site: ProbeSite }>,
  names: readonly string[],
  extra: readonly string[],
): string {
  const { site } = point;
  if (point.provider === "usdt" && site.operands === undefined)
    return "give the program with --symfs DIR: the notes in it say where the arguments are";
  const [unreached] = point.provider === "usdt" ? names.flatMap((name) => unreachedOperand(site, name)) : [];
  if (unreached !== undefined) return unreached;
  if (names.some((name) => name.startsWith("args.")) && site.code === "kernel") {
    const { func, at } = site;
    const [place, since] = at === "return" ? [`${func}%return`, "6.10"] : [func, "6.5"];
    const what = extra.length === 0 ? "all by name" : "it";
    const args = ["$arg*", ...extra].join(" ");
    return `record ${what} with: echo 'f:hs/${func} ${place} ${args}' >> ${DYNAMIC_EVENTS} (Linux ${since} or newer)`;
  }
  return `record it with: echo '${definition(site, names, extra)}' >> /sys/kernel/tracing/${FILES[site.code]}`;
}

function recordWith(point: Missing["point"], { names, memory }: Wanted): string {
  if ("sampled" in point) return `record it with: perf record ${sampleOptions(names)} -e ${point.sampled.label}`;
  if ("periodNs" in point) return `sample instead: perf record -k mono -a ${sampleOptions(names)} -e cpu-clock -c ${point.periodNs}`;
  const extra = memory.flatMap((path) => memoryArgument(point, path) ?? []);
  if ("site" in point) return ofSite(point, names, extra);
  return `record it with the event probe in place of ${point.name}: add ${extra.join(" ")}`;
}

function definition(site: ProbeSite, names: readonly string[], extra: readonly string[]): string {
  const event = `${site.func.replaceAll(/\W/g, "_")}${site.at === "return" ? "_ret" : ""}`;
  const kind = site.code === "raw_tracepoint" ? "t" : site.at === "return" ? "r" : "p";
  const offset = site.offset === 0n ? "" : `+${site.offset}`;
  const place =
    site.code === "user" || site.code === "usdt" ? `${site.target}:0x${(site.address ?? 0n).toString(16)}` : `${site.func}${offset}`;
  const all = [...new Set([...heldNames(site), ...names])].sort();
  return `${kind}:hs/${event} ${place} ${[...all.map((name) => fetchArgument(site, name)), ...extra].join(" ")}`;
}

function withoutTask(point: string, names: readonly string[], count: number): Shortfall {
  const instead = `answered with ${names.length === 1 ? "that" : "those"} of the idle task of CPU 0`;
  const message = `packets have no task and no CPU: ${names.join(", ")} of ${point} asked for ${times(count)}, ${instead}`;
  const hint = "record beside them who sends and receives, and pass both: trace-cmd record -e syscalls:sys_enter_sendto -e net:netif_rx";
  return { type: "missing", kind: "packetTask", count: BigInt(count), message, hint };
}

function notHeld({ names, point, count }: Missing): Shortfall[] {
  if (names.length === 0) return [];
  if (isPacketPoint(point)) return [withoutTask(point.name, names, count)];
  const message = `the recording does not hold ${names.join(", ")} of ${point.name}: asked for ${times(count)}, answered with 0`;
  return [{ type: "missing", kind: "arguments", count: BigInt(count), message, hint: recordWith(point, { names, memory: [] }) }];
}

/** Pointers that lead somewhere, and are no numbers of the machine. */
function stoodIn({ standIns, point, count }: Missing): Shortfall[] {
  if (standIns.length === 0) return [];
  const [what, them] =
    standIns.length === 1 ? ["it leads to", "a number that stands for it"] : ["they lead to", "numbers that stand for them"];
  // A pointer in memory is found by the one that leads to it.
  const names = standIns.map(({ name, read }) => read?.word ?? name);
  const memory = standIns.flatMap(({ read }) => read ?? []);
  const message =
    `the recording does not hold ${standIns.map(({ name }) => name).join(", ")} of ${point.name}, only what ${what}: ` +
    `asked for ${times(count)}, answered with ${them}`;
  return [{ type: "missing", kind: "arguments", count: BigInt(count), message, hint: recordWith(point, { names, memory }) }];
}

export const missingArguments = (missing: readonly Missing[]): Shortfall[] =>
  missing.filter(({ count }) => count > 0).flatMap((one) => [...notHeld(one), ...stoodIn(one)]);
