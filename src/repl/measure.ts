/** What a program's run takes: the whole recording with it alone, against the same with nothing. */
import type { CompiledScript } from "../codegen/compiled.ts";
import type { Session } from "./session.ts";

interface Run {
  readonly ms: number;
  /** How often programs ran. */
  readonly runs: number;
}

export interface Measured extends Run {
  /** What another run differed by. */
  readonly spreadMs: number;
}

const SLICE = 1 << 19;
const LEAST_ROUNDS = 2;
const MOST_ROUNDS = 50;
/** Of all rounds, unless two of them take longer. */
const MOST_MS = 200;

/** From begin to end with some of the attach points; null: interrupted. */
async function run(session: Session, attach: CompiledScript["attach"]): Promise<Run | null> {
  const { options, attached, window } = session;
  const { compilation } = attached!;
  const part = { ...compilation, script: { ...compilation.script!, attach } };
  const { replay } = options.workspace.attach(part, "text", window)!;
  let ms = 0;
  for (;;) {
    const started = performance.now();
    const { stopped } = replay.advance({ kind: "end" }, SLICE);
    ms += performance.now() - started;
    if (stopped !== "budget") break;
    await session.breathe();
    if (session.isInterrupted) return null;
  }
  return { ms, runs: replay.runs().reduce((sum, { runs }) => sum + runs, 0) };
}

/** Of several runs the least disturbed one; null: interrupted. The replay that was attached before has to reclaim its streams. */
export async function measure(session: Session, attach: CompiledScript["attach"]): Promise<Measured | null> {
  const runs: Run[] = [];
  const started = performance.now();
  while (runs.length < LEAST_ROUNDS || (performance.now() - started < MOST_MS && runs.length < MOST_ROUNDS)) {
    const one = await run(session, attach);
    if (one === null) return null;
    runs.push(one);
    await session.breathe();
  }
  const [first, second] = runs.sort((a, b) => a.ms - b.ms);
  return { ...first!, spreadMs: second!.ms - first!.ms };
}
