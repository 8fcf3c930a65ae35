/** What keys do: the table that the help is printed from. */
export type Action =
  | "togglePlay"
  | "faster"
  | "slower"
  | "stepOn"
  | "stepBack"
  | "stepOn10"
  | "stepBack10"
  | "left"
  | "right"
  | "leftFar"
  | "rightFar"
  | "start"
  | "end"
  | "askTime"
  | "nextPanel"
  | "previousPanel"
  | "up"
  | "down"
  | "pageUp"
  | "pageDown"
  | "open"
  | "back"
  | "fold"
  | "filter"
  | "sort"
  | "flame"
  | "countLines"
  | "help"
  | "redraw"
  | "suspend"
  | "quit";

export interface Binding {
  readonly action: Action;
  /** As blessed calls them. */
  readonly keys: readonly string[];
  /** As the help shows them; null: it does not. */
  readonly shown: string | null;
  readonly does: string;
}

export const BINDINGS: readonly Binding[] = [
  { action: "togglePlay", keys: ["space"], shown: "Space", does: "play, pause" },
  { action: "faster", keys: ["+", "="], shown: "+ -", does: "faster, slower: 1x, 10x ... full" },
  { action: "slower", keys: ["-", "_"], shown: null, does: "" },
  { action: "stepOn", keys: ["n"], shown: "n N", does: "one event on, one back" },
  { action: "stepBack", keys: ["S-n"], shown: null, does: "" },
  { action: "stepOn10", keys: [">", "."], shown: "> <", does: "ten events on, ten back" },
  { action: "stepBack10", keys: ["<", ","], shown: null, does: "" },
  { action: "left", keys: ["left", "h"], shown: "Left Right", does: "seek by a column of the timeline" },
  { action: "right", keys: ["right", "l"], shown: null, does: "" },
  { action: "leftFar", keys: ["S-left", "["], shown: "[ ]", does: "seek by ten columns" },
  { action: "rightFar", keys: ["S-right", "]"], shown: null, does: "" },
  { action: "start", keys: ["home", "0"], shown: "Home End", does: "start, end (n there: end probes)" },
  { action: "end", keys: ["end", "$"], shown: null, does: "" },
  { action: "askTime", keys: ["g"], shown: "g", does: "go to a time: 12.5, +0.2, +15ms, #7" },
  { action: "nextPanel", keys: ["tab"], shown: "Tab", does: "next panel" },
  { action: "previousPanel", keys: ["S-tab"], shown: null, does: "" },
  { action: "up", keys: ["up", "k"], shown: "Up Down", does: "choose a row; PgUp PgDn: by pages" },
  { action: "down", keys: ["down", "j"], shown: null, does: "" },
  { action: "pageUp", keys: ["pageup", "C-b"], shown: null, does: "" },
  { action: "pageDown", keys: ["pagedown", "C-f"], shown: null, does: "" },
  { action: "open", keys: ["enter"], shown: "Enter", does: "open a key; zoom into a function" },
  { action: "back", keys: ["escape", "backspace"], shown: "Esc", does: "back, zoom out, no filter" },
  { action: "fold", keys: ["o"], shown: "o", does: "open or close a node of the tree" },
  { action: "filter", keys: ["/"], shown: "/", does: "only rows with a text" },
  { action: "sort", keys: ["s"], shown: "s", does: "sort by value or key, up or down" },
  { action: "flame", keys: ["f"], shown: "f", does: "stacks: tree, flame graph" },
  { action: "countLines", keys: ["c"], shown: "c", does: "count how often each line runs" },
  { action: "help", keys: ["?", "f1"], shown: "?", does: "this help" },
  { action: "redraw", keys: ["C-l"], shown: null, does: "" },
  { action: "suspend", keys: ["C-z"], shown: null, does: "" },
  { action: "quit", keys: ["q", "C-c"], shown: "q", does: "quit" },
];

const actions = new Map<string, Action>(BINDINGS.flatMap(({ action, keys }) => keys.map((key) => [key, action])));

export const actionOf = (key: string): Action | null => actions.get(key) ?? null;
