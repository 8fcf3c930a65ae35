/** A flame graph: every function as wide as the stacks that go through it, its callees above it in order of their names. */
import type { StackFrame, StackMap } from "./stack-samples.ts";
import { fitted, INNER_WIDTH, label, LINE, type Picture } from "./svg-page.ts";
import { element, escapeXml } from "./xml.ts";

interface Node {
  readonly frame: StackFrame;
  total: bigint;
  readonly children: Map<string, Node>;
}

const newNode = (frame: StackFrame): Node => ({ frame, total: 0n, children: new Map() });

/** Samples come in order of their names, so children do. */
function treeOf({ samples }: StackMap): Node {
  const root = newNode({ name: "all", space: "key" });
  for (const { frames, value } of samples) {
    let node = root;
    node.total += value;
    for (const frame of frames) {
      const key = `${frame.space} ${frame.name}`;
      let child = node.children.get(key);
      if (child === undefined) node.children.set(key, (child = newNode(frame)));
      child.total += value;
      node = child;
    }
  }
  return root;
}

/** Narrower ones cannot be seen. */
const MIN_WIDTH = 0.2;
const TEXT_MARGIN = 3;

/** Hue by where the function is, shade by its name. */
const HUES = { kernel: 24, user: 48, key: 210 } as const;
function colourOf({ name, space }: StackFrame): string {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) >>> 0;
  return `hsl(${HUES[space] + (hash % 13) - 6},${space === "key" ? 30 : 75}%,${64 + ((hash >>> 8) % 15)}%)`;
}

/** Hundredths of a per cent, rounded down. */
function share(part: bigint, whole: bigint): string {
  const hundredths = String((part * 10_000n) / whole).padStart(3, "0");
  return `${hundredths.slice(0, -2)}.${hundredths.slice(-2)}%`;
}

interface Placed {
  readonly node: Node;
  readonly depth: number;
  readonly before: bigint;
}

/** All nodes wide enough to be seen, the root first; without recursion, as stacks may be deep. */
function place(root: Node): Placed[] {
  const placed: Placed[] = [{ node: root, depth: 0, before: 0n }];
  for (let i = 0; i < placed.length; i++) {
    const { node, depth, before } = placed[i]!;
    let at = before;
    for (const child of node.children.values()) {
      if (widthOf(child.total, root.total) >= MIN_WIDTH) placed.push({ node: child, depth: depth + 1, before: at });
      at += child.total;
    }
  }
  return placed;
}

/** Whole stacks may weigh more than a number can hold. */
const widthOf = (part: bigint, whole: bigint): number => Number((part * BigInt(INNER_WIDTH) * 1000n) / whole) / 1000;

export function flameGraph(map: StackMap): Picture {
  const root = treeOf(map);
  if (root.total === 0n) return { height: LINE, elements: [label(0, LINE - 4, "no stacks", { class: "dim" })] };
  const placed = place(root);
  const deepest = placed.reduce((most, { depth }) => Math.max(most, depth), 0);
  const elements = placed.map(({ node, depth, before }) => {
    const { frame, total } = node;
    const [x, width, y] = [widthOf(before, root.total), widthOf(total, root.total), (deepest - depth) * LINE];
    const title = `${frame.name} (${map.unit} ${String(total)}, ${share(total, root.total)})`;
    const text = fitted(frame.name, width - 2 * TEXT_MARGIN);
    return element(
      "g",
      {},
      `<title>${escapeXml(title)}</title>${element("rect", { x, y, width, height: LINE - 1, fill: colourOf(frame) })}${
        text === "" ? "" : label(x + TEXT_MARGIN, y + LINE - 4, text)
      }`,
    );
  });
  return { height: (deepest + 1) * LINE, elements };
}
