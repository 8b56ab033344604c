import type { ArtifactReference } from "../config/source_reference.ts";
import { type Challenge, mayAskForToken, parseChallenge } from "./auth_challenge.ts";
import { basicOf, type Credential, type Credentials } from "./credentials.ts";
import { readBytes } from "./read_bytes.ts";
import { refusalOf, send } from "./send.ts";
import { SourceError } from "./source_error.ts";

/** A repository of a registry, with the token that it gives. */
export interface Registry {
  /**
   * Requests a path below the repository.
   *
   * @throws {SourceError} if the status is not 200
   */
  readonly get: (path: string, accept: readonly string[]) => Promise<Response>;
}

/** Options of {@linkcode openRegistry}. */
export interface RegistryOptions {
  readonly credentials: Credentials;
  readonly signal: AbortSignal;
}

const MAX_TOKEN_BYTES = 256 * 1024;

const REMEDY = "Check the name, and give ddsrv a login: --source-auth-file";

/** Opens a repository. Source: OCI Distribution Specification. */
export function openRegistry(
  { registry, repository }: Pick<ArtifactReference, "registry" | "repository">,
  { credentials, signal }: RegistryOptions,
): Registry {
  const base = new URL(`${registry}/v2/${repository}/`);
  const credential = credentials.of(base.host);
  let authorization: string | undefined;

  async function authorize(challenge: Challenge | undefined): Promise<string | undefined> {
    switch (challenge?.type) {
      case "basic":
        return credential && basicOf(credential);
      case "bearer":
        return `Bearer ${await askForToken(challenge)}`;
      case undefined:
        return undefined;
      default:
        return challenge satisfies never;
    }
  }

  async function askForToken(
    { realm, service }: Challenge & { readonly type: "bearer" },
  ): Promise<string> {
    const url = URL.parse(realm);
    const isNamed = url !== null && credentials.names(url.host);
    if (url === null || !mayAskForToken({ registry: base, realm: url, isNamed })) {
      throw new SourceError(
        `"${base.host}" gets its tokens from "${url?.host ?? realm}", another host. If that is ` +
          "right, add it to the auths in --source-auth-file (Docker's config.json)",
      );
    }
    if (service !== undefined) url.searchParams.set("service", service);
    url.searchParams.set("scope", `repository:${repository}:pull`);
    const login: Credential | undefined = credentials.of(url.host) ?? credential;
    const response = await send(url, { signal, authorization: login && basicOf(login) });
    if (response.status !== 200) throw await refusalOf(url, response, REMEDY);
    return tokenOf(await readBytes(response, MAX_TOKEN_BYTES), url);
  }

  return {
    async get(path, accept) {
      const url = new URL(path, base);
      const ask = (): Promise<Response> =>
        send(url, { signal, authorization, headers: { accept: accept.join(", ") } });
      let response = await ask();
      if (response.status === 401 && authorization === undefined) {
        await response.body?.cancel();
        authorization = await authorize(parseChallenge(response.headers.get("www-authenticate")));
        if (authorization !== undefined) response = await ask();
      }
      if (response.status !== 200) throw await refusalOf(url, response, REMEDY);
      return response;
    },
  };
}

function tokenOf(bytes: Uint8Array, url: URL): string {
  try {
    const { token, access_token: other } = JSON.parse(new TextDecoder().decode(bytes));
    const found: unknown = token ?? other;
    if (typeof found === "string" && /^[\x21-\x7e]+$/.test(found)) return found;
  } catch {
    // The message is the same.
  }
  throw new SourceError(`"${url.host}" gives no token`);
}
