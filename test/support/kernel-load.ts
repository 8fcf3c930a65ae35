/** The real kernel's verifier as second opinion. Programs are loaded and pinned, never attached, and removed at once. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeObject } from "../../src/bpf/object/object.ts";
import type { InsnIndex } from "../../src/bpf/isa/insn.ts";
import type { MapSpec, ProgramSpec } from "../../src/bpf/spec.ts";

export type KernelVerdict = { readonly ok: true } | { readonly ok: false; readonly log: string } | { readonly skipped: string };

/** What is loaded: a CompiledScript is one. */
export interface Loadable {
  readonly programs: readonly ProgramSpec[];
  readonly maps: readonly MapSpec[];
}

const noSource = { name: "test.bt", text: "" };

/** The smallest program there is: r0 = 0; exit. */
const trivial: Loadable = {
  programs: [
    {
      name: "trivial",
      type: "kprobe",
      section: "uprobe",
      insns: [{ kind: "alu", op: "mov", wide: true, dst: 0, src: { imm: 0 } }, { kind: "exit" }],
      funcs: [{ name: "trivial", start: 0 as InsnIndex }],
      lines: [{ insn: 0 as InsnIndex, start: 0, end: 0 }],
      license: "GPL",
    },
  ],
  maps: [],
};

/** Runs `use` between loading and removing; null if the kernel refused, `log` then says why. */
function withLoaded<T>(
  script: Loadable,
  source: typeof noSource,
  use: (pinDir: string) => T,
): { readonly value: T } | { readonly log: string } {
  const work = mkdtempSync(join(tmpdir(), "hindsight-load-"));
  const pinDir = `/sys/fs/bpf/hindsight-test-${process.pid}-${work.slice(-6)}`;
  try {
    const object = join(work, "script.o");
    writeFileSync(object, writeObject(script, source));
    mkdirSync(pinDir, { recursive: true });
    const load = spawnSync("bpftool", ["prog", "loadall", object, pinDir], { encoding: "utf8", maxBuffer: 1 << 28 });
    if (load.error) return { log: load.error.message };
    return load.status === 0 ? { value: use(pinDir) } : { log: load.stderr + load.stdout };
  } catch (error) {
    return { log: String(error) };
  } finally {
    rmSync(pinDir, { recursive: true, force: true });
    rmSync(work, { recursive: true, force: true });
  }
}

let unavailable: string | null | undefined;

/** Why programs can't be loaded here, or null. Found out once. */
export function kernelUnavailable(): string | null {
  if (unavailable !== undefined) return unavailable;
  const result = withLoaded(trivial, noSource, () => true);
  unavailable = "log" in result ? `no program can be loaded into this kernel: ${result.log.trim().split("\n").at(-1)!}` : null;
  return unavailable;
}

export function kernelAccepts(script: Loadable, source = noSource): KernelVerdict {
  const reason = kernelUnavailable();
  if (reason !== null) return { skipped: reason };
  const result = withLoaded(script, source, () => true);
  return "log" in result ? { ok: false, log: result.log } : { ok: true };
}

/** `bpftool prog dump xlated linum` of a program, as the kernel has it after loading. */
export function kernelListing(script: Loadable, source: typeof noSource, program: string): string {
  const result = withLoaded(script, source, (pinDir) => {
    return spawnSync("bpftool", ["prog", "dump", "xlated", "pinned", join(pinDir, program), "linum"], { encoding: "utf8" }).stdout;
  });
  if ("log" in result) throw new Error(result.log);
  return result.value;
}
