/** `%gr`: GFP flags by name (row 5.70). Order and bits: linux include/trace/events/mmflags.h and gfp_types.h, 6.18. */
const bit = (...numbers: number[]): bigint => numbers.reduce((mask, n) => mask | (1n << BigInt(n)), 0n);

const RECLAIM = [10, 11];
const KERNEL = [...RECLAIM, 6, 7];
const USER = [...KERNEL, 20];
const TRANSHUGE_LIGHT = [...USER, 1, 3, 18, 19, 13];

/** Compound names first: a name is printed when all of its bits are set, and takes them. */
const GFP_NAMES: readonly (readonly [bigint, string])[] = [
  [bit(...TRANSHUGE_LIGHT.filter((n) => n !== 11)), "GFP_TRANSHUGE"],
  [bit(...TRANSHUGE_LIGHT.filter((n) => !RECLAIM.includes(n))), "GFP_TRANSHUGE_LIGHT"],
  [bit(...USER, 1, 3), "GFP_HIGHUSER_MOVABLE"],
  [bit(...USER, 1), "GFP_HIGHUSER"],
  [bit(...USER), "GFP_USER"],
  [bit(...KERNEL, 22), "GFP_KERNEL_ACCOUNT"],
  [bit(...KERNEL), "GFP_KERNEL"],
  [bit(...RECLAIM, 6), "GFP_NOFS"],
  [bit(5, 11), "GFP_ATOMIC"],
  [bit(...RECLAIM), "GFP_NOIO"],
  [bit(11, 13), "GFP_NOWAIT"],
  [bit(0), "GFP_DMA"],
  [bit(2), "GFP_DMA32"],
  [bit(1), "__GFP_HIGHMEM"],
  [bit(3), "__GFP_MOVABLE"],
  [bit(4), "__GFP_RECLAIMABLE"],
  [bit(5), "__GFP_HIGH"],
  [bit(6), "__GFP_IO"],
  [bit(7), "__GFP_FS"],
  [bit(8), "__GFP_ZERO"],
  [bit(10), "__GFP_DIRECT_RECLAIM"],
  [bit(11), "__GFP_KSWAPD_RECLAIM"],
  [bit(12), "__GFP_WRITE"],
  [bit(13), "__GFP_NOWARN"],
  [bit(14), "__GFP_RETRY_MAYFAIL"],
  [bit(15), "__GFP_NOFAIL"],
  [bit(16), "__GFP_NORETRY"],
  [bit(17), "__GFP_MEMALLOC"],
  [bit(18), "__GFP_COMP"],
  [bit(19), "__GFP_NOMEMALLOC"],
  [bit(20), "__GFP_HARDWALL"],
  [bit(21), "__GFP_THISNODE"],
  [bit(22), "__GFP_ACCOUNT"],
  [bit(23), "__GFP_ZEROTAGS"],
  [bit(24), "__GFP_NO_OBJ_EXT"],
];

export function gfpText(flags: bigint): string {
  let rest = flags;
  const names: string[] = [];
  for (const [mask, name] of GFP_NAMES) {
    if ((rest & mask) !== mask) continue;
    names.push(name);
    rest &= ~mask;
  }
  if (rest !== 0n || names.length === 0) names.push(rest === 0n ? "0" : `0x${rest.toString(16)}`);
  return names.join("|");
}
