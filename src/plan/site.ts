/** Sites of probes that are not recorded yet, for the checker of scripts: it attaches to them as to recorded ones. */
import type { ProbeSite, ProbeSites, ResolvedAttachPoint, TracepointField } from "../../lang/catalogue.ts";
import { sizeOf } from "../../lang/types/type.ts";
import type { Parameter, Prototype } from "./machine.ts";

export interface SiteText {
  readonly code: ProbeSite["code"];
  readonly at: ProbeSite["at"];
  readonly func: string;
  readonly target?: string;
  readonly module?: string | null;
  readonly aliases?: readonly string[];
  readonly offset?: bigint;
  readonly address?: bigint | null;
  /** Of typed probes: what `args` and `retval` are. */
  readonly prototype?: Prototype | null;
  /** Of a static probe. */
  readonly operands?: string;
  readonly semaphore?: bigint;
}

const fieldOf = ({ name, type }: Parameter): TracepointField => ({
  name,
  type,
  decl: name,
  offset: 0,
  sizeBytes: sizeOf(type),
  loc: "inline",
});

export const plannedSite = (text: SiteText): ProbeSite => ({
  code: text.code,
  at: text.at,
  target: text.target ?? null,
  module: text.module ?? null,
  func: text.func,
  aliases: text.aliases ?? [],
  offset: text.offset ?? 0n,
  address: text.address ?? null,
  records: {
    eventId: -1,
    only: null,
    recipe: { registers: [], memory: [], typed: [] },
    fields: (text.prototype?.parameters ?? []).map(fieldOf),
    returnIndex: text.prototype?.parameters.length ?? 0,
    ...(text.prototype?.result ? { returnType: text.prototype.result } : {}),
    address: null,
    callerOffset: null,
  },
  ...(text.operands === undefined ? {} : { operands: text.operands }),
  ...(text.semaphore === undefined ? {} : { semaphore: text.semaphore }),
});

export const plannedSites = (sites: readonly ProbeSite[]): ProbeSites => ({ sites, unseen: () => null });

/** As the script has it: the stand-in of a sampled probe has that as its other name. */
export const pointName = (point: ResolvedAttachPoint): string =>
  "site" in point && point.site.code === "raw_tracepoint" ? (point.site.aliases[0] ?? point.name) : point.name;
