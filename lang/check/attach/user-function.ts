/** uprobe, uretprobe, usdt (rows 1.36 to 1.43). */
import {
  eventName,
  point,
  pointName,
  problem,
  readNumber,
  shellWord,
  type CheckedPoint,
  type PointCheck,
  type PointEnv,
} from "./checked-point.ts";
import { functionText, readFunction } from "./function-offset.ts";
import { hasWildcard } from "./wildcard.ts";

const LANGUAGES: readonly string[] = ["cpp"];

/** Row 1.42. */
const inArchive = (target: string): CheckedPoint | null =>
  target.includes("!/")
    ? {
        kind: "refused",
        message: `${target}: a recording names the files that were mapped, not the members of archives`,
        hint: "unpack the archive and probe the file itself",
      }
    : null;

const pointInFile = (target: string, name: string, record: string): CheckedPoint =>
  hasWildcard(target) ? { kind: "point", name, hint: "name one file to see how it is recorded" } : point(name, record);

/** Registers of the first three arguments of a call. */
const ARGUMENTS: Readonly<Record<PointEnv["architecture"], string>> = {
  x86_64: "arg0=%di arg1=%si arg2=%dx",
  arm64: "arg0=%x0 arg1=%x1 arg2=%x2",
};

/** perf finds the place of a function in a file; the event has the name that a replay looks for. */
const recordUser = (target: string, name: string, where: string): string =>
  `perf probe -x ${shellWord(target)} ${shellWord(`hs:${name}=${where}`)} && trace-cmd record -C mono -e hs:${name}`;

/** Row 1.39: TARGET@FILE:LINE[:COL]. */
function sourceLine(provider: string, parts: readonly string[]): CheckedPoint {
  if (provider === "uretprobe") return problem("uretprobes can not be attached to a source line");
  const [target = "", file = "", lineText = "", columnText] = parts;
  if (parts.length < 3 || parts.length > 4) return problem("a source line is written TARGET@FILE:LINE or TARGET@FILE:LINE:COLUMN");
  if (parts.some(hasWildcard)) return problem("Cannot use wildcards with a source line");
  if (target === "") return problem(`${provider} should have a target`);
  const line = readNumber(lineText);
  const column = columnText === undefined ? null : readNumber(columnText);
  if ("why" in line) return problem(`Invalid line: ${line.why}`);
  if (column !== null && "why" in column) return problem(`Invalid column: ${column.why}`);
  if (file === "" || line.value === 0n) return problem("a source line is written TARGET@FILE:LINE or TARGET@FILE:LINE:COLUMN");
  const place = `${file}:${line.value}`;
  return point(`${provider}:${target}@${place}${column === null ? "" : `:${column.value}`}`, recordUser(target, eventName(place), place));
}

const checkUser =
  (provider: "uprobe" | "uretprobe"): PointCheck =>
  (written, env) => {
    if (env.sourceAt !== null) return sourceLine(provider, written);
    // Row 1.40: of one process, its own executable is meant.
    const own = env.ofProcess && (written.length === 1 || (written.length === 2 && LANGUAGES.includes(written[0]!)));
    const parts = own ? ["", ...written] : written;
    const target = parts[0]!;
    const language = parts.length === 3 ? parts[1]! : null;
    const place = readFunction(parts.at(-1)!, provider === "uprobe" ? "offset" : "nothing");
    if ("why" in place) return problem(place.why);
    if (target === "" && !own) return problem(`${provider} should have a target`);
    if (language !== null && !LANGUAGES.includes(language)) return problem(`unsupported language type: ${language}`);
    const file = own ? "/proc/PID/exe" : target;
    if ("address" in place) {
      if (hasWildcard(target)) return problem("Cannot use wildcards with absolute address");
      if (place.address === 0n) return problem(`${provider} should be attached to a function and/or address`);
      const hex = `0x${place.address.toString(16)}`;
      return inArchive(target) ?? point(pointName(provider, target, language, place.address), recordUser(file, `at_${hex}`, hex));
    }
    if (place.func === "") return problem(`${provider} should be attached to a function and/or address`);
    const func = functionText(place);
    const [name, where] =
      provider === "uprobe"
        ? [eventName(place.func), place.offset === null ? `${func} ${ARGUMENTS[env.architecture]}` : func]
        : [`${eventName(place.func)}_ret`, `${func}%return retval=$retval`];
    return inArchive(target) ?? pointInFile(target, pointName(provider, target, language, func), recordUser(file, name, where));
  };

export const checkUprobe = checkUser("uprobe");
export const checkUretprobe = checkUser("uretprobe");

/** TARGET:[NS:]NAME; of one process the target may be left out or be empty. */
export const checkUsdt: PointCheck = (written, env) => {
  const parts = env.ofProcess && written.length === 1 ? ["", ...written] : written;
  const target = parts[0]!;
  const namespace = parts.length === 3 ? parts[1]! : null;
  const name = parts.at(-1)!;
  if (name === "") return problem("usdt probe must have a target function or wildcard");
  if (target === "" && !env.ofProcess)
    return problem("usdt probe must specify at least path or pid to probe. To target all paths/pids set the path to '*'.");
  const event = `sdt_${namespace ?? "*"}:${name}`;
  return (
    inArchive(target) ??
    pointInFile(
      target,
      pointName("usdt", target, namespace, name),
      `perf buildid-cache --add ${target === "" ? "/proc/PID/exe" : shellWord(target)} && perf probe ${shellWord(event)} && trace-cmd record -C mono -e ${shellWord(event)}`,
    )
  );
};
