import { expect, test } from "vitest";
import { btfBuilder, voidId } from "../../../src/bpf/object/btf.ts";
import { lineTable } from "../../../src/bpf/object/lines.ts";

test("types as linux/btf.h lays them out", () => {
  const btf = btfBuilder();
  const int = btf.int("int", 4, true);
  const array = btf.array(int, int, 7);
  btf.struct("s", 8, [{ name: "m", type: btf.pointer(array), offBytes: 4 }]);
  btf.func("f", btf.funcProto(int, [{ name: "ctx", type: btf.pointer(voidId) }]), "static");
  btf.dataSection(".maps", 8, [{ type: btf.variable("int", int), off: 0, sizeBytes: 8 }]);
  const bytes = btf.finish();
  const words = [...new Uint32Array(bytes.buffer, 0, (bytes.length - (bytes.length % 4)) / 4)];
  expect(words.slice(0, 6)).toEqual([0x0001eb9f, 24, 0, 160, 160, 1 + "int s m f ctx .maps ".length]);
  const kind = (number: number, vlen = 0): number => (number << 24) | vlen;
  const [none, intName, s, m, f, ctx, maps] = [0, 1, 5, 7, 13, 9, 15];
  expect(words.slice(6, 6 + 40)).toEqual([
    ...[intName, kind(1), 4, (1 << 24) | 32],
    ...[none, kind(3), 0, 1, 1, 7],
    ...[none, kind(2), 2],
    ...[s, kind(4, 1), 8, m, 3, 32],
    ...[none, kind(2), 0],
    ...[none, kind(13, 1), 1, ctx, 5],
    ...[f, kind(12, 0), 6],
    ...[intName, kind(14), 1, 1],
    ...[maps, kind(15, 1), 8, 8, 0, 8],
  ]);
});

test.each([
  { offset: 0, expected: { line: 1, column: 1, text: "begin" } },
  { offset: 5, expected: { line: 1, column: 6, text: "begin" } },
  { offset: 6, expected: { line: 2, column: 1, text: "" } },
  { offset: 9, expected: { line: 3, column: 3, text: "ab c" } },
  { offset: 99, expected: { line: 4, column: 87, text: "last" } },
])("offset $offset", ({ offset, expected }) => {
  expect(lineTable("begin\n\nab\0c\r\nlast").at(offset)).toEqual(expected);
});
