import assert from "node:assert/strict";
import { join } from "node:path";
import { answering, makeDirectory, runCli, startServer, writeFiles } from "./support/harness.ts";

const FILES = {
  "good/index.ts": `import "../_shared/mod.ts";\n${answering("good")}`,
  "wrong/index.ts": "const wrong: number = 'text';\n",
  "manifest/index.ts": answering("x"),
  "manifest/ddsrv.json": '{\n  "egres": "none"\n}\n',
  "more/index.ts": answering("x"),
  "more/ddsrv.json": '{ "egress": "full" }',
  "named/index.ts": answering("x"),
  "named/ddsrv.json": '{ "envFile": "nowhere.env" }',
  "stray/index.ts": `import { a } from "../good/a.ts";\nDeno.serve(() => new Response(a));\n`,
  "good/a.ts": 'export const a = "a";\n',
  "empty/readme.txt": "",
  "broken/index.ts/readme.txt": "",
  "_shared/mod.ts": "export {};\n",
  "_shared/wrong.ts": "export const wrong: number = 'text';\n",
};

/** One byte more than a function's name may have. */
const TOO_LONG = "a".repeat(64);

/** Creates a functions directory, and a function that runs `ddsrv check` beside it. */
async function open(files: Readonly<Record<string, string>>): Promise<
  AsyncDisposable & {
    readonly path: string;
    readonly check: (paths: string[], env?: Record<string, string>) => ReturnType<typeof runCli>;
  }
