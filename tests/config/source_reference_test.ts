import { deepEqual, equal, throws } from "node:assert/strict";
import { isPinned, parseSourceReference } from "../../lib/config/source_reference.ts";

const DIGEST = "0123456789abcdef".repeat(4);
const COMMIT = "0123456789".repeat(4);

Deno.test("parseSourceReference() reads archives, artifacts and repositories", () => {
  const rows: readonly (readonly [text: string, expected: object])[] = [
    ["https://files.test/f.tar.gz", { type: "archive", url: "https://files.test/f.tar.gz" }],
    [
      `https://files.test:8443/f.tgz?sig=1#sha256=${DIGEST}&dir=*/functions`,
      {
        type: "archive",
        url: "https://files.test:8443/f.tgz?sig=1",
        sha256: DIGEST,
        directory: ["*", "functions"],
        text: `https://files.test:8443/f.tgz?…#sha256=${DIGEST}&dir=*/functions`,
      },
    ],
    ["http://127.0.0.1:8000/f.tar", { type: "archive", url: "http://127.0.0.1:8000/f.tar" }],
    ["oci://registry.test/team/functions", {
      type: "artifact",
      registry: "https://registry.test",
      repository: "team/functions",
      tag: "latest",
    }],
    [`oci://registry.test:5000/f:v1.2@sha256:${DIGEST}`, {
      type: "artifact",
      registry: "https://registry.test:5000",
      repository: "f",
      tag: "v1.2",
      sha256: DIGEST,
    }],
    ["oci://localhost:5000/f#dir=functions/", {
      registry: "http://localhost:5000",
      directory: ["functions"],
    }],
    ["oci://registry:443/team/f", { registry: "https://registry" }],
    ["git+https://git.test/team/f.git", { type: "repository", url: "https://git.test/team/f.git" }],
    ["git+https://git.test/f#release/1.x:apps/functions", {
      ref: "release/1.x",
      directory: ["apps", "functions"],
    }],
    [`git+https://git.test/f#${COMMIT}`, { commit: COMMIT }],
    ["git+https://git.test/f#:functions", { directory: ["functions"] }],
  ];
  for (const [text, expected] of rows) {
    const reference = parseSourceReference(text);
    deepEqual({ ...reference, ...expected }, reference, text);
  }
});

Deno.test("parseSourceReference() shows no secret", () => {
  equal(parseSourceReference("https://a.test/f?token=abc").text, "https://a.test/f?…");
});

Deno.test("isPinned() is true with a digest or a commit", () => {
  equal(isPinned(parseSourceReference("https://a.test/f")), false);
  equal(isPinned(parseSourceReference(`https://a.test/f#sha256=${DIGEST}`)), true);
  equal(isPinned(parseSourceReference(`oci://a.test/f@sha256:${DIGEST}`)), true);
  equal(isPinned(parseSourceReference("git+https://a.test/f#main")), false);
  equal(isPinned(parseSourceReference(`git+https://a.test/f#${COMMIT}`)), true);
});

const refused: readonly (readonly [text: string, message: RegExp])[] = [
  ["", /not a source/],
  ["functions.tar.gz", /not a source/],
  ["file:///etc/passwd", /not a source/],
  ["ftp://files.test/f", /not a source/],
  ["git+file:///srv/f.git", /not a URL of a source/],
  ["git+ssh://git.test/f", /not a URL of a source/],
  ["git+ext::sh -c id", /space/],
  ["git+ext::id", /not a URL of a source/],
  ["http://files.test/f.tar.gz", /no TLS/],
  ["http://127.0.0.1.files.test/f.tar.gz", /no TLS/],
  ["git+http://git.test/f", /no TLS/],
  ["https://ann:secret@files.test/f", /--source-auth-file/],
  ["oci://ann:secret@registry.test/f", /--source-auth-file/],
  ["oci://ann:secret@registry.test", /^The source contains a password/],
  ["https://files.test/f#sha256=abc", /64 hexadecimal/],
  [`https://files.test/f#sha512=${DIGEST}`, /not valid here/],
  ["https://files.test/f#dir=a&dir=b", /not valid here/],
  ["https://files.test/f#dir=../etc", /relative path/],
  ["https://files.test/f#dir=/etc", /relative path/],
  ["https://files.test/f#dir=a/*", /relative path/],
  ["https://files.test/f#a#b", /more than one/],
  ["oci://registry.test", /no repository/],
  [
    "oci://team/functions",
    /names no registry.*no default one\. Give oci:\/\/HOST\/team\/functions/,
  ],
  ["oci:///functions", /names no registry/],
  ["oci://registry.test/Upper", /lower case/],
  ["oci://registry.test/../f", /lower case/],
  ["oci://registry.test/f:../x", /lower case/],
  ["oci://registry.test/f@sha512:abc", /64 hexadecimal/],
  ["git+https://git.test/f#--upload-pack=id", /not a branch/],
  ["git+https://git.test/f#a..b", /not a branch/],
  ["git+https://git.test/f#refs/heads/x.lock", /not a branch/],
  ["git+https://git.test/f#main:*", /only for archives/],
  [`https://files.test/${"x".repeat(3_000)}`, /too long/],
];

for (const [text, message] of refused) {
  Deno.test(`parseSourceReference() refuses ${JSON.stringify(text.slice(0, 60))}`, () => {
    throws(() => parseSourceReference(text), (error: unknown) => {
      equal(error instanceof SyntaxError, true);
      equal(message.test((error as Error).message), true, (error as Error).message);
      equal((error as Error).message.includes("secret"), false);
      return true;
    });
  });
}
