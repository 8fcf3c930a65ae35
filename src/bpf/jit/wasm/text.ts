/** Function bodies as WebAssembly text, one instruction a line: for people who want to see what the JIT made. */
import { ByteReader } from "./byte-reader.ts";
import { op, type as valueType } from "./opcodes.ts";

/** `i64Load8U` → `i64.load8_u`, `localGet` → `local.get`, `brIf` → `br_if`. */
function mnemonic(name: string): string {
  const special: Readonly<Record<string, string>> = { brIf: "br_if", brTable: "br_table", callIndirect: "call_indirect" };
  const extended: Readonly<Record<string, string>> = { i32WrapI64: "i32.wrap_i64", i64ExtendI32U: "i64.extend_i32_u" };
  const known = special[name] ?? extended[name];
  if (known !== undefined) return known;
  const parts = /^(i32|i64|local)([A-Z].*)$/.exec(name);
  if (parts?.[1] === undefined || parts[2] === undefined) return name;
  const rest = parts[2].replace(/([a-z0-9])([SU])$/, "$1_$2").replace(/^[A-Z]/, (c) => c.toLowerCase());
  return `${parts[1]}.${rest.toLowerCase()}`;
}

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(op).map(([name, code]) => [code, mnemonic(name)]));

const OPENS: ReadonlySet<number> = new Set([op.block, op.loop, op.if]);
const INDEXED: ReadonlySet<number> = new Set([op.br, op.brIf, op.localGet, op.localSet, op.localTee]);
const isMemoryAccess = (code: number): boolean => code >= op.i32Load && code <= op.i64Store32;

const typeName = (code: number): string => (code === valueType.i64 ? "i64" : code === valueType.i32 ? "i32" : `0x${code.toString(16)}`);

/** Signed LEB128 of an immediate. */
function signed(reader: ByteReader): bigint {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const byte = reader.u8();
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return (byte & 64) === 0 ? value : value - (1n << (shift + 7n));
  }
}

function memoryOperand(reader: ByteReader): string {
  reader.u32();
  const offset = reader.u32();
  return offset === 0 ? "" : ` offset=${offset}`;
}

function operand(code: number, reader: ByteReader, funcName: (index: number) => string): string {
  if (OPENS.has(code)) {
    const result = reader.u8();
    return result === valueType.empty ? "" : ` (result ${typeName(result)})`;
  }
  if (INDEXED.has(code)) return ` ${reader.u32()}`;
  if (code === op.call) return ` $${funcName(reader.u32())}`;
  if (code === op.callIndirect) return ` (type ${reader.u32()}) ${reader.u32()}`;
  if (code === op.i32Const || code === op.i64Const) return ` ${String(signed(reader))}`;
  if (code === op.brTable) return ` ${Array.from({ length: reader.u32() + 1 }, () => reader.u32()).join(" ")}`;
  return isMemoryAccess(code) ? memoryOperand(reader) : "";
}

/** `body` is an entry of the code section without its length: local declarations, then the instructions. */
export function bodyText(body: Uint8Array, funcName: (index: number) => string): string {
  const reader = new ByteReader(body);
  let text = "";
  for (let groups = reader.u32(); groups > 0; groups--) text += `  (local ${reader.u32()} × ${typeName(reader.u8())})\n`;
  for (let depth = 1; !reader.atEnd;) {
    const code = reader.u8();
    if (code === op.end || code === op.else) depth--;
    text += `${"  ".repeat(Math.max(depth, 0))}${NAMES.get(code) ?? `0x${code.toString(16)}`}${operand(code, reader, funcName)}\n`;
    if (OPENS.has(code) || code === op.else) depth++;
  }
  return text;
}
