import type { ControlClient } from "../../../lib/control/control_client.ts";
import { CliError } from "../../exit_code.ts";

/** When the function expires that `add` adds; the supervisor stores it. */
export interface GivenExpiry {
  /** Stores it; a function that replaces another keeps its expiry if there is none. */
  readonly set: (name: string, isReplaced: boolean) => Promise<void>;
  /** Restores the previous expiry if {@linkcode set} changed it. */
  readonly undo: (name: string) => Promise<void>;
}

/** `ttlMs` is the time until then, `null` for never, or `undefined` if the user gave none. */
export function givenExpiry(
  control: Pick<ControlClient, "expire">,
  ttlMs: number | null | undefined,
  { now = Date.now }: { readonly now?: () => number } = {},
): GivenExpiry {
  let before: string | null | undefined;
  return {
    async set(name, isReplaced) {
      if (ttlMs === undefined && isReplaced) return;
      // A new function must not get the expiry of one that was removed by hand.
      const expiresAt = ttlMs ? new Date(now() + ttlMs).toISOString() : null;
      const done = await control.expire(name, expiresAt);
      if (done === undefined && expiresAt !== null) {
        throw new CliError(
          "Cannot set --ttl: the running ddsrv serve is an older version. Restart it, and try again",
        );
      }
      before = done?.before;
    },
    async undo(name) {
      if (before === undefined) return;
      const taken = before;
      before = undefined;
      await control.expire(name, taken).catch(() => {});
    },
  };
}
