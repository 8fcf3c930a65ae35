/** The list of rows is held to what ran: here with made-up reports. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const rowsPerSection = [48, 63, 57, 33, 74, 70, 36, 48, 32, 34];
const ids = rowsPerSection.flatMap((rows, i) => Array.from({ length: rows }, (_, row) => `${i + 1}.${String(row + 1).padStart(2, "0")}`));

const FILE = "test/tooling/check-parity.test.ts";
const entry = (id: string): string => `- [x] **${id}** name\n  \`${FILE}\` › row ${id}: it works`;
const complete = `${ids.map(entry).join("\n")}\n`;

/** A sentence that this file does not hold. */
const nowhere = ["not", "in", "here"].join(" ");

interface Ran {
  readonly title: string;
  readonly status?: string;
  readonly file?: string;
}

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "hindsight-parity-"));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const everything: readonly Ran[] = ids.map((id) => ({ title: `row ${id}: it works` }));

/** What the check says, a line each; the list is updated in place with `--update`. */
function check(list: string, ran: readonly Ran[] = everything, ...words: string[]) {
  const testResults = ran.map(({ title, status = "passed", file = FILE }) => ({
    name: join(root, file),
    assertionResults: [{ fullName: title, status }],
  }));
  writeFileSync(join(dir, "report.json"), JSON.stringify({ testResults }));
  writeFileSync(join(dir, "list.md"), list);
  const args = ["tooling/check-parity.mjs", join(dir, "report.json"), "--list", join(dir, "list.md"), ...words];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  return {
    status,
    problems: stderr.split("\n").filter((line) => line.startsWith("row ")),
    list: readFileSync(join(dir, "list.md"), "utf8"),
  };
}

const without = (id: string): Ran[] => everything.filter(({ title }) => !title.includes(`row ${id}:`));

test("a list whose tests all passed", () => {
  expect(check(complete)).toMatchObject({ status: 0, problems: [] });
});

test.each<[string, string, readonly Ran[], string]>([
  ["a row is missing", complete.replace(`${entry("3.11")}\n`, ""), everything, "row 3.11: missing in the list"],
  [
    "a row that is none",
    `${complete}${entry("9.99")}\n`,
    [...everything, { title: "row 9.99: it works" }],
    "row 9.99: there is no such row",
  ],
  ["a row is there twice", `${complete}${entry("3.11")}\n`, everything, "row 3.11: listed twice"],
  ["no test", complete.replace(entry("3.11"), "- [x] **3.11** name"), everything, "row 3.11: no test proves it"],
  ["a test did not run", complete, without("3.11"), `row 3.11: the test it names did not run: ${FILE} › row 3.11: it works`],
  [
    "a test failed",
    complete,
    [...without("3.11"), { title: "row 3.11: it works", status: "failed" }],
    `row 3.11: the test it names did not pass: ${FILE} › row 3.11: it works`,
  ],
  [
    "a test was skipped",
    complete,
    [...without("3.11"), { title: "row 3.11: it works", status: "skipped" }],
    `row 3.11: the test it names did not pass: ${FILE} › row 3.11: it works`,
  ],
  [
    "a test of another row",
    complete.replace("› row 3.11:", "› row 3.12:"),
    everything,
    "row 3.11: the test it names does not carry its id: row 3.12: it works",
  ],
  ["an empty box", complete.replace("- [x] **3.11**", "- [ ] **3.11**"), everything, "row 3.11: proved, but not ticked"],
  [
    "a refusal that no test holds",
    complete.replace("**1.35** name", `**1.35** name (refused: “${nowhere}”)`),
    everything,
    `row 1.35: the test it names does not hold the sentence that refuses it: ${nowhere}`,
  ],
])("%s", (_, list, ran, problem) => {
  expect(check(list, ran)).toMatchObject({ status: 1, problems: [problem] });
});

test("a refusal that the test holds", () => {
  const list = complete.replace("**1.35** name", "**1.35** name (refused: “a refusal that the test holds”)");
  expect(check(list)).toMatchObject({ status: 0, problems: [] });
});

test("update names the row's own test, end to end if there is one, and none that needs the installed bpftrace", () => {
  const open = ids.map((id) => `- [ ] **${id}** name`).join("\n");
  const ran = [
    ...without("3.11"),
    { title: "it and row 3.11", file: "test/a.test.ts" },
    { title: "rows 3.10, 3.11: both", file: "test/language/b.test.ts" },
    { title: "row 3.11: one\n  two", file: "test/language/c.test.ts" },
    { title: "row 3.11: live", file: "test/oracle/d.test.ts" },
    { title: "row 3.11: broken", file: "test/language/a.test.ts", status: "failed" },
  ];
  const { status, list } = check(open, ran, "--update");
  expect(status).toBe(0);
  expect(list).toContain("- [x] **3.11** name\n  `test/language/c.test.ts` › row 3.11: one two\n");
});

test("update keeps a proof that holds and unticks a row that lost its own", () => {
  const list = complete.replace("› row 3.11: it works", "› row 3.11: another");
  const kept = check(list, [...everything, { title: "row 3.11: another" }], "--update");
  expect(kept).toMatchObject({ status: 0, list });
  const lost = check(complete, without("3.11"), "--update");
  expect(lost.problems).toEqual(["row 3.11: no test proves it"]);
  expect(lost.list).toContain("- [ ] **3.11** name\n- [x] **3.12**");
});

test("titles carry ids alone, in a row and joined by and", () => {
  const ran = without("1.08").filter(({ title }) => !title.includes("row 1.09:") && !title.includes("row 1.10:"));
  const list = ids.map((id) => `- [ ] **${id}** name`).join("\n");
  const { problems } = check(list, [...ran, { title: "rows 1.08, 1.09 and 1.10" }], "--update");
  expect(problems).toEqual([]);
  expect(check(list, [...ran, { title: "arrow 1.08 1.09" }], "--update").problems).toHaveLength(3);
});
