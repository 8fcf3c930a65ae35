/** Pictures of maps: SVG 1.1 that can be read without a script. */
import type { ExportContext, ExportFormat } from "./export-format.ts";
import { mapPictures, type TitledPicture } from "./map-pictures.ts";
import { page } from "./svg-page.ts";
import { toBytes } from "./text.ts";

export const svgFormat = (context: ExportContext): ExportFormat<readonly TitledPicture[]> => ({
  convert: (map) => mapPictures(map, context),
  document: (maps) => toBytes(page(maps.flat())),
});
