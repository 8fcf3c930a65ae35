import { expect, test } from "vitest";
import { int, string, type Type } from "../../lang/types/type.ts";
import { parseFormat } from "../../src/output/printf-format.ts";
import { printfText } from "../../src/output/printf.ts";
import { utcClock } from "../../src/output/strftime.ts";
import type { PrintContext } from "../../src/output/value-text.ts";
import { encode, type Value } from "../support/values.ts";

const context: PrintContext = { truncTrailer: "..", clock: utcClock(0n), unitLabels: "value", symbol: () => null };
const i64 = int(8, true);
const u64 = int(8, false);
const i8 = int(1, true);
const buffer: Type = { kind: "buffer", sizeBytes: 8 };

const print = (format: string, type: Type, value: Value): string =>
  printfText(parseFormat(format), [{ type, offset: 0 }], encode(type, value), context);

test.each<[string, Type, Value, string]>([
  ["%d", i64, 4294967296n, "0"],
  ["%d", i64, 2147483648n, "-2147483648"],
  ["%ld", i64, -5n, "-5"],
  ["%hhd", i64, 255n, "-1"],
  ["%hd", i64, 65535n, "-1"],
  ["%hld", i64, 4294967297n, "1"],
  ["%Ld", i64, 4294967297n, "1"],
  ["%u", i64, -1n, "4294967295"],
  ["%lu", i64, -1n, "18446744073709551615"],
  ["%x", i64, -1n, "ffffffff"],
  ["%lx", i8, -1n, "ffffffffffffffff"],
  ["%hhx", i8, -1n, "ff"],
  ["%X", i64, 255n, "FF"],
  ["%#x", i64, 255n, "0xff"],
  ["%#X", i64, 255n, "0XFF"],
  ["%#o", i64, 8n, "010"],
  ["%#x", i64, 0n, "0"],
  ["%+d", i64, 0n, "+0"],
  ["%+u", u64, 3n, "3"],
  ["%08d", i64, -42n, "00000-42"],
  ["%#08x", i64, 255n, "00000xff"],
  ["%-08d", i64, 42n, "42000000"],
  ["%5d|", i64, 42n, "   42|"],
  ["%-5d|", i64, 42n, "42   |"],
  ["%*d", i64, 7n, "7"],
  ["%p", u64, 0n, "0"],
  ["%p", u64, 0xffffn, "0xffff"],
  ["%10p", u64, 0xffn, "      0xff"],
  ["%c", i64, 65n, "A"],
  ["%c", i64, 0n, "\0"],
  ["%d", { kind: "bool" }, true, "1"],
  ["%s", { kind: "bool" }, true, "true"],
  ["%s", i64, -7n, "-7"],
  ["%+s", i64, 7n, "+7"],
  ["%06s", string(8), "ab", "0000ab"],
  ["%-6s|", string(8), "ab", "ab    |"],
  ["%-10.10s|", string(16), "abcdefghijkl", "abcdefghijkl|"],
  ["%s", string(4), "abcd", "abcd.."],
  ["%5s", { kind: "tuple", elems: [i64, i64] }, [1n, 2n], "     (1, 2)"],
  ["%r", buffer, new Uint8Array([97, 0, 92, 255]), "a\\x00\\\\xff"],
  ["%rx", buffer, new Uint8Array([97, 0]), "\\x61\\x00"],
  ["%rh", buffer, new Uint8Array([97, 0]), "61 00"],
  ["%gr", u64, 0xcc0n, "GFP_KERNEL"],
  ["%gr", u64, 0xdc0n, "GFP_KERNEL|__GFP_ZERO"],
  ["%gr", u64, 0n, "0"],
  ["%gr", u64, 0x8000000n, "0x8000000"],
  ["%gr", { kind: "bool" }, true, "!{invalid GFP flags conversion: true}"],
])("rows 5.61–5.74: printf(%j, %o, %o)", (format, type, value, want) => {
  expect(print(format, type, value)).toBe(want);
});

test.each([
  ["%k lone % end %%", ["%k lone % end %"]],
  ["%5%", ["%"]],
  ["% +d", ["% +d"]],
])("row 5.61: %j is text", (format, want) => {
  expect(parseFormat(format)).toEqual(want);
});

test("row 5.61: `100% done` holds a conversion", () => {
  expect(parseFormat("100% done").map((s) => (typeof s === "string" ? s : s.conv))).toEqual(["100", "d", "one"]);
});
