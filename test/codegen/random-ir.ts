/** Random programs that are safe by construction: values over many registers, bounded loops, slots within their bounds, tested lookups. */
import fc from "fast-check";
import type { BinFn, Cond, FuncId, IrFunction, IrProgram, Operand, Slot } from "../../lang/ir/ir.ts";
import { addr, bb, func, funcArg, hashMap, imm, map, program, ptr, reg, slot, slotAt, v } from "./ir-builder.ts";
import type { Body, End } from "./ir-builder.ts";

export const helpers = { lookup: 1, update: 2, ktime: 5, prandom: 7, loop: 181 } as const;

/** Registers by number, modulo those that there are; `imm` otherwise. */
type Value = { readonly r: number } | { readonly i: bigint };

export type Stmt =
  | { readonly k: "bin"; readonly fn: BinFn; readonly dst: number; readonly a: Value; readonly b: Value }
  | { readonly k: "ext"; readonly dst: number; readonly src: Value; readonly bits: 8 | 16 | 32; readonly signed: boolean }
  | { readonly k: "swap"; readonly dst: number; readonly src: Value; readonly bits: 16 | 32 | 64 }
  | { readonly k: "mov" | "log2" | "hide"; readonly dst: number; readonly src: Value }
  | { readonly k: "setcc"; readonly dst: number; readonly cond: Cond; readonly a: Value; readonly b: Value }
  | {
      readonly k: "load";
      readonly dst: number;
      readonly at: number;
      readonly size: 1 | 2 | 4 | 8;
      readonly signed: boolean;
      readonly byPointer: boolean;
    }
  | { readonly k: "store"; readonly at: number; readonly size: 1 | 2 | 4 | 8; readonly src: Value; readonly byPointer: boolean }
  | { readonly k: "addTo"; readonly at: number; readonly src: Value }
  | { readonly k: "loadIndexed"; readonly dst: number; readonly index: Value }
  | { readonly k: "bytes"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly k: "copyWithin"; readonly to: number; readonly from: number; readonly sizeBytes: number }
  | { readonly k: "call"; readonly dst: number; readonly which: "ktime" | "prandom" }
  | { readonly k: "count"; readonly key: Value; readonly amount: Value; readonly dst: number }
  | { readonly k: "put"; readonly key: number; readonly value: Value; readonly dst: number }
  | { readonly k: "sub"; readonly dst: number; readonly a: Value; readonly b: Value }
  | { readonly k: "callback"; readonly count: number; readonly src: Value; readonly dst: number }
  | { readonly k: "withSlot"; readonly sizeBytes: number; readonly body: readonly Stmt[] }
  | {
      readonly k: "if";
      readonly cond: Cond;
      readonly a: Value;
      readonly b: Value;
      readonly then: readonly Stmt[];
      readonly else: readonly Stmt[];
    }
  | { readonly k: "loop"; readonly count: number; readonly body: readonly Stmt[] };

const constants = [
  0n,
  1n,
  -1n,
  2n,
  7n,
  8n,
  63n,
  64n,
  255n,
  0x7fffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  1n << 32n,
  1n << 63n,
  (1n << 64n) - 1n,
];
const immediate = fc.oneof(fc.constantFrom(...constants), fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }));
const register = fc.nat(255);
const value: fc.Arbitrary<Value> = fc.oneof(
  { weight: 3, arbitrary: register.map((r) => ({ r })) },
  { weight: 1, arbitrary: immediate.map((i) => ({ i })) },
);
const size = fc.constantFrom(1 as const, 2 as const, 4 as const, 8 as const);
const cond = fc.constantFrom<Cond>("eq", "ne", "ult", "ule", "ugt", "uge", "slt", "sle", "sgt", "sge");
const binFn = fc.constantFrom<BinFn>("add", "sub", "mul", "udiv", "umod", "and", "or", "xor", "shl", "lshr", "ashr");

export const SLOT_BYTES = [8, 16, 24, 64, 72, 300, 1024] as const;

export interface RandomOptions {
  /** Values alive all the time. */
  readonly registers: number;
  readonly maxStmts: number;
}

