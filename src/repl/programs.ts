/** The programs of a session, which make one script: how they come and go. */
import { placeOf } from "../../lang/diagnostics/render.ts";
import { diagnosticTexts, type Attached } from "../workspace/workspace.ts";
import { joinPrograms } from "../workspace/join-programs.ts";
import type { Compilation } from "../session/compile.ts";
import type { Program, Session } from "./session.ts";

/** As messages name them, each differently. */
export const programName = ({ file }: Program, index: number): string => file ?? `program ${index + 1}`;

export function sourceNames(programs: readonly Program[]): string[] {
  const names = programs.map(programName);
  return names.map((name, i) => (names.indexOf(name) === i ? name : `${name} (program ${i + 1})`));
}

export const joined = (programs: readonly Program[]): ReturnType<typeof joinPrograms> => {
  const names = sourceNames(programs);
  return joinPrograms(programs.map(({ text }, i) => ({ name: names[i]!, text })));
};

/** Index of the program that a place of the script is in. */
export function programAt(session: Session, offset: number): number {
  const { files } = session.attached!.compilation.source;
  const file = files?.find(({ start, end }) => offset >= start && offset <= end);
  return file === undefined ? 0 : Math.max(0, sourceNames(session.programs).indexOf(file.name));
}

/** With a word about programs that were right before the changed one came. */
function tellErrors(session: Session, compilation: Compilation, programs: readonly Program[]): void {
  for (const text of diagnosticTexts(compilation, "error")) session.fail(text);
  const names = sourceNames(programs);
  const changed = names[programs.findIndex((program) => !session.programs.includes(program))];
  const { source, diagnostics } = compilation;
  const isInChanged = diagnostics.some(
    ({ severity, span }) => severity === "error" && (span === null || placeOf(source, span).file === changed),
  );
  if (changed !== undefined && !isInChanged) session.fail(`HINT: ${changed} was not added: the others do not fit with it\n`);
}

function compiled(session: Session, programs: readonly Program[]): Compilation | null {
  const compilation = session.options.workspace.compile(joined(programs));
  if (compilation.script === null) {
    tellErrors(session, compilation, programs);
    return null;
  }
  return compilation;
}

/** False, with the errors told, leaves everything as it was. The run stands at its start then. */
export function setPrograms(session: Session, programs: readonly Program[]): boolean {
  if (programs.length === 0) {
    session.programs = [];
    session.attached = null;
    session.stand = { kind: "end" };
    return true;
  }
  const known = new Set(session.attached === null ? [] : diagnosticTexts(session.attached.compilation, "warning"));
  const compilation = compiled(session, programs);
  if (compilation === null) return false;
  for (const text of diagnosticTexts(compilation, "warning")) if (!known.has(text)) session.options.sink.error(text);
  session.programs = programs;
  session.attached = attach(session, compilation);
  return true;
}

function attach(session: Session, compilation: Compilation): Attached {
  session.farthest = { firings: 0, isEnd: false };
  return session.options.workspace.attach(compilation, session.format, session.window)!;
}

/** The same programs from the start, in another format or window. */
export function attachAgain(session: Session): void {
  if (session.attached !== null) session.attached = attach(session, session.attached.compilation);
}
