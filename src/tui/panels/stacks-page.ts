/** A map whose keys hold stacks: as a tree that folds, or as a flame graph that zooms. */
import type { MapDump } from "../../session/map-dump.ts";
import { stackMap, type StackMap } from "../../output/export/stack-samples.ts";
import { bar } from "../draw/glyphs.ts";
import { writeLine, type Line } from "../draw/line.ts";
import type { Role } from "../draw/role.ts";
import { paint, write, type Area, type Surface } from "../draw/surface.ts";
import { flameFrames, type FlameFrame } from "../model/flame.ts";
import { nodeAt, stackTree, treeRows, type StackNode, type TreeRow } from "../model/stack-tree.ts";
import { mapNamed, type Scene } from "../scene.ts";
import type { Page } from "../state.ts";
import { grouped } from "../text/time-text.ts";
import { visible } from "../text/visible.ts";
import { fitted, padded } from "../text/width.ts";

export type StacksPage = Extract<Page, { kind: "stacks" }>;

/** A string: why there is none. */
export const stacksOf = (map: MapDump, scene: Pick<Scene, "attached">): StackMap | string =>
  stackMap({ ...map, div: 1n }, scene.attached.context);

/** Null: no stacks at this instant. */
export function treeOf(scene: Scene, page: StacksPage): StackNode | null {
  const map = mapNamed(scene, page.map);
  const stacks = map === undefined ? "" : stacksOf(map, scene);
  if (typeof stacks === "string" || stacks.samples.length === 0) return null;
  return stackTree(stacks);
}

/** What the flame graph is of: the node that was zoomed into, as long as it is there. */
export const zoomedRoot = (tree: StackNode, page: StacksPage): StackNode => nodeAt(tree, page.zoom) ?? tree;

/** Hundredths of a per cent, rounded down. */
function share(part: bigint, whole: bigint): string {
  const hundredths = String((part * 10_000n) / whole).padStart(3, "0");
  return `${hundredths.slice(0, -2)}.${hundredths.slice(-2)}%`;
}

const nameOf = ({ frame }: StackNode, scene: Scene): string => visible(frame.name, scene.glyphs.unicode);

const BAR_COLS = 10;

function treeLine({ node, depth, isOpen }: TreeRow, tree: StackNode, scene: Scene): Line {
  const { glyphs } = scene;
  const sign = node.children.length === 0 ? " " : isOpen ? glyphs.open : glyphs.closed;
  return [
    { text: `${share(node.total, tree.total).padStart(7)} `, role: "number" },
    { text: padded(bar(node.total, tree.total, BAR_COLS, glyphs), BAR_COLS + 1), role: "bar" },
    // Deep stacks stay readable: from some depth on they go no further to the right.
    { text: `${" ".repeat(Math.min(depth, 30))}${sign} `, role: "dim" },
    { text: nameOf(node, scene), role: node.frame.space === "key" ? "name" : "text" },
    { text: `  ${grouped(node.total)}${node.self > 0n ? `, self ${grouped(node.self)}` : ""}`, role: "dim" },
  ];
}

function paintTree(surface: Surface, area: Area, scene: Scene, page: StacksPage, tree: StackNode): void {
  const rows = treeRows(tree, page.closed);
  const chosen = Math.max(
    0,
    rows.findIndex(({ node }) => node.path === page.path),
  );
  const top = Math.max(0, Math.min(chosen - Math.floor(area.rows / 2), rows.length - area.rows));
  for (const [y, row] of rows.slice(top, top + area.rows).entries()) {
    writeLine(surface, area, y, treeLine(row, tree, scene));
    if (top + y === chosen) paint(surface, area, 0, y, area.cols, "selected");
  }
}

function roleOf({ node, x }: FlameFrame): Role {
  const even = (node.frame.name.length + x) % 2 === 0;
  switch (node.frame.space) {
    case "kernel":
      return even ? "kernel0" : "kernel1";
    case "user":
      return even ? "user0" : "user1";
    case "key":
      return even ? "other0" : "other1";
  }
}

/** Rows of the flame graph above which its chosen frame stays: deep stacks scroll. */
export function paintFlame(surface: Surface, area: Area, scene: Scene, page: StacksPage, tree: StackNode): void {
  const { glyphs } = scene;
  const frames = flameFrames(zoomedRoot(tree, page), area.cols, Number.MAX_SAFE_INTEGER);
  const chosen = frames.find(({ node }) => node.path === page.path) ?? frames[0]!;
  const height = area.rows - 1;
  const top = Math.max(0, chosen.row - height + 1);
  for (const frame of frames) {
    const y = frame.row - top;
    if (y < 0 || y >= height) continue;
    // A line at the left tells neighbours apart, whatever colours there are.
    const name = fitted(nameOf(frame.node, scene), frame.cols - 1, glyphs.ellipsis);
    write(surface, area, frame.x, y, padded(`${glyphs.vertical}${name}`, frame.cols), frame === chosen ? "selected" : roleOf(frame));
  }
  const { node } = chosen;
  const text = `${nameOf(node, scene)}  ${grouped(node.total)} of ${grouped(tree.total)}, ${share(node.total, tree.total)}, self ${grouped(node.self)}`;
  write(surface, area, 0, area.rows - 1, fitted(text, area.cols, glyphs.ellipsis), "title");
}

export function paintStacksPage(surface: Surface, area: Area, scene: Scene, page: StacksPage): void {
  const tree = treeOf(scene, page);
  const content: Area = { ...area, y: area.y + 1, rows: area.rows - 1 };
  writeLine(surface, area, 0, [
    { text: page.map, role: "name" },
    { text: page.view === "tree" ? "  tree (f: flame graph)" : "  flame graph (f: tree)", role: "dim" },
  ]);
  if (tree === null) write(surface, content, 0, 0, "no stacks at this time", "dim");
  else if (page.view === "tree") paintTree(surface, content, scene, page, tree);
  else paintFlame(surface, content, scene, page, tree);
}
