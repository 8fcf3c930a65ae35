/** Where the replay has the tag of the event's recording, as kernel memory: a string of at most `bytes`, NUL included. src/bpf/memory.ts (TAG_WINDOW) has the same numbers. */
export const RECORDING_TAG = { address: 0x72_6563n << 40n, bytes: 64 } as const;
