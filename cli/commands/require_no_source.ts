import type { SupervisorReport } from "../../lib/control/api.ts";
import { CliError } from "../exit_code.ts";

/**
 * Throws a `CliError` if the functions come from a source, which alone changes the functions
 * directory: another change would be lost, or stop the next version.
 */
export function requireNoSource({ source }: Pick<SupervisorReport, "source">): void {
  if (!source) return;
  throw new CliError(
    `The functions come from ${source.reference} (ddsrv serve --source). Change them there. ` +
      "Nothing was changed",
  );
}
