import type { ArchiveReference } from "../config/source_reference.ts";
import { authorizationOf, parseCredentials } from "./credentials.ts";
import { download } from "./download.ts";
import { refusalOf, send } from "./send.ts";
import { SourceError } from "./source_error.ts";
import type { Fetched, FetchOptions } from "./version.ts";

const REMEDY = "Give ddsrv a token: --source-auth-file";

/**
 * Downloads an archive, unless the server says that it is one of the known versions.
 *
 * @throws {SourceError} if it can't be read, or its digest is not the one of the reference
 */
export async function fetchArchive(
  reference: ArchiveReference,
  { known, file, authText, signal }: FetchOptions,
): Promise<Fetched> {
  const url = new URL(reference.url);
  const credential = parseCredentials(authText, url.host).of(url.host);
  const etags = known.flatMap(({ etag }) => etag === undefined ? [] : [etag]);
  const response = await send(url, {
    signal,
    authorization: credential && authorizationOf(credential),
    ...etags.length === 0 ? {} : { headers: { "if-none-match": etags.join(", ") } },
  });
  const etag = parseEtag(response.headers.get("etag"));
  if (response.status === 304) {
    await response.body?.cancel();
    const version = known.length === 1 ? known[0] : known.find((one) => one.etag === etag);
    if (version !== undefined) return { type: "known", version };
    throw new SourceError(`"${url.host}" answers with 304 and does not say which version it has`);
  }
  if (response.status !== 200 || response.body === null) {
    throw await refusalOf(url, response, REMEDY);
  }
  const { sha256 } = await download(response.body, { file, from: url.host, signal });
  if (reference.sha256 !== undefined && reference.sha256 !== sha256) {
    throw new SourceError(
      `The archive has the digest sha256:${sha256}, and --source wants sha256:${reference.sha256}`,
    );
  }
  const version = { digest: `sha256:${sha256}`, etag };
  const isKnown = known.some(({ digest }) => digest === version.digest);
  return { type: isKnown ? "known" : "found", version };
}

/** Returns an entity tag that can be sent back; weak ones compare as well (RFC 9110, 13.1.2). */
function parseEtag(value: string | null): string | undefined {
  return value !== null && /^(?:W\/)?"[\x21\x23-\x7e]{0,200}"$/.test(value) ? value : undefined;
}
