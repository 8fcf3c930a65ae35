/** Conditions become jumps; what one side has computed is remembered for that side. */
import type { HirExpr } from "../hir/hir.ts";
import type { BlockId } from "../ir/ir.ts";
import { branchOnEqual, branchOnStrings } from "./equality.ts";
import { comparedValue } from "./hiding.ts";
import { pointerOf } from "./maps.ts";
import { at, enter, meet, zero, type Branches, type Lowering } from "./lowering.ts";
import { isScalar } from "./scalars.ts";
import { conditionOf, operands } from "./values.ts";

/** Both sides may use what has been computed so far. */
const both = (l: Lowering): Branches => ({ then: l.cache, otherwise: l.cache });
const swapped = ({ then, otherwise }: Branches): Branches => ({ then: otherwise, otherwise: then });

function logical(l: Lowering, expr: Extract<HirExpr, { kind: "logical" }>, then: BlockId, otherwise: BlockId): Branches {
  const right = l.b.block();
  if (expr.op === "&&") {
    const first = branch(l, expr.left, right, otherwise);
    enter(l, right, first.then);
    const second = branch(l, expr.right, then, otherwise);
    return { then: second.then, otherwise: meet(l, first.otherwise, second.otherwise) };
  }
  const first = branch(l, expr.left, then, right);
  enter(l, right, first.otherwise);
  const second = branch(l, expr.right, then, otherwise);
  return { then: meet(l, first.then, second.then), otherwise: second.otherwise };
}

function jump(l: Lowering, cond: HirExpr, then: BlockId, otherwise: BlockId): Branches {
  const { b } = l;
  switch (cond.kind) {
    case "int":
      b.jump(cond.value === 0n ? otherwise : then);
      return both(l);
    case "compare": {
      const [left, right] = operands(l, cond.left, cond.right);
      b.branch(conditionOf(cond), comparedValue(l, cond.left, left), comparedValue(l, cond.right, right), then, otherwise);
      return both(l);
    }
    case "equal":
      if (cond.negated) branchOnEqual(l, cond.left, cond.right, otherwise, then);
      else branchOnEqual(l, cond.left, cond.right, then, otherwise);
      return both(l);
    case "strncmp":
      branchOnStrings(l, cond.left, cond.right, cond.n, otherwise, then);
      return both(l);
    case "has_key": {
      const pointer = pointerOf(l, cond);
      if (pointer === null) break;
      b.branch("ne", pointer, zero, then, otherwise);
      return both(l);
    }
    case "logical":
      return logical(l, cond, then, otherwise);
    case "unary":
      if (cond.op === "lognot") return swapped(branch(l, cond.operand, otherwise, then));
      break;
    case "cast":
      // The truth of a number does not depend on its width if nothing is cut off.
      if (cond.type.kind === "bool" && isScalar(cond.operand.type)) return branch(l, cond.operand, then, otherwise);
      break;
    default:
  }
  b.branch("ne", comparedValue(l, cond, l.rules.value(l, cond)), zero, then, otherwise);
  return both(l);
}

export const branch = (l: Lowering, cond: HirExpr, then: BlockId, otherwise: BlockId): Branches =>
  at(l, cond.span, () => jump(l, cond, then, otherwise));
