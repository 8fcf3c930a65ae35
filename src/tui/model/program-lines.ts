/** The script's text with how often its probes, or all of its lines, have run so far. */
import type { Compilation } from "../../session/compile.ts";
import type { Replay } from "../../session/travel/replay.ts";
import { expandTabs, visible } from "../text/visible.ts";

export interface ProgramLine {
  readonly number: number;
  readonly text: string;
  /** Of the line; as long as lines are not counted, of the probe whose attach points begin here. Null: there is nothing that runs. */
  readonly runs: number | bigint | null;
  /** The firing at hand came by here. */
  readonly isLast: boolean;
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

/** Where each probe begins, by program. */
function probeLines({ ir, script, source }: Compilation): Map<number, number> {
  const lines = new Map<number, number>();
  for (const { program, point } of script?.attach ?? []) {
    const probe =
      ir?.probes.find((one, index) => index === program && one.attach.includes(point)) ??
      ir?.probes.find(({ attach }) => attach.includes(point));
    if (probe !== undefined) lines.set(program, lineAt(source.text, probe.span.start));
  }
  return lines;
}

/** `spans`: places of the script that the firing at hand came by. `counts`: of lines; null: they are not counted. */
export function programLines(
  compilation: Compilation,
  runs: ReturnType<Replay["runs"]>,
  spans: readonly { readonly start: number; readonly end: number }[],
  counts: ReadonlyMap<number, bigint> | null,
  unicode: boolean,
): ProgramLine[] {
  const { source } = compilation;
  const end = source.files?.[0]?.start ?? source.text.length;
  const counted = new Map<number, number>();
  const lines = probeLines(compilation);
  const seen = new Set<number>();
  for (const { program, runs: count } of runs) {
    const line = lines.get(program);
    // Attach points that share a program share its count.
    if (line === undefined || seen.has(program)) continue;
    seen.add(program);
    counted.set(line, (counted.get(line) ?? 0) + count);
  }
  const passed = new Set(spans.map(({ start }) => lineAt(source.text, start)));
  return source.text
    .slice(0, end)
    .replace(/\n$/, "")
    .split("\n")
    .map((text, index) => ({
      number: index + 1,
      text: visible(expandTabs(text), unicode),
      runs: (counts ?? counted).get(index + 1) ?? null,
      isLast: passed.has(index + 1),
    }));
}
