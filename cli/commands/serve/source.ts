import type { Settings } from "../../../lib/config/settings.ts";
import type { SourceReport } from "../../../lib/control/api.ts";
import { reportSource } from "../../../lib/control/report_source.ts";
import type { Webhook } from "../../../lib/control/source_webhook.ts";
import { parseCredentials } from "../../../lib/source/credentials.ts";
import { openSource, type Source } from "../../../lib/source/source.ts";
import type { Supervisor } from "../../../lib/supervisor/supervisor.ts";
import { CliError } from "../../exit_code.ts";
import type { Console } from "../../output/console.ts";

/** Variable with the text of `--source-auth-file`, for hosts that give secrets that way. */
const TOKEN_VARIABLE = "DDSRV_SOURCE_TOKEN";

/** The source of the served functions. Disposing of it stops asking. */
export interface ServedSource extends AsyncDisposable {
  readonly report: SourceReport;
  /** Returns true once the supervisor has seen the functions of a version. */
  readonly isLoaded: () => boolean;
  /** Begins to ask the source. `onLoaded` is called with each version that the supervisor has seen. */
  readonly start: (supervisor: Supervisor, onLoaded: () => void) => void;
  /** Asks the source soon. */
  readonly poll: () => void;
  /** Answers webhooks, if they have a secret. */
  readonly webhook: Webhook | undefined;
}

/** Settings of a source. */
export type SourceSettings = Pick<
  Settings,
  | "source"
  | "sourcePollMs"
  | "sourceAuthFile"
  | "sourceWebhookSecretFile"
  | "functionsDirectory"
  | "isolation"
>;

/** Creates the functions directory of a source, which nobody else fills. */
export async function makeSourceDirectory(
  { source, functionsDirectory }: Pick<Settings, "source" | "functionsDirectory">,
): Promise<void> {
  if (source !== undefined) await Deno.mkdir(functionsDirectory, { recursive: true, mode: 0o755 });
}

/**
 * Opens the source of the functions, if the settings name one. Asks nothing before it starts.
 *
 * @throws {CliError} if the functions directory can't be used for it
 */
export async function openServedSource(
  settings: SourceSettings,
  console: Pick<Console, "say" | "warn">,
): Promise<ServedSource | undefined> {
  const { source: reference, sourceWebhookSecretFile: secretFile } = settings;
  if (reference === undefined) return undefined;
  const authText = tokenOf(Deno.env.get(TOKEN_VARIABLE), settings);
  const source = await openSource({
    reference,
    authText,
    functionsDirectory: settings.functionsDirectory,
    intervalMs: settings.sourcePollMs,
    authFile: settings.sourceAuthFile,
    isolation: settings.isolation,
  }).catch((error) => {
    throw new CliError((error as Error).message);
  });
  let isLoaded = source.state.digest !== undefined;
  return {
    get report() {
      return reportSource(source.state);
    },
    isLoaded: () => isLoaded,
    start(supervisor, onLoaded) {
      console.say(describeBegin(source));
      source.start({
        onSwitch({ changed }, { digest }) {
          const [, commit] = /^git:(.+)$/.exec(digest) ?? [];
          for (const name of changed) supervisor.announce(name, { by: "source", commit });
        },
        onTaken({ changed, removed }, { digest }) {
          console.say(
            `Source: ${digest}, with ${changed.length} changed and ${removed.length} removed`,
          );
          void untilSeen(supervisor).then(() => {
            isLoaded = true;
            onLoaded();
          });
        },
        onProblem: (problem) => say(problem),
      });
    },
    poll: source.poll,
    webhook: secretFile === undefined ? undefined : {
      readSecret: () => Deno.readTextFile(secretFile),
      poll: source.poll,
      onWarning: console.warn,
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };

  function say(problem: string | undefined): void {
    if (problem === undefined) return console.say("Source: it can be used again");
    const { digest } = source.state;
    const rest = digest === undefined
      ? "There are no functions until it can be used"
      : `The version ${digest} stays`;
    console.warn(`Cannot use the source ${reference?.text}: ${problem}. ${rest}`);
  }
}

/** Waits for a scan to which no folder looks as if it were still being written. */
async function untilSeen(supervisor: Supervisor): Promise<void> {
  await supervisor.scan();
  while (supervisor.unsettled.size > 0) await supervisor.changed();
}

/** Returns the login of the environment; throws {@linkcode CliError} if it can't be used. */
function tokenOf(
  text: string | undefined,
  { sourceAuthFile }: Pick<Settings, "sourceAuthFile">,
): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (sourceAuthFile !== undefined) {
    throw new CliError(
      `${TOKEN_VARIABLE} and --source-auth-file are both set. Leave out one of them`,
    );
  }
  try {
    parseCredentials(text, "");
    return text;
  } catch {
    throw new CliError(
      `${TOKEN_VARIABLE} is not one line with a token or user:password. Set it without control ` +
        "characters",
    );
  }
}

function describeBegin({ state: { reference, digest } }: Source): string {
  return `Functions from ${reference}: ${
    digest === undefined ? "no version is here yet" : `${digest} until a newer one is there`
  }`;
}
