/** Exports of the runtime module. */
export * from "./helpers";
export {
  map_iter_key,
  map_iter_next,
  map_iter_value,
  map_user_clear,
  map_user_delete,
  map_user_find,
  map_user_lookup,
  map_user_update,
} from "./maps";
export { host_enter } from "./fire";
export { program_run, pump_prescan, pump_run, pump_watch, streams_peek, timers_update } from "./pump";
export { task_seed, tasks_clear } from "./tasks";
