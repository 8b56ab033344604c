// A registry of npm packages that asks the real one once and keeps each response, so that later runs
// need no internet access and give the same result.
import { join } from "node:path";

/** Options of {@linkcode serveRecord}. */
export interface RecordOptions {
  /** Path of the Unix socket to listen on. */
  readonly socket: string;
  /** Directory of kept responses. */
  readonly directory: string;
  /** URL of the real registry, with a trailing slash. */
  readonly upstream: string;
  /** URL by which clients reach this registry, with a trailing slash. */
  readonly base: string;
}

/** Later versions do not exist for the corpus. */
const AS_OF = "2026-11-20T00:00:00.000Z";

/** Metadata of a package, as registries send it. */
interface PackageDocument {
  readonly "dist-tags": Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, unknown>>;
  readonly time: Readonly<Record<string, string>>;
}

/** Serves the record until the returned server is shut down. */
export function serveRecord(options: RecordOptions): Deno.HttpServer {
  const fetching = new Map<string, Promise<Uint8Array<ArrayBuffer> | undefined>>();
  return Deno.serve({ transport: "unix", path: options.socket, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (request.method !== "GET") return new Response(null, { status: 405 });
    let body = fetching.get(pathname);
    if (body === undefined) {
      body = readOrFetch(pathname, options);
      fetching.set(pathname, body);
    }
    const bytes = await body.catch(() => null);
    if (bytes === null) {
      fetching.delete(pathname);
      return new Response(null, { status: 503 });
    }
    if (bytes === undefined) return new Response(null, { status: 404 });
    if (isTarball(pathname)) return new Response(bytes);
    return new Response(bytes, { headers: { "content-type": "application/json" } });
  });
}

/**
 * Returns a package's metadata as it was on a day, with all URLs below another base.
 *
 * @example
 * ```ts
 * import { asOf } from "./registry_record.ts";
 * const versions = { "1.0.0": {}, "1.0.1": {} };
 * const time = { "1.0.0": "2026-01-01", "1.0.1": "2026-12-01" };
 * asOf({ "dist-tags": { latest: "1.0.1" }, versions, time }, "2026-06-01")["dist-tags"];
 * // { latest: "1.0.0" }
 * ```
 */
export function asOf(document: PackageDocument, day: string): PackageDocument {
  const isOld = (version: string): boolean => (document.time[version] ?? day) <= day;
  const versions = Object.fromEntries(
    Object.entries(document.versions).filter(([version]) => isOld(version)),
  );
  const newest = Object.keys(versions).filter((version) => !version.includes("-"))
    .toSorted(compareVersions).at(-1);
  const tags = Object.entries(document["dist-tags"]).flatMap(([tag, version]) => {
    if (isOld(version)) return [[tag, version]];
    return tag === "latest" && newest !== undefined ? [[tag, newest]] : [];
  });
  return { ...document, versions, "dist-tags": Object.fromEntries(tags) };
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  const index = left!.findIndex((part, position) => part !== right![position]);
  return index === -1 ? 0 : left![index]! - right![index]!;
}

async function readOrFetch(
  path: string,
  { directory, upstream, base }: RecordOptions,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const file = join(directory, encodeURIComponent(decodeURIComponent(path.slice(1))));
  try {
    return await Deno.readFile(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const response = await fetch(new URL(path, upstream));
  if (response.status === 404) {
    await response.body?.cancel();
    return undefined;
  }
  if (!response.ok) throw new Error(`The registry answers ${path} with ${response.status}`);
  let bytes = await response.bytes();
  if (!isTarball(path)) {
    const text = new TextDecoder().decode(bytes).replaceAll(upstream, base);
    bytes = new TextEncoder().encode(JSON.stringify(asOf(JSON.parse(text), AS_OF)));
  }
  await Deno.writeFile(`${file}.new`, bytes);
  await Deno.rename(`${file}.new`, file);
  return bytes;
}

function isTarball(path: string): boolean {
  return path.endsWith(".tgz");
}
