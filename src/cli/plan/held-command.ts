/** A command that waits, as the process that it will be, until it may begin. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Duplex } from "node:stream";

export interface HeldCommand {
  readonly pid: number;
  /** It waits, or has ended. */
  readonly ready: Promise<void>;
  readonly begin: () => void;
  /** Its exit status, 128 and the signal's number as shells have it; a text: why it could not be started. */
  readonly ended: Promise<number>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** /proc/PID/maps as it was last; empty: it ended before it was looked at. */
  readonly maps: () => string;
}

/** The shell says that it is there and reads until we close the pipe, then becomes the command: the first events are those of its exec(). */
const HOLD = 'echo >&3; read -r _ <&3; exec 3<&-; exec "$@"';

/** A program may end soon after it has begun: at first it is looked at all the time, and then often. */
const STARE_MS = 200;
const LOOK_MS = 10;

const SIGNAL_STATUS = 128;

function readMaps(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/maps`, "latin1");
  } catch {
    return "";
  }
}

/** `watchMaps`: keep reading its mappings. */
export function holdCommand(words: readonly string[], watchMaps: boolean): HeldCommand | null {
  const child = spawn("sh", ["-c", HOLD, "sh", ...words], { stdio: ["inherit", "inherit", "inherit", "pipe"] });
  const { pid } = child;
  if (pid === undefined) return null;
  const gate = child.stdio[3] as Duplex;
  gate.on("error", () => undefined);
  const ready = new Promise<void>((resolve) => {
    gate.once("data", () => resolve());
    child.on("exit", () => resolve());
  });
  let maps = "";
  const look = (): void => {
    const now = readMaps(pid);
    if (now !== "") maps = now;
  };
  let alive = true;
  const stareUntil = (end: number): void => {
    look();
    if (alive && performance.now() < end) setImmediate(stareUntil, end);
  };
  const timer = watchMaps ? setInterval(look, LOOK_MS) : null;
  const ended = new Promise<number>((resolve) => {
    child.on("exit", (code, signal) => {
      alive = false;
      if (timer !== null) clearInterval(timer);
      resolve(code ?? SIGNAL_STATUS + (signal === "SIGINT" ? 2 : signal === "SIGKILL" ? 9 : 15));
    });
  });
  return {
    pid,
    ready,
    begin() {
      gate.end();
      if (watchMaps) stareUntil(performance.now() + STARE_MS);
    },
    ended,
    kill: (signal) => child.kill(signal),
    maps: () => maps,
  };
}
