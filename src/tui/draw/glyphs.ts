/** Characters that pictures are made of. */
export interface Glyphs {
  readonly unicode: boolean;
  /** Of growing width, the last one full. */
  readonly partial: readonly string[];
  /** Of growing height, the last one full. */
  readonly levels: readonly string[];
  readonly ellipsis: string;
  readonly vertical: string;
  readonly horizontal: string;
  readonly play: string;
  readonly pause: string;
  readonly closed: string;
  readonly open: string;
  readonly caller: string;
  readonly marker: string;
  readonly point: string;
}

export const UNICODE: Glyphs = {
  unicode: true,
  partial: ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
  levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
  ellipsis: "…",
  vertical: "│",
  horizontal: "─",
  play: "▶",
  pause: "‖",
  closed: "▸",
  open: "▾",
  caller: " ← ",
  marker: "▲",
  point: "•",
};

export const ASCII: Glyphs = {
  unicode: false,
  partial: ["#"],
  levels: [".", ":", "-", "=", "+", "*", "%", "#"],
  ellipsis: "~",
  vertical: "|",
  horizontal: "-",
  play: ">",
  pause: "||",
  closed: "+",
  open: "-",
  caller: " <- ",
  marker: "^",
  point: "*",
};

/** A bar of part/whole of so many columns, to a fraction of a column; what is not nothing is seen. */
export function bar(part: bigint, whole: bigint, cols: number, { partial }: Glyphs): string {
  if (whole <= 0n || part <= 0n || cols <= 0) return "";
  const steps = partial.length;
  const size = part >= whole ? cols * steps : Math.max(1, Number((part * BigInt(cols * steps)) / whole));
  const rest = size % steps;
  return partial[steps - 1]!.repeat(Math.floor(size / steps)) + (rest === 0 ? "" : partial[rest - 1]!);
}

/** A column of part/whole of so many rows, the lowest one first; what is not nothing is seen. */
export function column(part: bigint, whole: bigint, rows: number, { levels }: Glyphs): string[] {
  const steps = levels.length;
  const size = whole <= 0n || part <= 0n ? 0 : part >= whole ? rows * steps : Math.max(1, Number((part * BigInt(rows * steps)) / whole));
  return Array.from({ length: rows }, (_, row) => {
    const left = size - row * steps;
    return left <= 0 ? " " : levels[Math.min(steps, left) - 1]!;
  });
}
