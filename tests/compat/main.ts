// Runs the corpus of application shapes and writes docs/compatibility.md. Arguments: names of shapes,
// to run only them, without the page and the check for leftovers. Packages come from the npm
// registry at the first run, and from a record in /var/cache/ddsrv-test
// (DDSRV_TEST_CACHE_DIRECTORY) later.
import { join } from "node:path";
import { findNpmRegistry } from "../../lib/check/npm_registry.ts";
import { describeLeaks, takeInventory } from "../inventory.ts";
import { catalog } from "./catalog.ts";
import { renderPage } from "./page.ts";
import { serveRecord } from "./registry_record.ts";
import { type ShapeResult, SHAPES_DIRECTORY } from "./shape.ts";
import { readVersions } from "./versions.ts";

const LANES = 2;

const ROOT = new URL("../..", import.meta.url).pathname;

const PAGE = join(ROOT, "docs/compatibility.md");

const RECORD = join(Deno.env.get("DDSRV_TEST_CACHE_DIRECTORY") ?? "/var/cache/ddsrv-test", "npm");

async function main(names: readonly string[]): Promise<number> {
  const started = performance.now();
  const before = await takeInventory();
  const shared = await Deno.makeTempDir({ prefix: "ddsrv-compat-" });
  const results = new Map<string, ShapeResult>();
  try {
    await using _registry = await openRegistry(shared);
    const codes = await Promise.all(
      Array.from({ length: LANES }, (_, lane) => runLane(shared, [String(lane), ...names])),
    );
    if (codes.some((code) => code !== 0)) return 1;
    for await (const result of readResults(shared)) results.set(result.name, result);
  } finally {
    await Deno.remove(shared, { recursive: true });
  }
  const leaks = names.length > 0 ? [] : await describeLeaks(before);
  for (const leak of leaks) say(`Left behind: ${leak}`);
  const failures = [...results.values()].filter(({ problem }) => problem !== undefined);
  if (names.length === 0) await writePage(results);
  for (const { name } of failures) say(`Failed: ${name}`);
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  say(`${results.size - failures.length} as expected, ${failures.length} not: ${minutes} min`);
  return failures.length + leaks.length === 0 ? 0 : 1;
}

async function openRegistry(shared: string): Promise<AsyncDisposable> {
  await Deno.mkdir(RECORD, { recursive: true });
  const directory = join(shared, "registry");
  await Deno.mkdir(directory);
  const env = { PATH: Deno.env.get("PATH") ?? "", HOME: directory };
  const registry = await findNpmRegistry({ deno: Deno.execPath(), env, directory });
  const server = serveRecord({
    socket: join(shared, "registry.sock"),
    directory: RECORD,
    upstream: new URL(`https://${registry}/`).href,
    base: "http://server.test:4873/",
  });
  return { [Symbol.asyncDispose]: () => server.shutdown() };
}

/** Each lane has its own pretend host, so that its bare processes have all ports for themselves. */
async function runLane(shared: string, args: readonly string[]): Promise<number> {
  const lane = new URL("lane.ts", import.meta.url).pathname;
  const cache = await Deno.makeTempDir({ dir: shared });
  const { code } = await new Deno.Command("unshare", {
    args: ["--net", "--mount", "--propagation", "private", Deno.execPath()]
      .concat("run", "--quiet", "--allow-all", "tests/outer.ts")
      .concat("run", "--quiet", "--allow-all", lane, shared, args),
    cwd: ROOT,
    env: { DDSRV_TEST_CACHE: cache },
    stdin: "null",
  }).spawn().status;
  return code;
}

async function* readResults(shared: string): AsyncGenerator<ShapeResult> {
  for (const { name } of catalog.flatMap(({ shapes }) => shapes)) {
    try {
      yield JSON.parse(await Deno.readTextFile(join(shared, `${name}.json`)));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

async function writePage(results: ReadonlyMap<string, ShapeResult>): Promise<void> {
  const shapes = catalog.flatMap((group) => group.shapes);
  const versions = await Promise.all(
    shapes.map(async ({ name }) =>
      [name, await readVersions(join(SHAPES_DIRECTORY, name))] as const
    ),
  );
  const page = renderPage({
    groups: catalog,
    results,
    versions: new Map(versions),
    denoVersion: Deno.version.deno,
  });
  await Deno.writeTextFile(PAGE, page);
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", PAGE], cwd: ROOT }).output();
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

Deno.exit(await main(Deno.args));
