// `npm start`: with no words of its own, the distribution of read() sizes in the recording that comes with the project.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const script = fileURLToPath(new URL("../scripts/readsize.bt", import.meta.url));
const words = process.argv.slice(2);
if (words.length === 0) console.log("hindsight --sample scripts/readsize.bt     # how large are the reads in this recording?\n");
const { status, signal } = spawnSync(process.execPath, [cli, ...(words.length === 0 ? ["--sample", script] : words)], { stdio: "inherit" });
process.exitCode = signal === null ? (status ?? 1) : 1;
