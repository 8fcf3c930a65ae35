/** From script text to verified programs. Nothing that the verifier rejects leaves here. */
import type { Script } from "../../lang/ast/ast.ts";
import type { CheckEnv } from "../../lang/check/check.ts";
import type { ScriptConfig } from "../../lang/check/config.ts";
import type { Diagnostic, Source } from "../../lang/diagnostics/diagnostic.ts";
import type { HirProgram } from "../../lang/hir/hir.ts";
import type { IrProgram } from "../../lang/ir/ir.ts";
import { lower } from "../../lang/lower/lower.ts";
import { ITERATED_TASK } from "../../lang/check/attach/iterator.ts";
import { compileToHir } from "../../lang/passes.ts";
import type { CompiledScript } from "../codegen/compiled.ts";
import { codegen } from "../codegen/codegen.ts";
import { verifyScript } from "./verify-script.ts";

export interface CompileOptions extends CheckEnv {
  readonly ncpus: number;
  /** -k: failed reads and lookups that find nothing are warned about (row 8.30). */
  readonly keepWarnings?: boolean;
}

/** Every stage that was reached, for -d. */
export interface Compilation {
  readonly diagnostics: readonly Diagnostic[];
  readonly ast: Script;
  readonly hir: HirProgram | null;
  readonly ir: IrProgram | null;
  readonly config: ScriptConfig;
  /** What the spans of all stages are offsets into: the script, and what it imports. */
  readonly source: Source;
  /** `args->x` is how scripts for bpftrace up to 0.17 read fields; what such a script prints keeps that version's lhist labels (row 6.50). */
  readonly usesArrowArgs: boolean;
  /** Null when there are errors. */
  readonly script: CompiledScript | null;
  /** Per program: bytes of a record that it may read. */
  readonly contextBytes: readonly number[];
  /** Per program: it also reads records by address (Verified.contextByAddress). */
  readonly contextByAddress: readonly boolean[];
}

/** Room for about 4,000 printf lines between two drains; the pump comes back when it is half full. */
const OUTPUT_RING_BYTES = 1 << 20;

export function compileScript(source: Source, options: CompileOptions): Compilation {
  const front = compileToHir(source, options);
  if (front.program === null)
    return {
      diagnostics: front.diagnostics,
      ast: front.script,
      config: front.config,
      source: front.source,
      usesArrowArgs: false,
      hir: null,
      ir: null,
      script: null,
      contextBytes: [],
      contextByAddress: [],
    };
  const ir = lower(front.program, {
    ncpus: options.ncpus,
    byteOrder: options.catalogue?.byteOrder ?? "little",
    outputRingBytes: OUTPUT_RING_BYTES,
    keepWarnings: options.keepWarnings ?? false,
  });
  const script = codegen(ir, { license: front.config.license });
  const { diagnostics: rejections, contextBytes, contextByAddress } = verifyScript(script, front.program, options.ncpus);
  return {
    diagnostics: [...front.diagnostics, ...rejections],
    ast: front.script,
    config: front.config,
    source: front.source,
    usesArrowArgs: usesArrowArgs(front.script.items),
    hir: front.program,
    ir,
    script: rejections.length > 0 ? null : script,
    contextBytes,
    contextByAddress,
  };
}

function usesArrowArgs(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(usesArrowArgs);
  if (typeof node !== "object" || node === null) return false;
  if ("kind" in node && node.kind === "member" && "arrow" in node && node.arrow === true) return true;
  return Object.values(node).some(usesArrowArgs);
}

const isUserStack = (type: unknown): boolean => typeof type === "object" && type !== null && "space" in type && type.space === "user";

const TASK_BUILTINS: ReadonlySet<string> = new Set(["pid", "comm", "curtask", "uid", "gid", "username", "cgroup"]);

/** Whether a program asks for a task's comm, process id, parent, ids or cgroup, so that the replay must follow tasks. */
export function usesTasks(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(usesTasks);
  if (typeof node !== "object" || node === null) return false;
  if ("kind" in node) {
    if (node.kind === "task_parent" || node.kind === "task_comm") return true;
    // So is code of a program, but for what a probe is on.
    if (node.kind === "usym" && "address" in node && !("probe" in node)) return true;
    if (node.kind === "context_word" && "what" in node && node.what === ITERATED_TASK.what) return true;
    // A stack of a program is one of its process.
    if (node.kind === "stack" && "type" in node && isUserStack(node.type)) return true;
    if (node.kind === "builtin" && "name" in node) return TASK_BUILTINS.has(String(node.name));
  }
  // Types of the kernel's structures are large, and ask for nothing; neither do events, and their descriptions are read only when asked for.
  for (const key in node) if (key !== "type" && key !== "attach" && usesTasks(node[key as keyof typeof node])) return true;
  return false;
}
