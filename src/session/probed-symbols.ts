/** Names of probed functions where the recording has no symbols at all: each definition of a dynamic event names one, and its records have the address. */
import type { ProbeDefinition } from "../../probes/probed/definitions.ts";
import type { Recording } from "../../probes/recording.ts";
import type { SeenField } from "../../probes/probed/input.ts";
import { seenValues } from "./seen.ts";
import type { KernelSymbol, KernelSymbols } from "./symbols.ts";

interface Named {
  readonly definition: ProbeDefinition & { readonly symbol: string };
  readonly field: SeenField;
}

function namedEvents(recording: Recording, definitions: readonly ProbeDefinition[]): Named[] {
  const byName = new Map(definitions.map((one) => [`${one.group}:${one.event}`, one]));
  return recording.catalogue.tracepoints.flatMap(({ category, name, id, fields }): Named[] => {
    const definition = byName.get(`${category}:${name}`);
    const symbol = definition?.kind === "kprobe" ? definition.symbol : null;
    if (definition === undefined || symbol === null) return [];
    const field = fields.find((one) => one.name === "__probe_ip" || one.name === "__probe_func");
    if (field === undefined || (field.sizeBytes !== 4 && field.sizeBytes !== 8)) return [];
    const { offset, sizeBytes } = field;
    return [{ definition: { ...definition, symbol }, field: { eventId: id, offset, sizeBytes, maxValues: 1 } }];
  });
}

/** Reads the recording once. Null: nothing is known that way. */
export function probedSymbols(recording: Recording, definitions: readonly ProbeDefinition[]): KernelSymbols | null {
  const named = namedEvents(recording, definitions);
  if (named.length === 0) return null;
  const symbols = new Map<bigint, KernelSymbol>();
  const seen = seenValues(
    recording,
    named.map(({ field }) => field),
  );
  named.forEach(({ definition: { symbol, offset, module } }, i) => {
    for (const address of seen[i]!) symbols.set(address, { name: symbol, start: address - offset, module });
  });
  return {
    isPartial: true,
    nameAt: (address) => symbols.get(address)?.name ?? null,
    symbolAt: (address) => symbols.get(address) ?? null,
    rangesOf: () => [],
    addressOf: (name) => [...symbols.values()].find((symbol) => symbol.name === name)?.start ?? null,
  };
}
