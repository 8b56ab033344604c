// A pretend npm registry: serves packages that tests define, in the protocol of npm's clients.
import { createHash } from "node:crypto";
import { archive } from "./function/tar/archive.ts";

/** One version of a package: its manifest without name and version, and its files. */
export interface PretendPackage {
  readonly name: string;
  /** 1.0.0 by default. */
  readonly version?: string;
  /** Mode of its files; 0644 by default. */
  readonly mode?: number;
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
  const found = packages.filter((one) => one.name === decodeURIComponent(name));
  const latest = found.at(-1);
  if (latest === undefined) return undefined;
  const file = rest.at(-1);
  if (file !== undefined) {
    const one = found.find((one) => file.endsWith(`-${versionOf(one)}.tgz`)) ?? latest;
    return new Response(await pack(one));
  }
  const versions = await Promise.all(found.map(async (one) => {
    const tarball = await pack(one);
    const version = versionOf(one);
    const dist = {
      tarball: one.tarball ?? `${base}${name}/-/${name}-${version}.tgz`,
      integrity: `sha512-${createHash("sha512").update(tarball).digest("base64")}`,
      shasum: createHash("sha1").update(tarball).digest("hex"),
    };
    return [version, { ...manifestOf(one), dist, hasInstallScript: true }] as const;
  }));
  return Response.json({
    name: latest.name,
    "dist-tags": { latest: versionOf(latest) },
    versions: Object.fromEntries(versions),
    time: Object.fromEntries(versions.map(([version]) => [version, "2020-01-01T00:00:00.000Z"])),
  });
}

function versionOf({ version = VERSION }: PretendPackage): string {
  return version;
}

function manifestOf(one: PretendPackage): Record<string, unknown> {
  return { name: one.name, version: versionOf(one), main: "index.js", ...one.manifest };
}

async function pack(one: PretendPackage): Promise<Uint8Array<ArrayBuffer>> {
  const files = {
    "index.js": "module.exports = 'a package';\n",
    ...one.files,
    "package.json": JSON.stringify(manifestOf(one)),
  };
  const tar = archive(
    ...Object.entries(files).map(([name, content]) => ({
      name: `package/${name}`,
      content,
      ...one.mode === undefined ? {} : { mode: one.mode },
    })),
  );
  const zipped = new Blob([tar]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(zipped).arrayBuffer());
}
