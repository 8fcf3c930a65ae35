/** Our verdicts beside those of the real kernel. Ours may be stricter; it must accept nothing that the kernel rejects. */
import { expect, test } from "vitest";
import { verify } from "../../../src/bpf/verifier/verify.ts";
import { askKernel, kernelMissing } from "../../support/kernel-bpf.ts";
import { type CorpusCase, corpus, corpusMaps, corpusProgram } from "./corpus.ts";

const missing = kernelMissing();
if (missing !== null) console.log(`verdicts of the kernel: skipped, ${missing}`);

/** What the kernel must say: nothing (accepted), or a piece of its log. */
function expected({ reason, kernel }: CorpusCase): string | null {
  if (reason === null || kernel === "accepts") return null;
  return kernel ? kernel.says : reason;
}

test.skipIf(missing !== null)("the kernel gives each program of the corpus the verdict written there", () => {
  const answers = askKernel(corpus.map((item) => ({ program: corpusProgram(item), maps: corpusMaps })));
  const wrong = corpus.flatMap((item, index) => {
    const { ok, log, errno } = answers[index]!;
    const says = expected(item);
    const agrees = says === null ? ok : !ok && log.includes(says);
    return agrees ? [] : [{ name: item.name, expected: says, ok, errno, log: log.trim().split("\n").slice(-4) }];
  });
  expect(wrong).toEqual([]);
});

test.skipIf(missing !== null)("nothing is accepted that the kernel rejects", () => {
  const accepted = corpus.filter((item) => verify(corpusProgram(item), corpusMaps).ok);
  const answers = askKernel(accepted.map((item) => ({ program: corpusProgram(item), maps: corpusMaps })));
  expect(accepted.filter((_, index) => !answers[index]!.ok).map(({ name }) => name)).toEqual([]);
});
