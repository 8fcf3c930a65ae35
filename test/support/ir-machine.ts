/** Runs IR directly: slow, obvious, without registers or code generation. For tests of what lowering means. */
import { helper } from "../../lang/ir/helpers.ts";
import type { Address, BinFn, CallArg, Cond, FuncId, IrMap, IrProgram, MapId, Operand, VReg } from "../../lang/ir/ir.ts";

export interface Task {
  readonly pid: number;
  readonly tid: number;
  readonly comm: string;
  readonly cpu: number;
  readonly nsecs: bigint;
}

export interface IrMachine {
  run(probe: number, record?: Uint8Array, task?: Partial<Task>): bigint;
  /** Output records in order. */
  readonly records: DataView[];
  /** Puts bytes into memory, for probe_read_* to find: their address. */
  remember(bytes: Uint8Array): bigint;
  /** Elements of a map: key bytes and one value per CPU (one in all where it is not per CPU). */
  elements(name: string): { readonly key: DataView; readonly cells: readonly DataView[] }[];
  set(name: string, key: Uint8Array, value: Uint8Array, cpu?: number): void;
}

interface Region {
  readonly base: bigint;
  readonly bytes: Uint8Array;
}

const U64 = (1n << 64n) - 1n;
const signed = (n: bigint): bigint => BigInt.asIntN(64, n);

const bins: Record<BinFn, (a: bigint, b: bigint) => bigint> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  udiv: (a, b) => (b === 0n ? 0n : a / b),
  umod: (a, b) => (b === 0n ? a : a % b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b) => a << (b & 63n),
  lshr: (a, b) => a >> (b & 63n),
  ashr: (a, b) => signed(a) >> (b & 63n),
};

const conds: Record<Cond, (a: bigint, b: bigint) => boolean> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  ult: (a, b) => a < b,
  ule: (a, b) => a <= b,
  ugt: (a, b) => a > b,
  uge: (a, b) => a >= b,
  slt: (a, b) => signed(a) < signed(b),
  sle: (a, b) => signed(a) <= signed(b),
  sgt: (a, b) => signed(a) > signed(b),
  sge: (a, b) => signed(a) >= signed(b),
};

const EFAULT = BigInt.asUintN(64, -14n);
const ENOENT = BigInt.asUintN(64, -2n);
const E2BIG = BigInt.asUintN(64, -7n);
const STEPS = 2_000_000;

