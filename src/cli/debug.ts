/** -d STAGE: what the compiler made of the script (row 8.19), stage by stage. */
import { printAst } from "../../lang/parse/print-ast.ts";
import { printHir } from "../../lang/hir/print.ts";
import { printIr } from "../../lang/ir/print.ts";
import type { Source } from "../../lang/diagnostics/diagnostic.ts";
import { disassemble } from "../bpf/isa/disasm.ts";
import { planMemory } from "../bpf/maps/plan.ts";
import { programListing } from "../bpf/runtime/load-programs.ts";
import { verify } from "../bpf/verifier/verify.ts";
import type { Compilation } from "../session/compile.ts";

const title = (text: string): string => `\n${text}\n${"-".repeat(text.length)}\n`;

type Stage = (compilation: Compilation, source: Source) => string;

const bytecode: Stage = ({ script }, source) =>
  (script?.programs ?? [])
    .map((program) => `${program.section}: ${program.name}\n${disassemble(program, script?.maps ?? [], source.text)}`)
    .join("\n");

/** What a loader would be given. */
const objects: Stage = ({ script }) =>
  [
    ...(script?.maps ?? []).map(
      ({ name, type, keySize, valueSize, maxEntries }) =>
        `map '${name}': type ${type}, key ${keySize} B, value ${valueSize} B, max_entries ${maxEntries}`,
    ),
    ...(script?.programs ?? []).map(
      ({ name, section, type, insns, license }) =>
        `prog '${name}': section ${section}, type ${type}, ${insns.length} insns, license ${license}`,
    ),
  ]
    .map((line) => `${line}\n`)
    .join("");

const verifier: Stage = ({ script }) =>
  (script?.programs ?? [])
    .map((program) => {
      const verdict = verify(program, script?.maps ?? []);
      return verdict.ok
        ? `${program.name}: ok, ${verdict.stats.insns} insns processed\n`
        : `${program.name}: ${verdict.rejection.reason}\n`;
    })
    .join("");

/** For the addresses of maps the number of CPUs is taken to be one. */
const wasm: Stage = ({ script }) => {
  if (script === null) return "";
  const plan = planMemory({ maps: script.maps, ncpus: 1, streams: [] });
  return plan.kind === "plan" ? programListing(script, plan) : "";
};

const STAGES: readonly (readonly [name: string, title: string, text: Stage])[] = [
  ["ast", "AST after: parser", ({ ast }) => printAst(ast)],
  ["types", "Typed program after: check", ({ hir }) => (hir === null ? "" : printHir(hir))],
  ["ir", "IR after: lower", ({ ir }) => (ir === null ? "" : printIr(ir))],
  ["codegen", "eBPF after: codegen", bytecode],
  ["libbpf", "Objects to load", objects],
  ["verifier", "Verifier", verifier],
  ["wasm", "WebAssembly after: JIT", wasm],
];

/** bpftrace's names and ours for the same stage. */
const SAME: Readonly<Record<string, string>> = { parse: "ast", "codegen-opt": "codegen", bytecode: "codegen", dis: "codegen" };

export function debugText(compilation: Compilation, stages: readonly string[]): string {
  const wanted = new Set(stages.map((stage) => SAME[stage] ?? stage));
  return STAGES.filter(([name]) => wanted.has("all") || wanted.has(name))
    .map(([, name, text]) => title(name) + text(compilation, compilation.source))
    .join("");
}
