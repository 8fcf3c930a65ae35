/**
 * Compares our output with what the real bpftrace printed during the recorded run. Exact: same lines in order, same map entries.
 * Unordered: lines in any order (two CPUs printed them). Approx (live and recorded clocks differ): histogram totals within 30 % and a mean
 * shift below one bucket, numbers within 30 % or 3, maps named in exactMaps exactly. `Attaching …` and blank lines do not count; entries
 * with the same printed key add up (a live char-array key carries the bytes after its NUL); zero entries count as absent.
 */
export interface GoldenRule {
  readonly compare: "exact" | "unordered" | "approx";
  /** Maps that must agree exactly although the rest is approximate. */
  readonly exact_maps?: readonly string[];
  /** Maps that are not compared. */
  readonly ignore_maps?: readonly string[];
  /** In keys, offsets and bare addresses do not count. */
  readonly fuzzy_syms?: boolean;
  /** A line of the golden may lack its last field. */
  readonly blank_ok?: boolean;
}

type Cell = bigint | string | Map<string, bigint> | readonly [bigint, bigint, bigint];
interface Parsed {
  readonly maps: Map<string, Map<string, Cell>>;
  readonly order: Map<string, Cell[]>;
  readonly lines: string[];
}

const SCALAR = /^(@\w*)(?:\[(.*)\])?: (\S.*)$/;
const OPEN = /^(@\w*)(?:\[(.*)\])?:\s*$/;
const BUCKET = /^([[(].*?[\])])\s+(\d+) \|/;
/** A key of several lines: a stack. */
const STACK_OPEN = /^(@\w*)\[(.*)$/;
const STACK_CLOSE = /^(\S.*)?\]:(?: (.*))?$/;
const STATS = /^(?:count|\{ \.count =) (-?\d+), \.?average =? ?(-?\d+), \.?total =? ?(-?\d+)(?: \})?$/;

function cellOf(text: string): Cell {
  if (/^-?\d+$/.test(text)) return BigInt(text);
  const stats = STATS.exec(text);
  return stats === null ? text : [BigInt(stats[1]!), BigInt(stats[2]!), BigInt(stats[3]!)];
}

function child<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

const fuzzyKey = (key: string): string => key.replace(/\+(?:0x)?[0-9a-f]+\b/g, "").replace(/\b0x[0-9a-f]{6,}\b/g, "ADDR");

/** Stacks that end up as keys become one line: frames joined. */
function joinStacks(text: string): string {
  const lines: string[] = [];
  let stack: string[] | null = null;
  for (const line of text.split("\n")) {
    if (stack === null) {
      const open = STACK_OPEN.exec(line);
      if (open === null || line.includes("]")) lines.push(line);
      else stack = [line.trim()];
      continue;
    }
    const close = STACK_CLOSE.exec(line);
    if (close === null) stack.push(line.trim());
    else {
      const [head = "", ...frames] = stack;
      const key = [...frames, (close[1] ?? "").replace(/^, /, "")].filter((part) => part !== "").join(" / ");
      lines.push(`${head}${key}]:${close[2] === undefined ? "" : ` ${close[2]}`}`);
      stack = null;
    }
  }
  return lines.join("\n");
}

export function parseOutput(text: string, isFuzzy = false): Parsed {
  const maps = new Map<string, Map<string, Cell>>();
  const order = new Map<string, Cell[]>();
  const lines: string[] = [];
  let open: Map<string, bigint> | null = null;
  const keyOf = (key = ""): string => (isFuzzy ? fuzzyKey(key) : key);
  for (const raw of joinStacks(text).split("\n")) {
    const line = raw.trimEnd();
    if (line === "" || line.startsWith("Attaching ")) continue;
    const bucket = BUCKET.exec(line);
    if (bucket !== null && open !== null) {
      const count = BigInt(bucket[2]!);
      if (count > 0n) open.set(bucket[1]!, (open.get(bucket[1]!) ?? 0n) + count);
      continue;
    }
    const header = OPEN.exec(line);
    if (header !== null) {
      open = child(
        child(maps, header[1]!, () => new Map<string, Cell>()),
        keyOf(header[2]),
        () => new Map<string, bigint>(),
      ) as Map<string, bigint>;
      continue;
    }
    open = null;
    const scalar = SCALAR.exec(line);
    if (scalar === null) {
      lines.push(line);
      continue;
    }
    const entries = child(maps, scalar[1]!, () => new Map<string, Cell>());
    const value = cellOf(scalar[3]!);
    const key = keyOf(scalar[2]);
    const old = entries.get(key);
    entries.set(key, typeof old === "bigint" && typeof value === "bigint" ? old + value : value);
    child(order, scalar[1]!, () => []).push(value);
  }
  for (const [name, entries] of maps) {
    for (const [key, value] of entries) if (value === 0n || (value instanceof Map && value.size === 0)) entries.delete(key);
    if (entries.size === 0) maps.delete(name);
  }
  return { maps, order, lines };
}

const abs = (n: bigint): bigint => (n < 0n ? -n : n);
const near = (a: bigint, b: bigint): boolean => {
  const large = abs(a) > abs(b) ? abs(a) : abs(b);
  return Number(abs(a - b)) <= Math.max(3, 0.3 * Number(large));
};
const total = (cell: Cell): bigint =>
  cell instanceof Map ? [...cell.values()].reduce((a, b) => a + b, 0n) : typeof cell === "bigint" ? abs(cell) : 1n;

