import assert from "node:assert/strict";
import { DEFAULT_ENTRIES } from "../../lib/config/entry_names.ts";
import { chooseEntry, type EntryChoice } from "../../lib/function/entry.ts";
import { parseEntryFacts } from "../../lib/function/entry_facts.ts";

/** Texts by path; an empty one is a file, and a path that ends with a slash a directory. */
type Files = Readonly<Record<string, string>>;

async function choose(
  files: Files,
  { entries = DEFAULT_ENTRIES, read = [] as string[] } = {},
): Promise<EntryChoice> {
  return await chooseEntry({
    kindOf: (path) =>
      Object.hasOwn(files, path) ? "file" : Object.hasOwn(files, `${path}/`) ? "other" : "missing",
    factsOf(name) {
      read.push(name);
      return Promise.resolve(parseEntryFacts({ path: `/f/a/${name}`, name, text: files[name]! }));
    },
  }, entries);
}

const NOTHING = "it has no index.ts, main.ts, index.html or other entry";
const HINT = 'Name the file in ddsrv.json: "entry": "src/server.ts"';

const found: readonly [what: string, files: Files, entry: string][] = [
  ["index.ts before all others", { "index.ts": "", "index.js": "", "main.ts": "" }, "index.ts"],
  ["index.mjs before main.ts", { "index.mjs": "", "main.ts": "" }, "index.mjs"],
  ["main.jsx", { "main.jsx": "" }, "main.jsx"],
  ["the manifest's entry before index.ts", {
    "ddsrv.json": '{ "entry": "src/app.ts" } // comment',
    "src/app.ts": "",
    "index.ts": "",
  }, "src/app.ts"],
  ["a manifest without an entry", { "ddsrv.json": "{}", "main.ts": "" }, "main.ts"],
  ["a broken manifest beside an index.ts", { "ddsrv.json": "{", "index.ts": "" }, "index.ts"],
  ["a task of deno.json", {
    "deno.json": '{ "tasks": { "start": "deno run -A src/app.ts" } }',
    "src/app.ts": "",
  }, "src/app.ts"],
  ["a task with a command", {
    "deno.jsonc": '{ "tasks": { "start": { "command": "deno serve ./app.tsx" } } }',
    "app.tsx": "",
  }, "app.tsx"],
  ["main.ts before the task", {
    "deno.json": '{ "tasks": { "start": "deno run app.ts" } }',
    "main.ts": "",
    "app.ts": "",
  }, "main.ts"],
  ["the script of package.json before its main", {
    "package.json": '{ "main": "lib.js", "scripts": { "start": "node server" } }',
    "lib.js": "",
    "server.js": "",
  }, "server.js"],
  ["main of package.json, completed as Node does", {
    "package.json": '{ "main": "./dist" }',
    "dist/": "",
    "dist/index.js": "",
  }, "dist/index.js"],
  ["main where the script is not plain", {
    "package.json": '{ "main": "app.cjs", "scripts": { "start": "NODE_ENV=x node app.cjs" } }',
    "app.cjs": "",
  }, "app.cjs"],
  ["index.html without code", { "index.html": "", "app.js": "" }, "index.html"],
  ["index.html beside what npm init writes", {
    "index.html": "",
    "package.json": '{ "main": "index.js", "scripts": { "test": "x" } }',
  }, "index.html"],
  ["a built page that the manifest names", {
    "ddsrv.json": '{ "entry": "dist/index.html" }',
    "dist/index.html": "",
    "package.json": '{ "scripts": { "build": "vite build" } }',
  }, "dist/index.html"],
];

for (const [what, files, entry] of found) {
  Deno.test(`chooseEntry() finds ${what}`, async () => {
    assert.deepEqual(await choose(files), { type: "found", entry });
  });
}

