/** What actions do to the view and to the replay. */
import type { TraceTime } from "../session/session-options.ts";
import { graphOf } from "./panels/timeline.ts";
import { stacksOf, treeOf, type StacksPage, zoomedRoot } from "./panels/stacks-page.ts";
import { flameFrames, moved, type FlameMove } from "./model/flame.ts";
import { keyId, SORTS } from "./model/map-table.ts";
import { nodeAt, treeRows } from "./model/stack-tree.ts";
import type { Action } from "./keys.ts";
import { layoutFor } from "./paint.ts";
import { listOf, mapNamed, type Scene } from "./scene.ts";
import { PANELS } from "./state.ts";

export interface ActionContext {
  readonly scene: Scene;
  readonly size: { readonly cols: number; readonly rows: number };
  readonly nowMs: number;
  readonly parseTime: (text: string) => TraceTime | null;
}

const FAR = 10;

function moveColumns({ scene, size }: ActionContext, by: number): void {
  if (scene.overview === null) return;
  const { cols } = graphOf(layoutFor(scene, size.cols, size.rows).timeline);
  scene.player.moveColumns(by, cols, scene.overview.range);
}

export const pageRows = ({ scene, size }: ActionContext): number =>
  layoutFor(scene, size.cols, size.rows).panels.get(scene.view.focus)?.content.rows ?? 1;

function moveInStacks(context: ActionContext, page: StacksPage, by: number): void {
  const tree = treeOf(context.scene, page);
  if (tree === null) return;
  if (page.view === "flame") {
    moveInFlame(context, page, by < 0 ? "up" : "down");
    return;
  }
  const rows = treeRows(tree, page.closed);
  const at =
    Math.max(
      0,
      rows.findIndex(({ node }) => node.path === page.path),
    ) + by;
  page.path = rows[Math.max(0, Math.min(rows.length - 1, at))]!.node.path;
}

function moveInFlame({ scene, size }: ActionContext, page: StacksPage, move: FlameMove): void {
  const tree = treeOf(scene, page);
  if (tree === null) return;
  const cols = layoutFor(scene, size.cols, size.rows).panels.get("maps")?.content.cols ?? size.cols;
  const frame = moved(flameFrames(zoomedRoot(tree, page), cols, Number.MAX_SAFE_INTEGER), page.path, move);
  if (frame !== null) page.path = frame.node.path;
}

export function scroll(context: ActionContext, by: number): void {
  const { view } = context.scene;
  switch (view.focus) {
    case "output":
      view.outputSkip = Math.max(0, view.outputSkip - by);
      return;
    case "program":
      view.programTop = Math.max(0, view.programTop + by);
      return;
    case "maps":
      if (view.page === null) view.selected = Math.max(0, Math.min(listOf(context.scene).length - 1, view.selected + by));
      else if (view.page.kind === "key") view.page.scroll = Math.max(0, view.page.scroll + by);
      else moveInStacks(context, view.page, by);
  }
}

function openStacks({ scene }: ActionContext, name: string, view: StacksPage["view"]): void {
  const map = mapNamed(scene, name);
  if (map === undefined) return;
  const stacks = stacksOf(map, scene);
  if (typeof stacks === "string") scene.view.message = `${name}: ${stacks}`;
  else scene.view.page = { kind: "stacks", map: name, view, path: "", zoom: "", closed: new Set() };
}

export function open(context: ActionContext): void {
  const { view } = context.scene;
  if (view.focus !== "maps") return;
  if (view.page?.kind === "stacks") {
    if (view.page.view === "flame") view.page.zoom = view.page.path;
    else fold(context);
    return;
  }
  if (view.page !== null) return;
  const row = listOf(context.scene).at(view.selected);
  if (row === undefined) return;
  const { map } = row.table;
  if (row.kind === "map") openStacks(context, map.name, "tree");
  else if (row.entry !== null) view.page = { kind: "key", map: map.name, key: keyId(row.entry), scroll: 0 };
}

function fold({ scene }: ActionContext): void {
  const { page } = scene.view;
  if (page?.kind !== "stacks" || page.view !== "tree") return;
  if (!page.closed.delete(page.path)) page.closed.add(page.path);
}

