import fc from "fast-check";

/** Contents of a folder: files by path, links by path, and pipes. */
export interface HostileFolder {
  readonly files: Readonly<Record<string, string>>;
  readonly links: Readonly<Record<string, string>>;
  readonly pipes: readonly string[];
}

/** A file on the host, created by the fuzz test, that no check may open. */
export const CANARY = "/var/tmp/ddsrv-fuzz-canary/secret";

/** Hosts that no check may connect to. */
const HOSTS = ["neighbour.test", "metadata.test", "192.168.77.10", "169.254.169.254", "127.0.0.1"];

const urls = fc.constantFrom(
  "http://server.test/npm/",
  ...HOSTS.map((host) => `http://${host}/npm/`),
  "http://${HOME}/",
  "http://user:pass@neighbour.test/",
  "file:///etc/",
  "https://",
  "",
);

const paths = fc.constantFrom(
  CANARY,
  "/etc/shadow",
  "/proc/self/environ",
  "/proc/1/root/etc/shadow",
  "/dev/zero",
  "/ddsrv/cache",
  "/ddsrv/fetch/fetch.sock",
  "../other",
  "../../../../../../etc/passwd",
  ".",
  "",
);

const specifiers = fc.oneof(
  fc.constantFrom("npm:fuzz", "npm:fuzz@1", "npm:fuzz/sub", "npm:missing", "jsr:@a/b", "node:fs"),
  fc.constantFrom("./a.ts", "./a.json", "./a.wasm", "data:text/javascript,1", "blob:x", "fuzz"),
  fc.tuple(urls, fc.constantFrom("a.ts", "std/http/server.ts")).map(([url, path]) => url + path),
  paths,
  paths.map((path) => `file://${path}`),
);

const anything = fc.oneof(
  urls,
  paths,
  specifiers,
  fc.boolean(),
  fc.integer(),
  fc.constantFrom(null, [], {}, "auto", "manual", "none", "*", "all"),
  fc.string({ maxLength: 8 }),
);

