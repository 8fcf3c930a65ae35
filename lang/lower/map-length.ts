/** len(@m): the kernel has no counter to read, so elements are walked and counted, as bpftrace does. */
import type { HirMapId } from "../hir/hir.ts";
import type { FuncId, Operand } from "../ir/ir.ts";
import { createFunction } from "./builder.ts";
import { finishFunction } from "./finish.ts";
import { irMapId, reserveFunction, zero, type Lowering } from "./lowering.ts";
import { mapArg } from "./operand.ts";

/** A callback that goes on to the next element; for_each_map_elem answers with how many it has visited. */
function countElement(l: Lowering): FuncId {
  const { program } = l;
  const known = program.internalFunctions.get("count_element");
  if (known !== undefined) return known;
  const id = reserveFunction(program);
  const b = createFunction("count_element", 4, l.b.span);
  b.ret(zero);
  program.functions[id] = finishFunction(b);
  program.internalFunctions.set("count_element", id);
  return id;
}

export const mapLength = (l: Lowering, map: HirMapId): Operand =>
  l.b.helper("for_each_map_elem", [mapArg(irMapId(map)), { kind: "func", func: countElement(l) }, zero, zero]);
