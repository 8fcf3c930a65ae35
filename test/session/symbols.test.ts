import { expect, test } from "vitest";
import { kernelSymbols } from "../../src/session/symbols.ts";

const text = [
  "0000000000000000 A fixed_percpu_data",
  "ffffffff81000000 T startup_64",
  "ffffffff81000000 T _stext",
  "ffffffff81000200 t local_name",
  "ffffffff81000200 T public_name",
  "ffffffff81000200 W weak_name",
  "ffffffff81000100 t before",
  "ffffffff81000300 D some_data",
  "FFFFFFFF81000400 t from.cold\r",
  "  ffffffff81000500 t indented",
  "ffffffff8100060011 t too_long",
  "ffffffff81000700 tt no_type",
  "ffffffff81000800 t",
  "",
  "ffffffffc0000000 t in_module\t[ext4]",
  "1000 T low",
  "ffffffffc0001000 t last [a b]",
].join("\n");
const symbols = kernelSymbols(text);

test("names of addresses: the most public one, then the first; data and what is no symbol left out", () => {
  const names = [0xfffn, 0x1000n, 0xffffffff81000000n, 0xffffffff810000ffn, 0xffffffff81000100n, 0xffffffff810002ffn, 0xffffffff81000801n];
  expect(names.map((address) => symbols.nameAt(address))).toEqual([
    null,
    "low",
    "startup_64",
    "startup_64",
    "before",
    "public_name",
    "from.cold",
  ]);
});

test("a symbol has its start and module, the last one an end", () => {
  expect(symbols.symbolAt(0xffffffffc0000fffn)).toEqual({ name: "in_module", start: 0xffffffffc0000000n, module: "ext4" });
  expect(symbols.symbolAt(0xffffffff81000250n)).toEqual({ name: "public_name", start: 0xffffffff81000200n, module: null });
  expect(symbols.symbolAt(0xffffffffc0001000n + (1n << 20n) - 1n)).toEqual({ name: "last", start: 0xffffffffc0001000n, module: "a b" });
  expect(symbols.symbolAt(0xffffffffc0001000n + (1n << 20n))).toBeNull();
});

test("ranges end where the next function begins", () => {
  expect(symbols.rangesOf(/^(before|last)$/)).toEqual([
    [0xffffffff81000100n, 0xffffffff81000200n],
    [0xffffffffc0001000n, 0xffffffffc0001000n + (1n << 20n)],
  ]);
});

test("addresses of names, data too: the whole name, the first line of it that has an address", () => {
  const names = ["some_data", "fixed_percpu_data", "name", "local_name", "low", "in_module", "ext4", "from.cold", ".", ""];
  expect(names.map((name) => symbols.addressOf(name))).toEqual([
    0xffffffff81000300n,
    null,
    null,
    0xffffffff81000200n,
    0x1000n,
    0xffffffffc0000000n,
    null,
    0xffffffff81000400n,
    null,
    null,
  ]);
});
