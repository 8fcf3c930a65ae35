/** Exports of the scanner. */
export { call } from "./call";
export { time_of } from "./clock";
export { line, next_resumed } from "./line";
export { call_named } from "./names";
export { duration } from "./result";
export { run } from "./run";
export { add_task, clear_tasks, remove_task } from "./tasks";
export { drain } from "./turns";
export { next as next_waiting, wait } from "./waiting";