/** A JSON object with some of these keys, with valid and invalid values. */
function config(keys: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<string> {
  const values = Object.entries(keys).map(([key, likely]) =>
    [key, fc.oneof({ weight: 12, arbitrary: likely }, { weight: 1, arbitrary: anything })] as const
  );
  return fc.record(Object.fromEntries(values), { requiredKeys: [] }).map((one) =>
    JSON.stringify(one)
  );
}

const maps = fc.dictionary(fc.constantFrom("fuzz", "a/", "/", "npm:fuzz"), specifiers, {
  maxKeys: 3,
});

const denoJson = config({
  nodeModulesDir: fc.constantFrom("auto", "manual", "none", true),
  vendor: fc.boolean(),
  allowScripts: fc.constantFrom<unknown>(true, ["npm:fuzz"], { allow: ["npm:fuzz"] }),
  imports: maps,
  scopes: fc.dictionary(urls, maps, { maxKeys: 2 }),
  importMap: paths,
  lock: fc.oneof(paths, fc.boolean(), paths.map((path) => ({ path, frozen: false }))),
  links: fc.array(paths, { maxLength: 2 }),
  patch: fc.array(paths, { maxLength: 2 }),
  workspace: fc.array(paths, { maxLength: 2 }),
  extends: paths,
  permissions: fc.constantFrom({ default: { all: true } }),
  unstable: fc.constantFrom(["bare-node-builtins", "byonm", "sloppy-imports"]),
  compilerOptions: fc.record({
    types: fc.array(specifiers, { maxLength: 2 }),
    typeRoots: fc.array(paths, { maxLength: 2 }),
    jsxImportSource: specifiers,
    rootDirs: fc.array(paths, { maxLength: 2 }),
    paths: fc.dictionary(fc.constant("*"), fc.array(paths, { maxLength: 2 }), { maxKeys: 1 }),
  }, { requiredKeys: [] }),
  tasks: fc.constant({ postinstall: "id" }),
});

const packageJson = config({
  name: fc.constantFrom("a", "../a"),
  type: fc.constantFrom("module", "commonjs"),
  main: paths,
  dependencies: fc.dictionary(
    fc.constantFrom("fuzz", "a"),
    fc.oneof(specifiers, urls, paths.map((path) => `file:${path}`), fc.constant("git+ssh://x/y")),
    { maxKeys: 2 },
  ),
  scripts: fc.constant({ preinstall: "id", install: "id", postinstall: "id" }),
  workspaces: fc.array(paths, { maxLength: 2 }),
  imports: maps,
  overrides: maps,
});

const manifest = config({
  envFile: paths,
  env: fc.constantFrom({ HOME: "x" }, { LD_PRELOAD: CANARY }, { DENO_DIR: "/" }),
  egress: fc.constantFrom("full", "none", ["neighbour.test:80"]),
  permissions: fc.constantFrom("all", { run: true, ffi: true }),
  healthPath: paths,
  memory: fc.constantFrom("1TiB", "1"),
});

const npmrc = fc.array(
  fc.oneof(
    urls.map((url) => `registry=${url}`),
    urls.map((url) => `@a:registry=${url}`),
    fc.constantFrom("//server.test/npm/:_authToken=${SECRET}", "cafile=" + CANARY),
    paths.map((path) => `//server.test/npm/:certfile=${path}`),
    paths.map((path) => `userconfig=${path}`),
    fc.string({ maxLength: 12 }),
  ),
  { maxLength: 4 },
).map((lines) => `${lines.join("\n")}\n`);

const imports = fc.array(specifiers, { maxLength: 4 });

const entry = imports.chain((all) =>
  fc.constantFrom(
    (one: string) => `import ${JSON.stringify(one)};`,
    (one: string) => `import x from ${JSON.stringify(one)} with { type: "json" };`,
    (one: string) => `import x from ${JSON.stringify(one)} with { type: "text" };`,
    (one: string) => `/// <reference path=${JSON.stringify(one)} />`,
    (one: string) => `/// <reference types=${JSON.stringify(one)} />`,
    (one: string) => `/** @jsxImportSource ${one} */`,
    (one: string) => `await import(${JSON.stringify(one)});`,
  ).map((write) => [...new Set(all)].map(write).join("\n") + "\n")
);

const NAMES = [
  "deno.json",
  "package.json",
  ".npmrc",
  "ddsrv.json",
  ".env",
  "node_modules",
  "vendor",
]
  .concat("import_map.json", "deno.lock", "a.ts", "a.json", "a.wasm", "index.ts");

/** A file that exists in one of `freq` folders. */
function rarely(one: fc.Arbitrary<string>, freq: number): fc.Arbitrary<string | undefined> {
  const nothing = { weight: freq - 1, arbitrary: fc.constant(undefined) };
  return fc.oneof(nothing, { weight: 1, arbitrary: one });
}

const GOOD_NPMRC = "registry=http://server.test/npm/\n";

/** A file that is missing in one of `freq` folders. */
function mostly(one: fc.Arbitrary<string>, freq: number): fc.Arbitrary<string | undefined> {
  return fc.option(one, { nil: undefined, freq });
}

const files = fc.record({
  "index.ts": entry,
  "deno.json": mostly(denoJson, 8),
  ".npmrc": mostly(
    fc.oneof({ weight: 3, arbitrary: fc.constant(GOOD_NPMRC) }, { weight: 1, arbitrary: npmrc }),
    8,
  ),
  "package.json": fc.option(packageJson, { nil: undefined, freq: 1 }),
  "ddsrv.json": rarely(manifest, 8),
  ".env": rarely(fc.constantFrom("SECRET=own\n", "\0", "PATH=/\n"), 4),
  "import_map.json": rarely(
    config({ imports: maps, scopes: fc.dictionary(urls, maps, { maxKeys: 1 }) }),
    4,
  ),
  "deno.lock": rarely(fc.constantFrom('{"version":"5","npm":{}}', "{}", "["), 4),
  "a.ts": fc.option(entry, { nil: undefined, freq: 1 }),
  "a.json": rarely(fc.constantFrom("{}", "[".repeat(1_000)), 4),
}).map((all) =>
  Object.fromEntries(
    Object.entries(all).filter((one): one is [string, string] => one[1] !== undefined),
  )
);

/** Folders that try what no check may do, in every place that Deno or ddsrv reads. */
export const hostileFolder: fc.Arbitrary<HostileFolder> = fc.record({
  files,
  links: fc.option(
    fc.dictionary(fc.constantFrom(...NAMES), paths.filter((path) => path !== ""), { maxKeys: 2 }),
    { nil: {}, freq: 1 },
  ),
  pipes: fc.oneof(
    { weight: 15, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.constantFrom(...NAMES).map((name) => [name]) },
  ),
});

/**
 * A folder in which only the configuration is hostile: a check may fetch its package and no more.
 */
export const HOSTILE_PACKAGE: HostileFolder = {
  files: {
    "index.ts": 'import a from "npm:fuzz";\nconsole.log(a);\n',
    "deno.json": '{ "nodeModulesDir": "auto", "allowScripts": true }',
    ".npmrc": GOOD_NPMRC,
  },
  links: {},
  pipes: [],
};
