/** Calls of helpers: arguments by prototype, effects on memory, and the result (linux check_helper_call). */
import { type ArgType, type HelperProto, helpers } from "../helpers/table.ts";
import type { Insn, InsnIndex, Reg } from "../isa/insn.ts";
import type { MapSpec, MapType } from "../spec.ts";
import { type Env, MAX_OFFSET, mapOf, newId, readReg } from "./env.ts";
import {
  type StackReach,
  RDONLY_PROG,
  checkReadable,
  checkStackBounds,
  checkTouch,
  checkUnmodifiedCtx,
  helperWritesStack,
} from "./memory-check.ts";
import { type RegState, notInit, scalarReg, typeName, unknownReg } from "./reg-state.ts";
import { reject } from "./reject.ts";
import { constValue, isConst, signedScalar, zeroScalar } from "./scalar.ts";
import { type State, clobberArgs, mapRegs, topFrame } from "./state.ts";

/** What the arguments of one call turned out to be. */
interface Call {
  readonly name: string;
  readonly proto: HelperProto;
  readonly insn: InsnIndex;
  map: number | null;
  /** Length limits of the size argument. */
  size: { readonly min: number; readonly max: number } | null;
  releases: number | null;
  callback: InsnIndex | null;
  callbackCtx: RegState | null;
  /** Stack memory that the helper will have written. */
  readonly writes: { readonly reach: StackReach; readonly min: number; readonly max: number }[];
}

/** Linux enum bpf_map_type. */
const mapTypeNumber: Readonly<Record<MapType, number>> = {
  hash: 1,
  array: 2,
  percpu_hash: 5,
  percpu_array: 6,
  stack_trace: 7,
  lru_hash: 9,
  lru_percpu_hash: 10,
  ringbuf: 27,
};

/** Licenses that count as GPL (linux include/linux/license.h). */
const gplLicenses: ReadonlySet<string> = new Set([
  "GPL",
  "GPL v2",
  "GPL and additional rights",
  "Dual BSD/GPL",
  "Dual MIT/GPL",
  "Dual MPL/GPL",
]);

export interface CallbackCall {
  readonly kind: "loop" | "map_elem";
  readonly func: InsnIndex;
  readonly ctx: RegState;
  readonly map: number | null;
}

/** Checks the call; does everything that it does to the state but for running its callback, which is returned. */
export function checkHelperCall(env: Env, state: State, insn: Extract<Insn, { kind: "call" }>, at: InsnIndex): CallbackCall | null {
  const proto = helpers[insn.helper];
  if (!proto) reject(`invalid func unknown#${insn.helper}`);
  const name = `bpf_${proto.name}#${insn.helper}`;
  if (proto.progTypes && !proto.progTypes.includes(env.program.type)) reject(`program of this type cannot use helper ${name}`);
  if (proto.gplOnly && !gplLicenses.has(env.program.license)) {
    reject("cannot call GPL-restricted function from non-GPL compatible program");
  }
  const call: Call = { name, proto, insn: at, map: null, size: null, releases: null, callback: null, callbackCtx: null, writes: [] };
  proto.args.forEach((type, index) => {
    checkArgument(env, state, call, type, (index + 1) as Reg);
  });
  if (proto.callback && call.callback !== null) {
    return { kind: proto.callback, func: call.callback, ctx: call.callbackCtx ?? notInit, map: call.map };
  }
  for (const { reach, min, max } of call.writes) helperWritesStack(reach, min, max);
  if (call.releases !== null) release(state, call.releases);
  clobberArgs(topFrame(state));
  topFrame(state).regs[0] = result(env, state, call);
  return null;
}

/** State behind a call that runs callbacks, all of which are done. */
export function finishCallbackCall(state: State): void {
  clobberArgs(topFrame(state));
  topFrame(state).regs[0] = unknownReg;
}

function checkArgument(env: Env, state: State, call: Call, type: ArgType, reg: Reg): void {
  const value = readReg(state, reg);
  const expect = (expected: string): never => reject(`R${reg} type=${typeName(value)} expected=${expected}`);
  switch (type) {
    case "anything":
      if (value.kind === "ctx") env.passesCtxAddress = true;
      return;
    case "map":
      if (value.kind !== "map_ptr") return expect("map_ptr");
      call.map = value.map;
      return checkMapFits(mapOf(env, value.map), call);
    case "map_key":
    case "map_value": {
      if (call.map === null) reject(`invalid map_ptr to access map->${type === "map_key" ? "key" : "value"}`);
      const { keySize, valueSize } = mapOf(env, call.map);
      return checkMemory(env, state, call, { reg, value, min: 0, max: type === "map_key" ? keySize : valueSize, kind: "read" });
    }
    case "readable":
    case "writable":
      if (!isMemory(value)) expect(MEMORY_TYPES);
      return;
    case "size":
    case "size_or_zero":
      return checkSize(env, state, call, type, reg, value);
    case "const_size":
      if (value.kind !== "scalar") return expect("scalar");
      if (!isConst(value.scalar)) reject(`R${reg} is not a known constant'`);
      call.size = { min: 0, max: checkedSize(constValue(value.scalar)!, reg) };
      return;
    case "const_string":
      return checkConstString(env, call, reg, value);
    case "stack_or_null":
      if (value.kind !== "fp" && !(value.kind === "scalar" && constValue(value.scalar) === 0n)) return expect("fp");
      call.callbackCtx = value;
      return;
    case "func":
      if (value.kind !== "func") return expect("func");
      call.callback = value.target;
      return;
    case "ctx":
      if (value.kind !== "ctx") return expect("ctx");
      return checkUnmodifiedCtx(value, reg);
    case "ringbuf_record":
      if (value.kind !== "ringbuf_mem" || value.orNull) return expect("ringbuf_mem");
      if (value.off !== 0 || constValue(value.variable) !== 0n) {
        reject(`R${reg} must have zero offset when passed to release func or trusted arg to kfunc`);
      }
      call.releases = value.id;
      return;
  }
}

