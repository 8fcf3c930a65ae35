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

export function putWord<Order>(at: usize, value: u32): void {
  store<u32>(at, isBig<Order>() ? bswap<u32>(value) : value);
}

export function putHalf<Order>(at: usize, value: u32): void {
  store<u16>(at, isBig<Order>() ? bswap<u16>(<u16>value) : <u16>value);
}

export function putLong<Order>(at: usize, value: u64): void {
  store<u64>(at, isBig<Order>() ? bswap<u64>(value) : value);
}
