import { deepEqual, equal, throws } from "node:assert/strict";
import { parseManifest } from "../../lib/source/oci_manifest.ts";
import { RefusedVersionError } from "../../lib/source/source_error.ts";

const SHA = "a".repeat(64);
const LAYER = {
  mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
  digest: `sha256:${SHA}`,
  size: 3,
};

Deno.test("parseManifest() finds the one layer", () => {
  for (
    const mediaType of [
      LAYER.mediaType,
      "application/vnd.cncf.flux.content.v1.tar+gzip",
      "application/gzip",
      "application/vnd.docker.image.rootfs.diff.tar.gzip",
    ]
  ) {
    const text = JSON.stringify({ schemaVersion: 2, layers: [{ ...LAYER, mediaType }] });
    deepEqual(parseManifest(text), { type: "archive", blob: { sha256: SHA, bytes: 3 } });
  }
});

Deno.test("parseManifest() follows an index with one manifest, beside attestations", () => {
  const attestation = {
    digest: `sha256:${"b".repeat(64)}`,
    annotations: { "vnd.docker.reference.type": "attestation-manifest" },
  };
  const manifests = [{ digest: `sha256:${SHA}` }, attestation];
  deepEqual(parseManifest(JSON.stringify({ schemaVersion: 2, manifests })), {
    type: "index",
    sha256: SHA,
  });
});

const refused: readonly (readonly [value: unknown, message: RegExp])[] = [
  [[], /schema version 2/],
  [null, /schema version 2/],
  [{ schemaVersion: 1 }, /schema version 2/],
  [{ schemaVersion: 2 }, /no layers/],
  [{ schemaVersion: 2, layers: [] }, /0 layers/],
  [{ schemaVersion: 2, layers: [LAYER, LAYER] }, /2 layers/],
  [{ schemaVersion: 2, layers: [null] }, /no archive/],
  [{ schemaVersion: 2, layers: [{ ...LAYER, mediaType: "application/json" }] }, /no archive/],
  [{ schemaVersion: 2, layers: [{ ...LAYER, size: -1 }] }, /no size/],
  [{ schemaVersion: 2, layers: [{ ...LAYER, size: 1e300 }] }, /no size/],
  [{ schemaVersion: 2, layers: [{ ...LAYER, digest: "sha256:../../x" }] }, /no SHA-256/],
  [{ schemaVersion: 2, layers: [{ ...LAYER, digest: 3 }] }, /no SHA-256/],
  [{ schemaVersion: 2, manifests: [] }, /0 manifests/],
  [{ schemaVersion: 2, manifests: [{}, {}] }, /2 manifests/],
];

for (const [value, message] of refused) {
  Deno.test(`parseManifest() refuses ${JSON.stringify(value)}`, () => {
    throws(() => parseManifest(JSON.stringify(value)), (error: unknown) => {
      equal(error instanceof RefusedVersionError && message.test(error.message), true);
      return true;
    });
  });
}

Deno.test("parseManifest() refuses what is not JSON", () => {
  throws(() => parseManifest("<html>"), RefusedVersionError);
});