const none: readonly [what: string, files: Files, reason: string][] = [
  ["an empty folder", {}, NOTHING],
  ["a folder with other files", { "README.md": "", "index.ts/": "" }, NOTHING],
  [
    "a task that is not plain",
    { "deno.json": '{ "tasks": { "start": "deno task x" } }', "index.html": "" },
    `its deno.json has a start command that is not plain "deno run FILE". ${HINT}`,
  ],
  [
    "a task with dependencies",
    {
      "deno.json":
        '{ "tasks": { "start": { "command": "deno run a.ts", "dependencies": ["b"] } } }',
    },
    `its deno.json has a start command that has dependencies. ${HINT}`,
  ],
  [
    "a task whose file leads out of the folder",
    { "deno.json": '{ "tasks": { "start": "deno run ../a.ts" } }', "../a.ts": "" },
    `its deno.json starts "../a.ts", which is not a file in it. ${HINT}`,
  ],
  [
    "a task whose file is an address",
    { "deno.json": '{ "tasks": { "start": "deno run npm:vite" } }' },
    `its deno.json starts "npm:vite", which is not a file in it. ${HINT}`,
  ],
  [
    "a huge task",
    { "deno.json": JSON.stringify({ tasks: { start: "x".repeat(1_000_000) } }) },
    `its deno.json has a start command that is longer than 4096 characters. ${HINT}`,
  ],
  [
    "the sources of a page",
    { "package.json": '{ "scripts": { "build": "vite build" } }', "index.html": "" },
    `its package.json has a build script. Build it, and name the page in ddsrv.json: "entry": "dist/index.html"`,
  ],
  [
    "a package.json with a main that is missing",
    { "package.json": '{ "main": "x.js" }' },
    `its package.json has the main "x.js", which is not a file in it. ${HINT}`,
  ],
  [
    "a package.json that is not JSON",
    { "package.json": "[1" },
    `its package.json can't be read: /f/a/package.json is not a JSON object`,
  ],
  [
    "a main of another type",
    { "package.json": '{ "main": ["a.js"], "scripts": { "start": 1 } }', "a.js": "" },
    NOTHING,
  ],
];

for (const [what, files, reason] of none) {
  Deno.test(`chooseEntry() ignores ${what}`, async () => {
    assert.deepEqual(await choose(files), { type: "none", reason });
  });
}

const wrong: readonly [manifest: string, problem: RegExp][] = [
  [
    '{ "entry": "../x.ts" }',
    /^The "entry" of its ddsrv\.json is not valid: "\.\.\/x\.ts" is not a path/,
  ],
  ['{ "entry": "/etc/passwd" }', /is not valid: "\/etc\/passwd" is not a path/],
  ['{ "entry": "a\\u0000.ts" }', /contains "\\u0000"/],
  ['{ "entry": "gone.ts" }', /is "gone\.ts", which does not exist\. Create it/],
  ['{ "entry": "folder.ts" }', /is "folder\.ts", which is not a file\. Name a file/],
  ['{ "entry": 1 }', /is not a text/],
];

for (const [manifest, problem] of wrong) {
  Deno.test(`chooseEntry() refuses ${manifest}, even beside an index.ts`, async () => {
    const choice = await choose({ "ddsrv.json": manifest, "index.ts": "", "folder.ts/": "" });
    assert.ok(choice.type === "wrong" && problem.test(choice.problem), JSON.stringify(choice));
  });
}

Deno.test("chooseEntry() fails a folder with a broken manifest and no other entry", async () => {
  assert.deepEqual(await choose({ "ddsrv.json": '{ "entry": ' }), {
    type: "wrong",
    problem: "/f/a/ddsrv.json is not a JSON object",
  });
});

Deno.test("chooseEntry() with index.ts alone accepts nothing else", async () => {
  const entries = ["index.ts"];
  assert.deepEqual(await choose({ "index.ts": "" }, { entries }), {
    type: "found",
    entry: "index.ts",
  });
  const others = { "index.js": "", "main.ts": "", "index.html": "", "ddsrv.json": "{" };
  const read: string[] = [];
  assert.deepEqual(await choose(others, { entries, read }), {
    type: "none",
    reason: "it has no index.ts",
  });
  assert.deepEqual(read, []);
});

Deno.test("chooseEntry() takes the operator's names in their order", async () => {
  const files = { "server.ts": "", "index.ts": "" };
  assert.deepEqual(await choose(files, { entries: ["server.ts", "index.ts"] }), {
    type: "found",
    entry: "server.ts",
  });
  assert.deepEqual(await choose({}, { entries: ["server.ts", "index.ts"] }), {
    type: "none",
    reason: "it has no server.ts or index.ts",
  });
});

Deno.test("chooseEntry() reads no JSON file beside an index.ts without a manifest", async () => {
  const read: string[] = [];
  await choose({ "index.ts": "", "deno.json": "{}", "package.json": "{}" }, { read });
  assert.deepEqual(read, []);
});
