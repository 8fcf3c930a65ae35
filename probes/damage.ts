/** Where and why a recording cannot be read. `offset` is a byte offset into the file (or into the unpacked section, as the message says). */
export interface Damage {
  readonly offset: number;
  readonly message: string;
}

export const hex = (n: number | bigint): string => `0x${n.toString(16)}`;
