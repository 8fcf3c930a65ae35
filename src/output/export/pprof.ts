/**
 * pprof: a gzipped Profile message (google/pprof, proto/profile.proto). Every map is a sample type; what keys hold beside stacks are labels
 * `key`, `key2`, …; recordings give names, so locations have no addresses.
 */
import type { ExportContext, ExportFormat } from "./export-format.ts";
import { gzip } from "./gzip.ts";
import { encodeMessage, type Message } from "./protobuf.ts";
import { stackMap, type StackFrame, type StackMap } from "./stack-samples.ts";
import { byteString } from "./text.ts";

/** Field numbers. */
const profile = { sampleType: 1, sample: 2, mapping: 3, location: 4, function: 5, stringTable: 6 } as const;
const valueType = { type: 1, unit: 2 } as const;
const sample = { locationId: 1, value: 2, label: 3 } as const;
const label = { key: 1, str: 2 } as const;
const mapping = { id: 1, filename: 5, hasFunctions: 7 } as const;
const location = { id: 1, mappingId: 2, line: 4 } as const;
const line = { functionId: 1 } as const;
const func = { id: 1, name: 2, systemName: 3 } as const;

const MAPPINGS = { kernel: "[kernel.kallsyms]", user: "[user]" } as const;

/** Numbers things in the order in which they are first asked for, from `first` on. */
function numbering(first: number): { readonly of: (text: string) => number; readonly all: () => IterableIterator<string> } {
  const numbers = new Map<string, number>();
  return {
    of(text) {
      const number = numbers.get(text) ?? numbers.size + first;
      numbers.set(text, number);
      return number;
    },
    all: () => numbers.keys(),
  };
}

const keyOf = ({ space, name }: StackFrame): string => `${space} ${name}`;

function encode(maps: readonly StackMap[]): Uint8Array {
  const strings = numbering(0);
  strings.of("");
  const functions = numbering(1);
  const mappings = numbering(1);
  const encoder = new TextEncoder();

  const writeSample = (message: Message, map: number, { frames, value }: StackMap["samples"][number]): void => {
    const keys = frames.filter(({ space }) => space === "key");
    const stack = frames.filter(({ space }) => space !== "key").reverse();
    message.numbers(
      sample.locationId,
      stack.map((frame) => functions.of(keyOf(frame))),
    );
    message.numbers(
      sample.value,
      maps.map((_, i) => (i === map ? value : 0n)),
    );
    keys.forEach(({ name }, i) =>
      message.message(sample.label, (inner) => {
        inner.number(label.key, strings.of(i === 0 ? "key" : `key${i + 1}`));
        inner.number(label.str, strings.of(name));
      }),
    );
  };
  const writeFunction = (message: Message, id: number, key: string): void => {
    const [space, name] = [key.slice(0, key.indexOf(" ")), key.slice(key.indexOf(" ") + 1)];
    const mappingId = mappings.of(space);
    message.message(profile.location, (inner) => {
      inner.number(location.id, id);
      inner.number(location.mappingId, mappingId);
      inner.message(location.line, (at) => at.number(line.functionId, id));
    });
    message.message(profile.function, (inner) => {
      inner.number(func.id, id);
      inner.number(func.name, strings.of(name));
      inner.number(func.systemName, strings.of(name));
    });
  };

  return encodeMessage((message) => {
    for (const { name, unit } of maps)
      message.message(profile.sampleType, (inner) => {
        inner.number(valueType.type, strings.of(name));
        inner.number(valueType.unit, strings.of(unit));
      });
    maps.forEach(({ samples }, map) => {
      for (const one of samples) message.message(profile.sample, (inner) => writeSample(inner, map, one));
    });
    let id = 0;
    for (const key of functions.all()) writeFunction(message, ++id, key);
    let mappingId = 0;
    for (const space of mappings.all())
      message.message(profile.mapping, (inner) => {
        inner.number(mapping.id, ++mappingId);
        inner.number(mapping.filename, strings.of(space === "kernel" ? MAPPINGS.kernel : MAPPINGS.user));
        inner.number(mapping.hasFunctions, 1);
      });
    for (const text of strings.all()) message.bytes(profile.stringTable, encoder.encode(text));
  });
}

export const pprofFormat = (context: ExportContext): ExportFormat<StackMap> => ({
  convert: (map) => stackMap(map, context),
  document: (maps) => byteString(gzip(encode(maps))),
});
