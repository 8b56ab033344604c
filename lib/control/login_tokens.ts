import { createHash, randomBytes } from "node:crypto";

/** Tokens that log in once. */
export interface LoginTokens {
  /** Returns a new token of 256 random bits. */
  readonly issue: () => string;
  /** Returns true if the token is valid, and makes it invalid. */
  readonly take: (token: string) => boolean;
}

/** Options of {@linkcode createLoginTokens}. */
export interface LoginTokensOptions {
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
  readonly maxAgeMs?: number;
}

const MAX_AGE_MS = 10 * 60_000;

/** A further token makes the oldest one invalid. */
const MAX_TOKENS = 32;

/**
 * Creates a table of tokens for the page. It keeps only their hashes, so that the time of a search
 * says nothing about a token.
 */
export function createLoginTokens(
  { now = () => performance.now(), maxAgeMs = MAX_AGE_MS }: LoginTokensOptions = {},
): LoginTokens {
  const ends = new Map<string, number>();

  function dropOld(): void {
    for (const [key, endMs] of ends) {
      if (endMs <= now() || ends.size > MAX_TOKENS) ends.delete(key);
    }
  }

  return {
    issue() {
      const token = randomBytes(32).toString("base64url");
      ends.set(keyOf(token), now() + maxAgeMs);
      dropOld();
      return token;
    },
    take(token) {
      dropOld();
      return ends.delete(keyOf(token));
    },
  };
}

function keyOf(token: string): string {
  return createHash("sha256").update(token).digest("base64");
}
