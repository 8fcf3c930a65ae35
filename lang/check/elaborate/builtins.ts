/** Builtin variables (section 4 of the parity table). `probe` and `probetype` are literals by now, `args` is read by access.ts. */
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { BuiltinName, HirExpr, HirStmt } from "../../hir/hir.ts";
import { typeOfLiteral } from "../../types/literal.ts";
import { bool, int, string, uint64, type Type } from "../../types/type.ts";
import { RECORDING_TAG } from "../../recording-tag.ts";
import {
  argumentRegisters,
  argumentSlot,
  FUNCTION_WORD,
  MAX_STATIC_ARGUMENTS,
  MAX_TYPED_ARGUMENTS,
  registerSlots,
  RETURN_SLOT,
} from "../../registers.ts";
import { textToBytes } from "../byte-text.ts";
import type { Context } from "./context.ts";
import { intConstant } from "./convert.ts";
import { probedFunction } from "./probed-function.ts";

const uint32 = int(4, false);

export const TASK_POINTER: Type = { kind: "pointer", space: "kernel", to: { kind: "incomplete", tag: "struct", name: "task_struct" } };

/** What a program asks the machine for; types as rows 4.01–4.28 give them. */
const TYPES: Readonly<Record<Exclude<BuiltinName, "nsecs_monotonic" | "nsecs_tai" | "func_ip">, Type>> = {
  pid: uint32,
  tid: uint32,
  uid: uint64,
  gid: uint64,
  username: { kind: "username" },
  comm: string(16),
  cpu: uint64,
  numaid: uint64,
  ncpus: uint64,
  nsecs: uint64,
  jiffies: uint64,
  elapsed: uint64,
  rand: uint32,
  cgroup: uint64,
  curtask: TASK_POINTER,
};

type Special = (cx: Context, span: Span) => HirExpr | null;

const text = (value: string, span: Span): HirExpr => {
  const bytes = textToBytes(value);
  return { kind: "str", span, bytes, type: string(bytes.length + 1) };
};

const provider = (cx: Context): string => cx.points[0]?.provider ?? "none";

function wrongProbe(cx: Context, span: Span, message: string): null {
  cx.report.error("unavailableHere", span, message);
  return null;
}

/** A selector of code whose privilege level is that of user code. */
function ofUserCode(selector: HirExpr, span: Span): HirExpr {
  const level: HirExpr = { kind: "binary", span, type: uint64, op: "&", left: selector, right: intConstant(span, 3n, uint64) };
  const isUser: HirExpr = { kind: "compare", span, type: bool, op: "==", left: level, right: intConstant(span, 3n, uint64) };
  return { kind: "cast", span, operand: isUser, type: int(1, false) };
}

/** begin and end run in the tracer's own process; tracepoints and timers in the kernel (row 4.27). */
const usermode: Special = (cx, span) => {
  if (cx.inference.env.architecture === "arm64") return wrongProbe(cx, span, "'usermode' builtin is only supported on x86_64");
  const isHere = cx.points[0] !== undefined && ("sampled" in cx.points[0] || cx.points[0].provider === "profile");
  const selector = isHere ? contextWord(cx, registerSlots.cs, "usermode", span) : null;
  if (selector !== null) return ofUserCode(selector, span);
  return intConstant(span, provider(cx) === "begin" || provider(cx) === "end" ? 1n : 0n, int(1, false));
};

/** Nothing runs a child: 0, and a warning at run time (row 4.26). */
const cpid: Special = (_cx, span) => {
  const format = "cpid is 0: no child process was started (a recording has none)";
  const body: HirStmt[] = [{ kind: "warnf", span, format, args: [] }];
  return { kind: "block", span, body, value: intConstant(span, 0n, uint32), type: uint32 };
};

function settingValue(value: string | number | boolean, span: Span): HirExpr {
  if (typeof value === "string") return text(value, span);
  if (typeof value === "boolean") return intConstant(span, value ? 1n : 0n, bool);
  return intConstant(span, BigInt(value), typeOfLiteral(BigInt(value)));
}