const UNITS: Readonly<Record<string, number>> = { K: 10, M: 20, G: 30, T: 40, P: 50, E: 60 };
function lowerBound(label: string): number {
  const text = /^[[(]([^,\]]+)/.exec(label)?.[1] ?? "";
  const unit = UNITS[text.at(-1) ?? ""];
  return text === "..." ? Number.NEGATIVE_INFINITY : unit === undefined ? Number(text) : Number(text.slice(0, -1)) * 2 ** unit;
}

/** Mean distance in buckets between two histograms (the earth mover's, on bucket positions). */
function shift(a: Map<string, bigint>, b: Map<string, bigint>): number {
  const labels = [...new Set([...a.keys(), ...b.keys()])].sort((x, y) => lowerBound(x) - lowerBound(y));
  const bounds = labels.map(lowerBound);
  const positive = bounds.filter((x) => x > 0);
  const steps = new Set(positive.slice(1).map((x, i) => x - positive[i]!));
  const linear = positive.length > 2 && steps.size === 1 && positive[0] !== 1 && positive[0] !== 2;
  const position = (x: number): number =>
    x === Number.NEGATIVE_INFINITY ? -1 : linear ? x / (positive[1]! - positive[0]!) : x <= 0 ? 0 : Math.floor(Math.log2(x)) + 1;
  const [na, nb] = [Number(total(a)) || 1, Number(total(b)) || 1];
  let distance = 0;
  let ahead = 0;
  for (let i = 0; i + 1 < labels.length; i++) {
    ahead += Number(a.get(labels[i]!) ?? 0n) / na - Number(b.get(labels[i]!) ?? 0n) / nb;
    distance += Math.abs(ahead) * Math.abs(position(bounds[i + 1]!) - position(bounds[i]!));
  }
  return distance;
}

function show(cell: Cell | undefined): string {
  return cell instanceof Map
    ? `{${[...cell]
        .sort()
        .map(([k, v]) => `${k}: ${v}`)
        .join(", ")}}`
    : String(cell);
}
const same = (a: Cell | undefined, b: Cell | undefined): boolean => a !== undefined && b !== undefined && show(a) === show(b);

function compareApprox(name: string, want: Map<string, Cell>, got: Map<string, Cell>): string[] {
  const bad: string[] = [];
  const weight = (cells: Iterable<Cell>): bigint => [...cells].reduce<bigint>((sum, cell) => sum + total(cell), 0n);
  const all = weight([...want.values(), ...got.values()]);
  const lone: (readonly [string, Cell])[] = [...want].filter(([k]) => !got.has(k)).concat([...got].filter(([k]) => !want.has(k)));
  const missing = weight(lone.map(([, cell]) => cell));
  if (Number(missing) > 0.15 * Number(all) && missing > 6n) bad.push(`${name}: keys differ: ${lone.map(([k]) => k).join(" ")}`);
  for (const [key, w] of want) {
    const g = got.get(key);
    if (g === undefined) continue;
    if (w instanceof Map && g instanceof Map) {
      if (!near(total(w), total(g))) bad.push(`${name}[${key}]: histogram of ${total(w)}, got ${total(g)}`);
      else if (total(w) > 3n && shift(w, g) > 1) bad.push(`${name}[${key}]: histogram shifted by ${shift(w, g).toFixed(2)} buckets`);
    } else if (typeof w === "bigint" && typeof g === "bigint" && !near(w, g)) bad.push(`${name}[${key}]: want about ${w}, got ${g}`);
    else if (typeof w !== typeof g) bad.push(`${name}[${key}]: want ${show(w)}, got ${show(g)}`);
  }
  return bad;
}

/** What differs, one line each; empty when the output is as good as the golden. */
export function compareGolden(rule: GoldenRule, golden: string, output: string): string[] {
  const want = parseOutput(golden, rule.fuzzy_syms);
  const got = parseOutput(output, rule.fuzzy_syms);
  const bad: string[] = [];
  const inOrder = (lines: readonly string[]): readonly string[] => (rule.compare === "unordered" ? [...lines].sort() : lines);
  if (rule.compare === "approx") {
    if (!near(BigInt(want.lines.length), BigInt(got.lines.length)))
      bad.push(`want about ${want.lines.length} lines, got ${got.lines.length}`);
  } else {
    const [w, g] = [inOrder(want.lines), inOrder(got.lines)];
    const at = w.findIndex((line, i) => line !== g[i] && !(rule.blank_ok === true && g[i]?.startsWith(`${line} `) === true));
    if (at >= 0 || w.length !== g.length) bad.push(`line ${at}: want ${w[at]}, got ${g[at]} (${w.length} / ${g.length} lines)`);
  }
  for (const name of new Set([...want.maps.keys(), ...got.maps.keys()])) {
    if (rule.ignore_maps?.includes(name) === true) continue;
    const w = want.maps.get(name) ?? new Map<string, Cell>();
    const g = got.maps.get(name) ?? new Map<string, Cell>();
    if (rule.compare === "approx" && !(rule.exact_maps ?? []).includes(name)) {
      bad.push(...(w.size === 0 || g.size === 0 ? [`${name}: map ${g.size === 0 ? "missing" : "unexpected"}`] : compareApprox(name, w, g)));
      continue;
    }
    for (const key of new Set([...w.keys(), ...g.keys()])) {
      if (!same(w.get(key), g.get(key))) bad.push(`${name}[${key}]: want ${show(w.get(key))}, got ${show(g.get(key))}`);
    }
    const values = got.order.get(name) ?? [];
    const rising = (cells: readonly Cell[]): boolean => cells.every((v, i) => i === 0 || (v as bigint) >= (cells[i - 1] as bigint));
    const integers = (cells: readonly Cell[]): boolean => cells.length > 1 && cells.every((v) => typeof v === "bigint");
    const golden = want.order.get(name) ?? [];
    if (integers(values) && golden.length === values.length && integers(golden) && rising(golden) && !rising(values))
      bad.push(`${name}: not printed by rising value`);
  }
  return bad;
}
