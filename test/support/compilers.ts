import { execFileSync } from "node:child_process";

/** C compilers of this machine, if it is one whose layouts are ours. */
export const compilers = ["gcc", "clang"].filter((name) => {
  try {
    execFileSync(name, ["--version"], { stdio: "ignore" });
    return process.arch === "x64";
  } catch {
    return false;
  }
});
