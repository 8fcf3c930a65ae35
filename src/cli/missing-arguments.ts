/** What function probes were asked for and their records do not hold: said once a probe, with the definition that records it. */
import type { ProbeSite } from "../../lang/catalogue.ts";
import { argumentRegisters, argumentSlot, RETURN_SLOT } from "../../lang/registers.ts";
import { operandType, parseOperands, whyUnreached } from "../../probes/symbols/operands.ts";
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

function recordWith(point: Missing["point"], names: readonly string[]): string {
  if ("sampled" in point) return `record it with: perf record ${sampleOptions(names)} -e ${point.sampled.label}`;
  if ("periodNs" in point) return `sample instead: perf record -k mono -a ${sampleOptions(names)} -e cpu-clock -c ${point.periodNs}`;
  if (point.provider === "usdt" && point.site.operands === undefined)
    return "give the program with --symfs DIR: the notes in it say where the arguments are";
  const [unreached] = point.provider === "usdt" ? names.flatMap((name) => unreachedOperand(point.site, name)) : [];
  if (unreached !== undefined) return unreached;
  if (names.some((name) => name.startsWith("args.")) && point.site.code === "kernel") {
    const { func, at } = point.site;
    return `record all by name with: echo 'f:hs/${func} ${func}${at === "return" ? "%return" : ""} $arg*' >> ${DYNAMIC_EVENTS} (Linux 6.5 or newer)`;
  }
  return `record it with: echo '${definition(point.site, names)}' >> /sys/kernel/tracing/${FILES[point.site.code]}`;
}

function definition(site: ProbeSite, names: readonly string[]): string {
  const event = `${site.func.replaceAll(/\W/g, "_")}${site.at === "return" ? "_ret" : ""}`;
  const kind = site.code === "raw_tracepoint" ? "t" : site.at === "return" ? "r" : "p";
  const offset = site.offset === 0n ? "" : `+${site.offset}`;
  const place =
    site.code === "user" || site.code === "usdt" ? `${site.target}:0x${(site.address ?? 0n).toString(16)}` : `${site.func}${offset}`;
  const all = [...new Set([...heldNames(site), ...names])].sort();
  return `${kind}:hs/${event} ${place} ${all.map((name) => fetchArgument(site, name)).join(" ")}`;
}

function notHeld({ names, point, count }: Missing): Shortfall[] {
  if (names.length === 0) return [];
  const message = `the recording does not hold ${names.join(", ")} of ${point.name}: asked for ${times(count)}, answered with 0`;
  return [{ type: "missing", kind: "arguments", count: BigInt(count), message, hint: recordWith(point, names) }];
}

/** Pointers that lead somewhere, and are no numbers of the machine. */
function stoodIn({ standIns, point, count }: Missing): Shortfall[] {
  if (standIns.length === 0) return [];
  const [what, them] =
    standIns.length === 1 ? ["it leads to", "a number that stands for it"] : ["they lead to", "numbers that stand for them"];
  const message =
    `the recording does not hold ${standIns.join(", ")} of ${point.name}, only what ${what}: ` +
    `asked for ${times(count)}, answered with ${them}`;
  return [{ type: "missing", kind: "arguments", count: BigInt(count), message, hint: recordWith(point, standIns) }];
}

export const missingArguments = (missing: readonly Missing[]): Shortfall[] =>
  missing.filter(({ count }) => count > 0).flatMap((one) => [...notHeld(one), ...stoodIn(one)]);
