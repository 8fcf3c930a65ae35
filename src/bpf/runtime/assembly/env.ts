/** What machine.ts provides. */

/** Fills the window of a stream from `kept` bytes on, which is a whole number of pages; returns the bytes written, 0 at the end. */
export declare function fill(stream: u32, kept: u32): u32;
/** Runs a program in the interpreter; returns r0. */
export declare function run_program(program: u32, ctx: u64): u64;
