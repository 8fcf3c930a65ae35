/** The catalogue of a recording with its probed functions, from what the recording and the files beside it tell. */
import type { ProbeCatalogue } from "../../lang/catalogue.ts";
import { prototypes } from "../../probes/kernel/btf/prototypes.ts";
import { parseDefinitions } from "../../probes/probed/definitions.ts";
import { withEventProbes } from "../../probes/probed/event-probes.ts";
import { probeSites } from "../../probes/probed/sites.ts";
import type { Recording } from "../../probes/recording.ts";
import { fileOffsetOf, type UserCode } from "../../probes/symbols/user-code.ts";
import type { KernelTypes } from "./kernel-types.ts";
import { haveRecords, seenValues } from "./seen.ts";
import type { KernelSymbols } from "./symbols.ts";

export interface ProbedInput {
  readonly recording: Recording;
  /** Texts of kprobe_events, uprobe_events or dynamic_events. */
  readonly definitions: readonly string[];
  readonly kernel: () => KernelSymbols | null;
  readonly types: KernelTypes;
  readonly user: UserCode;
}

export function probedCatalogue({ recording, definitions, kernel, types, user }: ProbedInput): ProbeCatalogue {
  const { catalogue } = recording;
  const parsed = definitions.flatMap(parseDefinitions);
  const probed = probeSites({
    catalogue,
    definitions: parsed,
    // Read when the first name is looked for: the text has some 150,000 lines.
    get kernel() {
      return kernel();
    },
    // Read when the first function is looked for: the types of a kernel take 20 ms.
    get prototypes() {
      const recorded = types.recorded();
      return recorded === null ? null : prototypes(recorded);
    },
    files: user,
    fileAt: (address) => fileOffsetOf(user, address),
    seen: (fields) => seenValues(recording, fields),
  });
  const tracepoints = withEventProbes(catalogue, parsed, (eventId) => haveRecords(recording, [eventId])[0]!);
  return { ...catalogue, tracepoints, probed };
}
