import type { Keys } from "../../output/keys.ts";

/** An action of `ddsrv dev` that a key starts. */
export type DevAction = "open" | "restart" | "clear" | "help" | "quit";

const ACTIONS: Readonly<Record<string, DevAction>> = {
  o: "open",
  r: "restart",
  c: "clear",
  h: "help",
  "?": "help",
  q: "quit",
  // Ctrl-C and Ctrl-D, where they send no signal.
  "\x03": "quit",
  "\x04": "quit",
};

/** The keys, for people. */
export const KEYS_HELP = "o open in the browser, r restart, c clear the screen, q quit";

/** Calls the action of each known key, until `quit` or the end of the input. */
export async function followKeys(
  next: Keys["next"],
  actions: Readonly<Record<DevAction, () => void>>,
): Promise<void> {
  for (let key = await next(); key !== undefined; key = await next()) {
    const action = ACTIONS[key.toLowerCase()];
    if (action !== undefined) actions[action]();
    if (action === "quit") return;
  }
}
