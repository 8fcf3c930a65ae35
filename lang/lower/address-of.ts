/** `&$x` and `&@m` (row 2.55). An address is a number: it can be stored, printed and computed with like one. */
import type { HirExpr, LocalId } from "../hir/hir.ts";
import type { Address, Operand } from "../ir/ir.ts";
import { asNumber } from "./as-number.ts";
import { findElement } from "./lookups.ts";
import { isArray } from "./map-layout.ts";
import { hirMap, type Lowering } from "./lowering.ts";
import { reg } from "./operand.ts";
import { isScalar } from "./scalars.ts";
import { memoryHome, scalarHome } from "./storage.ts";

function placeOf(l: Lowering, local: LocalId): Address {
  if (!isScalar(l.probe.localTypes[local]!.type)) return memoryHome(l, local);
  const home = scalarHome(l, local);
  if (home.kind !== "memory") throw new Error("address of a local in a register");
  return home.addr;
}

export const addressOfLocal = (l: Lowering, local: LocalId): Operand => asNumber(l, reg(l.b.addressOf(placeOf(l, local))));

export function addressOfMap(l: Lowering, expr: Extract<HirExpr, { kind: "address_of_map" }>): Operand {
  const map = hirMap(l, expr.map);
  if (map.key !== null || isArray(map)) throw new Error(`${map.name} has no single value to point to`);
  return asNumber(l, findElement(l, expr.map, null).pointer);
}
