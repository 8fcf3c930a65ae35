/**
 * Where the locals of a probe live. A local used in one function only is a register (or slot) of that function; one that a loop
 * body shares with the code around it must be in memory that both reach. Also: which locals may be read before they are set.
 */
import type { HirBlock, HirExpr, HirStmt, LocalId } from "../hir/hir.ts";
import { expressionsOf, operandsOf } from "../hir/walk.ts";

/** Loops that become callbacks, outermost first: names a function of the probe. */
export type LoopPath = readonly HirStmt[];

export interface LocalUse {
  /** Innermost function that contains every use. */
  readonly home: LoopPath;
  /** Used in more functions than its home. */
  readonly shared: boolean;
  /** Some path reads it first: it starts as zero. */
  readonly startsZero: boolean;
  /** Its address is taken: it lives in memory for the whole function. */
  readonly addressed: boolean;
}

interface Draft {
  home: LoopPath;
  shared: boolean;
  startsZero: boolean;
  addressed: boolean;
}

/** Locals set on every path so far; null where no path arrives. */
type Assigned = Set<LocalId> | null;

const copy = (assigned: Assigned): Assigned => (assigned === null ? null : new Set(assigned));

function meet(a: Assigned, b: Assigned): Assigned {
  if (a === null) return b;
  if (b === null) return a;
  return new Set([...a].filter((local) => b.has(local)));
}

function commonPrefix(a: LoopPath, b: LoopPath): LoopPath {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}

/** `params`: locals that have their values when the body begins. */
export function findLocalUses(body: HirBlock, params: readonly LocalId[] = []): ReadonlyMap<LocalId, LocalUse> {
  const uses = new Map<LocalId, Draft>();

  const mention = (local: LocalId, path: LoopPath): Draft => {
    const use = uses.get(local);
    if (use === undefined) {
      const first = { home: path, shared: false, startsZero: false, addressed: false };
      uses.set(local, first);
      return first;
    }
    if (use.home.length !== path.length || use.home.at(-1) !== path.at(-1)) {
      use.home = commonPrefix(use.home, path);
      use.shared = true;
    }
    return use;
  };
  const read = (local: LocalId, path: LoopPath, assigned: Assigned): void => {
    const use = mention(local, path);
    if (assigned !== null && !assigned.has(local)) use.startsZero = true;
  };
  const write = (local: LocalId, path: LoopPath, assigned: Assigned): void => {
    mention(local, path);
    assigned?.add(local);
  };

  const visitExpr = (expr: HirExpr, path: LoopPath, before: Assigned): Assigned => {
    let assigned = before;
    switch (expr.kind) {
      case "local":
        read(expr.local, path, assigned);
        return assigned;
      case "increment_local":
        read(expr.local, path, assigned);
        return assigned;
      case "address_of_local":
        read(expr.local, path, assigned);
        mention(expr.local, path).addressed = true;
        return assigned;
      case "block":
        return visitExpr(expr.value, path, visitBlock(expr.body, path, assigned));
      case "logical": {
        assigned = visitExpr(expr.left, path, assigned);
        visitExpr(expr.right, path, copy(assigned));
        return assigned;
      }
      case "cond": {
        assigned = visitExpr(expr.cond, path, assigned);
        return meet(visitExpr(expr.then, path, copy(assigned)), visitExpr(expr.else, path, copy(assigned)));
      }
      default:
        for (const operand of operandsOf(expr)) assigned = visitExpr(operand, path, assigned);
        return assigned;
    }
  };

  const visitStmt = (stmt: HirStmt, path: LoopPath, before: Assigned): Assigned => {
    let assigned = before;
    for (const expr of expressionsOf(stmt)) assigned = visitExpr(expr, path, assigned);
    switch (stmt.kind) {
      case "set_local":
        write(stmt.local, path, assigned);
        return assigned;
      case "if":
        return meet(visitBlock(stmt.then, path, copy(assigned)), visitBlock(stmt.else, path, copy(assigned)));
      case "while":
        visitBlock(stmt.body, path, copy(assigned));
        return assigned;
      case "for_range":
      case "for_map": {
        const inside = [...path, stmt];
        const inner = copy(assigned);
        write(stmt.local, inside, inner);
        visitBlock(stmt.body, inside, inner);
        return assigned;
      }
      case "unroll":
        visitBlock(stmt.body, path, copy(assigned));
        return assigned;
      case "block":
        return visitBlock(stmt.body, path, assigned);
      case "break":
      case "continue":
      case "return":
      case "exit":
        return null;
      default:
        return assigned;
    }
  };

  const visitBlock = (block: HirBlock, path: LoopPath, before: Assigned): Assigned =>
    block.reduce<Assigned>((assigned, stmt) => visitStmt(stmt, path, assigned), before);

  visitBlock(body, [], new Set(params));
  // Their values arrive in the function itself.
  for (const local of params) if (uses.has(local)) mention(local, []);
  return uses;
}