/** `depth` loops and branches may nest. */
function stmts(depth: number, maxStmts: number): fc.Arbitrary<Stmt[]> {
  const simple: fc.Arbitrary<Stmt>[] = [
    fc.record({ k: fc.constant("bin" as const), fn: binFn, dst: register, a: value, b: value }),
    fc.record({ k: fc.constant("ext" as const), dst: register, src: value, bits: fc.constantFrom(8, 16, 32), signed: fc.boolean() }),
    fc.record({ k: fc.constant("swap" as const), dst: register, src: value, bits: fc.constantFrom(16, 32, 64) }),
    fc.record({ k: fc.constantFrom("mov" as const, "log2" as const, "hide" as const), dst: register, src: value }),
    fc.record({ k: fc.constant("setcc" as const), dst: register, cond, a: value, b: value }),
    fc.record({ k: fc.constant("load" as const), dst: register, at: register, size, signed: fc.boolean(), byPointer: fc.boolean() }),
    fc.record({ k: fc.constant("store" as const), at: register, size, src: value, byPointer: fc.boolean() }),
    fc.record({ k: fc.constant("addTo" as const), at: register, src: value }),
    fc.record({ k: fc.constant("loadIndexed" as const), dst: register, index: value }),
    fc.record({ k: fc.constant("bytes" as const), at: register, bytes: fc.uint8Array({ maxLength: 40 }) }),
    fc.record({ k: fc.constant("copyWithin" as const), to: register, from: register, sizeBytes: fc.nat(600) }),
    fc.record({ k: fc.constant("call" as const), dst: register, which: fc.constantFrom("ktime" as const, "prandom" as const) }),
    fc.record({ k: fc.constant("count" as const), key: value, amount: value, dst: register }),
    fc.record({ k: fc.constant("put" as const), key: register, value, dst: register }),
    fc.record({ k: fc.constant("sub" as const), dst: register, a: value, b: value }),
    fc.record({ k: fc.constant("callback" as const), count: fc.nat(3), src: value, dst: register }),
  ];
  if (depth === 0) return fc.array(fc.oneof(...simple), { maxLength: maxStmts });
  const inner = stmts(depth - 1, Math.ceil(maxStmts / 2));
  const nested: fc.Arbitrary<Stmt>[] = [
    fc.record({ k: fc.constant("withSlot" as const), sizeBytes: fc.constantFrom(...SLOT_BYTES), body: inner }),
    fc.record({ k: fc.constant("if" as const), cond, a: value, b: value, then: inner, else: inner }),
    fc.record({ k: fc.constant("loop" as const), count: fc.nat(3), body: inner }),
  ];
  return fc.array(fc.oneof({ weight: 4, arbitrary: fc.oneof(...simple) }, { weight: 1, arbitrary: fc.oneof(...nested) }), {
    maxLength: maxStmts,
  });
}

export const randomProgram = (depth: number, options: fc.Arbitrary<RandomOptions>): fc.Arbitrary<IrProgram> =>
  options.chain(({ registers, maxStmts }) => stmts(depth, maxStmts).map((body) => toIr(body, registers)));

/** Maps: 0 a percpu_array of 4 cells of 16 bytes, 1 a hash from u64 to u64. */
const COUNTS = 0;
const TABLE = 1;
/** Functions: 0 the program, 1 a subprogram, 2 a callback. */
const SUBPROGRAM = 1;
const CALLBACK = 2;

export function toIr(body: readonly Stmt[], registers: number): IrProgram {
  return program(
    [mainFunction(body, registers), subprogram(), callback()],
    [hashMap("counts", 4, 16, "percpu_array"), hashMap("@table", 8, 8)],
  );
}

