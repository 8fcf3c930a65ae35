/** What a line tells of a task without an event: {"ts": …, "task": {"pid": …, …}}. */

export interface TaskLine {
  readonly pid: number;
  /** It was born to this one; null: it was there. */
  readonly parent: number | null;
  /** Clone flags of the birth, u64; null: nobody knows them. */
  readonly flags: bigint | null;
  /** 0: not told. */
  readonly tgid: number;
  /** Empty: not told. */
  readonly comm: Uint8Array;
  /** -1: not told. */
  readonly uid: number;
  readonly gid: number;
  /** u64 ns of the recording's clock; 0: not told. */
  readonly started: bigint;
  readonly cgroup: bigint | null;
  readonly exits: boolean;
}

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

const MOST_32 = (1n << 32n) - 1n;
const MOST_64 = (1n << 64n) - 1n;
const encoder = new TextEncoder();

class Mismatch extends Error {}

/** A whole number up to `most`, or a string of one; null where the member is not there. */
function whole(json: Json, name: string, most: bigint): bigint | null {
  const value = json[name];
  if (value === undefined) return null;
  const isText = typeof value === "string" && /^(0x[0-9a-f]{1,16}|[0-9]{1,20})$/i.test(value);
  if (!isText && !(Number.isSafeInteger(value) && Number(value) >= 0)) throw new Mismatch(name);
  const number = BigInt(value as string | number);
  if (number > most) throw new Mismatch(name);
  return number;
}

const word = (json: Json, name: string): number | null => {
  const value = whole(json, name, MOST_32);
  return value === null ? null : Number(value);
};

function commOf(value: unknown): Uint8Array {
  if (value === undefined) return new Uint8Array(0);
  if (typeof value === "string") return encoder.encode(value);
  const hex = isObject(value) ? value["hex"] : null;
  if (typeof hex !== "string" || !/^([0-9a-f]{2})*$/i.test(hex)) throw new Mismatch("comm");
  return Uint8Array.from(hex.match(/../g) ?? [], (digits) => parseInt(digits, 16));
}

/** `text`: the object, whose JSON has been found to be sound. A string is the member that cannot be read. */
export function readTask(text: string): TaskLine | string {
  const json: unknown = JSON.parse(text);
  if (!isObject(json)) return "task";
  try {
    const pid = word(json, "pid");
    if (pid === null || pid === 0) return "pid";
    if (json["exits"] !== undefined && json["exits"] !== true) return "exits";
    return {
      pid,
      parent: word(json, "parent"),
      flags: whole(json, "flags", MOST_64),
      tgid: word(json, "tgid") ?? 0,
      comm: commOf(json["comm"]),
      uid: word(json, "uid") ?? -1,
      gid: word(json, "gid") ?? -1,
      started: whole(json, "started", MOST_64) ?? 0n,
      cgroup: whole(json, "cgroup", MOST_64),
      exits: json["exits"] === true,
    };
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    return error.message;
  }
}
