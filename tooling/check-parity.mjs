// Holds docs/parity.md to a test run: every row of the language is proved by a test that carries its id and passed, a refused row by the
// sentence that refuses it too.   node tooling/check-parity.mjs REPORT.json [--update] [--list FILE]
// REPORT is what vitest's json reporter writes. --update names a test for each row that has lost its own, and ticks what is proved.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Rows per section: ids are SECTION.01 … SECTION.NN. */
const SECTIONS = [48, 63, 57, 33, 74, 70, 36, 48, 32, 34];

const allIds = () =>
  SECTIONS.flatMap((rows, section) => Array.from({ length: rows }, (_, i) => `${section + 1}.${String(i + 1).padStart(2, "0")}`));

const ROW = /^- \[([ x])\] \*\*(\d+\.\d\d)\*\* (.+?)(?: \(refused: “(.+)”\))?$/;
const PROOF = /^ {2}`([^`]+)` › (.+)$/;

/** Rows of the list with their line, tick, sentence of refusal and proof. */
function readList(text) {
  const rows = [];
  for (const [index, line] of text.split("\n").entries()) {
    const row = ROW.exec(line);
    if (row !== null) rows.push({ line: index, ticked: row[1] === "x", id: row[2], refusal: row[4] ?? null, proof: null });
    const proof = PROOF.exec(line);
    if (proof !== null && rows.length > 0) rows[rows.length - 1].proof = { line: index, file: proof[1], title: proof[2] };
  }
  return rows;
}

/** Ids that a title carries: `row 3.11`, `rows 1.08, 1.09`, `rows 2.03 and 2.05`. */
export function idsOf(title) {
  return [...title.matchAll(/\brows? (\d+\.\d\d(?:(?:,| and) \d+\.\d\d)*)/g)].flatMap(([, ids]) => ids.match(/\d+\.\d\d/g));
}

// A title may be a piece of script over several lines; in the list it takes one.
const oneLine = (title) => title.replace(/\s+/g, " ").trim();

/** What ran: file (from the root), title, whether it passed. */
function testsOf(report) {
  return report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, status }) => ({
      file: path.relative(root, name),
      title: oneLine(fullName),
      passed: status === "passed",
    })),
  );
}

/** Tests that only run where other tools are installed prove nothing elsewhere. */
const proves = ({ file, passed }) => passed && !file.startsWith("test/oracle/");

/** Lower is better: the row's own test, end to end. */
function rank({ file, title }, id) {
  const own = title.startsWith(`row ${id}`) ? 0 : 1;
  const endToEnd = file.startsWith("test/language/") ? 0 : 1;
  return own * 2 + endToEnd + (idsOf(title).length - 1) * 4;
}

function bestTest(tests, id) {
  const candidates = tests.filter((test) => proves(test) && idsOf(test.title).includes(id));
  const key = (test) => `${rank(test, id)} ${test.file} ${test.title}`;
  return candidates.sort((a, b) => (key(a) < key(b) ? -1 : 1))[0] ?? null;
}

const find = (tests, proof) => tests.find(({ file, title }) => file === proof.file && title === proof.title);

function proofProblem(tests, { id, proof, refusal }) {
  if (proof === null) return "no test proves it";
  if (!idsOf(proof.title).includes(id)) return `the test it names does not carry its id: ${proof.title}`;
  const test = find(tests, proof);
  if (test === undefined) return `the test it names did not run: ${proof.file} › ${proof.title}`;
  if (!proves(test)) return `the test it names did not pass: ${proof.file} › ${proof.title}`;
  if (refusal === null) return null;
  const source = path.join(root, proof.file);
  if (existsSync(source) && readFileSync(source, "utf8").includes(refusal)) return null;
  return `the test it names does not hold the sentence that refuses it: ${refusal}`;
}

/** Everything that is wrong, a line each; empty if all rows are proved. */
export function checkParity(text, report) {
  const rows = readList(text);
  const tests = testsOf(report);
  const wanted = allIds();
  const listed = rows.map(({ id }) => id);
  return [
    ...wanted.filter((id) => !listed.includes(id)).map((id) => `row ${id}: missing in the list`),
    ...listed.filter((id) => !wanted.includes(id)).map((id) => `row ${id}: there is no such row`),
    ...listed.filter((id, i) => listed.indexOf(id) !== i).map((id) => `row ${id}: listed twice`),
    ...rows.flatMap((row) => {
      const problem = proofProblem(tests, row) ?? (row.ticked ? null : "proved, but not ticked");
      return problem === null ? [] : [`row ${row.id}: ${problem}`];
    }),
  ];
}

/** The list with a proof and a tick for each row that has one in this run. A proof that still holds stays. */
export function updateList(text, report) {
  const tests = testsOf(report);
  const rows = readList(text);
  const dropped = new Set(rows.flatMap(({ proof }) => (proof === null ? [] : [proof.line])));
  const lines = text.split("\n");
  const byLine = new Map(rows.map((row) => [row.line, row]));
  return lines
    .flatMap((line, index) => {
      if (dropped.has(index)) return [];
      const row = byLine.get(index);
      if (row === undefined) return [line];
      const kept = row.proof !== null && proofProblem(tests, row) === null ? row.proof : bestTest(tests, row.id);
      const ticked = kept !== null && proofProblem(tests, { ...row, proof: kept }) === null;
      const head = line.replace(/^- \[[ x]\]/, ticked ? "- [x]" : "- [ ]");
      return kept === null ? [head] : [head, `  \`${kept.file}\` › ${kept.title}`];
    })
    .join("\n");
}

function main(words) {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { list: { type: "string", default: path.join(root, "docs/parity.md") }, update: { type: "boolean", default: false } },
  });
  const { list, update } = values;
  const report = JSON.parse(readFileSync(positionals[0], "utf8"));
  const before = readFileSync(list, "utf8");
  const text = update ? updateList(before, report) : before;
  if (text !== before) writeFileSync(list, text);
  const problems = checkParity(text, report);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) {
    console.error(`docs/parity.md: ${problems.length} problems; UPDATE_EXPECT=1 npm test names the tests that there are`);
    process.exitCode = 1;
  } else console.log(`docs/parity.md: all ${allIds().length} rows are proved by tests that passed`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main(process.argv.slice(2));