function mainFunction(body: readonly Stmt[], registers: number): IrFunction {
  const blocks: { insns: Body[]; end: End | null }[] = [{ insns: [], end: null }];
  const slots: Slot[] = [];
  let current = 0;
  let vregs = registers + 1; // v0 is the context
  const emit = (insn: Body): void => void blocks[current]!.insns.push(insn);
  const fresh = (): number => vregs++;
  const block = (): number => blocks.push({ insns: [], end: null }) - 1;
  const end = (terminator: End, next: number): void => {
    blocks[current]!.end = terminator;
    current = next;
  };
  const number = (n: number): number => 1 + (n % registers);
  const operand = (val: Value): Operand => ("r" in val ? reg(number(val.r)) : imm(val.i));
  const newSlot = (sizeBytes: number): number => slots.push(slot(sizeBytes)) - 1;
  const inSlot = (at: number, width: number, sizeBytes: number): number => (at % Math.floor(sizeBytes / width)) * width;

  const run = (list: readonly Stmt[], scope: { readonly slot: number; readonly sizeBytes: number }): void => {
    const place = (at: number, width: number, byPointer: boolean) => {
      const off = inSlot(at, width, scope.sizeBytes);
      if (!byPointer) return slotAt(scope.slot, off);
      const pointer = fresh();
      emit({ op: "addressOf", dst: v(pointer), addr: slotAt(scope.slot) });
      // Written twice, so that the address can't be put in where it is used.
      emit({ op: "mov", dst: v(pointer), src: reg(pointer) });
      return ptr(pointer, off);
    };
    for (const stmt of list) {
      switch (stmt.k) {
        case "bin":
          emit({ op: "bin", fn: stmt.fn, dst: v(number(stmt.dst)), a: operand(stmt.a), b: operand(stmt.b) });
          break;
        case "ext":
          emit({ op: "ext", dst: v(number(stmt.dst)), src: operand(stmt.src), bits: stmt.bits, signed: stmt.signed });
          break;
        case "swap":
          emit({ op: "bswap", dst: v(number(stmt.dst)), src: operand(stmt.src), bits: stmt.bits });
          break;
        case "mov":
        case "log2":
        case "hide":
          emit({ op: stmt.k, dst: v(number(stmt.dst)), src: operand(stmt.src) });
          break;
        case "setcc":
          emit({ op: "setcc", dst: v(number(stmt.dst)), cond: stmt.cond, a: operand(stmt.a), b: operand(stmt.b) });
          break;
        case "load":
          emit({
            op: "load",
            dst: v(number(stmt.dst)),
            from: place(stmt.at, stmt.size, stmt.byPointer),
            size: stmt.size,
            signed: stmt.signed,
          });
          break;
        case "store":
          emit({ op: "store", to: place(stmt.at, stmt.size, stmt.byPointer), size: stmt.size, src: operand(stmt.src) });
          break;
        case "addTo":
          emit({ op: "addTo", to: place(stmt.at, 8, false), src: operand(stmt.src) });
          break;
        case "loadIndexed": {
          const [index, pointer] = [fresh(), fresh()];
          emit({ op: "bin", fn: "and", dst: v(index), a: operand(stmt.index), b: imm(7) });
          emit({ op: "addressOf", dst: v(pointer), addr: slotAt(scope.slot) });
          emit({ op: "bin", fn: "add", dst: v(pointer), a: reg(pointer), b: reg(index) });
          emit({ op: "load", dst: v(number(stmt.dst)), from: ptr(pointer), size: 1, signed: false });
          break;
        }
        case "bytes": {
          const room = scope.sizeBytes - inSlot(stmt.at, 1, scope.sizeBytes);
          emit({ op: "bytes", to: place(stmt.at, 1, false), bytes: stmt.bytes.slice(0, room) });
          break;
        }
        case "copyWithin": {
          // The halves of the slot, so that source and target never overlap.
          const half = scope.sizeBytes / 2;
          const to = stmt.to % half;
          const from = stmt.from % half;
          emit({
            op: "copy",
            to: slotAt(scope.slot, to),
            from: slotAt(scope.slot, half + from),
            sizeBytes: Math.min(stmt.sizeBytes, half - to, half - from),
          });
          break;
        }
        case "call":
          emit({ op: "helper", dst: v(number(stmt.dst)), helper: helpers[stmt.which], args: [] });
          break;
        case "count": {
          const [key, pointer] = [newSlot(4), fresh()];
          const [hit, done] = [block(), block()];
          emit({ op: "store", to: slotAt(key), size: 4, src: operand(stmt.key) });
          emit({ op: "helper", dst: v(pointer), helper: helpers.lookup, args: [map(COUNTS), addr(slotAt(key))] });
          end({ op: "branch", cond: "eq", a: reg(pointer), b: imm(0), then: bb(done), else: bb(hit) }, hit);
          emit({ op: "addTo", to: ptr(pointer, 8), src: operand(stmt.amount) });
          emit({ op: "load", dst: v(number(stmt.dst)), from: ptr(pointer, 8), size: 8, signed: false });
          end({ op: "jump", to: bb(done) }, done);
          break;
        }
        case "put": {
          const [key, cell] = [newSlot(8), newSlot(8)];
          emit({ op: "store", to: slotAt(key), size: 8, src: imm(stmt.key) });
          emit({ op: "store", to: slotAt(cell), size: 8, src: operand(stmt.value) });
          emit({
            op: "helper",
            dst: v(number(stmt.dst)),
            helper: helpers.update,
            args: [map(TABLE), addr(slotAt(key)), addr(slotAt(cell)), imm(0)],
          });
          break;
        }
        case "sub":
          emit({ op: "call", dst: v(number(stmt.dst)), func: SUBPROGRAM as FuncId, args: [operand(stmt.a), operand(stmt.b)] });
          break;
        case "callback": {
          const [context, target, pointer] = [newSlot(16), newSlot(8), fresh()];
          emit({ op: "store", to: slotAt(target), size: 8, src: operand(stmt.src) });
          emit({ op: "addressOf", dst: v(pointer), addr: slotAt(target) });
          emit({ op: "store", to: slotAt(context), size: 8, src: reg(pointer) });
          emit({ op: "store", to: slotAt(context, 8), size: 8, src: imm(3) });
          emit({
            op: "helper",
            dst: null,
            helper: helpers.loop,
            args: [imm(stmt.count), funcArg(CALLBACK), addr(slotAt(context)), imm(0)],
          });
          emit({ op: "load", dst: v(number(stmt.dst)), from: slotAt(target), size: 8, signed: false });
          break;
        }
        case "withSlot": {
          const inner = { slot: newSlot(stmt.sizeBytes), sizeBytes: stmt.sizeBytes };
          emit({ op: "zero", to: slotAt(inner.slot), sizeBytes: stmt.sizeBytes });
          run(stmt.body, inner);
          break;
        }
        case "if": {
          const [yes, no, done] = [block(), block(), block()];
          end({ op: "branch", cond: stmt.cond, a: operand(stmt.a), b: operand(stmt.b), then: bb(yes), else: bb(no) }, yes);
          run(stmt.then, scope);
          end({ op: "jump", to: bb(done) }, no);
          run(stmt.else, scope);
          end({ op: "jump", to: bb(done) }, done);
          break;
        }
        case "loop": {
          const counter = fresh();
          const [head, again, done] = [block(), block(), block()];
          emit({ op: "mov", dst: v(counter), src: imm(0) });
          end({ op: "jump", to: bb(head) }, head);
          end({ op: "branch", cond: "ult", a: reg(counter), b: imm(stmt.count), then: bb(again), else: bb(done) }, again);
          run(stmt.body, scope);
          emit({ op: "bin", fn: "add", dst: v(counter), a: reg(counter), b: imm(1) });
          end({ op: "jump", to: bb(head) }, done);
          break;
        }
      }
    }
  };

  for (let n = 1; n <= registers; n++) {
    if (n % 3 === 0) emit({ op: "helper", dst: v(n), helper: helpers.prandom, args: [] });
    else if (n % 3 === 1) emit({ op: "mov", dst: v(n), src: imm(BigInt(n) * 0x0123_4567_89ab_cdefn) });
    else emit({ op: "loadCtx", dst: v(n), ctx: v(0), off: 8 * (n % 16), size: 8, signed: false });
  }
  const outer = { slot: newSlot(24), sizeBytes: 24 };
  emit({ op: "zero", to: slotAt(outer.slot), sizeBytes: 24 });
  run(body, outer);
  // What comes out depends on every register and on the outer slot.
  const hash = fresh();
  emit({ op: "load", dst: v(hash), from: slotAt(outer.slot, 8), size: 8, signed: false });
  for (let n = 1; n <= registers; n++) {
    emit({ op: "bin", fn: "mul", dst: v(hash), a: reg(hash), b: imm(0x9e37_79b9_7f4a_7c15n) });
    emit({ op: "bin", fn: "xor", dst: v(hash), a: reg(hash), b: reg(n) });
  }
  end({ op: "return", value: reg(hash) }, -1);
  return func(
    "main",
    [0],
    slots,
    blocks.map(({ insns, end: last }) => ({ insns, end: last! })),
  );
}

