/** Bars, charts, timelines, flame graphs: numbers as characters. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StackMap } from "../../src/output/export/stack-samples.ts";
import { ASCII, bar, column, UNICODE } from "../../src/tui/draw/glyphs.ts";
import { columnChart } from "../../src/tui/model/chart.ts";
import { flameFrames, moved } from "../../src/tui/model/flame.ts";
import { nodeAt, stackTree, treeRows } from "../../src/tui/model/stack-tree.ts";
import { columnEnd, columnOf, resampled, timelineRows } from "../../src/tui/model/timeline.ts";

describe("bars", () => {
  test("grow by eighths of a column", () => {
    expect([0n, 1n, 8n, 9n, 12n, 16n].map((part) => bar(part, 16n, 2, UNICODE))).toEqual(["", "▏", "█", "█▏", "█▌", "██"]);
  });
  test("in ASCII by whole ones; what is not nothing is seen", () => {
    expect([0n, 1n, 8n, 15n, 16n].map((part) => bar(part, 16n, 4, ASCII))).toEqual(["", "#", "##", "###", "####"]);
  });
  test("of nothing, or of numbers beyond 2^53", () => {
    expect(bar(5n, 0n, 4, UNICODE)).toBe("");
    expect(bar((1n << 64n) - 1n, 1n << 64n, 4, UNICODE)).toBe("███▉");
    expect(bar(9n, 4n, 4, UNICODE)).toBe("████");
  });
  test("columns stand on their lowest row", () => {
    expect(column(3n, 4n, 2, UNICODE)).toEqual(["█", "▄"]);
    expect(column(0n, 4n, 2, UNICODE)).toEqual([" ", " "]);
    expect(column(1n, 1000n, 2, ASCII)).toEqual([".", " "]);
  });
});

test("a chart has an axis, labels at its ends, and gaps where there is no value", () => {
  const points = [4n, null, 0n, 2n].map((value, i) => ({ label: `p${i}`, value }));
  expect(columnChart(points, 20, 6, UNICODE)).toEqual([
    "4 │███",
    "  │███",
    "  │███         ███",
    "0 │███         ███",
    "  ─────────────────",
    "   p0            p3",
  ]);
  expect(columnChart([], 20, 6, UNICODE)).toEqual([]);
  expect(columnChart(points, 3, 6, UNICODE)).toEqual([]);
  // Many points in few columns: the largest of each share.
  const many = Array.from({ length: 100 }, (_, i) => ({ label: "", value: i === 37 ? 8n : 1n }));
  expect(columnChart(many, 13, 3, UNICODE)[0]).toBe("8 │▁▁▁█▁▁▁▁▁▁");
});

describe("the timeline", () => {
  const range = { startNs: 1000n, endNs: 1999n };
  test("every time is in the column that ends with or behind it", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1000n, max: 1999n }), fc.integer({ min: 1, max: 300 }), (ns, cols) => {
        const at = columnOf(range, ns, cols);
        expect(columnEnd(range, at, cols)).toBeGreaterThanOrEqual(ns);
        if (at > 0) expect(columnEnd(range, at - 1, cols)).toBeLessThan(ns);
      }),
    );
    expect(columnEnd(range, 299, 300)).toBe(1999n);
    expect([columnOf(range, 0n, 10), columnOf(range, 99_999n, 10)]).toEqual([0, 9]);
  });

  test("nothing is lost when buckets become columns", () => {
    const counts = [1, 2, 3, 4, 5, 6, 7];
    for (const cols of [1, 2, 3, 7]) expect(resampled(counts, cols).reduce((a, b) => a + b, 0)).toBe(28);
    expect(resampled([1, 2], 4)).toEqual([1, 1, 2, 2]);
  });

  test("the rarest probes share a row", () => {
    const density = {
      startNs: 0n,
      bucketNs: 1n,
      counts: [
        [5, 0],
        [1, 0],
        [0, 9],
        [0, 1],
        [0, 0],
      ],
    };
    const probes = ["a", "b", "c", "d", "e"].map((name, program) => ({ name, program }));
    expect(timelineRows(density, [...probes, { name: "a2", program: 0 }], 3)).toEqual([
      { name: "a +1", programs: [0], counts: [5, 0] },
      { name: "c", programs: [2], counts: [0, 9] },
      { name: "2 others", programs: [1, 3], counts: [1, 1] },
    ]);
    expect(timelineRows(density, probes, 4).map(({ name }) => name)).toEqual(["a", "b", "c", "d"]);
  });
});

const stacks = (samples: readonly (readonly [string, bigint])[]): StackMap => ({
  name: "@",
  unit: "count",
  samples: samples.map(([path, value]) => ({ frames: path.split(";").map((name) => ({ name, space: "user" as const })), value })),
});

describe("stacks", () => {
  const tree = stackTree(
    stacks([
      ["main;a;x", 6n],
      ["main;a", 2n],
      ["main;b", 3n],
      ["idle", 1n],
    ]),
  );
  const path = (text: string): string =>
    text
      .split(";")
      .map((name) => `\0user ${name}`)
      .join("");

  test("the heaviest callee comes first; what is closed hides what is below", () => {
    const names = (closed: readonly string[]): string[] =>
      treeRows(tree, new Set(closed.map(path))).map(
        ({ node, depth }) => `${" ".repeat(depth)}${node.frame.name} ${String(node.total)}/${String(node.self)}`,
      );
    expect(names([])).toEqual(["all 12/0", " main 11/0", "  a 8/2", "   x 6/6", "  b 3/3", " idle 1/1"]);
    expect(names(["main;a"])).toEqual(["all 12/0", " main 11/0", "  a 8/2", "  b 3/3", " idle 1/1"]);
    expect(nodeAt(tree, path("main;b"))?.total).toBe(3n);
    expect(nodeAt(tree, path("main;c"))).toBeNull();
  });

  test("functions are as wide as their weight, callees below", () => {
    const frames = flameFrames(tree, 24, 10).map(({ node, x, cols, row }) => [node.frame.name, x, cols, row]);
    expect(frames).toEqual([
      ["all", 0, 24, 0],
      ["main", 0, 22, 1],
      ["idle", 22, 2, 1],
      ["a", 0, 16, 2],
      ["b", 16, 6, 2],
      ["x", 0, 12, 3],
    ]);
    expect(flameFrames(tree, 24, 2)).toHaveLength(3);
  });

  test("keys lead from one to the next", () => {
    const frames = flameFrames(tree, 24, 10);
    const way = (from: string, ...moves: Parameters<typeof moved>[2][]): string | undefined =>
      moves
        .reduce((at, move) => moved(frames, at, move)?.node.path ?? "", path(from))
        .split(" ")
        .at(-1);
    expect(way("main", "down", "right")).toBe("b");
    expect(way("main;a;x", "up", "up", "right")).toBe("idle");
    expect(way("idle", "down", "left")).toBe("main");
    expect(moved([], "", "up")).toBeNull();
  });

  test("whatever the weights: a row is never wider than what is above it, and frames do not overlap", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom("a", "a;b", "a;c", "a;b;d", "e"), fc.bigInt({ min: 1n, max: 1n << 60n })), { minLength: 1 }),
        (list) => {
          const frames = flameFrames(stackTree(stacks(list)), 37, 10);
          for (const [i, frame] of frames.entries()) {
            const next = frames[i + 1];
            if (next?.row === frame.row) expect(next.x).toBeGreaterThanOrEqual(frame.x + frame.cols);
            if (frame.row > 0)
              expect(
                frames.some((above) => above.row === frame.row - 1 && above.x <= frame.x && above.x + above.cols >= frame.x + frame.cols),
              ).toBe(true);
          }
        },
      ),
    );
  });
});
