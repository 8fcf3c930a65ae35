/** A line that is typed at the bottom: a filter, which acts at once, or a time. */
import type { ActionContext } from "./actions.ts";
import type { Key } from "./screen.ts";

const FIRING = /^#(\d{1,15})$/;

function goTo({ scene, parseTime }: ActionContext, text: string): void {
  const { view, player } = scene;
  if (text === "") return;
  const firing = FIRING.exec(text);
  const time = firing === null ? parseTime(text) : null;
  if (firing !== null) player.seekFiring(Number(firing[1]));
  else if (text === "start") player.seekStart();
  else if (text === "end") player.seekEnd();
  else if (time !== null) player.seek(time);
  else view.message = `not a time: ${text} (12.5, +0.2, +15ms, #7, start, end)`;
}

/** A key, while a line is being typed. */
export function typeInPrompt(key: Key, context: ActionContext): void {
  const { view } = context.scene;
  const { prompt } = view;
  if (prompt === null) return;
  const before = prompt.text;
  switch (key.name) {
    case "enter":
    case "linefeed":
      view.prompt = null;
      if (prompt.kind === "time") goTo(context, prompt.text.trim());
      return;
    case "escape":
    case "C-c":
      view.prompt = null;
      if (prompt.kind === "filter") view.filter[view.focus] = "";
      return;
    case "backspace":
      prompt.text = prompt.text.slice(0, -1);
      break;
    case "C-u":
      prompt.text = "";
      break;
    default:
      prompt.text += /^[ -~\xa0-\uffff]$/.test(key.text) ? key.text : "";
  }
  if (prompt.kind === "filter" && prompt.text !== before) {
    view.filter[view.focus] = prompt.text;
    view.selected = 0;
    view.outputSkip = 0;
  }
}
