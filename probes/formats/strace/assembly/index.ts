/** Exports of the scanner. */
export { call } from "./call";
export { line, next_resumed } from "./line";
export { call_named } from "./names";
export { plain } from "./plain";
export { duration } from "./result";
