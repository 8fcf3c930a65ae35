/** --info: what this hindsight is and can do (row 8.11). */
import { arch, release, type } from "node:os";
import { helpers } from "../bpf/helpers/table.ts";
import { VERSION } from "./usage.ts";

const ATTACHABLE = ["begin", "end", "interval", "self:signal", "test", "bench", "tracepoint"];

const MAPS = ["hash", "percpu_hash", "lru_hash", "lru_percpu_hash", "array", "percpu_array", "ringbuf"];

const section = (title: string, lines: readonly string[]): string => [title, ...lines.map((line) => `  ${line}`), ""].join("\n");

export function featuresText(): string {
  const names = Object.values(helpers).map(({ name }) => name);
  return [
    section("System", [
      `OS: ${type()} ${release()}`,
      `Arch: ${arch()}`,
      `node: ${process.version}`,
      "kernel support, privileges, LLVM: none needed",
    ]),
    section("Build", [`version: v${VERSION}`, "back ends: jit (WebAssembly), interp (reference)", "verifier: built in"]),
    section("Recordings", ["trace.dat (trace-cmd) versions 6 and 7: uncompressed, zlib, zstd; little and big endian"]),
    section(
      "Probe types",
      ATTACHABLE.map((name) => `${name}: yes`),
    ),
    section(
      "Map types",
      MAPS.map((name) => `${name}: yes`),
    ),
    section(
      "Helpers",
      [...names].sort().map((name) => `${name}: yes`),
    ),
  ].join("\n");
}
