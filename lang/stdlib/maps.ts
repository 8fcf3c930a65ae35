import type { LibraryFile } from "./library-file.ts";

export const maps: LibraryFile = {
  name: "stdlib/maps.bt",
  text: `// Whether the map has the key; the variable gets its value then, and stays what it is otherwise (row 5.17).
macro find(@map, key, $value) {
  let $key = key;
  if (has_key(@map, $key)) {
    $value = @map[$key];
    true
  } else {
    false
  }
}
`,
};
