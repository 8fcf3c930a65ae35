/** The first row: what is shown, whether it plays, and the instant. The last row: the keys, a question, or what went wrong. */
import { paint, write, type Area, type Surface } from "../draw/surface.ts";
import type { Scene } from "../scene.ts";
import { grouped, offset, seconds } from "../text/time-text.ts";
import { fitted, textWidth } from "../text/width.ts";

function speedText(speed: number | "full"): string {
  if (speed === "full") return "full";
  return speed >= 1 ? `${speed}x` : `1/${Math.round(1 / speed)}x`;
}

const PHASES = { running: "", ended: " end", finished: " finished" } as const;

function instantText({ player, attached }: Scene, isWide: boolean): string {
  const { ns, firings, phase } = player.position();
  const { firstNs } = attached.replay;
  const clock = isWide ? `  ${seconds(ns)}` : "";
  return `${offset(ns - (firstNs ?? ns))}s${clock}  #${grouped(firings)}${PHASES[phase]}`;
}

export function paintHeader(surface: Surface, area: Area, scene: Scene): void {
  const { player, glyphs } = scene;
  paint(surface, area, 0, 0, area.cols, "status");
  const state = `${player.isPlaying() ? glyphs.play : glyphs.pause} ${speedText(player.speed())}`;
  const instant = `  ${instantText(scene, area.cols >= 110)} `;
  const right = Math.max(0, area.cols - textWidth(state) - textWidth(instant));
  const name = ` hindsight  ${scene.scriptName}  ${scene.recordingName}`;
  write(surface, area, 0, 0, fitted(name, right - 1, glyphs.ellipsis), "status");
  const next = write(surface, area, right, 0, state, player.isPlaying() ? "playing" : "status");
  write(surface, area, next, 0, instant, "status");
}

const HINTS = ["?:help", "Space:play", "n/N:step", "Tab:panel", "Enter:open", "/:filter", "s:sort", "f:flame", "g:go to", "q:quit"];
const QUESTIONS = { filter: "filter: ", time: "go to (12.5, +0.2, +15ms, #7): " } as const;

export function paintStatus(surface: Surface, area: Area, { view, glyphs }: Scene): void {
  paint(surface, area, 0, 0, area.cols, "status");
  if (view.prompt !== null) {
    const { kind, text } = view.prompt;
    const end = write(surface, area, 0, 0, fitted(` ${QUESTIONS[kind]}${text}`, area.cols - 1, glyphs.ellipsis), "status");
    paint(surface, area, end, 0, 1, "selected");
    return;
  }
  if (view.message !== null) {
    write(surface, area, 0, 0, fitted(` ${view.message}`, area.cols, glyphs.ellipsis), "error");
    return;
  }
  let text = "";
  for (const hint of HINTS) if (text.length + hint.length + 2 <= area.cols) text += ` ${hint} `;
  write(surface, area, 0, 0, text, "status");
}