const config: Special = (cx, span) => {
  const fields = [...cx.inference.config.settings].map(([name, value]) => ({ name, value: settingValue(value, span) }));
  return { kind: "record", span, fields, type: { kind: "record", fields: fields.map(({ name, value }) => ({ name, type: value.type })) } };
};

/** Callbacks of loops have no context (rows 4.20, 4.22). */
function outsideLoops(cx: Context, name: string, span: Span): boolean {
  if (!cx.loops.includes("for")) return true;
  cx.report.error("unavailableHere", span, `'${name}' builtin is not allowed in a for-loop`, {
    hint: "copy it to a variable before the loop",
  });
  return false;
}

const contextWord = (cx: Context, offset: number, what: string, span: Span): HirExpr | null =>
  outsideLoops(cx, what, span) ? { kind: "context_word", span, offset, what, type: uint64 } : null;

const RETURNS: readonly string[] = ["kretprobe", "uretprobe"];

const retval: Special = (cx, span) => {
  const point = cx.points[0];
  // Typed contexts have the result behind the arguments.
  if (point?.provider === "fexit") {
    const { returnIndex, returnType } = point.site.records;
    const word = contextWord(cx, 8 * returnIndex, "retval", span);
    return word === null || returnType === undefined ? word : { ...word, type: returnType };
  }
  if (RETURNS.includes(provider(cx))) return contextWord(cx, RETURN_SLOT, "retval", span);
  const hint = provider(cx) === "tracepoint" ? " (try to use args.ret instead)" : "";
  return wrongProbe(cx, span, `The retval builtin can only be used with 'kretprobe' and 'uretprobe' and 'fentry' probes${hint}`);
};

const ctx: Special = (cx, span) => {
  if (provider(cx) === "tracepoint") return wrongProbe(cx, span, "Use args instead of ctx in tracepoint");
  const point = cx.points[0];
  if (point !== undefined && ("sampled" in point || "site" in point)) {
    const message = `ctx is not possible: the recording holds what ${provider(cx)} probes were given, and not where the kernel had it`;
    cx.report.error("notRecorded", span, message, { hint: 'reg("ip") and the like are registers that were recorded' });
    return null;
  }
  cx.report.error("notRecorded", span, `ctx is not possible: the recording holds neither registers nor samples of ${provider(cx)} probes`);
  return null;
};

/** The instruction pointer at entry; at return, what the kernel remembers (row 4.23). */
const func: Special = (cx, span) => {
  const point = cx.points[0];
  if (point === undefined || !("site" in point) || point.site.code === "raw_tracepoint" || point.site.code === "usdt")
    return wrongProbe(cx, span, `The func builtin can not be used with '${provider(cx)}' probes`);
  const kind = point.site.code === "user" ? "usym" : "ksym";
  if (point.provider === "fentry" || point.provider === "fexit") {
    const word = contextWord(cx, 8 * FUNCTION_WORD, "func", span);
    return word === null ? null : { kind, span, address: word, type: { kind } };
  }
  const address: HirExpr | null =
    point.site.at === "return" ? { kind: "builtin", span, name: "func_ip", type: uint64 } : contextWord(cx, registerSlots.ip, "func", span);
  if (address === null || !outsideLoops(cx, "func", span)) return null;
  const probe = probedFunction(cx);
  return { kind, span, address, type: { kind }, ...(probe === null ? {} : { probe }) };
};

const MOST_ARGUMENTS: Readonly<Record<string, number>> = { rawtracepoint: MAX_TYPED_ARGUMENTS, usdt: MAX_STATIC_ARGUMENTS };

