/** Functions of the script (row 2.28): BPF-to-BPF calls, scalars in registers, everything else as a pointer to a copy in a slot of the caller. */
import type { HirExpr, HirFunction } from "../hir/hir.ts";
import type { CallArg, FuncId, Operand } from "../ir/ir.ts";
import { sizeOf } from "../types/type.ts";
import { createFunction } from "./builder.ts";
import { without } from "./cache.ts";
import { timeKeys } from "./builtins.ts";
import { finishFunction } from "./finish.ts";
import { hidesVariables } from "./hiding.ts";
import { findLocalUses } from "./locals.ts";
import { createFrame, functionBody, reserveFunction, zero, type Lowering, type ProgramState, type Rules } from "./lowering.ts";
import { withoutLookups } from "./lookups.ts";
import { addrArg, pointee, reg } from "./operand.ts";
import { isScalar } from "./scalars.ts";
import { scalarHome } from "./storage.ts";
import { hasEffects } from "../hir/walk.ts";

/** Parameters become locals: a register, or the caller's copy itself. */
function takeParams(l: Lowering, func: HirFunction): void {
  func.params.forEach((local, i) => {
    if (!l.probe.uses.has(local)) return;
    const param = reg(l.b.params[i]!);
    if (!isScalar(func.locals[local]!.type)) {
      l.locals.set(local, { kind: "memory", addr: pointee(param) });
      return;
    }
    const home = scalarHome(l, local);
    if (home.kind === "reg") l.b.emit({ op: "mov", dst: home.reg, src: param });
    else l.b.store(home.addr, 8, param);
  });
}

/** Built when it is first called. */
function functionId(program: ProgramState, rules: Rules, index: number): FuncId {
  const known = program.scriptFunctions.get(index);
  if (known !== undefined) return known;
  const func = program.hirFunctions[index]!;
  const id = reserveFunction(program);
  program.scriptFunctions.set(index, id);
  const main = createFunction(func.name, func.params.length, func.span);
  const uses = findLocalUses(func.body, func.params);
  const l = functionBody(program, rules, {
    main,
    uses,
    frame: createFrame(main),
    localTypes: func.locals,
    ownLocals: program.ownAddresses.locals.get(func.body)!,
    hidesVariables: hidesVariables(func.body),
  });
  takeParams(l, func);
  rules.block(l, func.body);
  main.ret(zero);
  program.functions[id] = finishFunction(main);
  return id;
}

function argument(l: Lowering, arg: HirExpr, keep: boolean): CallArg {
  if (isScalar(arg.type)) {
    const value = l.rules.value(l, arg);
    return keep ? reg(l.b.copyOf(value)) : value;
  }
  const slot = l.b.scratch("argument", sizeOf(arg.type));
  l.rules.into(l, arg, slot);
  return addrArg(slot);
}

/** The result, extended as its type has it; nothing useful for void. */
export function callFunction(l: Lowering, expr: Extract<HirExpr, { kind: "call" }>): Operand {
  const keep = expr.args.some(hasEffects);
  const args = expr.args.map((arg) => argument(l, arg, keep));
  const dst = l.b.vreg();
  l.b.emit({ op: "call", dst, func: functionId(l.program, l.rules, expr.func), args });
  // The function may have deleted elements, and taken its time.
  l.cache = without(withoutLookups(l.cache), timeKeys);
  return reg(dst);
}
