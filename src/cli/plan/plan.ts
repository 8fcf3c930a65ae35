/** `hindsight plan SCRIPT [-- CMD]`: the commands that record what a script needs. */
import { recordsSomething } from "../../plan/make-plan.ts";
import { planJson, planText } from "../../plan/plan-text.ts";
import { commandsOf, toolFor } from "../../plan/tool.ts";
import { wholeCategories } from "../../plan/tools/event-names.ts";
import { words, type Subject } from "../../plan/tools/step.ts";
import type { Console } from "../console.ts";
import { loadSource } from "../load.ts";
import type { PlanArguments } from "./arguments.ts";
import { compilePlan, sayUnrecordable } from "./compile-plan.ts";
import { scriptWords } from "./script-words.ts";
import { openMachine } from "./tracing-machine.ts";

const GROUP = "hs";

function subjectOf({ command, options }: PlanArguments): Subject {
  if (command.length > 0) return { kind: "command", words: command };
  return options.pid === null ? { kind: "machine" } : { kind: "process", pid: options.pid };
}

/** 0: everything that the script asks for is recorded by these commands; 1: something is not, or the script has errors. */
export async function plan(args: PlanArguments, console: Console): Promise<number> {
  const { options, directory } = args;
  const loaded = loadSource(options);
  const opened = loaded.ok ? await openMachine(options, console) : loaded;
  if (!loaded.ok || !opened.ok) {
    console.error(`${(opened as { readonly message: string }).message}\n`);
    return 1;
  }
  try {
    const { machine } = opened;
    const made = compilePlan(loaded.source, machine, options, GROUP, console);
    if (made === null) return 1;
    if (!recordsSomething(made)) {
      console.print(`# nothing has to be recorded: the script runs by itself\n${words(["hindsight", ...scriptWords(options)])}\n`);
      return 0;
    }
    // Types that the user passes are kept already.
    const kept = options.btf === null ? made.kept : made.kept.filter((what) => what !== "types");
    const recording = { ...made, kept, events: wholeCategories(made.events, machine.catalogue) };
    const subject = subjectOf(args);
    const tool = args.tool ?? toolFor(recording, subject);
    const commands = commandsOf(tool, {
      plan: recording,
      subject,
      directory,
      script: scriptWords({ ...options, format: "text" }),
    });
    const unrecordable = [...recording.unrecordable, ...commands.unrecordable];
    const name = options.program === null ? (options.file ?? "the script") : "the script";
    if (options.format === "json") console.print(planJson(recording, tool, commands, unrecordable));
    else console.print(planText(`records with ${tool} what ${name} asks for; in a root shell`, commands));
    sayUnrecordable(unrecordable, console);
    return unrecordable.length > 0 ? 1 : 0;
  } finally {
    opened.close();
  }
}