/** argN (row 4.20). */
function argument(cx: Context, name: string, span: Span): HirExpr | null {
  const index = Number(name.slice("arg".length));
  const at = provider(cx);
  if (at === "rawtracepoint" && index < MAX_TYPED_ARGUMENTS) return contextWord(cx, 8 * index, name, span);
  const point = cx.points[0];
  if (point?.provider === "usdt" && index < MAX_STATIC_ARGUMENTS) {
    const { fields, words } = point.site.records;
    const type = fields.find((field, i) => (words?.[i] ?? i) === index)?.type ?? uint64;
    const word = contextWord(cx, 8 * index, name, span);
    return word === null ? null : { ...word, type };
  }
  const slot = at === "kprobe" || at === "uprobe" ? argumentSlot(index) : undefined;
  if (slot !== undefined) return contextWord(cx, slot, name, span);
  if (at === "kprobe" || at === "uprobe" || at === "rawtracepoint" || at === "usdt")
    return wrongProbe(cx, span, `${at} probes have only arg0 to arg${(MOST_ARGUMENTS[at] ?? argumentRegisters.length) - 1}`);
  return wrongProbe(cx, span, `The ${name} builtin can only be used with 'kprobes', 'uprobes' and 'usdt' probes`);
}

/** Ours: the tag of the recording that the event comes from, which the replay serves as kernel memory. */
const recording: Special = (_cx, span) => {
  const pointer: HirExpr = intConstant(span, RECORDING_TAG.address, uint64);
  const chars: Type = { kind: "pointer", to: int(1, true), space: "kernel" };
  return {
    kind: "str_of",
    span,
    pointer: { kind: "cast", span, operand: pointer, type: chars },
    length: null,
    type: string(RECORDING_TAG.bytes),
  };
};

const SPECIALS: Readonly<Record<string, Special>> = {
  arch: (cx, span) => text(cx.inference.env.architecture ?? "x86_64", span),
  config,
  cpid,
  ctx,
  func,
  recording,
  has_cpid: (_cx, span) => intConstant(span, 0n, bool),
  retval,
  safe_mode: (cx, span) => intConstant(span, cx.inference.env.unsafe ? 0n : 1n, bool),
  usermode,
};

/** Only as `__builtin_arch` and `__builtin_safe_mode` (row 4.33). */
const RAW_ONLY = new Set(["arch", "safe_mode"]);

const PREFIX = "__builtin_";

/** Row 4.33: the name that a raw form stands for. */
function plainName(name: string): string | null {
  if (name.startsWith(PREFIX)) return name.slice(PREFIX.length);
  return RAW_ONLY.has(name) ? null : name;
}

const isArgument = (name: string): boolean => /^arg[0-9]+$/.test(name);
const isStackArgument = (name: string): boolean => /^sarg[0-9]+$/.test(name);

export const builtinNames: readonly string[] = [
  ...Object.keys(TYPES),
  ...Object.keys(SPECIALS).filter((name) => !RAW_ONLY.has(name)),
  "args",
  "probe",
  "probetype",
];

/** Whether a name without a sigil is one of the language's variables. */
export function isBuiltin(name: string): boolean {
  const plain = plainName(name);
  return plain !== null && (Object.hasOwn(TYPES, plain) || Object.hasOwn(SPECIALS, plain) || isArgument(name) || isStackArgument(name));
}

const ARGUMENT_BYTES = 8;

/** Only for isBuiltin(name); null with a diagnostic. */
export function elaborateBuiltin(cx: Context, name: string, span: Span): HirExpr | null {
  if (isArgument(name)) return argument(cx, name, span);
  if (isStackArgument(name)) {
    const offset = ARGUMENT_BYTES * (Number(name.slice("sarg".length)) + 1);
    cx.report.error("removed", span, `The ${name} builtin was removed`, {
      hint: `read the stack instead: *(uint64 *)(reg("sp") + ${offset})`,
    });
    return null;
  }
  const plain = plainName(name)!;
  const special = SPECIALS[plain];
  if (special !== undefined) return special(cx, span);
  return { kind: "builtin", span, name: plain as BuiltinName, type: TYPES[plain as keyof typeof TYPES] };
}
