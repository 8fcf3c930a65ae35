/**
 * The IR: functions of basic blocks over virtual registers, close to eBPF but without its registers and stack.
 * Every virtual register holds 64 bits (an integer, sign- or zero-extended by the producer, or a pointer) and may be assigned
 * many times (no SSA). Memory objects are slots; codegen decides whether a slot lives on the 512-byte stack or in per-CPU scratch.
 */
import type { Span } from "../diagnostics/diagnostic.ts";
import type { Type, MapValueType } from "../types/type.ts";
import type { ResolvedAttachPoint } from "../catalogue.ts";

export type VReg = number & { readonly of: "vreg" };
export type SlotId = number & { readonly of: "slot" };
export type BlockId = number & { readonly of: "block" };
export type MapId = number & { readonly of: "map" };
export type FuncId = number & { readonly of: "func" };

export type Operand = { readonly kind: "reg"; readonly reg: VReg } | { readonly kind: "imm"; readonly value: bigint };

/** Where memory is: a slot of this function, or the pointer in a register; `off` in bytes. */
export type Address =
  | { readonly kind: "slot"; readonly slot: SlotId; readonly off: number }
  | { readonly kind: "ptr"; readonly reg: VReg; readonly off: number };

/** Division and modulo are unsigned with the machine's rule for zero (x/0 = 0, x%0 = x). */
export type BinFn = "add" | "sub" | "mul" | "udiv" | "umod" | "and" | "or" | "xor" | "shl" | "lshr" | "ashr";
export type Cond = "eq" | "ne" | "ult" | "ule" | "ugt" | "uge" | "slt" | "sle" | "sgt" | "sge";

export type CallArg =
  | Operand
  | { readonly kind: "addr"; readonly addr: Address }
  | { readonly kind: "map"; readonly map: MapId }
  | { readonly kind: "func"; readonly func: FuncId }
  | { readonly kind: "ctx" };

export type IrInsn = { readonly span: Span } & (
  | { readonly op: "mov"; readonly dst: VReg; readonly src: Operand }
  | { readonly op: "bin"; readonly fn: BinFn; readonly dst: VReg; readonly a: Operand; readonly b: Operand }
  /** Keep the low `bits` and extend them to 64. */
  | { readonly op: "ext"; readonly dst: VReg; readonly src: Operand; readonly bits: 8 | 16 | 32; readonly signed: boolean }
  /** Swap the low `bits` (16, 32, 64) and zero-extend. */
  | { readonly op: "bswap"; readonly dst: VReg; readonly src: Operand; readonly bits: 16 | 32 | 64 }
  /** dst = (a cond b) ? 1 : 0 */
  | { readonly op: "setcc"; readonly dst: VReg; readonly cond: Cond; readonly a: Operand; readonly b: Operand }
  | { readonly op: "load"; readonly dst: VReg; readonly from: Address; readonly size: 1 | 2 | 4 | 8; readonly signed: boolean }
  | { readonly op: "store"; readonly to: Address; readonly size: 1 | 2 | 4 | 8; readonly src: Operand }
  /** *(u64*)to += src. Not atomic; codegen may use an atomic add where the map is shared between CPUs. */
  | { readonly op: "addTo"; readonly to: Address; readonly src: Operand }
  | { readonly op: "addressOf"; readonly dst: VReg; readonly addr: Address }
  | { readonly op: "zero"; readonly to: Address; readonly sizeBytes: number }
  | { readonly op: "copy"; readonly to: Address; readonly from: Address; readonly sizeBytes: number }
  | { readonly op: "bytes"; readonly to: Address; readonly bytes: Uint8Array }
  /** The program's context pointer (r1 at entry). In a callback it comes through its own argument block instead. */
  | { readonly op: "ctx"; readonly dst: VReg }
  /** Load of a record field: constant offset from the context pointer in `ctx`. */
  | {
      readonly op: "loadCtx";
      readonly dst: VReg;
      readonly ctx: VReg;
      readonly off: number;
      readonly size: 1 | 2 | 4 | 8;
      readonly signed: boolean;
    }
  /** Linux helper by number; `dst` null drops the result. Pointer results (map lookup) may be 0 and must be tested before use. */
  | { readonly op: "helper"; readonly dst: VReg | null; readonly helper: number; readonly args: readonly CallArg[] }
  /** BPF-to-BPF call of another function of this IR program. */
  | { readonly op: "call"; readonly dst: VReg | null; readonly func: FuncId; readonly args: readonly CallArg[] }
  /** floor(log2(src)) of a non-zero u64: a shared BPF subprogram that the JIT lowers to clz. */
  | { readonly op: "log2"; readonly dst: VReg; readonly src: Operand }
  /** dst = src, a number of which the verifier is to know nothing from here on, and that it does not take for the same as src. */
  | { readonly op: "hide"; readonly dst: VReg; readonly src: Operand }
);

