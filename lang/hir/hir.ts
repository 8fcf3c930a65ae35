/**
 * The typed program: what check/ makes of the AST and lower/ turns into IR. A small core language:
 * names are resolved, literals folded, positional parameters and wildcards expanded, conversions explicit (`cast`),
 * `+=` and friends, predicates and macros desugared. Every expression has its type; every map its final key and value type.
 */
import type { Span } from "../diagnostics/diagnostic.ts";
import type { MapValueType, StructType, Type } from "../types/type.ts";
import type { ResolvedAttachPoint, TracepointField } from "../catalogue.ts";
import type { TextTable } from "../tables/text-table.ts";

export type LocalId = number & { readonly of: "local" };
/** Index into HirProgram.maps. */
export type HirMapId = number & { readonly of: "hirMap" };

export interface HirProgram {
  /** In source order, one per distinct body: attach points share a body unless it depends on the point (`probe`, `args` of different layout). */
  readonly probes: readonly HirProbe[];
  readonly maps: readonly HirMap[];
  /** Called by their place in this list. */
  readonly functions: readonly HirFunction[];
  /** The kernel's task structure as the script's types have it, where the script asks what is in it: how it reads curtask. */
  readonly taskStruct?: StructType;
  /** The same of a task's credentials. */
  readonly credStruct?: StructType;
}

/** A function of the script (row 2.28). It has no context pointer: nothing in it may depend on the event. */
export interface HirFunction {
  readonly name: string;
  /** At most five. Scalars are passed by value, everything else as a copy that the function may change. */
  readonly params: readonly LocalId[];
  /** A scalar, or void. */
  readonly returns: Type;
  readonly locals: readonly HirLocal[];
  readonly body: HirBlock;
  readonly span: Span;
}

export interface HirProbe {
  readonly attach: readonly ResolvedAttachPoint[];
  readonly locals: readonly HirLocal[];
  /** The predicate, if any, is already an `if` around the body. */
  readonly body: HirBlock;
  readonly span: Span;
}

export interface HirLocal {
  readonly name: string; // "$x"; compiler temporaries have no "$"
  readonly type: Type;
}

export interface HirMap {
  readonly name: string; // "@x", "@"
  readonly key: Type | null; // null: scalar
  readonly value: MapValueType;
  readonly maxEntries: number;
  readonly kind: "default" | "hash" | "lruhash" | "percpuhash" | "percpulruhash";
  readonly span: Span;
}

export type HirBlock = readonly HirStmt[];

export type HirStmt = { readonly span: Span } & (
  | { readonly kind: "set_local"; readonly local: LocalId; readonly value: HirExpr }
  | { readonly kind: "set_map"; readonly map: HirMapId; readonly key: HirExpr | null; readonly value: HirExpr }
  /** `@m[k] = count()` and the others; `arg` is already int64 or uint64 (null for count). */
  | {
      readonly kind: "aggregate";
      readonly map: HirMapId;
      readonly key: HirExpr | null;
      readonly arg: HirExpr | null;
      /** Only of a time series: ns of its clock, uint64. */
      readonly time?: HirExpr;
    }
  | { readonly kind: "expr"; readonly expr: HirExpr }
  | { readonly kind: "if"; readonly cond: HirExpr; readonly then: HirBlock; readonly else: HirBlock }
  | { readonly kind: "while"; readonly cond: HirExpr; readonly body: HirBlock }
  /** `for ($i : from..to)`: half open, both 64-bit and of the same type as the local; lowered to bpf_loop. */
  | { readonly kind: "for_range"; readonly local: LocalId; readonly from: HirExpr; readonly to: HirExpr; readonly body: HirBlock }
  /** `for ($kv : @m)`: the local is the tuple (key, value); lowered to bpf_for_each_map_elem. */
  | { readonly kind: "for_map"; readonly local: LocalId; readonly map: HirMapId; readonly body: HirBlock }
  /** Body repeated `count` times. */
  | { readonly kind: "unroll"; readonly count: number; readonly body: HirBlock }
  | { readonly kind: "block"; readonly body: HirBlock }
  | { readonly kind: "break" | "continue" }
  | { readonly kind: "return"; readonly value: HirExpr | null }
  /** cat: the text is a path; system: a command. */
  | {
      readonly kind: "printf" | "errorf" | "warnf" | "debugf" | "cat" | "system";
      readonly format: string;
      readonly args: readonly HirExpr[];
    }
  | { readonly kind: "print_value"; readonly value: HirExpr }
  | { readonly kind: "print_map"; readonly map: HirMapId; readonly top: number; readonly div: number }
  | { readonly kind: "clear" | "zero"; readonly map: HirMapId }
  /** Also returns from the probe. */
  | { readonly kind: "exit"; readonly code: HirExpr }
  | { readonly kind: "time"; readonly format: string }
  | { readonly kind: "join"; readonly pointer: HirExpr; readonly separator: string }
);

