import type { LibraryFile } from "./library-file.ts";

export const assertions: LibraryFile = {
  name: "stdlib/assertions.bt",
  text: `// Ends the script with an error unless the condition holds (row 5.06).
macro assert(cond, msg) {
  if (!(cond)) {
    errorf("assert failed: %s", msg);
    exit(1);
  }
}

// The same when the script is compiled (row 5.07).
macro static_assert(cond, msg) {
  if comptime (!(cond)) {
    fail("%s", msg);
  }
}

// The script is not compiled unless the value is a string (row 5.57).
macro assert_str(value) {
  if comptime (!is_str(value)) {
    fail("expected a string");
  }
}
`,
};
