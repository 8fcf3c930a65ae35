/** Byte orders as type arguments: what takes one is compiled once for each, with no test left in it. */

export type Little = u8;
export type Big = u16;

export function isBig<Order>(): bool {
  return sizeof<Order>() == sizeof<Big>();
}

export function half<Order>(at: usize): u32 {
  return isBig<Order>() ? bswap<u16>(load<u16>(at)) : load<u16>(at);
}

export function word<Order>(at: usize): u32 {
  return isBig<Order>() ? bswap<u32>(load<u32>(at)) : load<u32>(at);
}

export function long<Order>(at: usize): u64 {
  return isBig<Order>() ? bswap<u64>(load<u64>(at)) : load<u64>(at);
}
