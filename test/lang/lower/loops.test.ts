import { expect, test } from "vitest";
import type { HirBlock, HirExpr, HirProgram, HirStmt, LocalId } from "../../../lang/hir/hir.ts";
import { int64, type Type } from "../../../lang/types/type.ts";
import { irMachine } from "../../support/ir-machine.ts";
import { functionLines, lowerHir, printed, record, s64Bytes, valuesOf } from "./support.ts";

test.each<[string, readonly bigint[]]>([
  ["for ($i : 0..3) { print($i); }", [0n, 1n, 2n]],
  ["for ($i : 3..3) { print($i); } for ($i : 5..2) { print($i); } $z = (int64)0; for ($i : (-2)..$z) { print($i); }", [-2n, -1n]],
  ["$n = 4; $m = 2; for ($i : $m..$n) { print($i); }", [2n, 3n]],
  ["$sum = 0; for ($i : 0..10) { if ($i == 2) { continue; } if ($i == 5) { break; } $sum += $i; } print($sum);", [8n]],
  ["for ($i : 0..3) { for ($j : 0..$i) { print($i * 10 + $j); } }", [10n, 20n, 21n]],
  ["$n = 0; for ($i : 0..3) { for ($j : 0..5) { if ($j == 2) { break; } $n++; } $n += 100; } print($n);", [306n]],
  ["for ($i : 0..3) { let $x; if ($i == 1) { $x = 7; } print((int64)$x); }", [0n, 7n, 0n]],
  ['$s = "a"; for ($i : 0..3) { print((int64)($s == "bb")); $s = "bb"; } print((int64)($s == "bb"));', [0n, 1n, 1n, 1n]],
  ["for ($i : 0..2) { $k = $i; while ($k < 3) { $k++; if ($k == 2) { continue; } print($k); } }", [1n, 3n, 3n]],
  ["$i = 0; while ($i < 5) { $i++; if ($i == 2) { continue; } if ($i == 4) { break; } print($i); }", [1n, 3n]],
  ["$i = 0; while ($i < 2) { $j = 0; while (1) { $j++; if ($j > $i) { break; } } print($j); $i++; }", [1n, 2n]],
  ["$x = 0; unroll(3) { $x += 2; print($x); }", [2n, 4n, 6n]],
  ["@[1] = 10; @[2] = 20; for ($kv : @) { print((int64)($kv.0 + $kv.1)); }", [11n, 22n]],
  ["@[5] = count(); @[5] = count(); for ($kv : @) { print((int64)$kv.1); }", [2n]],
  ["@[3] = max(9); @[3] = max(4); for ($kv : @) { print((int64)$kv.1); delete(@, $kv.0); } print(len(@));", [9n, 0n]],
  ["@[1] = 1; @[2] = 2; $n = 0; for ($kv : @) { $n += $kv.1; if ($n == 1) { break; } } print($n);", [1n]],
])("%s", (statements, expected) => {
  expect(printed(statements)).toEqual(expected);
});

test("string and tuple keys come out of a map loop as they went in", () => {
  expect(printed('@["ab", 3] = (int64)7; for ($kv : @) { print((int64)($kv.0.0 == "ab")); print((int64)$kv.0.1); print($kv.1); }')).toEqual(
    [1n, 3n, 7n],
  );
});

test("return ends the probe from within nested loops", () => {
  expect(printed("for ($i : 0..3) { for ($j : 0..3) { print($i); if ($j == 1) { return; } } print(99); } print(98);")).toEqual([0n, 0n]);
});

const span = { start: 0, end: 1 };
const none = { span };
const constant = (value: bigint): HirExpr => ({ ...none, kind: "int", value, type: int64 });
const local = (id: number, type: Type = int64): HirExpr => ({ ...none, kind: "local", local: id as LocalId, type });
const forRange = (id: number, to: bigint, body: HirBlock): HirStmt => ({
  ...none,
  kind: "for_range",
  local: id as LocalId,
  from: constant(0n),
  to: constant(to),
  body,
});
const print = (value: HirExpr): HirStmt => ({ ...none, kind: "print_value", value });
const program = (locals: readonly string[], body: HirBlock): HirProgram => ({
  maps: [],
  functions: [],
  probes: [{ span, attach: [{ provider: "begin", name: "begin" }], locals: locals.map((name) => ({ name, type: int64 })), body }],
});

const field: HirExpr = {
  ...none,
  kind: "field",
  type: int64,
  field: { name: "x", decl: "x", type: int64, offset: 16, sizeBytes: 8, loc: "inline" },
};

test("a loop body reads the record through the context pointer in the frame", () => {
  const ir = lowerHir(program(["$i", "$j"], [forRange(0, 2n, [forRange(1, 1n, [print(field)])])]));
  const machine = irMachine(ir, 1);
  machine.run(0, record({ 16: s64Bytes(42n) }));
  expect(valuesOf(machine)).toEqual([42n, 42n]);
  expect(functionLines(ir, 0).slice(0, 4)).toEqual(["func probe_0(v0)", "slot frame 8 on stack", "b0:", "u64 [frame] = v0"]);
});

test("a return in a loop carries its value, an exit its record", () => {
  const returns: HirStmt = { ...none, kind: "return", value: local(0) };
  const nested = program(
    ["$i", "$j"],
    [
      forRange(0, 3n, [
        {
          ...none,
          kind: "if",
          cond: { ...none, kind: "compare", op: "==", left: local(0), right: constant(2n), type: { kind: "bool" } },
          then: [forRange(1, 1n, [returns])],
          else: [],
        },
      ]),
    ],
  );
  expect(irMachine(lowerHir(nested), 1).run(0)).toBe(2n);

  const exits = irMachine(
    lowerHir(program(["$i"], [forRange(0, 3n, [{ ...none, kind: "exit", code: constant(4n) }]), print(constant(1n))])),
    1,
  );
  expect(exits.run(0)).toBe(0n);
  expect(valuesOf(exits)).toEqual([4n]);
});

test("more iterations than the kernel allows are cut off", () => {
  const ir = lowerHir(program(["$i"], [forRange(0, 1n << 40n, [])]));
  expect(functionLines(ir, 0)).toContain("loop(0x800000, probe_0_1, 0, 0)");
});

test("a body that is repeated has one action for each of its statements", () => {
  const ir = lowerHir(program([], [{ ...none, kind: "unroll", count: 5, body: [print(constant(1n))] }]));
  expect(ir.actions).toHaveLength(1);
});
