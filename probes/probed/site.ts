/** A site from where it is and what its records hold. */
import type { ProbeSite, SiteRecords, Tracepoint, TracepointField } from "../../lang/catalogue.ts";

export interface Place {
  readonly code: ProbeSite["code"];
  readonly target: string | null;
  readonly module: string | null;
  readonly names: readonly string[];
  readonly offset: bigint;
  /** Asked for only by scripts that name addresses: it may take reading all of the kernel's symbols. */
  readonly address: () => bigint | null;
  /** Of a static probe. */
  readonly operands?: string;
}

export function siteOf(place: Place, at: ProbeSite["at"], records: SiteRecords): ProbeSite {
  const { code, target, module, names, offset } = place;
  let address: bigint | null | undefined;
  return {
    code,
    at,
    target,
    module,
    func: names[0]!,
    aliases: names.slice(1),
    offset,
    get address() {
      if (address === undefined) address = place.address();
      return address;
    },
    records,
    ...(place.operands === undefined ? {} : { operands: place.operands }),
  };
}

export const fieldNamed = (tracepoint: Tracepoint, name: string): TracepointField | undefined =>
  tracepoint.fields.find((field) => field.name === name);
