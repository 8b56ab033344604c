import type { FunctionReport, SourceReport } from "../../../lib/control/api.ts";

/** Functions, and the source that they come from. */
export interface Listing {
  readonly functions: readonly FunctionReport[];
  /** `undefined` without a source, and where it is not shown. */
  readonly source: SourceReport | undefined;
}
