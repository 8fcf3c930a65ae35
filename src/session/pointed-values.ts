/** Where expressions of a program lead in recorded memory, and what a script calls the place. */
import type { HirExpr, LocalId } from "../../lang/hir/hir.ts";
import { sizeOf } from "../../lang/types/type.ts";
import type { Pointed, RecordedPointers } from "./recorded-pointers.ts";

/** A place or value, and its name. */
export interface Named {
  readonly at: Pointed;
  readonly name: string;
}

/** Pointers that variables hold, and places that they hold copies of. */
export interface Followed {
  readonly pointers: RecordedPointers;
  readonly values: Map<LocalId, Named>;
  readonly copies: Map<LocalId, Named>;
}

const moved = ({ at, name }: Named, offset: bigint): Named => ({ at: { ...at, add: at.add + offset }, name });

const closed = ({ name }: Named): string => (name.includes(" ") ? `(${name})` : name);

/** The place of a value in recorded memory; null: it lies elsewhere, or nobody knows before the script runs. */
export function placeOf(followed: Followed, expr: HirExpr): Named | null {
  switch (expr.kind) {
    case "deref": {
      const pointer = valueOf(followed, expr.pointer);
      return pointer === null ? null : { at: pointer.at, name: `*${closed(pointer)}` };
    }
    case "member": {
      const { type } = expr.operand;
      const place = type.kind === "struct" ? placeOf(followed, expr.operand) : null;
      const member = type.kind === "struct" ? type.members[expr.index] : undefined;
      if (place === null || member === undefined) return null;
      const name = place.name.startsWith("*") ? `${place.name.slice(1)}->${member.name}` : `${place.name}.${member.name}`;
      return { ...moved(place, BigInt(member.offset)), name };
    }
    case "index": {
      const place = expr.operand.type.kind === "array" ? placeOf(followed, expr.operand) : null;
      if (place === null || expr.index.kind !== "int") return null;
      const { value } = expr.index;
      return { ...moved(place, value * BigInt(sizeOf(expr.type))), name: `${place.name}[${value}]` };
    }
    case "local":
      return followed.copies.get(expr.local) ?? null;
    default:
      return null;
  }
}

/** The pointer that a value is. */
export function valueOf(followed: Followed, expr: HirExpr): Named | null {
  switch (expr.kind) {
    case "context_word": {
      const at = followed.pointers.word(expr.offset, expr.what);
      return at === null ? null : { at, name: expr.what };
    }
    case "field": {
      if (expr.field.loc !== "inline" || expr.field.sizeBytes !== 8) return null;
      const name = `args.${expr.field.name}`;
      return { at: followed.pointers.field(expr.field.offset, name), name };
    }
    case "cast":
      return sizeOf(expr.type) === 8 ? valueOf(followed, expr.operand) : null;
    case "binary": {
      const left = expr.op === "+" || expr.op === "-" ? valueOf(followed, expr.left) : null;
      if (left === null || expr.right.kind !== "int") return null;
      const { value } = expr.right;
      return { ...moved(left, expr.op === "+" ? value : -value), name: `${left.name} ${expr.op} ${value}` };
    }
    case "local":
      return followed.values.get(expr.local) ?? null;
    case "deref":
    case "member":
    case "index": {
      const place = placeOf(followed, expr);
      const value = place === null ? null : followed.pointers.read(place.at, sizeOf(expr.type)).value;
      return value === null ? null : { at: value, name: place!.name };
    }
    default:
      return null;
  }
}

/** What a value has of stand-ins in memory: its name, and how it is reached. */
export function standInRead(followed: Followed, expr: HirExpr): Named | null {
  const place = placeOf(followed, expr);
  if (place === null || !followed.pointers.read(place.at, sizeOf(expr.type)).isStandIn) return null;
  const { at, name } = place;
  return { at: { ...at, path: { ...at.path, derefs: [...at.path.derefs, at.add] } }, name };
}
