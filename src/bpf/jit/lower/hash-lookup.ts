/**
 * Lookups in hash maps with small keys: hash and chain walk in place of a call. The key's words go through locals, often without their
 * detour through the stack. Must agree with runtime/assembly/hash.ts and bytes.ts.
 */
import { element } from "../../runtime/layout.ts";
import type { HashLayout } from "../env.ts";
import { op } from "../wasm/opcodes.ts";
import { addCpuCell, setReg, type Lowering } from "./context.ts";
import { pushKeyWord } from "./key.ts";

const MULTIPLIER32 = 0x9e3779b1;
const MULTIPLIER64 = 0x9e3779b97f4a7c15n;
/** From here on the runtime hashes in two lanes. */
const LONG_KEY = 32;

interface Word {
  readonly off: number;
  readonly size: 4 | 8;
  readonly local: number;
}

/** r0 = bpf_map_lookup_elem(r1, r2); false, and nothing emitted, if the key is of another size. */
export function lookupHash(low: Lowering, layout: HashLayout, keySize: number): boolean {
  if (keySize % 4 !== 0 || keySize >= LONG_KEY) return false;
  const { code } = low;
  const words = wordsOf(low, keySize);
  for (const word of words) {
    pushKeyWord(low, word.off, word.size);
    code.set(word.local);
  }
  pushHash(low, words, keySize);
  code.i32(layout.shift);
  code.emit(op.i32ShrU);
  code.i32(2);
  code.emit(op.i32Shl);
  code.memory(op.i32Load, layout.buckets);
  walkChain(low, words);
  addressOfValue(low, layout);
  setReg(low, 0);
  return true;
}

function wordsOf(low: Lowering, keySize: number): Word[] {
  const words: Word[] = [];
  for (let off = 0; off < keySize; off += 8) words.push({ off, size: keySize - off < 8 ? 4 : 8, local: low.i64Locals[words.length]! });
  return words;
}

/** Pushes the i32 hash. */
function pushHash(low: Lowering, words: readonly Word[], keySize: number): void {
  const { code } = low;
  const multiplyHigh = (): void => {
    code.i64(MULTIPLIER64);
    code.emit(op.i64Mul);
    code.i64(32);
    code.emit(op.i64ShrU, op.i32WrapI64);
  };
  const first = words[0]!.local;
  code.get(first);
  if (keySize === 4) {
    code.emit(op.i32WrapI64);
    code.i32(MULTIPLIER32);
    return code.emit(op.i32Mul);
  }
  if (keySize === 8) {
    code.get(first);
    code.i64(32);
    code.emit(op.i64ShrU, op.i64Xor);
    return multiplyHigh();
  }
  const product = low.i64Local;
  code.i64(keySize);
  code.emit(op.i64Xor);
  words.forEach(({ local }, i) => {
    if (i > 0) {
      code.get(local);
      code.emit(op.i64Xor);
    }
    code.i64(MULTIPLIER64);
    code.emit(op.i64Mul);
    code.tee(product);
    code.get(product);
    code.i64(32);
    code.emit(op.i64ShrU, op.i64Xor);
  });
  multiplyHigh();
}

const loads = { 4: op.i64Load32U, 8: op.i64Load } as const;

/** From the bucket's first element (on the stack) to the one with this key, or 0, in the i32 local. */
function walkChain(low: Lowering, words: readonly Word[]): void {
  const { code } = low;
  const found = low.i32Local;
  code.set(found);
  const done = code.open(op.block);
  const next = code.open(op.loop);
  code.get(found);
  code.emit(op.i32Eqz);
  code.brIf(done);
  words.forEach(({ off, size, local }, i) => {
    code.get(found);
    code.memory(loads[size], element.key + off);
    code.get(local);
    code.emit(op.i64Xor);
    if (i > 0) code.emit(op.i64Or);
  });
  code.emit(op.i64Eqz);
  code.brIf(done);
  code.get(found);
  code.memory(op.i32Load, element.chain);
  code.set(found);
  code.br(next);
  code.close();
  code.close();
}

/** Pushes the i64 address of the current CPU's value, 0 if there is no element. */
function addressOfValue(low: Lowering, layout: HashLayout): void {
  const { code } = low;
  code.get(low.i32Local);
  code.i32(layout.valueOffset);
  code.emit(op.i32Add);
  if (layout.cpuStride !== 0) addCpuCell(low, layout.cpuStride);
  code.i32(0);
  code.get(low.i32Local);
  code.emit(op.select, op.i64ExtendI32U);
}
