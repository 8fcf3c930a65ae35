/** Symbols and files beside a recording: found where they were kept with it, and read compressed too. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fileFinder } from "../../src/cli/symbol-files.ts";
import { kallsymsFinder } from "../../src/cli/symbols-beside.ts";
import { gunzipper, readText, unpacker } from "../../src/cli/unpacker.ts";
import { fixturePath } from "../support/fixtures.ts";
import { runCli } from "../support/cli.ts";

const KERNEL = { start: 0xffffffff81000000n, end: 0xffffffff81e01d32n };
const symbols = (start: bigint, end: bigint): string =>
  [`${start.toString(16)} T _text`, `${(start + 0x100n).toString(16)} T schedule`, `${end.toString(16)} T _etext`, ""].join("\n");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hindsight-beside-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("kernel symbols beside a recording", () => {
  const find = (...files: readonly string[]): { readonly text: string | null; readonly found: readonly string[] } => {
    const found: string[] = [];
    const text = kallsymsFinder(files, (path) => found.push(path))(KERNEL);
    return { text, found };
  };

  test.each([
    ["run/perf.data", "run/kallsyms"],
    ["run/perf.data", "run/kernel/kallsyms"],
    ["run/perf.data", "kallsyms"],
    ["run/perf.data", "kernel/kallsyms"],
  ])("of %s: %s", (recording, kallsyms) => {
    mkdirSync(join(folder, "run/kernel"), { recursive: true });
    mkdirSync(join(folder, "kernel"));
    const text = symbols(KERNEL.start, KERNEL.end);
    writeFileSync(join(folder, kallsyms), text);
    expect(find(join(folder, recording))).toEqual({ text, found: [join(folder, kallsyms)] });
  });

  test("compressed, and behind those of other kernels", () => {
    const text = symbols(KERNEL.start, KERNEL.end);
    writeFileSync(join(folder, "kallsyms"), symbols(KERNEL.start, KERNEL.end + 0x1000n));
    writeFileSync(join(folder, "kallsyms.gz"), gzipSync(text));
    expect(find(join(folder, "perf.data")).text).toBe(text);
  });

  test("none of a kernel that was elsewhere, has another size, or hides its addresses", () => {
    writeFileSync(join(folder, "kallsyms.gz"), gzipSync(symbols(KERNEL.start + 0x200000n, KERNEL.end + 0x200000n)));
    expect(find(join(folder, "perf.data")).text).toBeNull();
    writeFileSync(join(folder, "kallsyms"), symbols(0n, 0n));
    expect(find(join(folder, "perf.data"))).toEqual({ text: null, found: [] });
  });

  test("are said to be taken, once, and not when others are named", () => {
    const [trace, kallsyms] = [fixturePath("traces/s04-pingpong/perf.data.gz"), fixturePath("traces/kernel/kallsyms.gz")];
    const script = "t:sched:sched_switch { @[kstack(1)] = count(); }";
    const beside = runCli(["--trace", trace, "-e", script]);
    expect(beside.stderr.match(/NOTE: kernel symbols are from .*kallsyms\.gz: it is of the recorded kernel/g)).toHaveLength(1);
    expect(beside.stdout).toContain("__schedule+");
    const named = runCli(["--trace", trace, "--kallsyms", kallsyms, "-e", script]);
    expect(named.stdout).toBe(beside.stdout);
    expect(named.stderr).not.toContain("NOTE");
  });
});

describe("compressed files", () => {
  /** `zstd -c` of "ffffffff81000000 T _text\n". */
  const ZSTD = Buffer.from("KLUv/QRYtQAAcGZmODEwIFQgX3RleHQKAgBAjAFgAQ5Ihp0=", "base64");

  test("texts: gzip, zstd, damage, and what is not unpacked", async () => {
    const unpack = await unpacker();
    const read = (bytes: Uint8Array): string => {
      writeFileSync(join(folder, "text"), bytes);
      return readText(join(folder, "text"), unpack);
    };
    expect(read(gzipSync("a\n"))).toBe("a\n");
    expect(read(Buffer.from("b\n"))).toBe("b\n");
    expect(read(ZSTD)).toBe("ffffffff81000000 T _text\n");
    expect(() => read(gzipSync("a".repeat(500)).subarray(0, 20))).toThrow("the gzip data are damaged");
    expect(() => read(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]))).toThrow("it is xz-compressed: unpack it first (unxz)");
    expect(() => read(Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 9, 9, 9]))).toThrow("the zstd data are damaged");
  });

  test("programs of --symfs by name and by build id", () => {
    const program = readFileSync(fixturePath("traces/bin/hsdemo"));
    writeFileSync(join(folder, "hsdemo.gz"), gzipSync(program));
    const find = fileFinder([folder], gunzipper);
    expect(find("/usr/bin/hsdemo", null)?.length).toBe(program.length);
    expect(find("/usr/bin/elsewhere", null)).toBeNull();
  });
});

describe("files that are not what they are taken for", () => {
  const run = (...words: readonly string[]): { readonly status: number | null; readonly stderr: string } =>
    runCli(["-q", "--sample", ...words, "-e", "BEGIN { exit(); }"]);

  test.each([
    ["--kallsyms", "root:x:0:0:root:/root:/bin/sh\n", "no line of it is ADDRESS TYPE NAME, as in /proc/kallsyms"],
    ["--kallsyms", "", "no line of it is ADDRESS TYPE NAME, as in /proc/kallsyms"],
    ["--kallsyms", "0000000000000000 T _text\n0000000000000000 T schedule\n", "all its addresses are 0: copy /proc/kallsyms as root"],
    ["--maps", "root:x:0:0:root:/root:/bin/sh\n", "no line of it is START-END PERMISSIONS …, as in /proc/PID/maps"],
    ["--dynamic-events", "root:x:0:0:root:/root:/bin/sh\n", "no line of it is p:GROUP/EVENT PLACE …, as in kprobe_events"],
    ["--symfs", "", "it is no directory"],
  ])("%s of %j", (flag, text, message) => {
    const path = join(folder, "beside");
    writeFileSync(path, text);
    const { status, stderr } = run(flag, path);
    expect(stderr).toBe(`ERROR: ${flag} ${path}: ${message}\n`);
    expect(status).toBe(1);
  });

  test("a machine without probes, a thread of the kernel and a directory without files are what they are", () => {
    const path = join(folder, "empty");
    writeFileSync(path, "\n# none\n");
    expect(run("--dynamic-events", path, "--maps", path, "--symfs", folder).status).toBe(0);
    expect(run("--symfs", join(folder, "nowhere")).stderr).toBe(`ERROR: --symfs ${join(folder, "nowhere")}: No such file or directory\n`);
  });
});
