/** What the formats for other tools have in common: a document of maps. */
import type { StackType } from "../../../lang/types/type.ts";
import type { MapDump } from "../../session/map-dump.ts";
import type { StackValue } from "../../session/code-owner.ts";
import type { PrintContext } from "../value-text.ts";

export interface ExportContext extends PrintContext {
  /** Names of a stack's functions, top first. */
  readonly stackNames: (type: StackType, stack: StackValue) => readonly string[];
}

export interface ExportFormat<Part> {
  /** What is shown of a map, or why nothing can be (an object is never a string). The dump is read during the call only. */
  readonly convert: (map: PrintedMap) => Part | string;
  /** A byte string; the same parts give the same bytes. */
  readonly document: (parts: readonly Part[]) => string;
}

/** As print() was asked: entries in the order in which they print, smallest first; integers are to be divided by `div`. */
export interface PrintedMap extends MapDump {
  readonly div: bigint;
}
