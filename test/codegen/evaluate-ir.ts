/** What IR means, as directly as possible: the judge of the generated code. */
import type { Address, BinFn, CallArg, Cond, FuncId, IrFunction, IrProgram, Operand } from "../../lang/ir/ir.ts";

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const s64 = (value: bigint): bigint => BigInt.asIntN(64, value);

/** The world that helpers act on; addresses are offsets into `memory`. */
export interface World {
  readonly memory: DataView;
  /** First byte that slots may take. */
  readonly slotBase: number;
  readonly helper: (id: number, args: readonly bigint[], callback: (func: bigint, args: readonly bigint[]) => bigint) => bigint;
  readonly mapAddress: (map: number) => bigint;
}

const arithmetic: Readonly<Record<BinFn, (a: bigint, b: bigint) => bigint>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  udiv: (a, b) => (b === 0n ? 0n : a / b),
  umod: (a, b) => (b === 0n ? a : a % b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b) => a << (b % 64n),
  lshr: (a, b) => a >> (b % 64n),
  ashr: (a, b) => s64(a) >> (b % 64n),
};

const holds: Readonly<Record<Cond, (a: bigint, b: bigint) => boolean>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  ult: (a, b) => a < b,
  ule: (a, b) => a <= b,
  ugt: (a, b) => a > b,
  uge: (a, b) => a >= b,
  slt: (a, b) => s64(a) < s64(b),
  sle: (a, b) => s64(a) <= s64(b),
  sgt: (a, b) => s64(a) > s64(b),
  sge: (a, b) => s64(a) >= s64(b),
};

function swap(value: bigint, bits: number): bigint {
  const bytes = BigInt.asUintN(bits, value)
    .toString(16)
    .padStart(bits / 4, "0")
    .match(/../g)!;
  return BigInt(`0x${bytes.reverse().join("")}`);
}

export function evaluate(ir: IrProgram, func: FuncId, args: readonly bigint[], world: World): bigint {
  return run(ir, ir.functions[func]!, args, world, world.slotBase);
}

function run(ir: IrProgram, func: IrFunction, args: readonly bigint[], world: World, base: number): bigint {
  const { memory } = world;
  const regs = new Array<bigint>(func.vregCount).fill(0n);
  func.params.forEach((param, at) => (regs[param] = args[at]!));
  let top = base;
  const slots = func.slots.map((slot) => {
    const at = top;
    top += Math.ceil(slot.sizeBytes / 8) * 8;
    return at;
  });
  const value = (operand: Operand): bigint => (operand.kind === "imm" ? u64(operand.value) : regs[operand.reg]!);
  const at = (address: Address): number =>
    address.kind === "slot" ? slots[address.slot]! + address.off : Number(BigInt.asUintN(32, regs[address.reg]! + BigInt(address.off)));
  const fetch = (from: number, size: number, signed: boolean): bigint => {
    let bits = 0n;
    for (let i = size - 1; i >= 0; i--) bits = (bits << 8n) | BigInt(memory.getUint8(from + i));
    return u64(signed ? BigInt.asIntN(size * 8, bits) : bits);
  };
  const put = (to: number, size: number, bits: bigint): void => {
    for (let i = 0; i < size; i++) memory.setUint8(to + i, Number((bits >> BigInt(i * 8)) & 0xffn));
  };
  const arg = (a: CallArg): bigint => {
    switch (a.kind) {
      case "addr":
        return BigInt(at(a.addr));
      case "map":
        return world.mapAddress(a.map);
      case "func":
        return BigInt(a.func);
      case "ctx":
        return args[0]!;
      default:
        return value(a);
    }
  };

  let block = func.blocks[0]!;
  for (;;) {
    for (const insn of block.insns) {
      switch (insn.op) {
        case "mov":
          regs[insn.dst] = value(insn.src);
          break;
        case "bin":
          regs[insn.dst] = u64(arithmetic[insn.fn](value(insn.a), value(insn.b)));
          break;
        case "ext":
          regs[insn.dst] = u64(insn.signed ? BigInt.asIntN(insn.bits, value(insn.src)) : BigInt.asUintN(insn.bits, value(insn.src)));
          break;
        case "bswap":
          regs[insn.dst] = swap(value(insn.src), insn.bits);
          break;
        case "setcc":
          regs[insn.dst] = holds[insn.cond](value(insn.a), value(insn.b)) ? 1n : 0n;
          break;
        case "load":
          regs[insn.dst] = fetch(at(insn.from), insn.size, insn.signed);
          break;
        case "loadCtx":
          regs[insn.dst] = fetch(Number(regs[insn.ctx]!) + insn.off, insn.size, insn.signed);
          break;
        case "store":
          put(at(insn.to), insn.size, value(insn.src));
          break;
        case "addTo":
          put(at(insn.to), 8, fetch(at(insn.to), 8, false) + value(insn.src));
          break;
        case "addressOf":
          regs[insn.dst] = BigInt(at(insn.addr));
          break;
        case "zero":
          for (let i = 0; i < insn.sizeBytes; i++) memory.setUint8(at(insn.to) + i, 0);
          break;
        case "copy":
          for (let i = 0; i < insn.sizeBytes; i++) memory.setUint8(at(insn.to) + i, memory.getUint8(at(insn.from) + i));
          break;
        case "bytes":
          insn.bytes.forEach((byte, i) => memory.setUint8(at(insn.to) + i, byte));
          break;
        case "ctx":
          regs[insn.dst] = args[0]!;
          break;
        case "hide":
          regs[insn.dst] = value(insn.src);
          break;
        case "log2": {
          const src = value(insn.src);
          regs[insn.dst] = src === 0n ? 0n : BigInt(src.toString(2).length - 1);
          break;
        }
        case "helper": {
          const result = world.helper(insn.helper, insn.args.map(arg), (id, more) => run(ir, ir.functions[Number(id)]!, more, world, top));
          if (insn.dst !== null) regs[insn.dst] = u64(result);
          break;
        }
        case "call": {
          const result = run(ir, ir.functions[insn.func]!, insn.args.map(arg), world, top);
          if (insn.dst !== null) regs[insn.dst] = result;
        }
      }
    }
    const { end } = block;
    if (end.op === "return") return value(end.value);
    const to = end.op === "jump" || holds[end.cond](value(end.a), value(end.b)) ? (end.op === "jump" ? end.to : end.then) : end.else;
    block = func.blocks[to]!;
  }
}
