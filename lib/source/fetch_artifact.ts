import { createHash } from "node:crypto";
import type { ArtifactReference } from "../config/source_reference.ts";
import { parseCredentials } from "./credentials.ts";
import { download, MAX_DOWNLOAD_BYTES } from "./download.ts";
import { MANIFEST_TYPES, parseManifest } from "./oci_manifest.ts";
import { readBytes } from "./read_bytes.ts";
import { openRegistry, type Registry } from "./registry.ts";
import { RefusedVersionError, SourceError } from "./source_error.ts";
import type { Fetched, FetchOptions } from "./version.ts";

/** Source: OCI Distribution Specification, "Pushing Manifests". */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/**
 * Downloads the archive of an artifact, unless its manifest has the digest of a known version. Every
 * byte is verified: the manifest by the reference's digest if it has one, the archive by the digest in
 * the manifest.
 *
 * @throws {SourceError} if it can't be read, or a digest is wrong
 * @throws {RefusedVersionError} if the artifact is none with functions
 */
export async function fetchArtifact(
  reference: ArtifactReference,
  { known, file, authText, signal }: FetchOptions,
): Promise<Fetched> {
  const { host } = new URL(reference.registry);
  const credentials = parseCredentials(authText, host);
  const registry = openRegistry(reference, { credentials, signal });
  const { tag, sha256: wanted } = reference;
  const first = await readManifest(registry, { name: wanted && `sha256:${wanted}` || tag, wanted });
  const version = { digest: `sha256:${first.sha256}` };
  if (known.some(({ digest }) => digest === version.digest)) return { type: "known", version };
  const manifest = await resolveIndex(registry, parseManifest(first.text));
  const { blob } = manifest;
  if (blob.bytes > MAX_DOWNLOAD_BYTES) {
    throw new RefusedVersionError(
      `The archive has ${blob.bytes} bytes, and at most ${MAX_DOWNLOAD_BYTES} are allowed`,
    );
  }
  const { body } = await registry.get(`blobs/sha256:${blob.sha256}`, ["*/*"]);
  if (body === null) throw new SourceError(`"${host}" sends no archive`);
  const got = await download(body, { file, from: host, maxBytes: blob.bytes, signal });
  if (got.sha256 === blob.sha256 && got.bytes === blob.bytes) return { type: "found", version };
  throw new SourceError(
    `The archive has the digest sha256:${got.sha256}, and its manifest says sha256:${blob.sha256}`,
  );
}

interface ManifestText {
  readonly text: string;
  readonly sha256: string;
}

async function readManifest(
  registry: Registry,
  { name, wanted }: { readonly name: string; readonly wanted: string | undefined },
): Promise<ManifestText> {
  const response = await registry.get(`manifests/${name}`, MANIFEST_TYPES);
  const bytes = await readBytes(response, MAX_MANIFEST_BYTES);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const text = new TextDecoder().decode(bytes);
  if (wanted === undefined || wanted === sha256) return { text, sha256 };
  throw new SourceError(
    `The manifest has the digest sha256:${sha256}, and sha256:${wanted} was asked for`,
  );
}

type Archive = Extract<ReturnType<typeof parseManifest>, { readonly type: "archive" }>;

async function resolveIndex(
  registry: Registry,
  manifest: ReturnType<typeof parseManifest>,
): Promise<Archive> {
  if (manifest.type === "archive") return manifest;
  const { sha256 } = manifest;
  const { text } = await readManifest(registry, { name: `sha256:${sha256}`, wanted: sha256 });
  const inner = parseManifest(text);
  if (inner.type === "archive") return inner;
  throw new RefusedVersionError("The manifest is not usable: an index leads to another index");
}
