import type { LibraryFile } from "./library-file.ts";

export const values: LibraryFile = {
  name: "stdlib/values.bt",
  text: `// Whether a pointer that the kernel returned is an error number in disguise: -4095 to -1 (row 5.56).
macro is_err(pointer) {
  let $address = (uint64)pointer;
  $address >= 0xfffffffffffff001
}

// Bytes that a string can hold, its NUL included (row 5.29).
macro strcap(text) {
  sizeof(text)
}

// Bytes of a string that str() reads without a length (row 5.60).
macro default_str_length() {
  config.max_strlen
}

// The structure that a member lies in (row 5.55).
macro container_of(pointer, typeof(type), member) {
  (type*)((uint64)pointer - offsetof(type, member))
}
`,
};