/** Scratch memory of its own, and a value over a call. */
function subprogram(): IrFunction {
  return func(
    "mix",
    [0, 1],
    [slot(104)],
    [
      {
        insns: [
          { op: "zero", to: slotAt(0), sizeBytes: 104 },
          { op: "store", to: slotAt(0, 96), size: 8, src: reg(0) },
          { op: "log2", dst: v(2), src: reg(1) },
          { op: "load", dst: v(3), from: slotAt(0, 96), size: 8, signed: false },
          { op: "bin", fn: "sub", dst: v(3), a: reg(2), b: reg(3) },
          { op: "bin", fn: "add", dst: v(3), a: reg(1), b: reg(3) },
        ],
        end: { op: "return", value: reg(3) },
      },
    ],
  );
}

/** context: pointer to a u64, then a u64: *pointer = *pointer * value + index. */
function callback(): IrFunction {
  return func(
    "step",
    [0, 1],
    [slot(80)],
    [
      {
        insns: [
          { op: "bytes", to: slotAt(0), bytes: new Uint8Array(80).fill(7) },
          { op: "load", dst: v(2), from: ptr(1), size: 8, signed: false },
          { op: "load", dst: v(3), from: ptr(1, 8), size: 8, signed: false },
          { op: "load", dst: v(4), from: ptr(2), size: 8, signed: false },
          { op: "bin", fn: "mul", dst: v(4), a: reg(4), b: reg(3) },
          { op: "bin", fn: "add", dst: v(4), a: reg(4), b: reg(0) },
          { op: "store", to: ptr(2), size: 8, src: reg(4) },
        ],
        end: { op: "return", value: imm(0) },
      },
    ],
  );
}
