/**
 * Structural sanity of IR, as tests want it: what the kernel's verifier would refuse is better found here, with names.
 * A must-analysis over each function's blocks: registers assigned, slot bytes written and lookup results tested on every path.
 */
import { helper, helperName } from "./helpers.ts";
import type { Address, CallArg, IrFunction, IrInsn, IrMap, IrProgram, Operand, Terminator, VReg } from "./ir.ts";

/** Facts that hold on every path to a place. */
interface Facts {
  readonly assigned: Set<VReg>;
  /** Results of map lookups that may be 0. */
  readonly maybeNull: Set<VReg>;
  /** One flag per byte of each slot. */
  readonly written: Uint8Array[];
}

/** Larger slots are in scratch maps, whose memory always holds something. */
const STACK_BYTES = 512;

const nullable: ReadonlySet<number> = new Set([helper.map_lookup_elem, helper.map_lookup_percpu_elem]);

/** Argument index of a buffer that the helper fills, and of its size. */
const fills: Partial<Record<number, readonly [number, number]>> = {
  [helper.get_current_comm]: [0, 1],
  [helper.probe_read_user]: [0, 1],
  [helper.probe_read_kernel]: [0, 1],
  [helper.probe_read_user_str]: [0, 1],
  [helper.probe_read_kernel_str]: [0, 1],
};

const argCounts: Partial<Record<number, number>> = {
  [helper.map_lookup_elem]: 2,
  [helper.map_update_elem]: 4,
  [helper.map_delete_elem]: 2,
  [helper.ktime_get_ns]: 0,
  [helper.jiffies64]: 0,
  [helper.ktime_get_tai_ns]: 0,
  [helper.get_numa_node_id]: 0,
  [helper.get_prandom_u32]: 0,
  [helper.get_smp_processor_id]: 0,
  [helper.get_current_pid_tgid]: 0,
  [helper.get_current_uid_gid]: 0,
  [helper.get_current_comm]: 2,
  [helper.get_current_task]: 0,
  [helper.get_current_cgroup_id]: 0,
  [helper.probe_read_user]: 3,
  [helper.probe_read_kernel]: 3,
  [helper.probe_read_user_str]: 3,
  [helper.probe_read_kernel_str]: 3,
  [helper.ktime_get_boot_ns]: 0,
  [helper.ringbuf_output]: 4,
  [helper.for_each_map_elem]: 4,
  [helper.loop]: 4,
  [helper.map_lookup_percpu_elem]: 3,
};

const clone = ({ assigned, maybeNull, written }: Facts): Facts => ({
  assigned: new Set(assigned),
  maybeNull: new Set(maybeNull),
  written: written.map((bytes) => bytes.slice()),
});

/** Weakens `into` to what also holds in `other`; true if that changed it. */
function meet(into: Facts, other: Facts): boolean {
  let changed = false;
  for (const r of into.assigned)
    if (!other.assigned.has(r)) {
      into.assigned.delete(r);
      changed = true;
    }
  for (const r of other.maybeNull)
    if (!into.maybeNull.has(r)) {
      into.maybeNull.add(r);
      changed = true;
    }
  into.written.forEach((bytes, slot) => {
    bytes.forEach((flag, at) => {
      if (flag === 0 || other.written[slot]![at] === 1) return;
      bytes[at] = 0;
      changed = true;
    });
  });
  return changed;
}