/** Integer operators work on operands already converted to `type` (int64 or uint64). Division and modulo are unsigned; x/0 is 1 with a run-time warning (row 3.11). */
export type HirBinOp = "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^" | "<<" | ">>";
export type HirCompareOp = "==" | "!=" | "<" | "<=" | ">" | ">=";

export type HirExpr = { readonly type: Type; readonly span: Span } &
  /** int, bool, enum, pointer or timestamp constant, already wrapped to the type's range. */
  (
    | { readonly kind: "int"; readonly value: bigint }
    /** String literal: bytes without the NUL; type string[n + 1]. Or all bytes of a constant array of integers. */
    | { readonly kind: "str"; readonly bytes: Uint8Array }
    | { readonly kind: "local"; readonly local: LocalId }
    /** Cell of a plain map, zero if absent. */
    | { readonly kind: "map"; readonly map: HirMapId; readonly key: HirExpr | null }
    /** count, sum, min, max, avg read as a 64-bit integer over all CPUs; stats as record { count, average, total }. */
    | { readonly kind: "aggregate_value"; readonly map: HirMapId; readonly key: HirExpr | null }
    | { readonly kind: "field"; readonly field: TracepointField }
    /** pid, tid, rand: uint32. comm: string[16]. username: username. curtask: pointer. All others: uint64. */
    | { readonly kind: "builtin"; readonly name: BuiltinName }
    /** neg, bitnot: operand converted to `type` first. lognot: operand int, bool or pointer; type bool. */
    | { readonly kind: "unary"; readonly op: "neg" | "bitnot" | "lognot"; readonly operand: HirExpr }
    | { readonly kind: "binary"; readonly op: HirBinOp; readonly left: HirExpr; readonly right: HirExpr }
    /** type bool. Integers, bools, pointers: both sides of one type, whose sign decides. */
    | { readonly kind: "compare"; readonly op: HirCompareOp; readonly left: HirExpr; readonly right: HirExpr }
    /** == and != of strings (up to the first NUL, any capacities), buffers, arrays and tuples; type bool. */
    | { readonly kind: "equal"; readonly negated: boolean; readonly left: HirExpr; readonly right: HirExpr }
    /** Short circuit; operands bool, int or pointer; type bool. */
    | { readonly kind: "logical"; readonly op: "&&" | "||"; readonly left: HirExpr; readonly right: HirExpr }
    /** int/bool/enum/pointer to int/bool (extension by the source's sign, truncation); string to a larger string; tuple to a tuple of wider members. */
    | { readonly kind: "cast"; readonly operand: HirExpr }
    | { readonly kind: "cond"; readonly cond: HirExpr; readonly then: HirExpr; readonly else: HirExpr }
    | { readonly kind: "tuple"; readonly elems: readonly HirExpr[] }
    | { readonly kind: "record"; readonly fields: readonly { readonly name: string; readonly value: HirExpr }[] }
    /** Member of a tuple, record or struct by position; of a bit-field the bits as its type. */
    | { readonly kind: "member"; readonly operand: HirExpr; readonly index: number }
    /** Element of an array or byte of a string. Out of bounds is zero, and warned about unless `quiet`. */
    | { readonly kind: "index"; readonly operand: HirExpr; readonly index: HirExpr; readonly quiet?: true }
    /** `++`/`--`: type int64 or uint64, or a pointer, which moves by what it points to; the value before (postfix) or after (prefix). */
    | { readonly kind: "increment_local"; readonly local: LocalId; readonly delta: number; readonly prefix: boolean }
    | {
        readonly kind: "increment_map";
        readonly map: HirMapId;
        readonly key: HirExpr | null;
        readonly delta: number;
        readonly prefix: boolean;
      }
    /** The value at an address, by the pointer's address space; zeroes if it cannot be read (row 3.35). */
    | { readonly kind: "deref"; readonly pointer: HirExpr }
    /** Where a variable is; a pointer to kernel memory. */
    | { readonly kind: "address_of_local"; readonly local: LocalId }
    /** Where the value of a scalar plain map is, 0 if it is unset. */
    | { readonly kind: "address_of_map"; readonly map: HirMapId }
    | { readonly kind: "block"; readonly body: HirBlock; readonly value: HirExpr }
    /** Function of the script by its number; arguments already of the parameters' types. */
    | { readonly kind: "call"; readonly func: number; readonly args: readonly HirExpr[] }
    /** 0 when equal up to n bytes or a NUL, else 1; type uint64. */
    | { readonly kind: "strncmp"; readonly left: HirExpr; readonly right: HirExpr; readonly n: number }
    /** str(pointer or string[, length]): type string[capacity]. `length` null: up to the capacity. Pointers are read with probe_read_{kernel,user}_str. */
    | { readonly kind: "str_of"; readonly pointer: HirExpr; readonly length: HirExpr | null }
    /** A char array in a C struct as string[length + 1]: zero behind its NUL, which it may have none of. */
    | { readonly kind: "char_array"; readonly operand: HirExpr }
    /** buf(): the first `length` bytes (a uint64; null: all that fit) of an array or string, or of what a pointer leads to; type buffer. */
    | { readonly kind: "buf_of"; readonly data: HirExpr; readonly length: HirExpr | null }
    | { readonly kind: "strlen"; readonly operand: HirExpr }
    /** Both strings in one of type string[capacity]; what does not fit is cut. */
    | { readonly kind: "concat"; readonly left: HirExpr; readonly right: HirExpr }
    /** The table's text for an int64; type string[64]. */
    | { readonly kind: "table_text"; readonly table: TextTable; readonly index: HirExpr }
    /** Bytes in reverse order; operand and type are unsigned integers of one width. */
    | { readonly kind: "bswap"; readonly operand: HirExpr }
    /** The thread that a task's process is a child of, or the process of that thread: its id, uint32; 0 if it is not known. */
    | { readonly kind: "task_parent"; readonly pid: HirExpr; readonly of: "thread" | "process" }
    /** Name of a task, string[16]; empty if it is not known. */
    | { readonly kind: "task_comm"; readonly pid: HirExpr }
    /** 6 bytes: the first ones of an array or string, or those that a pointer or address leads to; type mac. */
    | { readonly kind: "macaddr"; readonly source: HirExpr }
    | { readonly kind: "strftime"; readonly ns: HirExpr } // type timestamp
    /** type inet. `family`: AF_INET or AF_INET6, as uint64; null: by the size of the address. */
    | { readonly kind: "ntop"; readonly family: HirExpr | null; readonly address: HirExpr }
    /** `probe`: number of the event whose probed function the address is in. */
    | { readonly kind: "ksym" | "usym"; readonly address: HirExpr; readonly probe?: number }
    /** `bucket`: of a time series, one interval's place of the key. */
    /** u64 of the rebuilt context (lang/registers.ts, or arguments in a row); `what`: the name that asks for it. */
    | { readonly kind: "context_word"; readonly offset: number; readonly what: string }
    /** The event's stack, by its type. */
    | { readonly kind: "stack" }
    /** Frames of a stack: uint64. */
    | { readonly kind: "stack_len"; readonly stack: HirExpr }
    | { readonly kind: "has_key"; readonly map: HirMapId; readonly key: HirExpr; readonly bucket?: HirExpr }
    | { readonly kind: "delete"; readonly map: HirMapId; readonly key: HirExpr | null; readonly bucket?: HirExpr }
    /** len(@m): int64. */
    | { readonly kind: "map_len"; readonly map: HirMapId }
  );

/** nsecs is the boot clock's; username is the user id, printed by name. */
export type BuiltinName =
  | "pid"
  | "tid"
  | "uid"
  | "gid"
  | "username"
  | "comm"
  | "cpu"
  | "numaid"
  | "ncpus"
  | "nsecs"
  | "nsecs_monotonic"
  | "nsecs_tai"
  | "jiffies"
  | "elapsed"
  | "rand"
  | "cgroup"
  | "curtask"
  /** Address of the probed function, at its return. */
  | "func_ip";
