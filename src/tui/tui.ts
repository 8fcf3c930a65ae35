/**
 * The terminal interface: a program over a recording, played, stepped through and looked at. `runTui` ends when the user quits; the terminal is
 * then as it was found.
 */
import type { ReadStream, WriteStream } from "node:tty";
import type { TraceTime } from "../session/session-options.ts";
import type { Attached } from "../workspace/workspace.ts";
import { act, type ActionContext } from "./actions.ts";
import { ASCII, UNICODE } from "./draw/glyphs.ts";
import { colourDepth, hasUnicode } from "./draw/palette.ts";
import { actionOf, type Action } from "./keys.ts";
import { newChanges } from "./model/changes.ts";
import { newMapSource } from "./model/map-source.ts";
import type { MapTable } from "./model/map-table.ts";
import { pointAt } from "./mouse.ts";
import { newPace } from "./pace.ts";
import { paintScene } from "./paint.ts";
import { newPlayer } from "./player.ts";
import { typeInPrompt } from "./prompt.ts";
import { tableOptions, type Overview, type Scene } from "./scene.ts";
import { openScreen, type Key } from "./screen.ts";
import { newView } from "./state.ts";
import { visible } from "./text/visible.ts";

/** A program that counts how often its lines run (session/line-counts.ts). */
export interface CountingProgram {
  readonly attached: Attached;
  readonly counts: (maps: Attached["replay"]["maps"]) => ReadonlyMap<number, bigint>;
}

export interface TuiOptions {
  readonly attached: Attached;
  readonly scriptName: string;
  readonly recordingName: string;
  readonly input: ReadStream;
  readonly output: WriteStream;
  /** TERM, COLORTERM, NO_COLOR, HINDSIGHT_ASCII and the locale. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The same program once more, with counters, in place of `attached`; a string: why there is none. Absent: `attached` has to stay. */
  readonly countLines?: () => CountingProgram | string;
  readonly parseTime: (text: string) => TraceTime | null;
}

/** Finer than any screen is wide. */
const DENSITY_BUCKETS = 2048;
/** Replay between two looks at the keyboard. */
const WORK_MS = 12;

function overviewOf({ replay }: Attached): Overview {
  const density = replay.density(DENSITY_BUCKETS);
  const endNs = replay.lastNs();
  return { density, range: { startNs: density.startNs, endNs: endNs < density.startNs ? density.startNs : endNs } };
}

export function runTui(options: TuiOptions): Promise<void> {
  const { env } = options;
  let { attached } = options;
  let counting: CountingProgram | null = null;
  const now = (): number => performance.now();
  const glyphs = hasUnicode(env) ? UNICODE : ASCII;
  const player = newPlayer(() => attached.replay, now);
  const view = newView();
  const changes = newChanges();
  const source = newMapSource(() => attached.replay.maps, now);
  const pace = newPace();
  let overview: Overview | null = null;
  let explained: { readonly firings: number; readonly spans: Scene["spans"] } = { firings: -1, spans: [] };

  /** Looked up once a position, and only where one stands still. */
  const spans = (): Scene["spans"] => {
    const { isAtFiring, firings } = player.position();
    if (player.isPlaying() || !isAtFiring) return [];
    if (explained.firings !== firings)
      explained = { firings, spans: attached.replay.explain().flatMap(({ steps }) => steps.flatMap(({ span }) => span ?? [])) };
    return explained.spans;
  };

  const scene = (): Scene => {
    let tables: readonly MapTable[] | null = null;
    const read = (): readonly MapTable[] => {
      const { firings, phase } = player.position();
      const position = `${firings} ${phase}`;
      const found = source.read(position, tableOptions({ view, attached, glyphs }), player.isPlaying());
      changes.look(
        position,
        found.map(({ map }) => map),
        player.isPlaying(),
      );
      return found;
    };
    return {
      scriptName: visible(options.scriptName, glyphs.unicode),
      recordingName: visible(options.recordingName, glyphs.unicode),
      attached,
      player,
      overview,
      view,
      glyphs,
      tables: () => (tables ??= read()),
      changes,
      spans: spans(),
      lineCounts: () => counting?.counts(attached.replay.maps) ?? null,
    };
  };

  const startCounting = (): void => {
    view.focus = "program";
    if (counting !== null) return;
    const { firings, ns, isAtFiring, phase } = player.position();
    const found = options.countLines?.() ?? "lines are counted where hindsight tui was started";
    if (typeof found === "string") {
      view.message = found;
      return;
    }
    counting = found;
    ({ attached } = found);
    const { replay } = attached;
    if (phase === "finished") replay.finish();
    else if (phase === "ended") replay.seekEnd();
    else if (isAtFiring || firings === 0) replay.seekFiring(firings);
    else replay.seekTime({ ns, relative: false });
  };

  return new Promise((resolve) => {
    let isOpen = true;
    let isDirty = true;
    /** Takes back the turn that is planned; null: none is. */
    let cancelTurn: (() => void) | null = null;

    const draw = (): void => {
      const started = now();
      const { cols, rows } = screen.size();
      screen.show(paintScene(scene(), cols, rows));
      isDirty = false;
      pace.drawn(started, now(), player.isPlaying());
    };

    const turn = (): void => {
      cancelTurn = null;
      if (!isOpen) return;
      if (player.isPlaying()) {
        player.work(WORK_MS);
        isDirty = true;
        if (!player.isPlaying()) pace.hurry(now());
      }
      if (isDirty && pace.isDue(now())) draw();
      if (overview === null) {
        overview = overviewOf(attached);
        isDirty = true;
      }
      schedule();
    };
    const schedule = (): void => {
      if (!isOpen || cancelTurn !== null) return;
      if (player.isPlaying() && player.speed() === "full") {
        const soon = setImmediate(turn);
        cancelTurn = () => clearImmediate(soon);
      } else if (player.isPlaying() || isDirty) {
        const later = setTimeout(turn, pace.waitMs(now()));
        cancelTurn = () => clearTimeout(later);
      }
    };
    const touched = (): void => {
      isDirty = true;
      pace.hurry(now());
      cancelTurn?.();
      cancelTurn = null;
      schedule();
    };

    const context = (): ActionContext => ({ scene: scene(), size: screen.size(), nowMs: now(), parseTime: options.parseTime });

    const quit = (): void => {
      isOpen = false;
      cancelTurn?.();
      screen.close();
      resolve();
    };
    const perform = (action: Action): void => {
      if (action === "quit") quit();
      else if (action === "suspend") screen.suspend();
      else if (action === "redraw") screen.forget();
      else if (action === "countLines") startCounting();
      else act(action, context());
    };
    const onKey = (key: Key): void => {
      if (!isOpen) return;
      view.message = null;
      if (view.prompt !== null) typeInPrompt(key, context());
      else {
        const action = actionOf(key.name);
        if (action !== null) perform(action);
      }
      touched();
    };
    const screen = openScreen({
      input: options.input,
      output: options.output,
      terminal: env["TERM"] ?? "xterm",
      unicode: glyphs.unicode,
      colours: colourDepth(env),
      onKey,
      onMouse(report) {
        pointAt(report, context());
        touched();
      },
      onRedraw: touched,
    });
    schedule();
  });
}
