/** What transcoder.ts provides. */

/** A record about code that programs may be in (MMAP, MMAP2, KSYMBOL, BUILD_ID) or a name (COMM, FORK), in its place among the others. */
export declare function sideband(record: u32): void;
