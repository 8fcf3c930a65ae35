/** What plans define is what a replay understands: by the definition, and by the names of the fields alone. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseDefinitions, type ProbeDefinition } from "../../probes/probed/definitions.ts";
import type { FetchPath } from "../../probes/probed/fetch.ts";
import { pathsByName } from "../../probes/probed/naming.ts";
import { syscallEntryOf } from "../../probes/probed/syscall-entries.ts";
import { readElf } from "../../probes/symbols/elf.ts";
import { parseOperands } from "../../probes/symbols/operands.ts";
import { argumentRegisters } from "../../lang/registers.ts";
import { fixtureBytes, fixturePath } from "../support/fixtures.ts";
import { answer, exampleFiles, readExamples } from "./examples.ts";

const definitionsIn = (plan: string): string => [...plan.matchAll(/^echo '([prte]:.*)' >> /gm)].map(([, line]) => `${line!}\n`).join("");

/** A user function's arguments are in registers. */
function byArgument(path: FetchPath | null): FetchPath | null {
  if (path?.base.kind !== "register") return path;
  const index = argumentRegisters.indexOf(path.base.name);
  return index < 0 ? path : { ...path, base: { kind: "argument", index } };
}

const SDT_DEMO = "/opt/hs/sdtdemo";

const all = exampleFiles
  .flatMap(readExamples)
  .flatMap(({ title, plan }) =>
    parseDefinitions(definitionsIn(plan).replaceAll("{hsdemo}", "/opt/hs/hsdemo").replaceAll("{sdtdemo}", SDT_DEMO)).map(
      (definition) => [`${title}: ${definition.event}`, definition] as const,
    ),
  );

test("there are many of every kind", () => {
  const kinds = new Set(all.map(([, { kind, at }]) => `${kind} ${at}`));
  expect([...kinds].sort()).toEqual(["event entry", "kprobe entry", "kprobe return", "tracepoint entry", "uprobe entry", "uprobe return"]);
  expect(all.length).toBeGreaterThan(25);
});

const isStatic = ({ target }: ProbeDefinition): boolean => target === SDT_DEMO;

test.each(all.filter(([, definition]) => !isStatic(definition)))("%s", (_, definition) => {
  const { args, at } = definition;
  const byName = pathsByName(
    args.map(({ name }) => name),
    at,
  );
  for (const [i, { name, path }] of args.entries()) {
    expect(path, name).not.toBeNull();
    // What stands for another event copies its fields; the names of the rest start with those.
    const isCopy = syscallEntryOf(definition) !== null || (path?.base.kind === "field" && path.derefs.length === 0);
    if (!isCopy) expect(byName[i], name).toEqual(byArgument(path));
    expect(name.length).toBeLessThanOrEqual(31);
  }
});

test("arguments of static probes are fetched where the notes say that they are", () => {
  const fetched = all.filter(([, definition]) => isStatic(definition)).map(([, { offset, args }]) => ({ offset, args }));
  expect(fetched.length).toBeGreaterThan(1);
  const { staticProbes, segments } = readElf(fixtureBytes("sdt/demo"))!;
  const { address, fileOffset } = segments[0]!;
  for (const { offset, args } of fetched) {
    const probe = staticProbes.find((one) => one.address - address + fileOffset === offset)!;
    const operands = parseOperands(probe.operands);
    for (const { name, fetch } of args.filter((arg) => arg.name.startsWith("arg")))
      expect(operands[Number(name.slice(3))]!.where).toEqual({ kind: "fetch", text: fetch });
  }
});

const keyOf = ({ symbol, target, at }: ProbeDefinition): string => `${symbol ?? target ?? ""} ${at}`;

/** Scripts whose recordings are known to hold what they ask for. */
const RECORDED = [
  { folder: "s07-kprobes", scripts: ["counts", "latency", "mode", "opens", "writes"], events: "kprobe_events.txt" },
  { folder: "s11-uprobes", scripts: ["args", "calls", "fib", "grab", "trace"], events: "uprobe_events.txt" },
] as const;

describe.each(RECORDED)("scripts of $folder", ({ folder, scripts, events }) => {
  const recorded = parseDefinitions(readFileSync(fixturePath(`traces/${folder}/${events}`), "utf8"));

  test.each(scripts)("%s asks for nothing that was not recorded, at each of its functions", async (name) => {
    const text = readFileSync(fixturePath(`traces/${folder}/${name}.bt`), "utf8");
    const script = text.replaceAll("/opt/hs/hsdemo", "{hsdemo}").replaceAll(/tracepoint:syscalls:sys_exit_mkdir[^}]*\}/g, "");
    const { plan, said } = await answer({ title: name, words: "", kernel: "", script, plan: "", said: "" });
    expect(said).toBe("0");
    const planned = parseDefinitions(definitionsIn(plan).replaceAll("{hsdemo}", "/opt/hs/hsdemo"));
    expect(planned.length).toBeGreaterThan(0);
    for (const one of planned) {
      const same = recorded.find((other) => keyOf(other) === keyOf(one) && other.offset === one.offset);
      expect(same, keyOf(one)).toBeDefined();
      // A pointer that was followed is told by what it leads to.
      const has = (path: FetchPath | null): boolean =>
        same!.args.some((other) => other.path !== null && other.path.derefs.length > 0 && isBaseOf(path, other.path)) ||
        same!.args.some((other) => JSON.stringify(byArgument(other.path), withBigints) === JSON.stringify(byArgument(path), withBigints));
      expect(one.args.filter(({ path }) => !has(path))).toEqual([]);
    }
  });
});

const isBaseOf = (path: FetchPath | null, other: FetchPath): boolean =>
  path !== null && path.derefs.length === 0 && JSON.stringify(byArgument(path)?.base) === JSON.stringify(byArgument(other)?.base);

const withBigints = (_: string, value: unknown): unknown => (typeof value === "bigint" ? String(value) : value);
