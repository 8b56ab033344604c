import { loadSettings } from "../../lib/config/load_settings.ts";
import { connectControl } from "../../lib/control/control_client.ts";
import { NoSupervisorError } from "../../lib/control/unreachable.ts";

/** A functions directory and where it was found. */
export interface FoundDirectory {
  readonly functionsDirectory: string;
  /** Source of the directory, for messages. */
  readonly from: string;
}

const ANSWER_TIMEOUT_MS = 5_000;

/**
 * Returns the functions directory to use when the user names none: `FUNC_DIRECTORY`, else that of
 * the running supervisor, else the default.
 */
export async function findFunctionsDirectory(
  environment: Readonly<Record<string, string>>,
): Promise<FoundDirectory> {
  const { settings: { functionsDirectory, socket } } = await loadSettings({}, environment);
  if ((environment["FUNC_DIRECTORY"] ?? "") !== "") {
    return { functionsDirectory, from: "from FUNC_DIRECTORY" };
  }
  using control = connectControl(socket, { timeoutMs: ANSWER_TIMEOUT_MS });
  try {
    const supervisor = await control.supervisor();
    const { functionsDirectory, pid } = supervisor;
    return { functionsDirectory, from: `served by the supervisor with pid ${pid}` };
  } catch (error) {
    const why = error instanceof NoSupervisorError
      ? `no supervisor runs with the socket "${socket}"`
      : `the supervisor does not answer: ${(error as Error).message}`;
    return { functionsDirectory, from: `the default: ${why}` };
  }
}
