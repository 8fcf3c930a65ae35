/** What the runtime module exports (assembly/index.ts), as JavaScript sees it. Addresses come back as signed 32-bit numbers: use `>>> 0`. */
export interface RuntimeExports {
  readonly table: WebAssembly.Table;
  readonly map_iter_next: (map: number, cursor: number) => number;
  readonly map_iter_key: (map: number, cursor: number) => number;
  readonly map_iter_value: (map: number, cursor: number) => number;
  readonly map_user_lookup: (map: number, key: number) => number;
  readonly map_user_update: (map: number, key: number, value: number, flags: bigint) => number;
  readonly map_user_delete: (map: number, key: number) => number;
  readonly map_user_find: (map: number, key: number) => number;
  readonly map_user_clear: (map: number) => void;
  readonly host_enter: () => void;
  readonly program_run: (program: number, context: number) => bigint;
  readonly streams_peek: () => void;
  readonly pump_prescan: () => number;
  readonly pump_run: () => number;
  readonly pump_watch: () => number;
  readonly timers_update: () => void;
  readonly tasks_clear: () => void;
  readonly task_seed: (pid: number) => void;
}

/** A helper: as many i64 parameters as it has arguments. */
export type HelperExport = (...args: bigint[]) => bigint;
