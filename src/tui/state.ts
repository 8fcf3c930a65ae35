/** What the user has chosen to look at. */
import type { Sort } from "./model/map-table.ts";

export const PANELS = ["maps", "output", "program"] as const;
export type Panel = (typeof PANELS)[number];

/** A page in place of the list of maps. */
export type Page =
  | { readonly kind: "key"; readonly map: string; readonly key: string; scroll: number }
  | {
      readonly kind: "stacks";
      readonly map: string;
      view: "tree" | "flame";
      /** Chosen node, and the one that is as wide as the screen. */
      path: string;
      zoom: string;
      readonly closed: Set<string>;
    };

export interface Prompt {
  readonly kind: "filter" | "time";
  text: string;
}

export interface View {
  focus: Panel;
  sort: Sort;
  readonly filter: Record<Panel, string>;
  /** Chosen row of the list of maps. */
  selected: number;
  /** First row shown. */
  top: number;
  /** Lines between the newest one and the last one shown. */
  outputSkip: number;
  programTop: number;
  page: Page | null;
  prompt: Prompt | null;
  isHelping: boolean;
  /** What went wrong with the last key. */
  message: string | null;
}

export const newView = (): View => ({
  focus: "maps",
  sort: "value down",
  filter: { maps: "", output: "", program: "" },
  selected: 0,
  top: 0,
  outputSkip: 0,
  programTop: 0,
  page: null,
  prompt: null,
  isHelping: false,
  message: null,
});