function validateFunction(func: IrFunction, program: IrProgram): string[] {
  const problems = new Set<string>();
  let where = "";
  const report = (text: string): void => {
    problems.add(`${func.name} ${where}: ${text}`);
  };

  const useReg = (r: VReg, facts: Facts): void => {
    if (r < 0 || r >= func.vregCount) report(`v${r} is not a register of the function`);
    else if (!facts.assigned.has(r)) report(`v${r} is not assigned on every path`);
  };
  const use = (operand: Operand, facts: Facts): void => {
    if (operand.kind === "reg") useReg(operand.reg, facts);
    else if (operand.value !== BigInt.asIntN(64, operand.value)) report(`constant ${operand.value} is not 64 bits`);
  };
  const useAddress = (addr: Address, sizeBytes: number, facts: Facts): void => {
    if (addr.kind === "ptr") {
      useReg(addr.reg, facts);
      if (facts.maybeNull.has(addr.reg)) report(`v${addr.reg} may be 0`);
      return;
    }
    const slot = func.slots[addr.slot];
    if (slot === undefined) report(`slot ${addr.slot} does not exist`);
    else if (addr.off < 0 || addr.off + sizeBytes > slot.sizeBytes)
      report(`bytes ${addr.off}..${addr.off + sizeBytes} of ${slot.name}, which has ${slot.sizeBytes}`);
  };
  const useAligned = (addr: Address, size: number, facts: Facts): void => {
    useAddress(addr, size, facts);
    if (addr.off % size !== 0) report(`access of ${size} bytes at offset ${addr.off}`);
  };
  const write = (addr: Address, sizeBytes: number, facts: Facts): void => {
    if (addr.kind === "slot") facts.written[addr.slot]?.fill(1, Math.max(0, addr.off), addr.off + sizeBytes);
  };
  const read = (addr: Address, sizeBytes: number, facts: Facts): void => {
    if (addr.kind !== "slot") return;
    const bytes = facts.written[addr.slot];
    if (bytes === undefined || bytes.length > STACK_BYTES) return;
    const at = bytes.subarray(addr.off, addr.off + sizeBytes).indexOf(0);
    if (at >= 0) report(`byte ${addr.off + at} of ${func.slots[addr.slot]!.name} is read but not written on every path`);
  };
  const assign = (dst: VReg, facts: Facts): void => {
    if (dst < 0 || dst >= func.vregCount) report(`v${dst} is not a register of the function`);
    facts.assigned.add(dst);
    facts.maybeNull.delete(dst);
  };

  const mapOf = (arg: CallArg | undefined): IrMap | null => (arg?.kind === "map" ? (program.maps[arg.map] ?? null) : null);
  const readArg = (arg: CallArg | undefined, sizeBytes: number, facts: Facts): void => {
    if (arg?.kind !== "addr") return report("argument is not an address");
    useAddress(arg.addr, sizeBytes, facts);
    read(arg.addr, sizeBytes, facts);
  };

  const useArgs = (args: readonly CallArg[], facts: Facts): void => {
    for (const arg of args) {
      if (arg.kind === "reg" || arg.kind === "imm") use(arg, facts);
      else if (arg.kind === "addr") useAddress(arg.addr, 1, facts);
      else if (arg.kind === "map" && program.maps[arg.map] === undefined) report(`map ${arg.map} does not exist`);
      else if (arg.kind === "func" && program.functions[arg.func] === undefined) report(`function ${arg.func} does not exist`);
    }
  };

  const callHelper = (insn: Extract<IrInsn, { op: "helper" }>, facts: Facts): void => {
    const { args } = insn;
    useArgs(args, facts);
    if (argCounts[insn.helper] !== args.length) report(`${helperName(insn.helper)} called with ${args.length} arguments`);
    const map = mapOf(args[0]);
    switch (insn.helper) {
      case helper.map_lookup_elem:
      case helper.map_delete_elem:
      case helper.map_lookup_percpu_elem:
      case helper.map_update_elem:
        if (map === null) return report(`${helperName(insn.helper)} without a map`);
        readArg(args[1], map.keyBytes, facts);
        if (insn.helper === helper.map_update_elem) readArg(args[2], map.valueBytes, facts);
        if (insn.helper === helper.map_lookup_percpu_elem && !map.kind.startsWith("percpu")) report(`${map.name} is not per CPU`);
        break;
      case helper.ringbuf_output:
        if (map?.kind !== "ringbuf") report("output to something that is no ring");
        if (args[2]?.kind === "imm") readArg(args[1], Number(args[2].value), facts);
        break;
      case helper.loop:
      case helper.for_each_map_elem: {
        const frame = args[2];
        if (frame?.kind === "addr" && frame.addr.kind === "slot" && func.slots[frame.addr.slot]?.onStack !== true)
          report("the argument of a callback is not on the stack");
        const callee = args[1]?.kind === "func" ? program.functions[args[1].func] : undefined;
        if (callee?.params.length !== (insn.helper === helper.loop ? 2 : 4)) report("callback with the wrong number of parameters");
        break;
      }
      default:
    }
    const filled = fills[insn.helper];
    const [to, size] = filled === undefined ? [] : [args[filled[0]], args[filled[1]]];
    if (to?.kind !== "addr" || size?.kind !== "imm") return;
    useAddress(to.addr, Number(size.value), facts);
    write(to.addr, Number(size.value), facts);
  };

  const step = (insn: IrInsn, facts: Facts): void => {
    switch (insn.op) {
      case "mov":
      case "ext":
      case "bswap":
      case "log2":
      case "hide":
        use(insn.src, facts);
        return assign(insn.dst, facts);
      case "bin":
        use(insn.a, facts);
        use(insn.b, facts);
        if (insn.b.kind === "imm" && ["shl", "lshr", "ashr"].includes(insn.fn) && (insn.b.value < 0n || insn.b.value > 63n))
          report(`shift by ${insn.b.value}`);
        return assign(insn.dst, facts);
      case "setcc":
        use(insn.a, facts);
        use(insn.b, facts);
        return assign(insn.dst, facts);
      case "load":
        useAligned(insn.from, insn.size, facts);
        read(insn.from, insn.size, facts);
        return assign(insn.dst, facts);
      case "store":
        use(insn.src, facts);
        useAligned(insn.to, insn.size, facts);
        return write(insn.to, insn.size, facts);
      case "addTo":
        use(insn.src, facts);
        useAligned(insn.to, 8, facts);
        return read(insn.to, 8, facts);
      case "addressOf":
        useAddress(insn.addr, 1, facts);
        return assign(insn.dst, facts);
      case "zero":
        useAddress(insn.to, insn.sizeBytes, facts);
        return write(insn.to, insn.sizeBytes, facts);
      case "bytes":
        useAddress(insn.to, insn.bytes.length, facts);
        return write(insn.to, insn.bytes.length, facts);
      case "copy":
        useAddress(insn.from, insn.sizeBytes, facts);
        useAddress(insn.to, insn.sizeBytes, facts);
        read(insn.from, insn.sizeBytes, facts);
        return write(insn.to, insn.sizeBytes, facts);
      case "ctx":
        return assign(insn.dst, facts);
      case "loadCtx":
        useReg(insn.ctx, facts);
        if (insn.off % insn.size !== 0) report(`access of ${insn.size} record bytes at offset ${insn.off}`);
        return assign(insn.dst, facts);
      case "helper":
        callHelper(insn, facts);
        if (insn.dst === null) return;
        assign(insn.dst, facts);
        if (nullable.has(insn.helper)) facts.maybeNull.add(insn.dst);
        return;
      case "call":
        useArgs(insn.args, facts);
        if (insn.dst !== null) assign(insn.dst, facts);
    }
  };

  /** Facts on each way out of a block. */
  const leave = (end: Terminator, facts: Facts): readonly (readonly [number, Facts])[] => {
    switch (end.op) {
      case "return":
        use(end.value, facts);
        return [];
      case "jump":
        return [[end.to, facts]];
      case "branch": {
        use(end.a, facts);
        use(end.b, facts);
        if (end.a.kind === "imm") report("a branch compares a constant");
        const [then, otherwise] = [clone(facts), clone(facts)];
        const tested = end.a.kind === "reg" && end.b.kind === "imm" && end.b.value === 0n ? end.a.reg : null;
        if (tested !== null && end.cond === "ne") then.maybeNull.delete(tested);
        if (tested !== null && end.cond === "eq") otherwise.maybeNull.delete(tested);
        return [
          [end.then, then],
          [end.else, otherwise],
        ];
      }
    }
  };

  const entry: Facts = {
    assigned: new Set(func.params),
    maybeNull: new Set(),
    written: func.slots.map((slot) => new Uint8Array(slot.sizeBytes)),
  };
  const atStart = new Map<number, Facts>([[0, entry]]);
  const run = (index: number): readonly (readonly [number, Facts])[] => {
    const block = func.blocks[index]!;
    const facts = clone(atStart.get(index)!);
    block.insns.forEach((insn, i) => {
      where = `b${index}.${i} (${insn.op})`;
      step(insn, facts);
    });
    where = `b${index} end`;
    return leave(block.end, facts);
  };

  const pending = [0];
  while (pending.length > 0) {
    const index = pending.pop()!;
    for (const [to, facts] of run(index)) {
      if (func.blocks[to] === undefined) {
        report(`block ${to} does not exist`);
        continue;
      }
      const known = atStart.get(to);
      if (known === undefined) atStart.set(to, clone(facts));
      else if (!meet(known, facts)) continue;
      pending.push(to);
    }
  }
  // Facts only get weaker: what was found on the way is found again, what is wrong only now is found too.
  for (const index of atStart.keys()) run(index);
  func.blocks.forEach((_, index) => {
    where = `b${index}`;
    if (!atStart.has(index)) report("unreachable block");
  });
  return [...problems];
}

/** What is wrong with the program; empty if nothing is. */
export function validateIr(program: IrProgram): string[] {
  const problems = program.functions.flatMap((func) => validateFunction(func, program));
  program.probes.forEach((probe, i) => {
    if (program.functions[probe.func]?.params.length !== 1) problems.push(`probe ${i} has no function of one parameter`);
  });
  return problems;
}
