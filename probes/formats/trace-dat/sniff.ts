/** First bytes of every trace.dat: `17 08 44`, then "tracing" (trace-cmd.dat.v7(5)). */
export const magic = Uint8Array.of(0x17, 0x08, 0x44, ...new TextEncoder().encode("tracing"));

export const isTraceDat = (head: Uint8Array): boolean => magic.every((byte, i) => head[i] === byte);
