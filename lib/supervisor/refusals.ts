import type { IsolationLevel } from "../config/isolation_level.ts";
import type { Settings } from "../config/settings.ts";
import { settingsFor } from "../config/settings_for.ts";
import type { FunctionPolicy } from "../function/policy.ts";
import type { PlacedConnection } from "../namespace/refused_place.ts";
import type { OutputLine } from "../process/lines.ts";
import { refusedByManifest } from "./advice_sentences.ts";
import { createRefusalLimiter, MAX_CAUSES } from "./refusal_limiter.ts";
import { mayTellRefusal, refusedAccess } from "./refused_access.ts";
import { egressBounds, type Refusal, refusedConnection } from "./refused_connection.ts";

/** A function with the policy of one of its processes. */
export interface BoundFunction {
  readonly name: string;
  readonly directory: string;
  readonly policy: Pick<FunctionPolicy, "egress" | "permissions">;
}

/** Options of {@linkcode createRefusals}. */
export interface RefusalsOptions {
  readonly context: {
    readonly settings: Settings;
    readonly isolation: { readonly level: IsolationLevel };
  };
  /** Adds a line to a function's log. */
  readonly onMark: (name: string, line: OutputLine) => void;
  readonly now?: () => number;
}

/** Says in functions' logs what policy refuses to them. */
export interface Refusals {
  /** Reads a line of a function's output. */
  readonly read: (one: BoundFunction, line: OutputLine) => void;
  /** Takes a connection that the firewall refused. */
  readonly refused: (
    one: Omit<BoundFunction, "directory">,
    connection: PlacedConnection,
  ) => void;
  readonly forget: (name: string) => void;
}

/** Creates {@linkcode Refusals}: one mark for each cause, once a minute. */
export function createRefusals(
  { context, onMark, now = () => performance.now() }: RefusalsOptions,
): Refusals {
  const limiter = createRefusalLimiter();

  function say(name: string, refusal: Refusal | undefined): void {
    if (refusal === undefined) return;
    const admitted = limiter.admit(name, refusal.cause, now());
    if (admitted === "nothing") return;
    const text = admitted === "say"
      ? refusal.text
      : `more is refused; the log names ${MAX_CAUSES} refusals a minute`;
    onMark(name, { text: `ddsrv: ${text}`, isPartial: false });
  }

  return {
    read({ name, directory, policy }, { text }) {
      if (!mayTellRefusal(text) || !limiter.mayRead(name, now())) return;
      const refusal = refusedAccess(text, () => ({
        name,
        directory,
        stage: "start",
        policy,
        level: context.isolation.level,
        ownRefusals: refusedByManifest(
          policy.permissions,
          settingsFor(context.settings, name).permissions,
        ),
      }));
      say(name, refusal);
    },
    refused({ name, policy }, connection) {
      const bounds = egressBounds(context.settings, { name, policy });
      say(name, refusedConnection(connection, bounds));
    },
    forget: limiter.forget,
  };
}
