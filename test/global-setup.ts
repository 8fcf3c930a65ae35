/** Tests of the command run the bundle, so it is built first, from the sources at hand. */
import { execFileSync } from "node:child_process";

export default function setup(): void {
  execFileSync(process.execPath, ["tooling/build.mjs"], { stdio: "inherit" });
}
