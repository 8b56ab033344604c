import type { Endpoint } from "../system/endpoint.ts";
import { isSecret, type Secret } from "../proxy/debug_secret.ts";
import { RunRefused } from "./run_refused.ts";

/** The present debug sessions of a supervisor. */
export interface DebugSessions {
  /** Returns why a session of a function can't begin now; `undefined` if it can. */
  readonly findObstacle: (name: string) => string | undefined;
  /**
   * Begins a session of a function, whose signal aborts when it must end.
   *
   * @throws {RunRefused} if the function has a session, or there are too many
   */
  readonly enter: <Result>(
    name: string,
    run: (session: OwnSession) => Promise<Result>,
  ) => Promise<Result>;
  /** Returns the inspector of a function's session, for the holder of its secret. */
  readonly inspectorOf: (name: string, secret: string) => Endpoint | undefined;
  /** Ends the session of a function, and waits until nothing of it is left. */
  readonly end: (name: string, reason: string) => Promise<void>;
}

/** A session, as its own code sees it. */
export interface OwnSession {
  /** Aborts with the reason when the session must end. */
  readonly signal: AbortSignal;
  /** Lets the holder of the secret reach the inspector, until the session ends. */
  readonly open: (inspector: { readonly secret: Secret; readonly endpoint: Endpoint }) => void;
}

/** Maximum number of sessions at the same time: each uses as much as an instance. */
export const MAX_SESSIONS = 8;

interface Entry {
  readonly ending: AbortController;
  inspector: Parameters<OwnSession["open"]>[0] | undefined;
  ended: Promise<unknown>;
}

/** Creates an empty table of sessions. */
export function createDebugSessions(): DebugSessions {
  const sessions = new Map<string, Entry>();

  function findObstacle(name: string): string | undefined {
    if (sessions.has(name)) {
      return `"${name}" has a debug session already. Only one person can debug it at a time; end ` +
        "the other ddsrv debug first";
    }
    if (sessions.size < MAX_SESSIONS) return undefined;
    return `There are ${MAX_SESSIONS} debug sessions already. End one of them first`;
  }

  return {
    findObstacle,
    async enter(name, run) {
      const obstacle = findObstacle(name);
      if (obstacle !== undefined) throw new RunRefused(obstacle);
      const ending = new AbortController();
      const entry: Entry = { ending, inspector: undefined, ended: Promise.resolve() };
      sessions.set(name, entry);
      const ended = run({
        signal: ending.signal,
        open: (inspector) => entry.inspector = inspector,
      });
      entry.ended = ended.catch(() => {});
      try {
        return await ended;
      } finally {
        sessions.delete(name);
      }
    },
    inspectorOf(name, secret) {
      const inspector = sessions.get(name)?.inspector;
      const bytes = new TextEncoder().encode(secret);
      const isOpen = inspector !== undefined && isSecret(bytes, inspector.secret);
      return isOpen ? inspector.endpoint : undefined;
    },
    async end(name, reason) {
      const session = sessions.get(name);
      if (session === undefined) return;
      session.ending.abort(new RunRefused(reason));
      await session.ended;
    },
  };
}
