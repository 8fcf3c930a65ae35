import fc from "fast-check";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { bytesSource } from "../../../probes/byte-source.ts";
import { readBtf } from "../../../probes/kernel/btf/btf.ts";
import { functionPrototype, memberAt } from "../../../probes/kernel/btf/lookup.ts";
import { openBtf } from "../../../probes/kernel/btf/open.ts";
import { findBtf } from "../../../probes/kernel/btf/section.ts";
import { btfTypes } from "../../../probes/kernel/btf/type-source.ts";
import { btfBlob } from "../../support/btf-blob.ts";
import { fixtureBytes, fixturePath } from "../../support/fixtures.ts";
import { openedBtf } from "../../support/kernel-types.ts";

const good = new Uint8Array(fixtureBytes("btf/types.btf"));

/** Asks everything; whatever comes, it comes. */
function useAll(bytes: Uint8Array): boolean {
  const opened = readBtf(bytes);
  if (!opened.ok) return opened.message.length > 10;
  const { btf } = opened;
  const types = btfTypes(btf);
  for (let id = 0; id < btf.count; id++) {
    btf.type(id as never);
    types.typeOf(id as never);
    memberAt(btf, id as never, ["x", "y"]);
  }
  functionPrototype(btf, "serve");
  types.compound("struct", "outer");
  types.constant("GREEN");
  return true;
}

test("changed bytes give other types or a message", () => {
  const change = fc.record({ at: fc.nat(good.length - 1), to: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      const bytes = good.slice();
      for (const { at, to } of changes) bytes[at] = to;
      return useAll(bytes);
    }),
    { numRuns: 3000 },
  );
});

test("a cut file gives a message", () => {
  for (let length = 0; length < good.length; length++) expect(readBtf(good.slice(0, length)).ok, `${length} bytes`).toBe(false);
});

test.each<[string, (view: DataView) => void, string]>([
  ["another magic number", (view) => view.setUint16(0, 0xeb9e, true), "no BTF: it does not begin with 0xeb9f"],
  ["another version", (view) => view.setUint8(2, 2), "BTF of version 2; only version 1 is known"],
  ["a name outside of the strings", (view) => view.setUint32(24, 0xffffff, true), "its name is none of the strings"],
  [
    "a type that is not there",
    (view) => view.setUint32(32, 9999, true),
    "BTF type 1 is damaged: it refers to type 9999; there are 40 types",
  ],
  ["types that end too early", (view) => view.setUint32(12, view.getUint32(12, true) - 4, true), "do not end where their section does"],
])("%s", (_what, damage, message) => {
  const bytes = good.slice();
  damage(new DataView(bytes.buffer));
  expect(readBtf(bytes)).toEqual({ ok: false, message: expect.stringContaining(message) as string });
});

test("types that contain themselves come to an end", () => {
  const blob = btfBlob();
  const a = blob.add(8, "a", 2);
  blob.add(8, "b", a);
  blob.add(4, "self", 8, [blob.name("again"), 3, 0, 0, 3, 64], 2);
  const array = blob.add(3, "", 0, [4, 4, 1000]);
  const btf = openedBtf(blob.bytes());
  const types = btfTypes(btf);
  expect(types.typedef("a")).toBeNull();
  expect(types.compound("struct", "self")).toMatchObject({ kind: "struct" });
  expect(types.typeOf(array as never).kind).toBe("array");
  expect(memberAt(btf, 3 as never, ["nothing"])).toBeNull();
});

test("anonymous structs that double at each level stay small", () => {
  const blob = btfBlob();
  const int = blob.add(1, "int", 4, [32]);
  let inner = blob.add(4, "", 4, [blob.name("x"), int, 0], 1);
  for (let level = 0; level < 60; level++) inner = blob.add(4, level === 59 ? "big" : "", 4, [0, inner, 0, 0, inner, 0], 2);
  expect(btfTypes(openedBtf(blob.bytes())).compound("struct", "big")?.members.length ?? 0).toBeLessThan(65_537);
  expect(memberAt(openedBtf(blob.bytes()), inner as never, ["nothing"])).toBeNull();
});

const directory = mkdtempSync(join(tmpdir(), "hindsight-btf-"));
afterAll(() => rmSync(directory, { recursive: true }));

function written(name: string, bytes: Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return path;
}

/** The smallest ELF64 file with a section of that name. */
function elf(section: string, content: Uint8Array): Uint8Array {
  const names = new TextEncoder().encode(`\0${section}\0.shstrtab\0`);
  const bytes = new Uint8Array(64 + 3 * 64 + names.length + content.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setBigUint64(40, 64n, true);
  for (const [at, value] of [
    [58, 64],
    [60, 3],
    [62, 2],
  ] as const)
    view.setUint16(at, value, true);
  const place = (index: number, name: number, at: number, size: number): void => {
    view.setUint32(64 + index * 64, name, true);
    view.setBigUint64(64 + index * 64 + 24, BigInt(at), true);
    view.setBigUint64(64 + index * 64 + 32, BigInt(size), true);
  };
  const namesAt = 64 + 3 * 64;
  place(1, 1, namesAt + names.length, content.length);
  place(2, section.length + 2, namesAt, names.length);
  bytes.set(names, namesAt);
  bytes.set(content, namesAt + names.length);
  return bytes;
}

test.each([
  ["as it is", "plain.btf", good],
  ["in an ELF file", "vmlinux", elf(".BTF", good)],
  ["gzip-compressed", "types.btf.gz", gzipSync(good)],
  ["gzip-compressed in an ELF file", "vmlinux.gz", gzipSync(elf(".BTF", good))],
])("a file with BTF %s", async (_how, name, bytes) => {
  expect(await openBtf(written(name, bytes))).toMatchObject({ ok: true });
});

test.each([
  ["no file", "/no/such/file", "cannot open /no/such/file: no such file"],
  ["text", written("text", new TextEncoder().encode("struct file { int a; };\n")), "no BTF: it does not begin with 0xeb9f"],
  ["xz", written("btf.xz", Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4)), "it is xz-compressed: unpack it first (unxz)"],
  ["an empty file", written("empty", new Uint8Array(0)), "BTF of 0 bytes has no whole header"],
  ["a damaged gzip file", written("bad.gz", gzipSync(good).subarray(0, 100)), "the gzip data are damaged"],
  ["an ELF file without BTF", written("stripped", elf(".text", good)), "an ELF file without a .BTF section"],
])("a message for %s", async (_what, path, message) => {
  expect(await openBtf(path)).toEqual({ ok: false, message: expect.stringContaining(message) as string });
});

test("damaged ELF files give a message", () => {
  const whole = elf(".BTF", good);
  fc.assert(
    fc.property(fc.nat(63 + 3 * 64), fc.nat(255), (at, to) => {
      const bytes = whole.slice();
      bytes[at] = to;
      const found = findBtf(bytesSource("vmlinux", bytes));
      return found.ok || found.message.length > 10;
    }),
    { numRuns: 2000 },
  );
});

test("the fixture is where tests of the command look for it", async () => {
  expect(await openBtf(fixturePath("btf/types.btf"))).toMatchObject({ ok: true });
});
