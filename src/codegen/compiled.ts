/** What a script becomes: pure data; same text, same catalogue, same bytes. */
import type { Action, IrMap } from "../../lang/ir/ir.ts";
import type { ResolvedAttachPoint } from "../../lang/catalogue.ts";
import type { MapSpec, ProgramSpec } from "../bpf/spec.ts";

export interface CompiledScript {
  readonly programs: readonly ProgramSpec[];
  /** Indexed by lddw `map`; `irMaps[i]` says what script map (if any) `maps[i]` is. Internal maps that codegen adds (scratch) have null. */
  readonly maps: readonly MapSpec[];
  readonly irMaps: readonly (IrMap | null)[];
  readonly actions: readonly Action[];
  /** In source order: for one event, programs run in this order. */
  readonly attach: readonly { readonly program: number; readonly point: ResolvedAttachPoint }[];
}
