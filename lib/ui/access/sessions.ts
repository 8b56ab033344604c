import { createHash, randomBytes } from "node:crypto";
import { isSameSecret } from "./secret.ts";

/** A browser that has logged in. */
export interface Session {
  /** Forms send it back, so that no other site can send them (CSRF). */
  readonly formToken: string;
  /** Aborts when the session ends. */
  readonly signal: AbortSignal;
  /** Result of the last form, for the next page. */
  notice: Notice | undefined;
}

/** A message about the result of a form. */
export interface Notice {
  readonly tone: "good" | "bad";
  readonly text: string;
}

/** The sessions of a page, in memory. */
export interface Sessions {
  /** Begins a session and returns the value of its cookie. */
  readonly begin: () => string;
  /** Returns a session that has not ended, and counts as its use. */
  readonly find: (cookie: string | undefined) => Session | undefined;
  readonly end: (cookie: string | undefined) => void;
  /** Ends all sessions. */
  readonly endAll: () => void;
}

/** Options of {@linkcode createSessions}. */
export interface SessionsOptions {
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
  readonly maxSessions?: number;
}

/** Time after which a session ends, and after which an unused one ends. */
export const MAX_AGE_MS = 12 * 3_600_000;
const MAX_UNUSED_MS = 2 * 3_600_000;

const MAX_SESSIONS = 64;

interface Entry {
  readonly session: Session;
  readonly ended: AbortController;
  readonly startedMs: number;
  usedMs: number;
}

/** Creates a table of sessions. A further session beyond the maximum ends the least recent one. */
export function createSessions(
  { now = () => performance.now(), maxSessions = MAX_SESSIONS }: SessionsOptions = {},
): Sessions {
  /** By the hash of the cookie, the least recently used first. */
  const entries = new Map<string, Entry>();

  function drop(key: string): void {
    entries.get(key)?.ended.abort();
    entries.delete(key);
  }

  function dropOld(): void {
    const nowMs = now();
    for (const [key, { startedMs, usedMs }] of entries) {
      const isOver = nowMs - startedMs >= MAX_AGE_MS || nowMs - usedMs >= MAX_UNUSED_MS;
      if (isOver || entries.size > maxSessions) drop(key);
    }
  }

  return {
    begin() {
      const cookie = randomBytes(32).toString("base64url");
      const ended = new AbortController();
      const formToken = randomBytes(32).toString("base64url");
      const session = { formToken, signal: ended.signal, notice: undefined };
      entries.set(keyOf(cookie), { session, ended, startedMs: now(), usedMs: now() });
      dropOld();
      return cookie;
    },
    find(cookie) {
      dropOld();
      const key = keyOf(cookie ?? "");
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entry.usedMs = now();
      entries.delete(key);
      entries.set(key, entry);
      return entry.session;
    },
    end: (cookie) => drop(keyOf(cookie ?? "")),
    endAll() {
      for (const key of [...entries.keys()]) drop(key);
    },
  };
}

/** Returns true if a form has the token of its session. */
export function isOwnForm(session: Session, formToken: unknown): boolean {
  return typeof formToken === "string" && isSameSecret(formToken, session.formToken);
}

function keyOf(cookie: string): string {
  return createHash("sha256").update(cookie).digest("base64");
}
