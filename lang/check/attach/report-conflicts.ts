/** What attach points forbid one another: names of tests and benchmarks are given once, an iterator is alone (rows 1.19, 1.20, 1.45). */
import type { AttachPoint, Script } from "../../ast/ast.ts";
import type { Report } from "../report.ts";
import { findProvider } from "./providers.ts";
import { partsOf } from "./split.ts";

export function reportConflicts(script: Script, params: readonly string[], report: Report): void {
  const named = new Map<string, AttachPoint>();
  const probes = script.items.filter((item) => item.kind === "probe");
  for (const { attach } of probes) {
    for (const point of attach) {
      const [written = "", target = ""] = partsOf(point, params).parts;
      const provider = findProvider(written)?.name;
      if (provider === "iter" && attach.length > 1)
        report.error("invalidAttachPoint", point.span, "iter probe only supports one attach point.");
      else if (provider === "iter" && probes.length > 1)
        report.error("invalidAttachPoint", point.span, "an iter probe has to be the only probe");
      if ((provider !== "test" && provider !== "bench") || target === "") continue;
      const other = named.get(`${provider}:${target}`);
      if (other === undefined) named.set(`${provider}:${target}`, point);
      else
        report.error(
          "invalidAttachPoint",
          point.span,
          `"${target}" was used as the name for more than one ${provider.toUpperCase()} probe`,
          {
            related: [{ span: other.span, label: "this is the other instance" }],
          },
        );
    }
  }
}
