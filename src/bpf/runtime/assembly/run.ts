/** Calls a program: by its table slot, or in the interpreter. */
import { run_program } from "./env";
import { PUMP_BLOCK, PUMP_INTERP, PUMP_TABLE_BASE } from "./layout";

// @inline
export function run(program: u32, context: usize): u64 {
  if (load<u32>(PUMP_BLOCK, PUMP_INTERP)) return run_program(program, context);
  return call_indirect<u64>(load<u32>(PUMP_BLOCK, PUMP_TABLE_BASE) + program, <u64>context);
}
