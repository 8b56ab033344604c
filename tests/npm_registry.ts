// A pretend npm registry: serves packages that tests define, in the protocol of npm's clients.
import { createHash } from "node:crypto";
import { archive } from "./function/tar/archive.ts";

/** A package with one version: its manifest without name and version, and its files. */
export interface PretendPackage {
  readonly name: string;
  readonly manifest?: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, string>>;
  /** URL of its tarball; by default at the registry itself. */
  readonly tarball?: string;
}

const VERSION = "1.0.0";

/** Returns the answer of a registry at the address `base`; `undefined` for an unknown path. */
export async function answerNpm(
  { base, path, packages }: {
    readonly base: string;
    /** Path below the base, without a leading slash. */
    readonly path: string;
    readonly packages: readonly PretendPackage[];
  },
): Promise<Response | undefined> {
  const [name = "", ...rest] = path.split("/");
  const found = packages.find((one) => one.name === decodeURIComponent(name));
  if (found === undefined) return undefined;
  const tarball = await pack(found);
  if (rest.length > 0) return new Response(tarball);
  const dist = {
    tarball: found.tarball ?? `${base}${name}/-/${name}-${VERSION}.tgz`,
    integrity: `sha512-${createHash("sha512").update(tarball).digest("base64")}`,
    shasum: createHash("sha1").update(tarball).digest("hex"),
  };
  const version = { ...manifestOf(found), dist, hasInstallScript: true };
  return Response.json({
    name: found.name,
    "dist-tags": { latest: VERSION },
    versions: { [VERSION]: version },
    time: { [VERSION]: "2020-01-01T00:00:00.000Z" },
  });
}

function manifestOf({ name, manifest }: PretendPackage): Record<string, unknown> {
  return { name, version: VERSION, main: "index.js", ...manifest };
}

async function pack(one: PretendPackage): Promise<Uint8Array<ArrayBuffer>> {
  const files = {
    "index.js": "module.exports = 'a package';\n",
    ...one.files,
    "package.json": JSON.stringify(manifestOf(one)),
  };
  const tar = archive(
    ...Object.entries(files).map(([name, content]) => ({ name: `package/${name}`, content })),
  );
  const zipped = new Blob([tar]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(zipped).arrayBuffer());
}
