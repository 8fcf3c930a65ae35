/** Types of the recorded kernel in scripts, and where they come from. */
import { expect, test } from "vitest";
import type { Recording } from "../../probes/recording.ts";
import { fixtureBytes } from "../support/fixtures.ts";
import { fixtureTypes, sideWithTypes } from "../support/kernel-types.ts";
import { entryIp, madeEvent, madeRecording } from "../support/made-recording.ts";
import { runScript } from "../support/run-script.ts";

const FUNCTION = 0xffffffff81001000n;
const OUTER = 0xffff888000001000n;
const KALLSYMS = `${FUNCTION.toString(16)} T serve\n`;

/** A call serve(request) with the first 120 bytes of *request. */
async function recorded(btf?: Uint8Array): Promise<Recording> {
  const event = madeEvent("hs", "serve", 500, [entryIp, ["u64 arg0", 8, 0], ["u8 m0_0[120]", 120, 0]]);
  const memory = new Uint8Array(120);
  const view = new DataView(memory.buffer);
  view.setUint32(0, 7, true);
  view.setUint32(4, 0x0006_0005, true);
  view.setInt32(8, -3, true);
  view.setInt32(12, 44, true);
  memory.set(new TextEncoder().encode("second"), 16 + 18 + 2);
  view.setBigUint64(72, OUTER, true);
  view.setBigInt64(80, -9n, true);
  view.setUint32(88, 1 | (21 << 1) | (1000 << 6), true);
  view.setUint32(92, 7, true);
  memory[112] = 1;
  const values = { __probe_ip: FUNCTION, arg0: OUTER, m0_0: memory };
  return madeRecording([{ event, values }], { kallsyms: KALLSYMS, ...(btf === undefined ? {} : { btf }) });
}

const BODY = "kprobe:serve { $o = (struct outer *)arg0; ";

async function printed(statements: string): Promise<string[]> {
  const { stdout, stderr } = await runScript(`${BODY}${statements} }`, {
    recording: await recorded(),
    side: sideWithTypes({ given: fixtureTypes() }),
  });
  expect(stderr.replace(/^Attached.*\n/, "")).toBe("");
  return stdout.trimEnd().split("\n");
}

test.each<[string, string, readonly string[]]>([
  ["members", "print($o->id); print($o->word.high); print($o->count.counter);", ["7", "6", "-9"]],
  ["members of anonymous members", "print($o->x); print($o->y);", ["-3", "44"]],
  ["elements of arrays, char arrays", "print($o->in[1].name); print($o->in[1].raw);", ["second", "[0,0,0,0]"]],
  ["bit-fields", "print($o->flag); print($o->mode); print($o->rest);", ["1", "21", "1000"]],
  ["enums by name", 'print($o->color); printf("%d %s\\n", $o->color, $o->color);', ["GREEN", "7 GREEN"]],
  ["pointers to the struct itself", "print($o->next->next->id); print($o->ok);", ["7", "true"]],
  ["sizes and offsets", "print((sizeof(struct outer), offsetof(struct outer, in), sizeof(u32), sizeof(counter_t)));", ["(120, 16, 4, 8)"]],
  ["constants", "print(GREEN); print(GREEN + 1); print((enum color)0);", ["GREEN", "8", "RED"]],
])("types of the kernel need no definition: %s", async (_what, statements, want) => {
  expect(await printed(statements)).toEqual(want);
});

test("a definition of the script hides the kernel's", async () => {
  const { stdout } = await runScript(`struct outer { char first; }; ${BODY} print($o->first); print(sizeof(struct outer)); }`, {
    recording: await recorded(),
    side: sideWithTypes({ given: fixtureTypes() }),
  });
  expect(stdout.trimEnd().split("\n")).toEqual(["7", "1"]);
});

test("what the kernel does not have is told as ever", async () => {
  const side = sideWithTypes({ given: fixtureTypes() });
  const recording = await recorded();
  const { stderr } = await runScript(`${BODY} print($o->idd); }`, { recording, side });
  expect(stderr).toContain("Struct/union of type 'struct outer' does not contain a field named 'idd'");
  expect(stderr).toContain("HINT: did you mean id?");
  expect((await runScript("kprobe:serve { print(sizeof(struct hidden)); }", { recording, side })).stderr).toContain("Unknown struct/union");
});

const READ = `${BODY} print($o->id); print($o->word.low); }`;

test("types come with the recording, and others are not asked for", async () => {
  const side = sideWithTypes({
    ofThisMachine: () => {
      throw new Error("asked for");
    },
  });
  const recording = await recorded(fixtureBytes("btf/types.btf"));
  expect((await runScript(READ, { recording, side })).stdout).toBe("7\n5\n\n\n");
});

test("types of this machine are taken where there are no others, and that is said once", async () => {
  const said: string[] = [];
  const side = sideWithTypes({ ofThisMachine: fixtureTypes }, said);
  expect((await runScript(READ, { recording: await recorded(), side })).stdout).toBe("7\n5\n\n\n");
  expect(said[0]).toBe("the recording does not hold the kernel's types: those of the kernel of this machine are taken");
  expect(new Set(said).size).toBe(1);
});

test("nothing is said where the script needs no types", async () => {
  const said: string[] = [];
  const side = sideWithTypes({ ofThisMachine: fixtureTypes }, said);
  const { stdout } = await runScript(
    "struct own { int a; }; begin { $x = sizeof(struct own); print($x); } kprobe:serve { print(arg0 > 0); }",
    {
      recording: await recorded(),
      side,
    },
  );
  expect([stdout, said]).toEqual(["4\ntrue\n\n\n", []]);
});

test("a recording's types that are damaged are told of", async () => {
  const said: string[] = [];
  const recording = await recorded(fixtureBytes("btf/types.btf").subarray(0, 200));
  const { stderr } = await runScript(READ, { recording, side: sideWithTypes({}, said) });
  expect(said[0]).toMatch(/^the recording's type data cannot be read: BTF is cut off/);
  expect(stderr).toContain("Unknown struct/union: 'struct outer'");
});

test("BPFTRACE_HAVE_BTF is set by the recorded kernel's types, not by another's", async () => {
  const text = "#ifdef BPFTRACE_HAVE_BTF\n#define HAVE 1\n#else\n#define HAVE 0\n#endif\nkprobe:serve { print(HAVE); }";
  const recording = await recorded();
  const have = async (side: ReturnType<typeof sideWithTypes>): Promise<string> =>
    (await runScript(text, { recording, side })).stdout.trim();
  expect(await have(sideWithTypes({ given: fixtureTypes() }))).toBe("1");
  expect(await have(sideWithTypes({ ofThisMachine: fixtureTypes }))).toBe("0");
});
