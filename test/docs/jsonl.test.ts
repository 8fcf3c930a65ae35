/** The documented lines are read, the schema fits them and what is exported, and refuses what the reader refuses. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openRecordingBytes } from "../../probes/open.ts";
import { fixtureBytes } from "../support/fixtures.ts";
import { schemaErrors } from "../support/json-schema.ts";

const text = (path: string): string => readFileSync(new URL(`../../docs/${path}`, import.meta.url), "utf8");
const schema = JSON.parse(text("jsonl.schema.json")) as Readonly<Record<string, unknown>>;
const examples = [...text("jsonl.md").matchAll(/```jsonl\n([\s\S]*?)```/g)].map(([, lines]) => lines!);
const errorsOf = (line: string): string[] => schemaErrors(schema, JSON.parse(line));

test("the document has examples", () => {
  expect(examples).toHaveLength(4);
});

test.each(examples)("%s", async (lines) => {
  for (const line of lines.trim().split("\n")) expect(errorsOf(line), line).toEqual([]);
  const opened = await openRecordingBytes("example.jsonl", new TextEncoder().encode(lines));
  if (!opened.ok) expect.fail(opened.message);
  const { survey } = await import("../../src/session/survey.ts");
  const events = lines
    .trim()
    .split("\n")
    .filter((line) => /"(event|probe|sample)": "/.test(line)).length;
  const { stats } = survey(opened.recording);
  expect(Number(stats.events)).toBeGreaterThanOrEqual(events);
  expect(opened.recording.info.warnings).toEqual([]);
});

test.each(["jsonl/written.jsonl", "jsonl/export.jsonl"])("%s fits the schema", (name) => {
  const lines = new TextDecoder().decode(fixtureBytes(name)).trim().split("\n");
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) expect(errorsOf(line), line.slice(0, 200)).toEqual([]);
});

test.each([
  '{"event":"a:b"}',
  '{"ts":-1,"event":"a:b"}',
  '{"ts":1}',
  '{"ts":1,"event":"a"}',
  '{"ts":1,"event":"a:b","args":[]}',
  '{"ts":1,"event":"a:b","args":{"x":1.5}}',
  '{"ts":1,"event":"a:b","cpu":70000}',
  '{"ts":1,"lost":-1}',
  '{"task":{"pid":1}}',
  '{"ts":1,"task":{}}',
  '{"ts":1,"task":{"pid":1,"exits":false}}',
  '{"hindsight":2}',
  '{"hindsight":1,"events":{"a:b":{}}}',
])("the schema refuses %s", (line) => {
  expect(errorsOf(line)).not.toEqual([]);
});
