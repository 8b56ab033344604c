/** A user and a password, or a token alone. */
export interface Credential {
  readonly user?: string;
  readonly secret: string;
}

/** Credentials of hosts, as `--source-auth-file` has them. */
export interface Credentials {
  /** Returns that of a host, which is `name` or `name:port`. */
  readonly of: (host: string) => Credential | undefined;
  /** Returns true if the file names the host itself. */
  readonly names: (host: string) => boolean;
}

// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x1f\x7f]/;

/**
 * Parses a file with credentials: one line `TOKEN` or `USER:PASSWORD` for the source's own host, or
 * Docker's config.json. Returns none for `undefined`.
 *
 * @throws {SyntaxError} if it is neither; the message contains none of its text
 */
export function parseCredentials(text: string | undefined, ownHost: string): Credentials {
  if (text === undefined) return { of: () => undefined, names: () => false };
  const trimmed = text.trim();
  if (trimmed.startsWith("{")) return parseDockerConfig(trimmed);
  if (trimmed === "" || CONTROL.test(trimmed)) {
    throw new SyntaxError(
      "The source's auth file is not one line with a token or user:password, and not Docker's " +
        "config.json",
    );
  }
  const credential = splitPair(trimmed);
  return { of: (host) => host === ownHost ? credential : undefined, names: () => false };
}

/** Returns the value of an `Authorization` field; a token alone is a bearer token. */
export function authorizationOf(credential: Credential): string {
  return credential.user === undefined ? `Bearer ${credential.secret}` : basicOf(credential);
}

/** Returns the value of an `Authorization` field for Basic authentication (RFC 7617). */
export function basicOf({ user = "x-access-token", secret }: Credential): string {
  return `Basic ${new TextEncoder().encode(`${user}:${secret}`).toBase64()}`;
}

/** Source: config.json of docker(1), "auths". */
function parseDockerConfig(text: string): Credentials {
  const { auths = {} } = parseJson(text) as { readonly auths?: unknown };
  if (typeof auths !== "object" || auths === null) {
    throw new SyntaxError('The source\'s auth file has no "auths"');
  }
  const found = new Map<string, Credential>();
  for (const [key, entry] of Object.entries(auths)) {
    const host = key.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
    const credential = entryOf(entry);
    if (credential === undefined) {
      throw new SyntaxError(
        `The source's auth file has no "auth" for "${host}". ddsrv runs no credential helpers`,
      );
    }
    found.set(host, credential);
  }
  return { of: (host) => found.get(host), names: (host) => found.has(host) };
}

function entryOf(entry: unknown): Credential | undefined {
  if (typeof entry !== "object" || entry === null) return undefined;
  const { auth, username, password } = entry as Readonly<Record<string, unknown>>;
  if (typeof username === "string" && typeof password === "string") {
    return { user: username, secret: password };
  }
  if (typeof auth !== "string") return undefined;
  try {
    const pair = splitPair(new TextDecoder().decode(Uint8Array.fromBase64(auth)));
    return pair.user === undefined || CONTROL.test(pair.user + pair.secret) ? undefined : pair;
  } catch {
    return undefined;
  }
}

function splitPair(text: string): Credential {
  const colon = text.indexOf(":");
  return colon === -1
    ? { secret: text }
    : { user: text.slice(0, colon), secret: text.slice(colon + 1) };
}

function parseJson(text: string): object {
  try {
    return Object(JSON.parse(text));
  } catch {
    throw new SyntaxError("The source's auth file is not valid JSON");
  }
}
