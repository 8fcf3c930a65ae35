/** What roles look like with 256 colours, with 16, and with none. */
import type { Role } from "./role.ts";

export type ColourDepth = 256 | 16 | "none";

/** Colours by their number in the terminal's palette; null: its default. */
export interface Look {
  readonly fg: number | null;
  readonly bg: number | null;
  readonly bold: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
}

interface Style {
  /** With 256 colours, and with 16. */
  readonly fg?: readonly [number, number];
  readonly bg?: readonly [number, number];
  readonly bold?: true;
  /** Where there are no colours: what tells the role apart there. */
  readonly plain?: "bold" | "underline" | "inverse";
  readonly inverse?: true;
}

const STYLES: Readonly<Record<Role, Style>> = {
  text: {},
  dim: { fg: [244, 8] },
  title: { bold: true, plain: "bold" },
  focus: { fg: [231, 15], bg: [25, 4], bold: true, plain: "inverse" },
  status: { fg: [252, 15], bg: [237, 8], plain: "inverse" },
  name: { fg: [80, 6], bold: true, plain: "bold" },
  number: { fg: [180, 3] },
  bar: { fg: [74, 4] },
  changed: { fg: [226, 11], bold: true, plain: "bold" },
  selected: { inverse: true, plain: "inverse" },
  match: { fg: [214, 11], plain: "underline" },
  error: { fg: [203, 9], bold: true, plain: "bold" },
  playing: { fg: [114, 10], bg: [237, 8], bold: true, plain: "inverse" },
  cursor: { fg: [231, 15], bg: [160, 1], bold: true, plain: "inverse" },
  density: { fg: [109, 6] },
  key: { fg: [252, 7], plain: "bold" },
  kernel0: { fg: [16, 0], bg: [215, 3] },
  kernel1: { fg: [16, 0], bg: [209, 11] },
  user0: { fg: [16, 0], bg: [150, 2] },
  user1: { fg: [16, 0], bg: [186, 10] },
  other0: { fg: [16, 0], bg: [110, 6] },
  other1: { fg: [16, 0], bg: [146, 14] },
};

export function lookOf(role: Role, depth: ColourDepth): Look {
  const { fg, bg, bold, plain, inverse } = STYLES[role];
  if (depth === "none")
    return { fg: null, bg: null, bold: plain === "bold", underline: plain === "underline", inverse: plain === "inverse" };
  const column = depth === 256 ? 0 : 1;
  return { fg: fg?.[column] ?? null, bg: bg?.[column] ?? null, bold: bold ?? false, underline: false, inverse: inverse ?? false };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** NO_COLOR (no-color.org), else what the terminal is called. */
export function colourDepth(env: Environment): ColourDepth {
  const term = env["TERM"] ?? "";
  if ((env["NO_COLOR"] ?? "") !== "" || /^(vt\d|dumb|ansi-m)|-m(ono)?$/.test(term)) return "none";
  const isRich = /256|direct|kitty|alacritty|ghostty|foot|wezterm/.test(term) || (env["COLORTERM"] ?? "") !== "";
  return isRich ? 256 : 16;
}

/** POSIX: the first of these that says something decides. */
export function hasUnicode(env: Environment): boolean {
  if ((env["HINDSIGHT_ASCII"] ?? "") === "1") return false;
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find((value) => value !== undefined && value !== "");
  return /utf-?8/i.test(locale ?? "");
}
