import { settingsFor } from "../config/settings_for.ts";
import type { IsolationLevel } from "../config/isolation_level.ts";
import type { Settings } from "../config/settings.ts";
import type { FunctionPolicy } from "../function/policy.ts";
import { adviseOn } from "./advice.ts";
import { refusedByManifest } from "./advice_sentences.ts";
import { publicCause } from "./public_cause.ts";
import type { Failure } from "./state.ts";

/** The process that wrote an output. */
export interface OutputOrigin {
  readonly name: string;
  /** Folder of the function. */
  readonly directory: string;
  readonly stage: "start" | "exit";
  readonly policy: FunctionPolicy;
  readonly context: {
    readonly settings: Settings;
    readonly isolation: { readonly level: IsolationLevel };
  };
}

/** Returns what the output of a process that failed says about the cause, and advice. */
export function explainOutput(
  text: string,
  { name, directory, stage, policy, context }: OutputOrigin,
): Required<Pick<Failure, "cause" | "advice">> {
  const { settings, isolation: { level } } = context;
  const ownRefusals = refusedByManifest(
    policy.permissions,
    settingsFor(settings, name).permissions,
  );
  return {
    cause: publicCause(text, { stage, secrets: Object.values(policy.env) }),
    advice: adviseOn(text, { name, directory, stage, policy, level, ownRefusals }),
  };
}
