/** The catalogue of a recording with its probed functions, from what the recording and the files beside it tell. */
import type { ProbeCatalogue } from "../../lang/catalogue.ts";
import { parseDefinitions } from "../../probes/probed/definitions.ts";
import { probeSites } from "../../probes/probed/sites.ts";
import type { Recording } from "../../probes/recording.ts";
import { fileOffsetOf, type UserCode } from "../../probes/symbols/user-code.ts";
import { seenValues } from "./seen.ts";
import type { KernelSymbols } from "./symbols.ts";

export interface ProbedInput {
  readonly recording: Recording;
  /** Texts of kprobe_events, uprobe_events or dynamic_events. */
  readonly definitions: readonly string[];
  readonly kernel: () => KernelSymbols | null;
  readonly user: UserCode;
}

export function probedCatalogue({ recording, definitions, kernel, user }: ProbedInput): ProbeCatalogue {
  const { catalogue } = recording;
  const cached = new Map<string, readonly bigint[]>();
  const seen = (eventId: number, offset: number, sizeBytes: 4 | 8): readonly bigint[] => {
    const key = `${eventId} ${offset}`;
    const known = cached.get(key);
    if (known !== undefined) return known;
    const values = seenValues(recording, eventId, offset, sizeBytes);
    cached.set(key, values);
    return values;
  };
  const probed = probeSites({
    catalogue,
    definitions: definitions.flatMap(parseDefinitions),
    // Read when the first name is looked for: the text has some 150,000 lines.
    get kernel() {
      return kernel();
    },
    files: user,
    fileAt: (address) => fileOffsetOf(user, address),
    seen,
  });
  return { ...catalogue, probed };
}
