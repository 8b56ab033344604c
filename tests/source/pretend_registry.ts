import { createHash } from "node:crypto";

/** Returns the SHA-256 of bytes in hexadecimal digits. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Content of a registry, which tests may change. */
export interface RegistryContent {
  /** Bytes by digest, without `sha256:`. */
  readonly blobs: Map<string, Uint8Array<ArrayBuffer>>;
  /** Manifests by tag or `sha256:` and digest. */
  readonly manifests: Map<string, string>;
}

/** Creates an empty registry. */
export function emptyRegistry(): RegistryContent {
  return { blobs: new Map(), manifests: new Map() };
}

/** Pushes an archive as oras does, and returns the digest of the manifest. */
export function push(
  content: RegistryContent,
  tag: string,
  bytes: Uint8Array<ArrayBuffer>,
): string {
  const digest = sha256(bytes);
  content.blobs.set(digest, bytes);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    artifactType: "application/vnd.unknown.artifact.v1",
    config: { mediaType: "application/vnd.oci.empty.v1+json", digest: "sha256:0", size: 2 },
    layers: [{
      mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
      digest: `sha256:${digest}`,
      size: bytes.length,
    }],
  });
  content.manifests.set(tag, manifest);
  content.manifests.set(`sha256:${sha256(manifest)}`, manifest);
  return sha256(manifest);
}

/** Answers a request as a registry does; `undefined` for another path. */
export function answerRegistry(content: RegistryContent, url: URL): Response | undefined {
  const [, kind, name] = /^\/v2\/team\/functions\/(manifests|blobs)\/(.+)$/.exec(url.pathname) ??
    [];
  if (kind === undefined || name === undefined) return undefined;
  const found = kind === "blobs"
    ? content.blobs.get(name.replace("sha256:", ""))
    : content.manifests.get(name);
  return found === undefined ? new Response("", { status: 404 }) : new Response(found);
}
