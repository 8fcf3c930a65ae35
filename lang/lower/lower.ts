/** HIR to IR: every probe becomes a function, every loop body that the kernel calls back another. */
import type { HirProbe, HirProgram } from "../hir/hir.ts";
import type { FuncId, IrProbe, IrProgram } from "../ir/ir.ts";
import { createFunction } from "./builder.ts";
import { branch } from "./conditions.ts";
import { finishFunction } from "./finish.ts";
import { hidesVariables } from "./hiding.ts";
import { findLocalUses } from "./locals.ts";
import { createFrame, functionBody, reserveFunction, zero, type LowerOptions, type ProgramState, type Rules } from "./lowering.ts";
import { layOutMap } from "./map-layout.ts";
import { into, keptPlace, place } from "./memory.ts";
import { findOwnAddresses } from "./own-addresses.ts";
import { block, effect } from "./statements.ts";
import { shownType } from "./shown-type.ts";
import { countsFrames } from "./stacks.ts";
import { value } from "./values.ts";

export type { LowerOptions } from "./lowering.ts";

const rules: Rules = { value, into, place, keptPlace, branch, effect, block };

function lowerProbe(program: ProgramState, probe: HirProbe, index: number): FuncId {
  const id = reserveFunction(program);
  // At most 15 characters, callbacks append `_<function>`.
  const main = createFunction(`probe_${index}`, 1, probe.span);
  const uses = findLocalUses(probe.body);
  const l = functionBody(program, rules, {
    main,
    uses,
    frame: createFrame(main),
    localTypes: probe.locals,
    ownLocals: program.ownAddresses.locals.get(probe.body)!,
    hidesVariables: hidesVariables(probe.body),
  });
  block(l, probe.body);
  main.ret(zero);
  program.functions[id] = finishFunction(main);
  return id;
}

/**
 * Lowers a checked program.
 * Shape: script maps keep their HIR numbers, internal ones follow (`ringbuf` if anything is output, `start_ns` if `elapsed` is used:
 * an array whose one u64 user space sets to the start of the run). Programs return 0 unless the script returns something else.
 * Errors: none of the user's; an exception means that check let something through that has no meaning here.
 */
export function lower(program: HirProgram, options: LowerOptions): IrProgram {
  const state: ProgramState = {
    options,
    countsFrames: countsFrames(program),
    ownAddresses: findOwnAddresses(program),
    hirMaps: program.maps,
    hirFunctions: program.functions,
    maps: program.maps.map((map) => layOutMap(map, (type) => shownType(options, type))),
    actions: [],
    functions: [],
    internalMaps: new Map(),
    internalFunctions: new Map(),
    scriptFunctions: new Map(),
    actionIds: new Map(),
  };
  const probes = program.probes.map((probe, index): IrProbe => {
    const func = lowerProbe(state, probe, index);
    return { func, attach: probe.attach, span: probe.span };
  });
  const functions = state.functions.map((func) => {
    if (func === null) throw new Error("function reserved but not built");
    return func;
  });
  return { functions, probes, maps: state.maps, actions: state.actions };
}
