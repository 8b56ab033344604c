import assert from "node:assert/strict";
import { join } from "node:path";
import { defaultSettings } from "../../lib/config/settings.ts";
import { type Checks, openChecks } from "../../lib/isolation/checks.ts";
import { writeEtcFiles } from "../../lib/sandbox/etc_files.ts";
import { writeSystemCallFilter } from "../../lib/sandbox/system_call_filter.ts";
import { tryLandlock } from "../../lib/isolation/landlock.ts";
import { eventually } from "../patience.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

/** First user id of these checks, below those of `ddsrv check`, which another test watches. */
const FIRST_UID = 0x7300_4000;

const { signal } = new AbortController();

const MODULE_OPTIONS = {
  entry: "index.ts",
  importMap: undefined,
  allowImport: [],
  nodeModules: "none",
} as const;

/** Opens checks of the functions in a directory, each as a user of its own. */
async function open(
  place: TemporaryDirectory,
  files: Readonly<Record<string, string>>,
): Promise<Checks> {
  await Deno.chmod(place.path, 0o755);
  await Deno.mkdir(place.at("run"));
  await Deno.mkdir(place.at("caches"));
  for (const [path, text] of Object.entries(files)) await place.write(`functions/${path}`, text);
  const etc = await writeEtcFiles(place.at("etc"), []);
  const users = [".joint"];
  return await openChecks({
    settings: { ...defaultSettings, functionsDirectory: place.at("functions") },
    directory: place.at("run/checks"),
    etc,
    systemCallFilter: await writeSystemCallFilter(place.at("run")),
    landlock: await tryLandlock().then(() => true, () => false),
    isPrivateAllowed: false,
    fetcherUid: FIRST_UID,
    uidOf(name) {
      if (!users.includes(name)) users.push(name);
      return Promise.resolve(FIRST_UID + 1 + users.indexOf(name));
    },
  });
}

function togetherIn(checks: Checks, names: readonly string[]) {
  const functions = names.map((name) => ({ name, entry: "index.ts" }));
  return checks.runTogether({ functions, moduleOptions: MODULE_OPTIONS, signal });
}

const SERVES = "Deno.serve(() => new Response());\n";

Deno.test("a check of several functions has the results of their own checks", async () => {
  await using place = await temporaryDirectory();
  const files = {
    "deno.json": '{ "compilerOptions": { "noImplicitAny": true } }',
    "_shared/s.ts": "export const shared = 1;\n",
    "_shared/wide.ts": "declare global { var wide: string }\nexport {};\n",
    // Names at the top of a module are its own.
    "plain/index.ts": `interface String { plain(): void }\nconst name = 1;\n${SERVES}`,
    "parts/index.ts": 'import "../_shared/s.ts";\nimport "./lib/x.ts";\nconst name = "b";\n',
    "parts/lib/x.ts": 'export type Y = import("./y.ts").Y;\nawait import("./z.ts");\n',
    "parts/lib/y.ts": "export type Y = string;\n",
    "parts/lib/z.ts": 'import fs from "node:fs";\nexport default fs;\n',
    "again/index.ts": `interface String { again(): void }\nconst name = true;\n${SERVES}`,
    "node/index.ts": 'import "node:path";\n',
    "wrong/index.ts": "const wrong: number = 'text';\n",
    "mended/index.ts": '"".plain();\n',
    "untyped/index.ts": "export default (a) => a;\n",
    "global/index.ts": `declare global { interface String { plain(): void } }\n${SERVES}export {};`,
    "quiet/index.ts": "// @ts-ignore\nglobal { var wide: string }\nexport {};\n",
    "indirect/index.ts": 'import "../_shared/wide.ts";\n',
    "wider/index.ts": "wide.length;\n",
    "stray/index.ts": 'import "../plain/index.ts";\n',
    "named/index.ts": "export {};\n",
    "named/deno.json": '{ "compilerOptions": { "strict": false } }',
  };
  await using checks = await open(place, files);
  const names = [...new Set(Object.keys(files).map((path) => path.split("/")[0]!))]
    .filter((name) => !/^_|json$/.test(name));
  const together = await togetherIn(checks, names);
  assert.deepEqual([...together.keys()].toSorted(), ["again", "node", "parts", "plain"]);
  for (const name of ["parts", "plain"]) {
    const result = together.get(name);
    const directory = place.at(`functions/${name}`);
    const cacheDirectory = place.at(`caches/${name}`);
    await Deno.mkdir(cacheDirectory);
    await Deno.chmod(cacheDirectory, 0o777);
    const own = await checks.run({
      name,
      directory,
      level: "types",
      moduleOptions: MODULE_OPTIONS,
      cacheDirectory,
      registries: [],
      variables: {},
      bounds: { cpuTimeMs: 600_000, timeoutMs: 1_800_000 },
      signal,
    });
    assert.deepEqual({ lock: undefined, ...result }, { lock: undefined, ...own }, name);
  }
  assert.deepEqual(
    together.get("parts")!.modules.map((path) => path.slice(place.at("functions/").length)),
    ["_shared/s.ts", "parts/index.ts", "parts/lib/x.ts", "parts/lib/y.ts", "parts/lib/z.ts"],
  );
  assert.deepEqual(await Array.fromAsync(Deno.readDir(place.at("run/checks/joint"))), []);
});

Deno.test("a check of several functions is left to their own checks with the operator's packages", async () => {
  await using place = await temporaryDirectory();
  const files = { "a/index.ts": SERVES, "b/index.ts": SERVES };
  await using checks = await open(place, files);
  const write = async (text: string): Promise<void> => {
    await Deno.writeTextFile(join(place.at("functions"), "deno.json"), text);
  };
  await write('{ "imports": { "ms": "npm:ms@2" } }');
  assert.equal((await togetherIn(checks, ["a", "b"])).size, 0);
  await write('{ "imports": { "ms": "./_shared/ms.ts" } }');
  assert.equal((await togetherIn(checks, ["a", "b"])).size, 2, "positive control");
  // An import map that leads away from a function.
  const from = place.at("functions/a/index.ts");
  await write(`{ "imports": { "file://${from}": "./b/index.ts" } }`);
  assert.equal((await togetherIn(checks, ["a", "b"])).size, 0);
});

Deno.test("a check of several functions ends with its supervisor, and leaves nothing", async () => {
  await using place = await temporaryDirectory();
  const checks = await open(place, { "a/index.ts": SERVES, "b/index.ts": SERVES });
  const copies = place.at("run/checks/joint");
  const running = togetherIn(checks, ["a", "b"]).then(({ size }) => size, () => 0);
  await eventually("Deno may start", async () => {
    const [copy] = await Array.fromAsync(Deno.readDir(copies));
    return copy !== undefined;
  });
  await checks[Symbol.asyncDispose]();
  assert.deepEqual(await Array.fromAsync(Deno.readDir(copies)), []);
  assert.equal(await running, 0);
});
