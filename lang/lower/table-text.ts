/** Texts of numbers: an array map that user space fills has them (rows 5.34–5.36). */
import type { HirExpr } from "../hir/hir.ts";
import type { Address } from "../ir/ir.ts";
import { TABLE_TEXT_BYTES, tableBytes } from "../tables/text-table.ts";
import { whenFound } from "./lookups.ts";
import { internalMap, type Lowering } from "./lowering.ts";
import { addrArg, imm, mapArg, reg } from "./operand.ts";

export function tableTextInto(l: Lowering, expr: Extract<HirExpr, { kind: "table_text" }>, to: Address): void {
  const { b } = l;
  const { table } = expr;
  const unknown = imm(table.texts.length);
  const map = internalMap(l.program, {
    name: table.name,
    kind: "array",
    keyBytes: 4,
    valueBytes: TABLE_TEXT_BYTES,
    maxEntries: table.texts.length + 1,
    contents: tableBytes(table),
  });
  const index = b.copyOf(l.rules.value(l, expr.index));
  const [outside, inside] = [b.coldBlock(), b.block()];
  // Also of a negative number.
  b.branch("ult", reg(index), unknown, inside, outside);
  b.enter(outside);
  b.emit({ op: "mov", dst: index, src: unknown });
  b.jump(inside);
  b.enter(inside);
  const key = b.scratch("key", 8);
  b.store(key, 4, reg(index));
  whenFound(
    l,
    b.helper("map_lookup_elem", [mapArg(map), addrArg(key)]),
    (text) => b.emit({ op: "copy", to, from: text, sizeBytes: TABLE_TEXT_BYTES }),
    () => b.emit({ op: "zero", to, sizeBytes: TABLE_TEXT_BYTES }),
  );
}
