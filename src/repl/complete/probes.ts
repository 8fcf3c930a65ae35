/** Attach points, part by part, from what the recording offers. */
import { findProvider, providers } from "../../../lang/check/attach/providers.ts";
import { listProbes } from "../../workspace/probe-list.ts";
import type { Candidate } from "../editor/candidates.ts";
import type { Session } from "../session.ts";

/** Providers whose names a list of all probes has, but for those of functions, which have to be looked for. */
const FUNCTIONS = new Set(["kprobe", "kretprobe", "uprobe", "uretprobe", "fentry", "fexit", "rawtracepoint"]);

/** Of those that have more parts, the name ends with a colon. */
const providerNames = (): string[] =>
  providers
    .filter(({ name }) => !["bench", "test", "self", "usdt"].includes(name))
    .map(({ name, parts }) => (parts[0] === 0 ? name : `${name}:`));

/** Full names of the provider's probes. */
function namesOf(session: Session, provider: string): string[] {
  const { machine } = session.options.workspace;
  if (provider === "begin" || provider === "end") return [provider];
  const found = listProbes(FUNCTIONS.has(provider) || provider === "packet" ? `${provider}:*` : `${provider}:*:*`, machine);
  const all = found.length > 0 || provider === "iter" ? found : listProbes(`${provider}:*`, machine);
  // Whoever looks for functions may read the recording.
  if (FUNCTIONS.has(provider)) session.attached?.replay.reclaim();
  return provider === "iter" ? ["iter:task"] : all.map(({ name }) => name);
}

/** `written`: an attach point up to the cursor. Candidates go up to the next colon. */
export function probeParts(session: Session, written: string): Candidate[] {
  const colon = written.indexOf(":");
  if (colon < 0) {
    const wanted = written.toLowerCase();
    return providerNames()
      .filter((name) => name.startsWith(wanted))
      .sort()
      .map((text) => ({ text, suffix: text.endsWith(":") ? "" : " " }));
  }
  const head = written.slice(0, colon);
  const provider = findProvider(head)?.name ?? head;
  const rest = written.slice(colon + 1);
  const done = rest.lastIndexOf(":") + 1;
  const tails = new Set<string>();
  for (const name of namesOf(session, provider)) {
    const tail = name.slice(name.indexOf(":") + 1);
    if (!tail.startsWith(rest)) continue;
    const end = tail.indexOf(":", Math.max(done, rest.endsWith(":") ? rest.length : done));
    tails.add(end < 0 ? tail : tail.slice(0, end + 1));
  }
  return [...tails].sort().map((tail) => ({
    text: `${head}:${tail}`,
    label: tail.slice(done),
    suffix: tail.endsWith(":") ? "" : " ",
  }));
}

/** Names of fields that `args` has in probes with these attach points. */
export function fieldNames(session: Session, points: readonly string[], prefix: string): Candidate[] {
  const names = points.flatMap((point) =>
    listProbes(point, session.options.workspace.machine)
      .slice(0, 1)
      .flatMap(({ fields }) => fields().map(({ name }) => name)),
  );
  session.attached?.replay.reclaim();
  return [...new Set(names)]
    .filter((name) => name.startsWith(prefix) && !name.startsWith("common_"))
    .sort()
    .map((text) => ({ text }));
}
