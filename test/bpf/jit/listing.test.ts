import { expect, test } from "vitest";
import { runCli } from "../../support/cli.ts";

test("-d wasm shows each program's WebAssembly, calls of the runtime by name", () => {
  const { stdout, stderr, status } = runCli(["-d", "wasm", "--dry-run", "-e", "BEGIN { @x[pid] = 1; }"]);
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  expect(stdout).toContain("WebAssembly after: JIT");
  expect(stdout).toMatch(/^func \$\w*begin\w*$/m);
  expect(stdout).toMatch(/^ +call \$bpf_get_current_pid_tgid$/m);
  expect(stdout).toMatch(/call \$bpf_map_update_elem$/m);
  expect(stdout).toMatch(/i64\.store/);
  // Every opcode is known, and blocks are balanced.
  expect(stdout).not.toMatch(/^\s*0x/m);
  const body = stdout.slice(stdout.indexOf("func $"));
  const count = (words: RegExp): number => body.match(words)?.length ?? 0;
  expect(count(/^ *end$/gm)).toBe(count(/^ *(block|loop|if)\b/gm) + count(/^func /gm));
});
