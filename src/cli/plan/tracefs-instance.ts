/** A private buffer of tracefs with dynamic events of its own. Everything that is made here is removed again, and nothing else is touched. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { failure, type Failure } from "../failure.ts";
import { TRACEFS } from "./tracefs-catalogue.ts";

export interface Instance {
  /** Writes a file of the instance; null: done, else the errno. */
  set(path: string, value: string | number): string | null;
  /** Its directory. */
  readonly root: string;
  /** Defines an event; null: done, else why the kernel refuses it. */
  define(definition: string): string | null;
  /** Definitions of the events that were made here, as the kernel has them. */
  definitions(): string;
  /** The same as often as one likes. */
  remove(): void;
}

export type MadeInstance = { readonly ok: true; readonly instance: Instance } | Failure;

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : String(error);

const DYNAMIC_EVENTS = join(TRACEFS, "dynamic_events");

/** Why mkdir failed. */
function whyNot(code: string): string {
  if (code === "ENOENT") return `there is no tracefs at ${TRACEFS}: mount it with mount -t tracefs nodev ${TRACEFS}`;
  if (code === "EACCES" || code === "EPERM") return "recording needs root: the kernel lets nobody else write to tracefs";
  if (code === "EROFS") return `${TRACEFS} is mounted read-only`;
  return `no trace instance can be made in ${TRACEFS}/instances (${code})`;
}

/** The last message of the kernel's own log of refused definitions, without its command and caret. */
function kernelReason(): string | null {
  try {
    const messages = [...readFileSync(join(TRACEFS, "error_log"), "utf8").matchAll(/^\[[^\]]*\] [^:]*: error: (.*)$/gm)];
    return messages.at(-1)?.[1] ?? null;
  } catch {
    return null;
  }
}

function silently(act: () => void): void {
  try {
    act();
  } catch {
    // What is not there any more need not be removed.
  }
}

const eventName = (definition: string): string => /^[a-z]\d*:(\S+)/.exec(definition)?.[1] ?? "";

export function makeInstance(name: string): MadeInstance {
  const root = join(TRACEFS, "instances", name);
  try {
    mkdirSync(root);
  } catch (error) {
    return failure(`ERROR: ${whyNot(codeOf(error))}`);
  }
  const defined: string[] = [];
  const instance: Instance = {
    root,
    set(path, value) {
      try {
        writeFileSync(join(root, path), String(value));
        return null;
      } catch (error) {
        return codeOf(error);
      }
    },
    define(definition) {
      const before = kernelReason();
      try {
        appendFileSync(DYNAMIC_EVENTS, `${definition}\n`);
        defined.push(eventName(definition));
        return null;
      } catch (error) {
        const code = codeOf(error);
        const reason = kernelReason();
        if (reason !== null && reason !== before) return reason;
        return code === "EINVAL" ? "it has no events of this kind, or does not know a part of it" : code;
      }
    },
    definitions() {
      const lines = readFileSync(DYNAMIC_EVENTS, "utf8").split("\n");
      return lines
        .filter((line) => defined.includes(eventName(line)))
        .map((line) => `${line}\n`)
        .join("");
    },
    remove() {
      // An event that some buffer records cannot be removed.
      if (existsSync(root)) {
        silently(() => writeFileSync(join(root, "tracing_on"), "0"));
        silently(() => rmdirSync(root));
      }
      for (let event = defined.pop(); event !== undefined; event = defined.pop()) {
        const line = `-:${event}\n`;
        silently(() => appendFileSync(DYNAMIC_EVENTS, line));
      }
    },
  };
  return { ok: true, instance };
}
