/** Plans for static probes by where their notes have the arguments; what such a plan records is what a replay reads. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { missingArguments } from "../../src/cli/missing-arguments.ts";
import { userCode } from "../../probes/symbols/user-code.ts";
import { fixtureBytes, fixturePath } from "../support/fixtures.ts";
import { entryIp, madeEvent, madeRecording } from "../support/made-recording.ts";
import { runCommand } from "../support/run-command.ts";
import { runScript } from "../support/run-script.ts";

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "hindsight-operands-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

const [X86_64, AARCH64] = [62, 183];

/** A program whose first probe, globals:served, has these operands. */
function program(operands: string, machine: number): Uint8Array {
  const bytes = Uint8Array.from(fixtureBytes("sdt/globals"));
  const at = Buffer.from(bytes).indexOf("-4@total(%rip) -4@calls.0");
  const room = bytes.indexOf(0, at) - at;
  expect(operands.length).toBeLessThanOrEqual(room);
  bytes.fill(0, at, at + room);
  bytes.set(Buffer.from(operands), at);
  new DataView(bytes.buffer).setUint16(18, machine, true);
  return bytes;
}

const RECORDING = fileURLToPath(new URL("../../probes/samples/nightly-report.dat", import.meta.url));

/** The definition, and what is said. */
async function planned(
  operands: string,
  body: string,
): Promise<{ readonly definition: string; readonly said: readonly string[]; readonly path: string }> {
  const path = join(directory, "served");
  writeFileSync(path, program(operands, X86_64));
  const machine = ["--trace", RECORDING, "--kallsyms", fixturePath("traces/kernel/kallsyms.gz"), "--btf", fixturePath("btf/types.btf")];
  const { stdout, stderr } = await runCommand(["plan", ...machine, "-e", `usdt:${path}:globals:served { ${body} }`]);
  const definition = /echo '(p:.*)' >>/.exec(stdout)?.[1] ?? "";
  return { definition, said: stderr.trim().split("\n"), path };
}

test("what the kernel can fetch is fetched; the rest is refused with its place in the script, why, and what to do", async () => {
  const body = "print((arg0, arg1, arg2, arg3)); print(arg4); print(str(arg5));";
  const { definition, said, path } = await planned("8@(%rdi,%rax,4) 8f@%xmm0 1@%ah 8@8(,%rax,1) -4@8(%rsp) 8@%rbx", body);
  expect(definition.replace(path, "PROGRAM")).toMatch(
    /^p:hs\/globals_served PROGRAM:0x1014 arg3=\+8\(%ax\):u64 arg4=\+8\(%sp\):s32 arg5=%bx:u64 s5=\+0\(%bx\):string$/,
  );
  const column = `usdt:${path}:globals:served { print((`.length + 1;
  const refusal = (arg: number, text: string): string =>
    `WARNING: cannot be recorded: arg${arg} (stdin:1:${column + 6 * arg}-${column + 6 * arg + 4}) of usdt:${path}:globals:served: the note has it at ${text}, and `;
  expect(said).toEqual([
    `${refusal(0, "8@(%rdi,%rax,4)")}the kernel fetches memory at one register plus a constant, and adds up no registers`,
    "HINT: attach a uprobe to an instruction behind it, where a register has the value: uprobe:PROGRAM:FUNCTION+OFFSET { reg(…) }",
    `${refusal(1, "8f@%xmm0")}it is a floating-point number, which the language does not have`,
    `${refusal(2, "1@%ah")}the kernel fetches the low bytes of registers`,
    "HINT: attach a uprobe to the same instruction, and take the byte from the whole register: (uint8)(reg(…) >> 8)",
  ]);
});

const PLACE = "/opt/served";
const CODE = 0x7000_0000_0000n;

async function replayed(operands: string, machine: number, fetch: string, names: readonly string[]): Promise<readonly string[]> {
  const user = userCode([{ start: CODE + 0x1000n, end: CODE + 0x2000n, fileOffset: 0x1000n, path: PLACE }], () =>
    program(operands, machine),
  );
  const fields = names.map((name) =>
    name.startsWith("s") ? ([`__data_loc char[] ${name}`, 4, 0] as const) : ([`u64 ${name}`, 8, 0] as const),
  );
  const event = madeEvent("hs", "served", 700, [entryIp, ...fields]);
  const values = Object.fromEntries(names.map((name) => [name, name.startsWith("s") ? "text" : 0xffff_8000_1234n]));
  const recording = await madeRecording([{ event, values: { __probe_ip: CODE + 0x1014n, ...values } }]);
  const definitions = [`p:hs/served ${PLACE}:0x1014 ${fetch}\n`];
  const script = `usdt:${PLACE}:globals:served { printf("%p [%s]\\n", arg0, str(arg0)); }`;
  const { stdout, missingArguments: missing } = await runScript(script, { recording, side: { definitions, kallsyms: null, user } });
  return [stdout.trim(), ...missingArguments(missing).map(({ hint }) => hint ?? "")];
}

test.each([
  ["a register of arm64 that no x86 has", "8@x19", AARCH64, "arg0=%x19:u64 s0=+0(%x19):string"],
  ["memory of arm64", "8@[sp, 16]", AARCH64, "arg0=+16(%sp):u64 s0=+0(+16(%sp)):string"],
  ["data of the program", "8@total(%rip)", X86_64, "arg0=@+16448:u64 s0=+0(@+16448):string"],
  ["a register of s390", "8@%r2", 22, "arg0=%r2:u64 s0=+0(%r2):string"],
])("an argument and the text behind it: %s", async (_what, operands, machine, fetch) => {
  expect(await replayed(operands, machine, fetch, ["arg0", "s0"])).toEqual(["0xffff80001234 [text]"]);
});

test("an argument that cannot be recorded, in a replay", async () => {
  expect(await replayed("8@[x0, x1, lsl 3]", AARCH64, "other=%x0:u64", ["other"])).toEqual([
    "0 []",
    "arg0 cannot be recorded: the note has it at 8@[x0, x1, lsl 3], and the kernel fetches memory at one register plus a constant, and adds up no registers; attach a uprobe to an instruction behind it, where a register has the value: uprobe:PROGRAM:FUNCTION+OFFSET { reg(…) }",
  ]);
});
