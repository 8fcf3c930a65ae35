/** Functions that have no meaning for a recording: each is refused with the reason (rows 5.42, 5.43, 5.45, 5.47–5.54). */
import type { HirExpr } from "../../../hir/hir.ts";
import { bool } from "../../../types/type.ts";
import { intConstant } from "../convert.ts";
import type { CallExpr, Context } from "../context.ts";
import { stringLiteral, type Arity } from "./arguments.ts";
import type { ValueFunctions } from "./call-table.ts";
import { regCall } from "./register.ts";

interface Refusal extends Arity {
  /** bpftrace wants --unsafe for it first. */
  readonly unsafe?: true;
  readonly why: string;
  readonly hint?: string;
}

const UNCHANGEABLE = "what was recorded has happened and cannot be changed";

const REFUSALS: Readonly<Record<string, Refusal>> = {
  cgroup_path: { min: 1, max: 2, why: "the recording does not hold the paths of cgroups" },
  cgroupid: { min: 1, max: 1, why: "the recording does not hold the ids of cgroups" },
  override: { min: 1, max: 1, unsafe: true, why: UNCHANGEABLE },
  percpu_kaddr: { min: 1, max: 2, why: "the recording holds neither the per-CPU memory of the kernel nor its addresses" },
  signal: { min: 1, max: 1, unsafe: true, why: UNCHANGEABLE },
  signal_thread: { min: 1, max: 1, unsafe: true, why: UNCHANGEABLE },
  skboutput: {
    min: 4,
    max: 4,
    why: "events do not hold the contents of packets",
    hint: "record packets beside the events with tcpdump -w FILE",
  },
  socket_cookie: {
    min: 1,
    max: 1,
    why: "the recording does not hold the cookies of sockets",
    hint: "use the address of the socket as a key",
  },
  unwatch: { min: 1, max: 1, why: "a recording has no watchpoint that could be removed" },
  write_user: { min: 2, max: 3, unsafe: true, why: UNCHANGEABLE },
};

function refuse(cx: Context, call: CallExpr): null {
  const name = call.name.text;
  const { unsafe, why, hint } = REFUSALS[name]!;
  if (unsafe && !cx.inference.env.unsafe)
    cx.report.error("unsafe", call.span, `${name}() is an unsafe function being used in safe mode`, {
      hint: `--unsafe would not help: ${why}`,
    });
  else cx.report.error("notRecorded", call.span, `${name}() is not possible: ${why}`, { hint: hint ?? null });
  return null;
}

const wrongProbe = (cx: Context, call: CallExpr, message: (provider: string) => string): null => {
  cx.report.error("unavailableHere", call.span, message(cx.points[0]?.provider ?? "none"));
  return null;
};

const uaddrCall = (cx: Context, call: CallExpr): null =>
  wrongProbe(cx, call, (provider) => `uaddr can not be used with "${provider}" probes`);

const pathCall = (cx: Context, call: CallExpr): null =>
  wrongProbe(cx, call, () => "The path function can only be used with 'fentry', 'fexit', 'iter' probes");

/** No function of a kernel can be called, so that a script's other way is taken (row 5.58). */
function kfuncCall(cx: Context, call: CallExpr): HirExpr | null {
  if (stringLiteral(cx, call, 0) === null) return null;
  cx.report.warn("notRecorded", call.span, `${call.name.text}() is false: programs over a recording cannot call functions of a kernel`);
  return intConstant(call.span, 0n, bool);
}

export const refusedFunctions: ValueFunctions = {
  ...Object.fromEntries(Object.entries(REFUSALS).map(([name, { min, max }]) => [name, { min, max, elaborate: refuse }])),
  kfunc_allowed: { min: 1, max: 1, elaborate: kfuncCall },
  kfunc_exist: { min: 1, max: 1, elaborate: kfuncCall },
  path: { min: 1, max: 2, elaborate: pathCall },
  reg: { min: 1, max: 1, elaborate: regCall },
  uaddr: { min: 1, max: 1, elaborate: uaddrCall },
};
