/** The types of test/fixtures/btf/types.c as those of a recorded kernel. */
import { expect } from "vitest";
import { readBtf, type Btf } from "../../probes/kernel/btf/btf.ts";
import type { TypeFiles } from "../../src/session/kernel-types.ts";
import { noSideData, type SideData } from "../../src/session/recorded-machine.ts";
import { fixtureBytes } from "./fixtures.ts";

export function openedBtf(bytes: Uint8Array, base: Btf | null = null): Btf {
  const result = readBtf(bytes, base);
  if (!result.ok) expect.fail(result.message);
  return result.btf;
}

export const fixtureTypes = (): Btf => openedBtf(fixtureBytes("btf/types.btf"));

/** Side data with types; `said` collects what the user is told. */
export function sideWithTypes(files: Partial<TypeFiles>, said: string[] = []): SideData {
  const warn = (message: string): void => {
    said.push(message);
  };
  return { ...noSideData, types: { given: null, ofThisMachine: () => null, warn, ...files } };
}
