/** What is known of the message of an event. */

export type FieldKind =
  | "i32"
  | "u32"
  | "i64"
  | "u64"
  | "text"
  /** The number of a symbol that the recording names, or an address. */
  | "code"
  /** A device as stat(2) numbers it; the kernel's events have their own dev_t. */
  | "device";

export interface ProtoField {
  readonly id: number;
  readonly name: string;
  readonly kind: FieldKind;
  readonly isRepeated: boolean;
}

export interface ProtoEvent {
  /** Its field in FtraceEvent. */
  readonly id: number;
  readonly category: string;
  readonly name: string;
  readonly fields: readonly ProtoField[];
}

/** Fields with higher numbers are left out. */
export const HIGHEST_FIELD = 255;
