/** A way of authentication that a registry asks for. */
export type Challenge =
  | { readonly type: "basic" }
  | {
    readonly type: "bearer";
    /** URL that gives tokens. */
    readonly realm: string;
    readonly service: string | undefined;
  };

/** A longer field would take seconds to search. */
const MAX_FIELD_LENGTH = 4_096;

const PARAMETER = /([a-z]+)="([^"\\]*)"(?:,\s*|$)/gi;

/**
 * Parses a `WWW-Authenticate` field (RFC 9110, section 11.6.1; Distribution, "Token Authentication").
 * Returns `undefined` for one that is too long.
 *
 * @example
 * ```ts
 * import { parseChallenge } from "./auth_challenge.ts";
 * parseChallenge('Bearer realm="https://registry.test/token",service="registry.test"')?.type; // "bearer"
 * ```
 */
export function parseChallenge(value: string | null): Challenge | undefined {
  if (value !== null && value.length > MAX_FIELD_LENGTH) return undefined;
  const [, scheme = "", rest = ""] = /^\s*(\w+)\s*(.*)$/s.exec(value ?? "") ?? [];
  if (scheme.toLowerCase() === "basic") return { type: "basic" };
  if (scheme.toLowerCase() !== "bearer") return undefined;
  const parameters = new Map<string, string>();
  for (const [, name = "", text = ""] of rest.matchAll(PARAMETER)) {
    parameters.set(name.toLowerCase(), text);
  }
  const realm = parameters.get("realm");
  return realm === undefined
    ? undefined
    : { type: "bearer", realm, service: parameters.get("service") };
}

/**
 * Returns true if a registry may send ddsrv to this URL for a token: to its own host, to its parent
 * domain or a sibling of it, such as `auth.example.com` for `registry.example.com`, or to a host that
 * the operator's file names. Otherwise it could have a password sent anywhere, or a request to a
 * service that only this host reaches.
 */
export function mayAskForToken(
  { registry, realm, isNamed }: {
    readonly registry: URL;
    readonly realm: URL;
    readonly isNamed: boolean;
  },
): boolean {
  if (realm.protocol !== registry.protocol || realm.username !== "" || realm.password !== "") {
    return false;
  }
  if (realm.host === registry.host || isNamed) return true;
  // Another port belongs to another service.
  if (realm.port !== "" || registry.port !== "") return false;
  const parent = registry.hostname.split(".").slice(1).join(".");
  if (!parent.includes(".") || /^[\d.]+$/.test(registry.hostname)) return false;
  return realm.hostname === parent || realm.hostname.endsWith(`.${parent}`);
}
