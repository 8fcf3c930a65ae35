/** Recordings of big-endian machines in other formats: the same answers, or a refusal. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRecording } from "../../probes/open.ts";
import { entryIp, madeEvent, madeTraceDat, type MadeRecord } from "../support/made-recording.ts";
import { runCommand } from "../support/run-command.ts";
import { runScript } from "../support/run-script.ts";

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "hindsight-big-endian-"));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

async function convert(
  records: readonly MadeRecord[],
  to: string,
): Promise<{ readonly status: number | null; readonly stderr: string; readonly path: string }> {
  const [from, path] = [join(directory, "from.dat"), join(directory, to)];
  writeFileSync(
    from,
    madeTraceDat(records, { byteOrder: "big", uname: "Linux frame 6.1.0 s390x", kallsyms: "ffffffff81000200 T do_call\n" }),
  );
  const { status, stderr } = await runCommand(["convert", from, "--to", path]);
  return { status, stderr: stderr.replace(from, "FROM"), path };
}

async function answer(path: string, script: string): Promise<string> {
  const opened = await openRecording(path);
  if (!opened.ok) expect.fail(opened.message);
  const { stdout } = await runScript(script, { recording: opened.recording });
  opened.recording.close();
  return stdout.trim();
}

const numbers = madeEvent("app", "numbers", 601, [
  ["u16 a", 2, 0],
  ["s16 pad", 2, 1],
  ["s32 b", 4, 1],
  ["u32 list[2]", 8, 0],
  ["__data_loc char[] text", 4, 0],
]);
const call = madeEvent("hs", "do_call", 602, [entryIp, ["u64 arg0", 8, 0], ["__data_loc char[] s0_8", 4, 0]]);
const memory = madeEvent("hs", "do_call", 603, [entryIp, ["u64 arg0", 8, 0], ["u64 m0_0", 8, 0]]);
const at = { __probe_ip: 0xffffffff81000200n, arg0: 0xffff888000002000n };
const plain: readonly MadeRecord[] = [
  { event: numbers, values: { a: 258, b: -5, list: Uint8Array.of(0, 0, 0, 7, 0, 0, 1, 0), text: "text" } },
  { event: call, values: { ...at, s0_8: "behind" } },
];

test.each(["plain.jsonl", "plain.dat"])("numbers and texts are the same: %s", async (to) => {
  const { status, stderr, path } = await convert(plain, to);
  expect(status, stderr).toBe(0);
  const script =
    "struct s { long n; char *text; }; t:app:numbers { print((args.a, args.b, args.list[0], args.list[1])); print(str(args.text)); } kprobe:do_call { print(str(((struct s *)arg0)->text)); }";
  expect((await answer(path, script)).split("\n").filter((line) => line !== "")).toEqual(["(258, -5, 7, 256)", "text", "behind"]);
});

const fetched: readonly MadeRecord[] = [{ event: memory, values: { ...at, m0_0: (7n << 32n) | 9n } }];

test("memory keeps its byte order in a trace.dat, and is refused where it would not", async () => {
  const { status, stderr, path } = await convert(fetched, "memory.dat");
  expect(status, stderr).toBe(0);
  expect(await answer(path, "struct p { int a; int b; }; kprobe:do_call { $p = (struct p *)arg0; print(($p->a, $p->b)); }")).toBe("(7, 9)");
  const refused = await convert(fetched, "memory.jsonl");
  expect(refused.status).toBe(1);
  expect(refused.stderr).toBe(
    "ERROR: FROM has memory of a big-endian machine (in hs:do_call), and JSON lines do not keep its byte order\nHINT: a trace.dat keeps it: --to FILE.dat\n",
  );
});
