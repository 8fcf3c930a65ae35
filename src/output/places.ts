/** Places of a script as run-time messages name them (rows 5.02, 9.17, 10.16). */
import type { Source, Span } from "../../lang/diagnostics/diagnostic.ts";
import { expansionsOf } from "../../lang/diagnostics/expansions.ts";
import { formatLocation, placeOf, renderDiagnostic, renderPlace } from "../../lang/diagnostics/render.ts";
import type { PrinterOptions } from "./printer.ts";

export const placesOf = (source: Source): Pick<PrinterOptions, "locate" | "expansions" | "describeWarning"> => ({
  locate: (span: Span) => ({ ...placeOf(source, span), text: formatLocation(source, span) }),
  expansions: (span, severity) =>
    expansionsOf(span)
      .map((place) => renderPlace(source, severity, place))
      .join(""),
  describeWarning: (span, message, info) =>
    renderDiagnostic(source, {
      code: "HS6001",
      severity: "warning",
      span,
      message: info === "" ? message : `${message}\n${info}`,
      related: expansionsOf(span),
    }),
});