/** The one that called the function that is zoomed into; the whole again from there. */
function zoomOut(context: ActionContext, page: StacksPage): void {
  const tree = treeOf(context.scene, page);
  const parent = page.zoom.slice(0, page.zoom.lastIndexOf("\0"));
  page.zoom = tree === null || nodeAt(tree, parent) === null ? "" : parent;
}

function back(context: ActionContext): void {
  const { view } = context.scene;
  if (view.isHelping) view.isHelping = false;
  else if (view.focus === "maps" && view.page?.kind === "stacks" && view.page.view === "flame" && view.page.zoom !== "")
    zoomOut(context, view.page);
  else if (view.focus === "maps" && view.page !== null) view.page = null;
  else if (view.filter[view.focus] !== "") view.filter[view.focus] = "";
}

function flame(context: ActionContext): void {
  const { view } = context.scene;
  const { page } = view;
  if (page?.kind === "stacks") {
    page.view = page.view === "tree" ? "flame" : "tree";
    return;
  }
  view.focus = "maps";
  // Of the map that is chosen, else the first one that has stacks.
  const chosen = page?.map ?? listOf(context.scene).at(view.selected)?.table.map.name;
  const withStacks = context.scene
    .tables()
    .map((table) => table.map)
    .filter((map) => typeof stacksOf(map, context.scene) !== "string");
  const map = withStacks.find(({ name }) => name === chosen) ?? withStacks[0];
  if (map === undefined) view.message = "no map has stacks in its keys, with counts or sums as values";
  else openStacks(context, map.name, "flame");
}

function changePanel({ view }: Scene, by: number): void {
  view.focus = PANELS[(PANELS.indexOf(view.focus) + by + PANELS.length) % PANELS.length]!;
}

const inFlame = ({ view }: Scene): StacksPage | null =>
  view.focus === "maps" && view.page?.kind === "stacks" && view.page.view === "flame" ? view.page : null;

function sideways(context: ActionContext, by: 1 | -1): void {
  const page = inFlame(context.scene);
  if (page === null) moveColumns(context, by);
  else moveInFlame(context, page, by < 0 ? "left" : "right");
}

/** Everything but what concerns the screen itself, or takes another replay. */
export function act(action: Exclude<Action, "quit" | "suspend" | "redraw" | "countLines">, context: ActionContext): void {
  const { player, view } = context.scene;
  switch (action) {
    case "togglePlay":
      return player.toggle(context.nowMs);
    case "faster":
      return player.changeSpeed(1, context.nowMs);
    case "slower":
      return player.changeSpeed(-1, context.nowMs);
    case "stepOn":
    case "stepBack":
    case "stepOn10":
    case "stepBack10":
      player.pause();
      return player.step({ stepOn: 1, stepBack: -1, stepOn10: FAR, stepBack10: -FAR }[action]);
    case "left":
      return sideways(context, -1);
    case "right":
      return sideways(context, 1);
    case "leftFar":
      return moveColumns(context, -FAR);
    case "rightFar":
      return moveColumns(context, FAR);
    case "start":
      return player.seekStart();
    case "end":
      return player.seekEnd();
    case "askTime":
      view.prompt = { kind: "time", text: "" };
      return;
    case "filter":
      view.prompt = { kind: "filter", text: view.filter[view.focus] };
      return;
    case "nextPanel":
      return changePanel(context.scene, 1);
    case "previousPanel":
      return changePanel(context.scene, -1);
    case "up":
      return scroll(context, -1);
    case "down":
      return scroll(context, 1);
    case "pageUp":
      return scroll(context, -pageRows(context));
    case "pageDown":
      return scroll(context, pageRows(context));
    case "open":
      return open(context);
    case "back":
      return back(context);
    case "fold":
      return fold(context);
    case "sort":
      view.sort = SORTS[(SORTS.indexOf(view.sort) + 1) % SORTS.length]!;
      return;
    case "flame":
      return flame(context);
    case "help":
      view.isHelping = !view.isHelping;
  }
}