export function irMachine(program: IrProgram, ncpus: number): IrMachine {
  const regions: Region[] = [];
  let nextBase = 0x10000n;
  /** Fresh memory is dirty, as a stack is. */
  const allocate = (bytes: Uint8Array): bigint => {
    const base = nextBase;
    regions.push({ base, bytes });
    nextBase += BigInt(Math.ceil(bytes.length / 4096 + 1) * 4096);
    return base;
  };
  const bytesAt = (address: bigint, size: number): Uint8Array => {
    const region = regions.findLast(({ base, bytes }) => address >= base && address + BigInt(size) <= base + BigInt(bytes.length));
    if (region === undefined) throw new Error(`access of ${size} bytes at ${address.toString(16)}`);
    const at = Number(address - region.base);
    return region.bytes.subarray(at, at + size);
  };
  const load = (address: bigint, size: number): bigint =>
    bytesAt(address, size).reduceRight((word, byte) => (word << 8n) | BigInt(byte), 0n);
  const store = (address: bigint, size: number, value: bigint): void => {
    const bytes = bytesAt(address, size);
    for (let i = 0; i < size; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 0xffn);
  };

  const maps = program.maps.map(() => new Map<string, { key: Uint8Array; cells: bigint[] }>());
  const isPerCpu = (map: IrMap): boolean => map.kind.startsWith("percpu");
  const keyText = (key: Uint8Array): string => Buffer.from(key).toString("hex");
  const insert = (id: number, key: Uint8Array): { key: Uint8Array; cells: bigint[] } => {
    const map = program.maps[id]!;
    const cells = Array.from({ length: isPerCpu(map) ? ncpus : 1 }, () => allocate(new Uint8Array(map.valueBytes)));
    const element = { key: key.slice(), cells };
    maps[id]!.set(keyText(key), element);
    return element;
  };
  program.maps.forEach((map, id) => {
    if (!map.kind.endsWith("array")) return;
    for (let i = 0; i < map.maxEntries; i++) insert(id, new Uint8Array(Uint32Array.of(i).buffer));
  });

  const records: DataView[] = [];
  let task: Task = { pid: 1, tid: 1, comm: "", cpu: 0, nsecs: 0n };
  let steps = 0;

  const isReadable = (address: bigint): boolean =>
    regions.some(({ base, bytes }) => address >= base && address < base + BigInt(bytes.length));

  const readString = (to: bigint, size: number, from: bigint): bigint => {
    for (let i = 0; i < size; i++) {
      const at = from + BigInt(i);
      if (!isReadable(at)) {
        bytesAt(to, size).fill(0);
        return EFAULT;
      }
      const byte = i === size - 1 ? 0n : load(at, 1);
      store(to + BigInt(i), 1, byte);
      if (byte === 0n) return BigInt(i + 1);
    }
    return 0n;
  };

  const call = (number: number, args: readonly bigint[]): bigint => {
    const [a = 0n, b = 0n, c = 0n, d = 0n] = args;
    const id = Number(a);
    const map = program.maps[id];
    const element = () => maps[id]!.get(keyText(bytesAt(b, map!.keyBytes)));
    const cellOf = (cpu: number): bigint => element()?.cells[isPerCpu(map!) ? cpu : 0] ?? 0n;
    switch (number) {
      case helper.map_lookup_elem:
        return cellOf(task.cpu);
      case helper.map_lookup_percpu_elem:
        return cellOf(Number(c));
      case helper.map_update_elem: {
        const key = bytesAt(b, map!.keyBytes);
        if (element() === undefined && maps[id]!.size >= map!.maxEntries) return E2BIG;
        const cells = (element() ?? insert(id, key)).cells;
        bytesAt(cells[isPerCpu(map!) ? task.cpu : 0]!, map!.valueBytes).set(bytesAt(c, map!.valueBytes));
        return 0n;
      }
      case helper.map_delete_elem:
        return maps[id]!.delete(keyText(bytesAt(b, map!.keyBytes))) ? 0n : ENOENT;
      case helper.for_each_map_elem: {
        let visited = 0n;
        for (const { key, cells } of [...maps[id]!.values()]) {
          visited++;
          const args = [a, allocate(key.slice()), cells[isPerCpu(map!) ? task.cpu : 0]!, c];
          if (runFunction(Number(b) as FuncId, args) === 1n) break;
        }
        return visited;
      }
      case helper.loop: {
        let done = 0n;
        while (done < a) if (runFunction(Number(b) as FuncId, [done++, c]) === 1n) break;
        return done;
      }
      case helper.ringbuf_output: {
        const bytes = bytesAt(b, Number(c)).slice();
        records.push(new DataView(bytes.buffer));
        return d;
      }
      case helper.get_current_pid_tgid:
        return (BigInt(task.pid) << 32n) | BigInt(task.tid);
      case helper.get_smp_processor_id:
        return BigInt(task.cpu);
      case helper.get_current_comm: {
        const to = bytesAt(a, Number(b)).fill(0);
        to.set(new TextEncoder().encode(task.comm).subarray(0, Number(b) - 1));
        return 0n;
      }
      case helper.ktime_get_boot_ns:
        return task.nsecs;
      case helper.probe_read_kernel:
      case helper.probe_read_user:
        bytesAt(a, Number(b)).fill(0);
        if (!isReadable(c)) return EFAULT;
        bytesAt(a, Number(b)).set(bytesAt(c, Number(b)));
        return 0n;
      case helper.probe_read_kernel_str:
      case helper.probe_read_user_str:
        return readString(a, Number(b), c);
      default:
        throw new Error(`helper ${number} is not simulated`);
    }
  };

  const runFunction = (id: FuncId, params: readonly bigint[]): bigint => {
    const func = program.functions[id]!;
    const regs: bigint[] = [];
    func.params.forEach((param, i) => (regs[param] = params[i]!));
    const slots = func.slots.map(({ sizeBytes }) => allocate(new Uint8Array(sizeBytes).fill(0xa5)));
    const reg = (r: VReg): bigint => {
      const value = regs[r];
      if (value === undefined) throw new Error(`v${r} read before it is set`);
      return value;
    };
    const value = (operand: Operand): bigint => (operand.kind === "reg" ? reg(operand.reg) : operand.value & U64);
    const address = (addr: Address): bigint => (addr.kind === "slot" ? slots[addr.slot]! : reg(addr.reg)) + BigInt(addr.off);
    const argument = (arg: CallArg): bigint => {
      switch (arg.kind) {
        case "addr":
          return address(arg.addr);
        case "map":
          return BigInt(arg.map);
        case "func":
          return BigInt(arg.func);
        case "ctx":
          throw new Error("ctx argument");
        default:
          return value(arg);
      }
    };
    const extended = (n: bigint, bits: number, isSigned: boolean): bigint =>
      (isSigned ? BigInt.asIntN(bits, n) : BigInt.asUintN(bits, n)) & U64;

    for (let block = 0; ;) {
      const { insns, end } = func.blocks[block]!;
      for (const insn of insns) {
        if (++steps > STEPS) throw new Error("too many steps");
        switch (insn.op) {
          case "mov":
            regs[insn.dst] = value(insn.src);
            break;
          case "bin":
            regs[insn.dst] = bins[insn.fn](value(insn.a), value(insn.b)) & U64;
            break;
          case "ext":
            regs[insn.dst] = extended(value(insn.src), insn.bits, insn.signed);
            break;
          case "bswap": {
            const hex = BigInt.asUintN(insn.bits, value(insn.src))
              .toString(16)
              .padStart(insn.bits / 4, "0");
            regs[insn.dst] = BigInt(`0x${hex.match(/../g)!.reverse().join("")}`);
            break;
          }
          case "setcc":
            regs[insn.dst] = conds[insn.cond](value(insn.a), value(insn.b)) ? 1n : 0n;
            break;
          case "load":
            regs[insn.dst] = extended(load(address(insn.from), insn.size), insn.size * 8, insn.signed);
            break;
          case "loadCtx":
            regs[insn.dst] = extended(load(reg(insn.ctx) + BigInt(insn.off), insn.size), insn.size * 8, insn.signed);
            break;
          case "store":
            store(address(insn.to), insn.size, value(insn.src));
            break;
          case "addTo":
            store(address(insn.to), 8, (load(address(insn.to), 8) + value(insn.src)) & U64);
            break;
          case "addressOf":
            regs[insn.dst] = address(insn.addr);
            break;
          case "zero":
            bytesAt(address(insn.to), insn.sizeBytes).fill(0);
            break;
          case "bytes":
            bytesAt(address(insn.to), insn.bytes.length).set(insn.bytes);
            break;
          case "copy":
            bytesAt(address(insn.to), insn.sizeBytes).set(bytesAt(address(insn.from), insn.sizeBytes));
            break;
          case "hide":
            regs[insn.dst] = value(insn.src);
            break;
          case "log2":
            regs[insn.dst] = BigInt(value(insn.src).toString(2).length - 1);
            break;
          case "helper": {
            const result = call(insn.helper, insn.args.map(argument));
            if (insn.dst !== null) regs[insn.dst] = result;
            break;
          }
          case "ctx":
          case "call":
            throw new Error(`${insn.op} is not simulated`);
        }
      }
      if (end.op === "return") return value(end.value);
      if (end.op === "jump") block = end.to;
      else block = conds[end.cond](value(end.a), value(end.b)) ? end.then : end.else;
    }
  };

  const idOf = (name: string): MapId => program.maps.findIndex((map) => map.name === name) as MapId;
  const view = (bytes: Uint8Array): DataView => new DataView(bytes.slice().buffer);
  return {
    records,
    remember: (bytes) => allocate(bytes.slice()),
    run(probe, record = new Uint8Array(8), current = {}) {
      task = { ...task, ...current };
      steps = 0;
      return runFunction(program.probes[probe]!.func, [allocate(record)]);
    },
    elements(name) {
      const id = idOf(name);
      const { valueBytes } = program.maps[id]!;
      return [...maps[id]!.values()].map(({ key, cells }) => ({
        key: view(key),
        cells: cells.map((cell) => view(bytesAt(cell, valueBytes))),
      }));
    },
    set(name, key, value, cpu = 0) {
      const id = idOf(name);
      const element = maps[id]!.get(keyText(key)) ?? insert(id, key);
      bytesAt(element.cells[cpu]!, value.length).set(value);
    },
  };
}
