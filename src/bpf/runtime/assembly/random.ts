/** splitmix64 (Steele, Lea, Flood 2014): every seed is good, one 64-bit word of state, so that a run can be rewound. */
import { CURRENT_BLOCK, CURRENT_RAND_STATE } from "./layout";

export function nextRandom32(): u32 {
  const state = load<u64>(CURRENT_BLOCK, CURRENT_RAND_STATE) + 0x9e3779b97f4a7c15;
  store<u64>(CURRENT_BLOCK, state, CURRENT_RAND_STATE);
  let z = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >>> 27)) * 0x94d049bb133111eb;
  return <u32>((z ^ (z >>> 31)) >>> 32);
}
