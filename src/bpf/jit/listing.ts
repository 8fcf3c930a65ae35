/** The WebAssembly of programs as text: what `-d wasm` shows. */
import type { ProgramSpec } from "../spec.ts";
import type { JitEnv } from "./env.ts";
import { jitModule } from "./jit.ts";
import { ByteReader } from "./wasm/byte-reader.ts";
import { indexModule, readSections } from "./wasm/module.ts";
import { sectionId } from "./wasm/opcodes.ts";
import { bodyText } from "./wasm/text.ts";

function codeBodies(code: Uint8Array): Uint8Array[] {
  const reader = new ByteReader(code);
  return Array.from({ length: reader.u32() }, () => reader.bytes(reader.u32()));
}

/** Main functions in the order of the programs, then what they call; calls of the runtime by the names of its exports. */
export function wasmListing(runtime: Uint8Array, programs: readonly ProgramSpec[], env: JitEnv): string {
  const before = indexModule(readSections(runtime));
  const sections = readSections(jitModule(runtime, programs, env).bytes);
  const index = indexModule(sections);
  const bodies = codeBodies(sections.known.get(sectionId.code) ?? new Uint8Array(1));
  const imported = index.funcTypes.length - bodies.length;
  const names = new Map([...index.exports].map(([name, func]) => [func, name]));
  programs.forEach(({ name }, i) => names.set(before.funcTypes.length + i, name));
  const funcName = (func: number): string => names.get(func) ?? `func${func}`;
  let text = "";
  for (let func = before.funcTypes.length; func < index.funcTypes.length; func++) {
    text += `func $${funcName(func)}\n${bodyText(bodies[func - imported] ?? new Uint8Array(1), funcName)}\n`;
  }
  return text;
}
