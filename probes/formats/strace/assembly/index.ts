/** Exports of the scanner. */
export { call } from "./call";
export { time_of as timeOf } from "./clock";
export { line, next_resumed as nextResumed } from "./line";
export { call_named as callNamed } from "./names";
export { duration } from "./result";
export { run } from "./run";
export { add_task as addTask, clear_tasks as clearTasks, remove_task as removeTask } from "./tasks";
export { drain } from "./turns";
export { next as nextWaiting, wait } from "./waiting";
