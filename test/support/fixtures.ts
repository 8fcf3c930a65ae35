import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const root = fileURLToPath(new URL("../fixtures/", import.meta.url));

/** Path of a file in test/fixtures. */
export const fixturePath = (name: string): string => join(root, name);

/** Bytes of a fixture that is stored as `name` or `name.gz`. */
export function fixtureBytes(name: string): Uint8Array {
  const path = fixturePath(name);
  return existsSync(path) ? readFileSync(path) : gunzipSync(readFileSync(`${path}.gz`));
}

/** Path of a fixture that is stored as `name` or `name.gz`; the latter is unpacked to a temporary folder once. */
export function unpackedFixture(name: string): string {
  const path = fixturePath(name);
  if (existsSync(path)) return path;
  const packed = readFileSync(`${path}.gz`);
  const dir = join(tmpdir(), "hindsight-fixtures");
  const out = join(dir, `${createHash("sha256").update(packed).digest("hex").slice(0, 16)}.dat`);
  if (existsSync(out)) return out;
  mkdirSync(dir, { recursive: true });
  // Test files run in parallel: nobody must see half a file.
  const partial = `${out}.${process.pid}`;
  writeFileSync(partial, gunzipSync(packed));
  renameSync(partial, out);
  return out;
}
