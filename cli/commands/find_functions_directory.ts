import { loadSettings } from "../../lib/config/load_settings.ts";
import { connectControl } from "../../lib/control/control_client.ts";
import { NoSupervisorError } from "../../lib/control/unreachable.ts";

/** A functions directory, and who names it. */
export interface FoundDirectory {
  readonly functionsDirectory: string;
  /** Behind the directory's name, as a person says it. */
  readonly from: string;
}

/** A supervisor that is busy for longer is not waited for. */
const ANSWER_MS = 5_000;

/**
 * The functions directory that somebody means who names none: the environment's, else that of the
 * supervisor that runs, else the default.
 */
export async function findFunctionsDirectory(
  environment: Readonly<Record<string, string>>,
): Promise<FoundDirectory> {
  const { settings: { functionsDirectory, socket } } = await loadSettings({}, environment);
  if ((environment["FUNC_DIRECTORY"] ?? "") !== "") {
    return { functionsDirectory, from: "which FUNC_DIRECTORY names" };
  }
  using control = connectControl(socket, { timeoutMs: ANSWER_MS });
  try {
    const supervisor = await control.supervisor();
    const { functionsDirectory, pid } = supervisor;
    return { functionsDirectory, from: `which the supervisor that runs serves (pid ${pid})` };
  } catch (error) {
    const why = error instanceof NoSupervisorError
      ? `for no supervisor runs with the socket "${socket}"`
      : `for its supervisor does not say which it serves: ${(error as Error).message}`;
    return { functionsDirectory, from: `the default, ${why}` };
  }
}
