import { readAnswer, requireOk } from "./read_answer.ts";

/** Protocol version that this client speaks. */
export const PROTOCOL_VERSION = 3;

/** Answer of the metadata exchange, as far as it is needed. */
export interface Metadata {
  readonly databaseId: string;
  /** URL of the endpoint with strong consistency, without a slash at its end. */
  readonly endpoint: string;
  readonly token: string;
}

/** Options of {@linkcode createMetadataCache}. */
export interface MetadataOptions {
  /** Where the metadata exchange is. */
  readonly url: string;
  readonly fetch: (url: URL, init: RequestInit) => Promise<Response>;
  /** Time in milliseconds since 1970. */
  readonly now: () => number;
}

/** The metadata of a server, for as long as it is valid. */
export interface MetadataCache {
  /** Returns valid metadata for an access token, of the cache or of the server. */
  readonly get: (
    accessToken: string | undefined,
    signal: AbortSignal,
  ) => Promise<{ readonly metadata: Metadata; readonly isCached: boolean }>;
  /** The server has refused the metadata, or does not answer: the next call asks again. */
  readonly drop: () => void;
}

interface Kept {
  readonly metadata: Metadata;
  readonly accessToken: string | undefined;
  readonly untilMs: number;
}

/** Time before the expiry from which on the metadata is asked for again. */
const MARGIN_MS = 10_000;

/** Maximum age: a server whose clock is ahead would let it live too long. */
const MAX_AGE_MS = 3_600_000;

/** Creates a cache. Source: denokv, proto/kv-connect.md, "Metadata Exchange". */
export function createMetadataCache(options: MetadataOptions): MetadataCache {
  let kept: Kept | undefined;

  return {
    async get(accessToken, signal) {
      const { url, fetch, now } = options;
      const isValid = kept !== undefined && kept.accessToken === accessToken &&
        now() < kept.untilMs;
      if (isValid) return { metadata: kept!.metadata, isCached: true };
      const base = new URL(url);
      const response = await fetch(base, {
        method: "POST",
        signal,
        // A redirect would send the token to another server.
        redirect: "error",
        headers: {
          "content-type": "application/json",
          ...accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` },
        },
        body: JSON.stringify({ supportedVersions: [PROTOCOL_VERSION] }),
      });
      const { metadata, expiresAtMs } = parseMetadata(requireOk(await readAnswer(response)), base);
      const nowMs = now();
      kept = {
        metadata,
        accessToken,
        untilMs: Math.min(expiresAtMs - MARGIN_MS, nowMs + MAX_AGE_MS),
      };
      return { metadata, isCached: false };
    },
    drop() {
      kept = undefined;
    },
  };
}

/** Body of the response, as the server sends it. */
interface Sent {
  readonly version: unknown;
  readonly databaseId: unknown;
  readonly endpoints: readonly ({ readonly url: unknown; readonly consistency: unknown } | null)[];
  readonly token: unknown;
  readonly expiresAt: unknown;
}

function parseMetadata(
  body: Uint8Array,
  base: URL,
): { readonly metadata: Metadata; readonly expiresAtMs: number } {
  const sent = JSON.parse(new TextDecoder().decode(body)) as Partial<Sent> | null;
  const endpoints = Array.isArray(sent?.endpoints) ? sent.endpoints as Sent["endpoints"] : [];
  const strong = endpoints.find((one) => one?.consistency === "strong")?.url;
  const { version, databaseId, token, expiresAt } = sent ?? {};
  const isKnown = version === PROTOCOL_VERSION && typeof databaseId === "string" &&
    typeof token === "string" && typeof strong === "string" && URL.canParse(strong, base);
  if (!isKnown) throw new SyntaxError("The server does not speak version 3 of KV Connect");
  const { protocol, href } = new URL(strong, base);
  if (protocol !== base.protocol && protocol !== "https:") {
    throw new SyntaxError(`The server names an endpoint without TLS, "${strong}"`);
  }
  const endpoint = href.replace(/\/$/, "");
  const expiresAtMs = typeof expiresAt === "string" ? Date.parse(expiresAt) : NaN;
  // Without a time, it is for one operation only.
  return {
    metadata: { databaseId, token, endpoint },
    expiresAtMs: Number.isNaN(expiresAtMs) ? 0 : expiresAtMs,
  };
}
