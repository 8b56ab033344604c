/** Result of a probe of one isolation layer. */
export interface Finding {
  readonly layer: string;
  /** `missing`: ddsrv can't serve. `limited`: ddsrv serves with a missing limit. */
  readonly status: "ok" | "limited" | "missing";
  readonly detail: string;
  /** Action for the operator; empty when none is needed. */
  readonly remedy: string;
}

/**
 * A test of one layer. It returns the detail of a working layer, or a finding. When it throws, the
 * layer is missing and the error says why.
 */
export interface Probe<Result = string | Omit<Finding, "layer">> {
  readonly layer: string;
  readonly probe: () => Promise<Result>;
  readonly remedy: string;
}