> {
  const path = await makeDirectory();
  await writeFiles(path, files);
  return {
    path,
    check: (paths, env) =>
      runCli(["check", ...paths.map((one) => one.startsWith("-") ? one : join(path, one))], env),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

Deno.test("check reports the same findings as serve, without a supervisor", async () => {
  await using place = await open({ ...FILES, [`${TOO_LONG}/index.ts`]: "" });
  const { check } = place;
  assert.deepEqual(await check(["good"]), {
    code: 0,
    stdout: "good: ok\n",
    stderr: "1 checked, 0 failed\n",
  });
  const wrong = await check(["good", "wrong", "good/index.ts"]);
  assert.deepEqual([wrong.code, wrong.stdout], [1, "good: ok\ngood: ok\n"]);
  assert.match(wrong.stderr, /TS2322[^]*wrong: failed\n3 checked, 1 failed\n$/);
  const problems: readonly (readonly [path: string, said: RegExp])[] = [
    ["manifest", /manifest\/ddsrv\.json:2:3 has the unknown key "egres"\. Did you mean "egress"\?/],
    ["more", /asks for egress "full", but the settings allow only "internet"/],
    ["named", /names the envFile ".*nowhere\.env", which does not exist/],
    [
      "stray",
      /stray\/index\.ts:1:19 Cannot import ".*\/good\/a\.ts": a function sees only its own folder/,
    ],
    [
      "broken",
      /"\/.*\/broken\/index\.ts" is not a file, so serve ignores the folder\. Replace it with a file/,
    ],
    [TOO_LONG, /can't be a function's name: the name has 64 bytes.*Rename the directory/],
    ["_shared/wrong.ts", /TS2322[^]*wrong\.ts: failed/],
    ["nowhere", /".*\/nowhere" does not exist or can't be read\. Name a function's directory/],
    ["empty/readme.txt", /is not a module\. Name a function's directory or a \.ts file/],
  ];
  const { code, stdout, stderr } = await check(problems.map(([path]) => path));
  assert.deepEqual([code, stdout], [1, ""]);
  let from = 0;
  for (const [, said] of problems) {
    const found = said.exec(stderr.slice(from));
    assert.ok(found !== null, `${said} is not in:\n${stderr.slice(from)}`);
    from += found.index;
  }
  assert.match(stderr, /9 checked, 9 failed\n$/);
});

Deno.test("check honours the level of a manifest, and names it after type errors", async () => {
  const wrong = "const wrong: number = 'text';\n";
  await using place = await open({
    "graph/index.ts": wrong,
    "graph/ddsrv.json": '{ "check": "graph" }',
    "old/index.ts": wrong,
    "old/ddsrv.json": '{ "check": false }',
    "none/index.ts": 'import "../graph/index.ts";\n',
    "none/ddsrv.json": '{ "check": "none" }',
    "types/index.ts": wrong,
    "types/ddsrv.json": '{ "check": "types" }',
    "code/plain.js": "const wrong = 1; wrong();\n",
    "code/plain.ts": "const wrong = 1; wrong();\n",
  });
  const passed = await place.check(["graph", "old", "none", "code/plain.js"]);
  assert.deepEqual([passed.code, passed.stdout], [
    0,
    "graph: ok\nold: ok\nnone: ok\nplain.js: ok\n",
  ]);
  assert.match(
    passed.stderr,
    /Cannot import[^]*none: it starts with these errors: "check" is "none"/,
  );
  const hint = /To start in spite of type errors, set "check": "graph" in its ddsrv\.json\n/;
  const failed = await place.check(["types"]);
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, new RegExp(`TS2322[^]*${hint.source}types: failed`));
  const lenient = await place.check(["code/plain.ts"], { CHECK_CODE: "false" });
  assert.equal(lenient.code, 0);
  // The author's word replaces the operator's.
  assert.equal((await place.check(["types"], { CHECK_CODE: "none" })).code, 1);
});

Deno.test("check skips folders that serve ignores, without failing", async () => {
  await using place = await open(FILES);
  const all = await place.check(["_shared/", "empty/", "good/"]);
  assert.deepEqual(all, {
    code: 0,
    stdout: "good: ok\n",
    stderr: "_shared: skipped: serve ignores names that begin with _\n" +
      "empty: skipped: serve ignores it because it has no index.ts, main.ts, index.html or other entry\n" +
      "1 checked, 0 failed, 2 skipped\n",
  });
  const json = await place.check(["--json", "_shared/", "good/"]);
  assert.deepEqual([json.code, JSON.parse(json.stdout)], [0, [
    {
      path: join(place.path, "_shared"),
      name: "_shared",
      problem: null,
      skipped: "serve ignores names that begin with _",
      warning: null,
      diagnostics: [],
    },
    {
      path: join(place.path, "good"),
      name: "good",
      problem: null,
      skipped: null,
      warning: null,
      diagnostics: [],
    },
  ]]);
  const github = await place.check(["--format=github", "_shared/", "good/"]);
  assert.deepEqual([github.code, github.stdout], [0, ""]);
  assert.match(github.stderr, /^_shared: skipped/);
  // A folder that does not exist fails, and so does one that can't be checked.
  assert.equal((await place.check(["_shared/", "nowhere/"])).code, 1);
  const alone = await place.check(["_shared"]);
  assert.deepEqual([alone.code, alone.stdout], [2, ""]);
  assert.match(alone.stderr, /Nothing was checked: serve ignores all of these paths\. Name a/);
});

Deno.test("check prints JSON for programs, annotations for GitHub and colors for people", async () => {
  await using place = await open(FILES);
  const all = await runCli(["check", "--json"], { FUNC_DIRECTORY: place.path });
  const findings = JSON.parse(all.stdout) as { name: string; problem: string | null }[];
  assert.deepEqual(findings.map((one) => [one.name, one.problem === null]), [
    ["broken", false],
    ["empty", true],
    ["good", true],
    ["manifest", false],
    ["more", false],
    ["named", false],
    ["stray", false],
    ["wrong", false],
  ]);
  assert.equal(
    all.stderr,
    `Checking "${place.path}" (from FUNC_DIRECTORY)\n7 checked, 6 failed, 1 skipped\n`,
  );
  const [wrong] = JSON.parse((await place.check(["--format=json", "wrong"])).stdout);
  const keys = ["path", "name", "problem", "skipped", "warning", "diagnostics"];
  assert.deepEqual(Object.keys(wrong), keys);
  assert.deepEqual(wrong.diagnostics, [{
    file: join(place.path, "wrong/index.ts"),
    line: 1,
    column: 7,
    code: "TS2322",
    message: "Type 'string' is not assignable to type 'number'.",
  }]);
  const github = await place.check(["--format=github", "good", "wrong"]);
  assert.equal(
    github.stdout,
    `::error file=${place.path}/wrong/index.ts,line=1,col=7,title=wrong%3A TS2322::` +
      "Type 'string' is not assignable to type 'number'.\n",
  );
  const coloured = await place.check(["wrong"], { NO_COLOR: "", FORCE_COLOR: "1" });
  assert.ok(coloured.stderr.includes("\x1b[1mTS2322 \x1b[0m"), coloured.stderr);
  assert.equal((await place.check(["--format=xml", "good"])).code, 2);
});

Deno.test("check without paths checks the supervisor's functions and names the directory", async () => {
  await using server = await startServer({ files: { "good/index.ts": answering("good") } });
  const served = await server.cli("check");
  assert.deepEqual([served.code, served.stdout], [0, "good: ok\n"]);
  assert.equal(
    served.stderr,
    `Checking "${server.functions}" (served by the supervisor with pid ${server.pid})\n` +
      "1 checked, 0 failed\n",
  );
  const nobody = join(server.directory, "nobody.sock");
  const alone = await runCli(["check"], { DDSRV_SOCKET: nobody });
  assert.ok(
    alone.stderr.startsWith(
      'Checking "/opt/functions" (the default: no supervisor runs with the socket ' +
        `"${nobody}")\n`,
    ),
    alone.stderr,
  );
});

Deno.test("check with nothing to check succeeds; a missing directory fails", async () => {
  await using place = await open({ "_shared/mod.ts": "" });
  const nothing = await runCli(["check"], { FUNC_DIRECTORY: place.path });
  assert.deepEqual([nothing.code, nothing.stdout], [0, ""]);
  assert.match(nothing.stderr, /Nothing to check: ".*" contains no functions\n/);
  const nowhere = await runCli(["check"], { FUNC_DIRECTORY: join(place.path, "nowhere") });
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.stderr, /Cannot read the functions directory ".*\/nowhere"/);
});

Deno.test("check ignores configuration above the functions directory, as serve does", async () => {
  await using place = await open({
    "deno.json": '{ "imports": { "lib": "./f/app/lib.ts" } }',
    "f/app/index.ts": 'import { a } from "lib";\nDeno.serve(() => new Response(a));\n',
    "f/app/lib.ts": 'export const a = "a";\n',
  });
  assert.equal((await place.check(["f/app"])).code, 1);
  await writeFiles(place.path, {
    "f/import_map.json": '{ "imports": { "lib": "./app/lib.ts" } }',
  });
  assert.equal((await place.check(["f/app"])).code, 0);
});
