/** Debug files that were split off: the names of the program's code by its own offsets. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readElf } from "../../probes/symbols/elf.ts";
import { restoredSegments } from "../../probes/symbols/separated-debug.ts";
import { userCode } from "../../probes/symbols/user-code.ts";
import { fileFinder } from "../../src/cli/symbol-files.ts";

const folder = mkdtempSync(join(tmpdir(), "hindsight-debug-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const load = (fileOffset: number, address: number, fileBytes: number, memoryBytes: number, alignment: number, executable = false) => ({
  fileOffset: BigInt(fileOffset),
  address: BigInt(address),
  fileBytes: BigInt(fileBytes),
  memoryBytes: BigInt(memoryBytes),
  alignment: BigInt(alignment),
  executable,
});

test.each([
  ["pages of their own", [load(0, 0, 0x39c, 0x5e0, 0x1000), load(0, 0x1000, 0, 0x159, 0x1000, true)], [0n, 0x1000n]],
  ["code first", [load(0, 0x400000, 0x1c8, 0x724, 0x200000, true), load(0, 0x600e10, 0, 0x230, 0x200000)], [0n, 0xe10n]],
  ["addresses a page further on", [load(0, 0, 0x39c, 0x61c, 0x1000), load(0, 0x1620, 0, 0x1d0, 0x1000, true)], [0n, 0x620n]],
  ["headers of the program", [load(0, 0, 0x5e0, 0x5e0, 0x1000), load(0x3000, 0x1000, 0x159, 0x159, 0x1000, true)], [0n, 0x3000n]],
])("offsets of segments: %s", (_, loads, offsets) => {
  expect(restoredSegments(loads).map(({ fileOffset }) => fileOffset)).toEqual(offsets);
});

const run = (program: string, ...args: readonly string[]): void => {
  const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw error ?? new Error(`${program}: ${stderr}`);
};

function whyNot(): string | null {
  const missing = ["gcc", "objcopy"].filter((program) => spawnSync(program, ["--version"]).status !== 0);
  return missing.length === 0 ? null : `${missing.join(", ")} not there`;
}

const reason = whyNot();
if (reason !== null) console.log(`skipped: debug files of this machine's compiler (${reason})`);

describe.skipIf(reason !== null)("debug files of this machine's compiler", () => {
  test.each([
    ["pie", ["-pie", "-fPIE"]],
    ["no-pie", ["-no-pie"]],
    ["noseparate-code", ["-Wl,-z,noseparate-code"]],
  ] as const)("%s", (name, flags) => {
    const [source, program, debug] = ["c", "elf", "debug"].map((suffix) => join(folder, `${name}.${suffix}`)) as [string, string, string];
    writeFileSync(source, "int work(int n) { volatile int x = n; return x + 1; }\nint main(void) { return work(-1); }\n");
    run("gcc", "-g", "-Wl,--build-id", ...flags, "-o", program, source);
    run("objcopy", "--only-keep-debug", program, debug);
    const whole = readElf(readFileSync(program))!;
    const work = whole.functions.find((one) => one.name === "work")!.address + 1n;
    const segment = whole.segments.find(({ executable }) => executable)!;
    const page = (value: bigint): bigint => value - (value % 4096n);
    const offset = work - segment.address + segment.fileOffset;

    const root = join(folder, name);
    const id = whole.buildId!;
    const kept = join(root, "usr/lib/debug/.build-id", id.slice(0, 2), `${id.slice(2)}.debug`);
    mkdirSync(dirname(kept), { recursive: true });
    writeFileSync(kept, readFileSync(debug));
    // The program itself, as installed: without names.
    mkdirSync(join(root, "opt"));
    run("objcopy", "--strip-all", program, join(root, "opt/program"));

    for (const directory of [root, join(root, "usr/lib/debug")]) {
      const find = fileFinder([directory], (bytes) => bytes);
      const start = 0x5555_5555_0000n;
      const mapping = {
        start,
        end: start + page(segment.address + segment.fileBytes + 4095n) - page(segment.address),
        fileOffset: page(segment.fileOffset),
        path: "/opt/program",
        buildId: id,
      };
      const address = start + work - page(segment.address);
      const symbol = { name: "work", offset: 1n };
      expect(userCode([mapping], find).placeOf(address)).toMatchObject({ symbol, fileOffset: offset });
      // One that goes on behind the code, so that its place tells nothing.
      const longer = { ...mapping, end: mapping.end + 0x10000n };
      expect(userCode([longer], find).placeOf(address)).toMatchObject({ symbol, fileOffset: offset });
    }
    expect(userCode([], () => readFileSync(debug)).namesAt("/opt/program", offset)).toEqual({ names: ["work"], delta: 1n });
  });
});
