/** The REPL at a terminal. */
import { basename } from "node:path";
import { isCommand } from "./commands/table.ts";
import { complete } from "./complete/complete.ts";
import { LineEditor } from "./editor/line-editor.ts";
import { openTerminal, type Terminal } from "./editor/terminal.ts";
import { editText } from "./edit-text.ts";
import { execute } from "./execute.ts";
import type { ReplOptions } from "./face.ts";
import { highlight } from "./highlight.ts";
import { historyPath, openHistory } from "./history-file.ts";
import { isUnfinished } from "./input.ts";
import { terminalSink } from "./progress.ts";
import { changePrograms } from "./run-programs.ts";
import { Session } from "./session.ts";
import { counted, offset } from "./time-text.ts";

const NAME = "hindsight";

/** Where the run stands, to the microsecond, unless that is its start or end. */
function prompt({ attached, draft }: Session): string {
  if (draft !== null && draft.replaces !== null) return `edit ${draft.replaces + 1}> `;
  const position = attached?.replay.position();
  if (position === undefined || position.phase !== "running" || position.firings === 0) return `${NAME}> `;
  return `${NAME} ${offset(position.ns, attached!.replay.firstNs).slice(0, -3)}> `;
}

function greeting({ options }: Session): string {
  const { info, catalogue } = options.workspace.recording;
  return (
    `hindsight ${options.version}: ${basename(info.path)}, ${counted(catalogue.tracepoints.length, "kind")} of events\n` +
    "Type a program (tracepoint:… { … }), a command, or help. Tab completes.\n"
  );
}

function suspended<T>(terminal: Terminal, what: () => T): T {
  terminal.suspend();
  const after = (): void => terminal.resume();
  let isLater = false;
  try {
    const result = what();
    if (result instanceof Promise) {
      isLater = true;
      return result.finally(after) as T;
    }
    return result;
  } finally {
    if (!isLater) after();
  }
}

function editElsewhere(session: Session, text: string): string {
  const editor = session.options.env["VISUAL"] ?? session.options.env["EDITOR"] ?? "";
  if (editor === "") return text;
  const edited = session.suspended(() => editText(editor, text));
  return edited.ok ? edited.text : text;
}

/** The exit status. `write`: text that is shown at once. */
export async function replInteractive(options: ReplOptions, write: (text: string) => void): Promise<number> {
  const { sink, progress, startLine } = terminalSink(options.sink, write);
  const session = new Session({ ...options, sink });
  session.isInteractive = true;
  session.progress = progress;
  const terminal = openTerminal(process.stdin, process.stdout, write);
  session.suspended = (what) => suspended(terminal, what);
  terminal.onInterrupt(() => (session.isInterrupted = true));
  const editor = new LineEditor({
    terminal,
    history: openHistory(historyPath(options.env)),
    complete: (text, cursor) => complete(session, text, cursor),
    highlight,
    isUnfinished: (text) => isUnfinished(text, isCommand),
    editElsewhere: (text) => editElsewhere(session, text),
    hasColours: options.hasColours,
  });
  try {
    session.text(greeting(session));
    if (options.script !== null) {
      const file = options.script.name === "stdin" ? null : options.script.name;
      await changePrograms(session, [{ file, text: options.script.text }]);
    }
    while (!session.isLeaving) {
      startLine();
      const read = await editor.read(prompt(session), session.draft?.text);
      if (read.kind === "leave") break;
      if (read.kind === "cancelled") session.draft = null;
      else await execute(session, read.text);
    }
    return 0;
  } finally {
    terminal.close();
  }
}
