/** Lines that cannot be read are counted, with the place of the first; a header that cannot be is an error. */
import { describe, expect, test } from "vitest";
import { openRecordingBytes } from "../../../probes/open.ts";
import { openLines, printed } from "./support.ts";

const GOOD = '{"ts":1,"event":"a:b","args":{"n":1}}';
const COUNT = "t:a:b { @ = count(); }";

describe("bad lines", () => {
  test.each([
    ["no-json", "hello", "2:1: expected {"],
    ["open-object", '{"ts":1,"event":"a:b"', "2:22: the line ends in a value"],
    ["open-string", '{"ts":1,"event":"a:b', "2:17: a string without end"],
    ["no-time", '{"event":"a:b"}', '2:1: no "ts"'],
    ["no-event", '{"ts":1,"pid":2}', '2:1: neither "event" nor "probe", "sample" or "lost"'],
    ["time-no-number", '{"ts":"soon","event":"a:b"}', "2:7: ts must be a number"],
    ["negative-time", '{"ts":-1,"event":"a:b"}', "2:7: ts must not be negative"],
    ["cpu-too-high", '{"ts":1,"cpu":70000,"event":"a:b"}', "2:15: cpu must be a whole number up to 65535"],
    ["leading-zero", '{"ts":01,"event":"a:b"}', "2:7: a number with a leading zero"],
    ["bad-escape", '{"ts":1,"event":"a\\qb"}', "2:20: an unknown escape in a string"],
    ["short-unicode", '{"ts":1,"event":"a\\u12"}', "2:21: \\u takes four hexadecimal digits"],
    ["two-objects", '{"ts":1,"event":"a:b"}{}', "2:23: more behind the end of the object"],
    ["args-no-object", '{"ts":1,"event":"a:b","args":[1]}', "2:30: args must be an object"],
    ["comma-missing", '{"ts":1 "event":"a:b"}', "2:9: expected , or } behind a value"],
    ["too-deep", `{"ts":1,"event":"a:b","x":${"[".repeat(100)}${"]".repeat(100)}}`, "2:91: values of too many levels"],
    ["lost-no-count", '{"ts":1,"lost":-2}', "2:16: lost must be a number of events, or null"],
  ])("%s", async (_name, line, message) => {
    const recording = await openLines(GOOD, line, GOOD);
    expect(await printed(COUNT, recording)).toEqual(["@: 2"]);
    expect(recording.info.warnings.join()).toContain(`1 line cannot be read and is left out, the first: ${message}`);
  });
});

describe("bad values", () => {
  test.each([
    ["text-for-a-number", '{"n":"x"}', "the value does not fit its field"],
    ["fraction", '{"n":1.5}', "the value does not fit its field"],
    ["array-for-a-number", '{"n":[1]}', "the value does not fit its field"],
    ["unknown-field", '{"m":1,"n":2}', "no field is called m"],
    ["odd-hex", '{"n":{"hex":"0g"}}', "the value does not fit its field"],
    ["null", '{"n":null}', "the value does not fit its field"],
  ])("%s", async (_name, args, message) => {
    const recording = await openLines({ hindsight: 1, events: { "a:b": { fields: ["int n"] } } }, `{"ts":1,"event":"a:b","args":${args}}`);
    expect(await printed(COUNT, recording)).toEqual(["@: 1"]);
    expect(recording.info.warnings.join()).toContain(message);
  });
});

describe("bad headers", () => {
  test.each([
    ["version", '{"hindsight":2}', "hindsight must be 1"],
    ["no-json", '{"hindsight":1,}', "header: 1:16: expected a string"],
    ["cpus", '{"hindsight":1,"ncpus":0}', "ncpus must be a number of CPUs"],
    ["event-name", '{"hindsight":1,"events":{"x":{"fields":[]}}}', 'events: "x" is no category:name'],
    ["fields", '{"hindsight":1,"events":{"a:b":{}}}', 'events["a:b"] must be an object with the array "fields"'],
    ["field", '{"hindsight":1,"events":{"a:b":{"fields":[3]}}}', 'events["a:b"].fields[0] must be a C declaration'],
    ["same-ids", '{"hindsight":1,"events":{"a:b":{"id":3,"fields":[]},"a:c":{"id":3,"fields":[]}}}', "two events have the same id"],
  ])("%s", async (_name, header, message) => {
    const opened = await openRecordingBytes("made.jsonl", new TextEncoder().encode(`${header}\n${GOOD}\n`));
    expect(opened.ok ? "" : opened.message).toContain(message);
  });
});

test("lines cut anywhere do no harm", async () => {
  const whole = new TextEncoder().encode(
    `${GOOD}\n{"ts":2,"pid":7,"comm":"x\\u00e4","event":"a:b","args":{"n":-2},"kstack":["f+0x1"],"ustack":["0x12"]}\n`,
  );
  for (let size = GOOD.length; size <= whole.length; size++) {
    const opened = await openRecordingBytes("cut.jsonl", whole.subarray(0, size));
    if (!opened.ok) expect.fail(opened.message);
    expect((await printed(COUNT, opened.recording))[0]).toMatch(/^@: [12]$/);
  }
}, 120_000);
