/** All that a frame shows. */
import type { Density } from "../session/travel/density.ts";
import type { Attached } from "../workspace/workspace.ts";
import type { Glyphs } from "./draw/glyphs.ts";
import type { Changes } from "./model/changes.ts";
import type { MapTable, TableOptions } from "./model/map-table.ts";
import { mapsList, type MapsList } from "./model/maps-list.ts";
import type { TimeRange } from "./model/timeline.ts";
import type { Player } from "./player.ts";
import type { View } from "./state.ts";

/** What the recording is asked once. */
export interface Overview {
  readonly range: TimeRange;
  readonly density: Density;
}

export interface Scene {
  /** Of the script and of the recording, as they are shown. */
  readonly scriptName: string;
  readonly recordingName: string;
  readonly attached: Attached;
  readonly player: Player;
  /** Null: it is being read. */
  readonly overview: Overview | null;
  readonly view: View;
  readonly glyphs: Glyphs;
  /** Of the maps, in the order in which they print: read when they are asked for. */
  readonly tables: () => readonly MapTable[];
  readonly changes: Changes;
  /** Places of the script that the firing at hand came by. */
  readonly spans: readonly { readonly start: number; readonly end: number }[];
  /** How often each line has run; null: they are not counted. */
  readonly lineCounts: () => ReadonlyMap<number, bigint> | null;
}

export const tableOptions = ({ view, attached, glyphs }: Pick<Scene, "view" | "attached" | "glyphs">): TableOptions => ({
  sort: view.sort,
  filter: view.filter.maps,
  context: attached.context,
  glyphs,
});

export const listOf = (scene: Pick<Scene, "view" | "attached" | "glyphs" | "tables">): MapsList =>
  mapsList(scene.tables(), tableOptions(scene));

export const mapNamed = ({ tables }: Pick<Scene, "tables">, name: string): MapTable["map"] | undefined =>
  tables().find(({ map }) => map.name === name)?.map;
