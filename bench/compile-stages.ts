/**
 * Child of compile.ts: compiles one script as the command does and prints what each stage took of the processor, in ms, as JSON. Cold:
 * every stage runs once. Arguments: the script's file, the recording's (none: a run without one).
 */
import { readFileSync } from "node:fs";
import { check } from "../lang/check/check.ts";
import { lower } from "../lang/lower/lower.ts";
import { parse } from "../lang/parse/parse.ts";
import { openRecording } from "../probes/open.ts";
import { planMemory } from "../src/bpf/maps/plan.ts";
import { helpers } from "../src/bpf/helpers/table.ts";
import { jitModule } from "../src/bpf/jit/jit.ts";
import { runtimeBytes } from "../src/bpf/runtime/runtime.wasm.ts";
import { codegen } from "../src/codegen/codegen.ts";
import { recordedMachine } from "../src/session/recorded-machine.ts";
import { verifyScript } from "../src/session/verify-script.ts";

const OUTPUT_RING_BYTES = 1 << 20;

const [script, trace] = process.argv.slice(2);
const opened = trace === undefined ? null : await openRecording(trace);
if (opened?.ok === false) throw new Error(opened.message);
const recording = opened?.recording ?? null;
const source = { name: script!, text: readFileSync(script!, "latin1") };
const ncpus = recording?.catalogue.ncpus ?? 2;
const machine = recordedMachine(recording);

const stages: Record<string, number> = {};
function stage<T>(name: string, run: () => T): T {
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before);
  stages[name] = (user + system) / 1e3;
  return result;
}

function compile(): { readonly insns: number; readonly bytes: number } | string {
  const parsed = stage("parse", () => parse(source));
  const checked = stage("check", () =>
    check(
      { script: parsed.script, source },
      {
        catalogue: recording?.catalogue ?? null,
        params: [],
        namedParams: new Map(),
        config: new Map(),
        architecture: machine.architecture,
        kernelSymbols: machine.symbols,
      },
    ),
  );
  const { program } = checked;
  if (program === null) return [...parsed.diagnostics, ...checked.diagnostics].find((d) => d.severity === "error")?.message ?? "no program";
  const byteOrder = recording?.catalogue.byteOrder ?? "little";
  const ir = stage("lower", () => lower(program, { ncpus, byteOrder, outputRingBytes: OUTPUT_RING_BYTES }));
  const compiled = stage("codegen", () => codegen(ir));
  const verified = stage("verify", () => verifyScript(compiled, program, ncpus));
  const rejection = verified.diagnostics.find((d) => d.severity === "error");
  const plan = planMemory({ maps: compiled.maps, ncpus, streams: [] });
  const module = stage("jit", () => {
    if (plan.kind !== "plan") return new Uint8Array();
    const env = {
      map: (n: number) => plan.maps[n]!,
      helperExport: (id: number) => {
        const helper = helpers[id];
        return helper === undefined ? null : `bpf_${helper.name}`;
      },
    };
    return jitModule(runtimeBytes(), compiled.programs, env).bytes;
  });
  const insns = compiled.programs.reduce((sum, { insns: list }) => sum + list.length, 0);
  return rejection === undefined ? { insns, bytes: module.length } : `${insns} instructions: ${rejection.message}`;
}

const before = process.cpuUsage();
const result = compile();
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ stages, total: (user + system) / 1e3, result }));