export type Terminator = { readonly span: Span } & (
  | { readonly op: "jump"; readonly to: BlockId }
  | { readonly op: "branch"; readonly cond: Cond; readonly a: Operand; readonly b: Operand; readonly then: BlockId; readonly else: BlockId }
  | { readonly op: "return"; readonly value: Operand }
);

export interface Block {
  readonly insns: IrInsn[];
  end: Terminator;
}

export interface Slot {
  readonly name: string;
  readonly sizeBytes: number;
  readonly align: 1 | 2 | 4 | 8;
  /**
   * Must live on the stack, never in scratch: pointers are kept in it (a map value would turn them into numbers), or it is the
   * argument block of a callback, which the kernel takes from the stack only.
   */
  readonly onStack?: true;
  /** Its address is a number that the script keeps: nothing else may use its bytes while the function runs. */
  readonly escapes?: true;
}

/** A function. Entry is block 0. `params` arrive in r1…r5: a program has one (its context), a bpf_loop callback two (index, pointer). */
export interface IrFunction {
  readonly name: string;
  readonly params: readonly VReg[];
  readonly vregCount: number;
  readonly slots: readonly Slot[];
  readonly blocks: readonly Block[];
}

/** Map of the script, or one that the compiler needs. `kind` chooses the Linux map type in codegen. */
export interface IrMap {
  /** `@name` for script maps; a dotless identifier for internal ones. */
  readonly name: string;
  readonly kind: "hash" | "percpu_hash" | "array" | "percpu_array" | "lru_hash" | "percpu_lru_hash" | "stack_trace" | "ringbuf";
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly maxEntries: number;
  /** What user space puts into an array before the run: the values one after the other. */
  readonly contents?: Uint8Array;
  /** For script maps: how user space reads keys and cells. Null for internal maps. */
  readonly script: ScriptMap | null;
}

/**
 * How the cells of a script map are stored.
 * scalar plain value: hash with one u64 key 0. keyed plain: hash. Scalar aggregate other than hist/lhist: percpu_array of one cell.
 * Scalar hist/lhist: percpu_array, u32 key = bucket number, u64 cells. Keyed aggregate: percpu_hash.
 * Keyed hist/lhist: percpu_hash whose key is the script key padded to 8, then the u64 bucket number.
 */
export interface ScriptMap {
  readonly key: Type | null; // null: scalar map; a tuple for @m[a, b]
  readonly value: MapValueType;
}

export interface IrProbe {
  readonly func: FuncId;
  /** All attach points that share this body, in source order. */
  readonly attach: readonly ResolvedAttachPoint[];
  readonly span: Span;
}

export interface IrProgram {
  readonly functions: readonly IrFunction[];
  readonly probes: readonly IrProbe[];
  readonly maps: readonly IrMap[];
  readonly actions: readonly Action[];
}

/**
 * What user space does with an output record. A record is: u32 action id (index in the table), u32 flags (bit 0: yield, user space must act
 * before the next event), then the arguments at the offsets given here, counted from the start of the record; sizeBytes is the whole record.
 */
export type Action = { readonly span: Span; readonly sizeBytes: number } & (
  | { readonly kind: TextActionKind; readonly format: string; readonly args: readonly ActionArg[] }
  | { readonly kind: "print_value"; readonly arg: ActionArg }
  | { readonly kind: "print_map"; readonly map: MapId; readonly top: number; readonly div: number }
  | { readonly kind: "clear" | "zero"; readonly map: MapId }
  /** exit code: s64 at offset 8. */
  | { readonly kind: "exit" }
  /** u64 nsecs of the event at offset 8. */
  | { readonly kind: "time"; readonly format: string }
  /** 16 strings of 1024 bytes, read from the pointer array; the first empty one ends the list (row 5.26). */
  | { readonly kind: "join"; readonly separator: string; readonly args: readonly ActionArg[] }
  /** Run-time warning of one statement, reported once with its count. s64 helper result at offset 8; `helper` is empty when none is to blame (row 3.11). */
  | { readonly kind: "helper_error"; readonly message: string; readonly helper: string }
);

/** Actions that format a text: to be written somewhere, or the path of a file (cat) or a command (system). */
export type TextActionKind = "printf" | "errorf" | "warnf" | "debugf" | "cat" | "system";

export interface ActionArg {
  readonly type: Type;
  readonly offset: number;
  /** The value came from a map of this aggregate kind, read as an integer: matters for nothing but messages. */
  readonly note?: string;
}

export const RECORD_HEADER_BYTES = 8;
export const RECORD_FLAG_YIELD = 1;
