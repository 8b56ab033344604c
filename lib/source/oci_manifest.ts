import { RefusedVersionError } from "./source_error.ts";

/** A blob of a registry. */
export interface Blob {
  /** SHA-256 of its content, in hexadecimal digits. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Content of a manifest: the archive, or an index that leads to another manifest. */
export type Manifest =
  | { readonly type: "archive"; readonly blob: Blob }
  | { readonly type: "index"; readonly sha256: string };

/** Media types of manifests, for the `Accept` field. */
export const MANIFEST_TYPES: readonly string[] = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];

const DIGEST = /^sha256:([0-9a-f]{64})$/;

/** Layers of images and of artifacts of oras, Flux and others; the archive tells its compression. */
const ARCHIVE_TYPE = /tar|gzip|octet-stream/;

/**
 * Parses a manifest. An artifact has one layer, which is an archive.
 *
 * @throws {RefusedVersionError} if it is none, or has not exactly one layer
 */
export function parseManifest(text: string): Manifest {
  const value = parseJson(text);
  if (value.schemaVersion !== 2) throw wrong("it is not of schema version 2");
  if (Array.isArray(value.manifests)) return indexOf(value.manifests);
  if (!Array.isArray(value.layers)) throw wrong("it has no layers");
  const [layer, ...others] = value.layers;
  if (layer === undefined || others.length > 0) {
    throw wrong(
      `it has ${value.layers.length} layers. Push one archive: oras push NAME:TAG functions.tar.gz`,
    );
  }
  const { mediaType, digest, size } = Object(layer) as Readonly<Record<string, unknown>>;
  if (typeof mediaType !== "string" || !ARCHIVE_TYPE.test(mediaType)) {
    throw wrong(`its layer is no archive, but ${JSON.stringify(mediaType)}`);
  }
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
    throw wrong("its layer has no size");
  }
  return { type: "archive", blob: { sha256: digestOf(digest), bytes: size } };
}

/** An index of an image has attestations beside the manifest. */
function indexOf(manifests: readonly unknown[]): Manifest {
  const own = manifests.map((one) => Object(one) as Readonly<Record<string, unknown>>)
    .filter(({ annotations }) =>
      Object(annotations)["vnd.docker.reference.type"] !== "attestation-manifest"
    );
  const [only, ...others] = own;
  if (only !== undefined && others.length === 0) {
    return { type: "index", sha256: digestOf(only.digest) };
  }
  throw wrong(`it is an index of ${own.length} manifests. Name one by its digest`);
}

function digestOf(value: unknown): string {
  const [, digest] = typeof value === "string" ? DIGEST.exec(value) ?? [] : [];
  if (digest !== undefined) return digest;
  throw wrong("a digest in it is no SHA-256 digest");
}

function parseJson(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    throw wrong("it is not valid JSON");
  }
}

function wrong(why: string): RefusedVersionError {
  return new RefusedVersionError(`The manifest is not usable: ${why}`);
}