const MEMORY_TYPES = "fp, map_key, map_value, ringbuf_mem";

function isMemory(value: RegState): boolean {
  return value.kind === "fp" || value.kind === "map_key" || value.kind === "map_value" || value.kind === "ringbuf_mem";
}

function checkMapFits(map: MapSpec, call: Call): void {
  if (call.proto.maps?.includes(map.type)) return;
  reject(`cannot pass map_type ${mapTypeNumber[map.type]} into func ${call.name}`);
}

function checkedSize(size: bigint, reg: Reg): number {
  if (size >= BigInt(MAX_OFFSET)) reject(`R${reg} unbounded memory access, use 'var &= const' or 'if (var < const)'`);
  return Number(size);
}

/** The size belongs to the memory in the register before it. */
function checkSize(env: Env, state: State, call: Call, type: "size" | "size_or_zero", reg: Reg, value: RegState): void {
  if (value.kind !== "scalar") reject(`R${reg} type=${typeName(value)} expected=scalar`);
  const { smin, umin, umax } = value.scalar.wide;
  if (smin < 0n) reject(`R${reg} min value is negative, either use unsigned or 'var &= const'`);
  if (umin === 0n && type === "size") reject(`R${reg} invalid zero-sized read: u64=[${umin},${umax}]`);
  const max = checkedSize(umax, reg);
  const memory = (reg - 1) as Reg;
  call.size = { min: Number(umin), max };
  const kind = call.proto.args[memory - 1] === "writable" ? "write" : "read";
  checkMemory(env, state, call, { reg: memory, value: readReg(state, memory), min: Number(umin), max, kind });
}

interface MemoryArg {
  readonly reg: Reg;
  readonly value: RegState;
  readonly min: number;
  readonly max: number;
  readonly kind: "read" | "write";
}

function checkMemory(env: Env, state: State, call: Call, { reg, value, min, max, kind }: MemoryArg): void {
  if (!isMemory(value)) reject(`R${reg} type=${typeName(value)} expected=${MEMORY_TYPES}`);
  const touch = { reg, off: 0, size: max, kind };
  if (value.kind !== "fp") return checkTouch(env, value, touch, { aligned: false });
  const reach = checkStackBounds(env, state, value, touch);
  if (kind === "write") {
    call.writes.push({ reach, min, max });
    return;
  }
  checkReadable(reach.frame, reach.low, reach.high + max - reach.low, touch, value);
}

/** A string in a map that programs cannot write; as long as the first string may be, since its end is not known here. */
function checkConstString(env: Env, call: Call, reg: Reg, value: RegState): void {
  if (value.kind !== "map_value" || value.orNull) reject(`R${reg} type=${typeName(value)} expected=map_value`);
  const map = mapOf(env, value.map);
  if (map.type !== "array" || (map.flags & RDONLY_PROG) === 0) reject(`R${reg} does not point to a readonly map'`);
  if (!isConst(value.variable)) reject(`R${reg} is not a constant address'`);
  checkTouch(env, value, { reg, off: 0, size: call.size?.max ?? 1, kind: "read" }, { aligned: false });
}

function release(state: State, id: number): void {
  const inCallback = state.frames.findLast((frame) => frame.callback)?.callback;
  if (inCallback?.refs.some((ref) => ref.id === id)) reject(`cannot release reference id=${id} of the caller in a callback`);
  state.refs = state.refs.filter((ref) => ref.id !== id);
  mapRegs(state, (reg) => (reg.kind === "ringbuf_mem" && reg.id === id ? notInit : reg));
  forgetSpills(state);
}

/** A spilled register that is gone leaves bytes that cannot be read. */
function forgetSpills(state: State): void {
  for (const frame of state.frames) {
    frame.stack.forEach((slot, index) => {
      if (slot?.spilled?.kind === "not_init") frame.stack[index] = undefined;
    });
  }
}

/** -4095, the lowest errno. */
const MIN_ERRNO = -4095n;

function result(env: Env, state: State, call: Call): RegState {
  switch (call.proto.ret) {
    case "scalar":
      return unknownReg;
    case "void":
      return notInit;
    case "length_or_error":
      return scalarReg(signedScalar(MIN_ERRNO, BigInt(call.size?.max ?? 0)));
    case "map_value_or_null":
      return { kind: "map_value", map: call.map ?? 0, orNull: true, id: newId(env), off: 0, variable: zeroScalar };
    case "ringbuf_record_or_null": {
      const id = newId(env);
      state.refs = [...state.refs, { id, insn: call.insn }];
      return { kind: "ringbuf_mem", sizeBytes: call.size?.max ?? 0, orNull: true, id, off: 0, variable: zeroScalar };
    }
  }
}
