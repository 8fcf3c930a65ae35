/** Type data of kernels (BTF) from the files that the command line or the environment names (row 7.32). */
import { release } from "node:os";
import type { TypeFiles } from "../session/kernel-types.ts";
import type { Console } from "./console.ts";
import { failure, type Failure } from "./failure.ts";
import type { CliOptions } from "./options.ts";

export type LoadedTypes = { readonly ok: true; readonly types: TypeFiles } | Failure;

export async function loadTypes(options: CliOptions, console: Console): Promise<LoadedTypes> {
  const { openBtf, openMachineBtf } = await import("../../probes/kernel/btf/open.ts");
  const path = options.btf ?? process.env["BPFTRACE_BTF"] ?? null;
  const opened = path === null ? null : await openBtf(path);
  if (opened?.ok === false) return failure(`ERROR: ${opened.message}`);
  return {
    ok: true,
    types: {
      given: opened?.btf ?? null,
      ofThisMachine: openMachineBtf,
      warn(message, hint) {
        if (!options.warnings) return;
        console.error(`WARNING: ${message.replace("this machine", `this machine (Linux ${release()})`)}\n`);
        if (hint !== null) console.error(`HINT: ${hint}\n`);
      },
    },
  };
}
