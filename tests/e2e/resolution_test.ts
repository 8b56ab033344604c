// A function runs with exactly the packages that its check resolved, at each start of a revision.
import assert from "node:assert/strict";
import { join } from "node:path";
import type { PretendPackage } from "../npm_registry.ts";
import { eventually, type Server, startServer } from "./support/harness.ts";

const NPMRC = "registry=http://server.test/npm/\n";

async function publish(offered: PretendPackage): Promise<void> {
  const body = JSON.stringify(offered);
  await (await fetch("http://server.test/packages", { method: "POST", body })).body?.cancel();
}

/** A module whose default export is its version, and those of its dependencies. */
function versioned(version: string, ...dependencies: readonly string[]): Record<string, string> {
  const list = dependencies.map((name) => `" ${name} " + require("${name}")`).join(" + ");
  return { "index.js": `module.exports = "${version}"${list && ` + ${list}`};\n` };
}

/** Publishes `sig` 1.0.6 and 1.0.7 of which one package wants exactly the first. */
async function publishDiamond(prefix: string): Promise<void> {
  const sig = `${prefix}-sig`;
  for (const version of ["1.0.6", "1.0.7"]) {
    await publish({ name: sig, version, files: versioned(version), mode: 0o640 });
  }
  for (const [kind, range] of [["exact", "1.0.6"], ["loose", "~1.0.6"]] as const) {
    const manifest = { dependencies: { [sig]: range } };
    await publish({ name: `${prefix}-${kind}`, manifest, files: versioned("1.0.0", sig) });
  }
}

/** Returns the number of questions to the registry about packages of the first test. */
async function asked(): Promise<number> {
  const lines = (await (await fetch("http://server.test/asked")).text()).split("\n");
  return lines.filter((line) => line.includes("/npm/res-")).length;
}

async function integrityOf(name: string, version: string): Promise<string> {
  const { versions } = await (await fetch(`http://server.test/npm/${name}`)).json();
  return versions[version].dist.integrity;
}

async function text(server: Server, path: string): Promise<string> {
  return await (await fetch(server.url + path)).text();
}

async function failureOf(server: Server, name: string): Promise<string> {
  await server.said(`${name} failed: The check failed`);
  return (await server.inspect(name)).detail ?? "";
}

function lockOf(name: string, version: string, integrity: string): string {
  return JSON.stringify({
    version: "5",
    specifiers: { [`npm:${name}@1`]: version },
    npm: { [`${name}@${version}`]: { integrity } },
  });
}

const answer = "Deno.serve(() => new Response(String(text)));\n";

Deno.test("a function runs with what its check resolved, at each start of a revision", async () => {
  await publishDiamond("res");
  await publish({ name: "res-work", files: versioned("work") });
  await using directory = await temporary();
  const app = `import loose from "npm:res-loose@1";\nimport exact from "npm:res-exact@1";
const text = loose + ", " + exact;\n`;
  const options = {
    directory: directory.path,
    isChecked: true,
    flags: ["--registries=server.test:80", "--state-dir", join(directory.path, "state")],
  } as const;
  let before: string;
  {
    await using server = await startServer({
      ...options,
      files: {
        "app/deno.json": "{}",
        "app/.npmrc": NPMRC,
        "app/index.ts": app + answer,
        "worker/deno.json": "{}",
        "worker/.npmrc": NPMRC,
        "worker/w.ts": 'import w from "npm:res-work@1";\nself.postMessage(w);\n',
        "worker/index.ts":
          `const worker = new Worker(new URL("./w.ts", import.meta.url), { type: "module" });
const text = await new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data));
worker.terminate();\n${answer}`,
        "package/.npmrc": NPMRC,
        "package/package.json": JSON.stringify({
          workspaces: ["members/*"],
          dependencies: { "res-loose": "1", member: "*" },
        }),
        "package/members/one/package.json": JSON.stringify({
          name: "member",
          version: "1.0.0",
          main: "main.mjs",
          dependencies: { "res-exact": "1" },
        }),
        "package/members/one/main.mjs": 'export { default } from "res-exact";\n',
        "package/index.ts": `import loose from "res-loose";\nimport member from "member";
const text = loose + ", " + member;\n${answer}`,
      },
    });
    await server.answers("/worker", "work");
    // Two resolutions of these imports differ; the lock file pins the first one.
    await server.said("app ready");
    before = await text(server, "/app");
    assert.match(before, /^1\.0\.0 res-sig 1\.0\.[67], 1\.0\.0 res-sig 1\.0\.6$/);
    await server.said("package ready");
    assert.match(
      await text(server, "/package"),
      /^1\.0\.0 res-sig 1\.0\.[67], 1\.0\.0 res-sig 1\.0\.6$/,
    );

    await eventually("it is kept", async () => (await server.inspect("app")).kept.length === 1);
  }
  const questions = await asked();
  // Later versions do not change a revision, also not from a snapshot beside code that fails.
  await publish({ name: "res-sig", version: "1.0.9", files: versioned("1.0.9") });
  for (const name of ["res-loose", "res-exact"]) {
    await publish({ name, version: "1.9.0", files: versioned("1.9.0") });
  }
  {
    await using server = await startServer(options);
    await server.answers("/app", before);
    assert.equal(await asked(), questions);
  }
  {
    await using server = await startServer({
      ...options,
      files: { "app/index.ts": "const broken: string = 1;\n" },
    });
    await server.said("app failed: The check failed");
    await server.answers("/app", before);
  }
});

Deno.test("a function's own lock file decides, and errors about it say what to do", async () => {
  for (const version of ["1.0.0", "1.0.1"]) {
    await publish({ name: "own-lock", version, files: versioned(version) });
  }
  const good = await integrityOf("own-lock", "1.0.0");
  const wrong = `sha512-${"A".repeat(86)}==`;
  const locks = {
    pinned: lockOf("own-lock", "1.0.0", good),
    wrong: lockOf("own-lock", "1.0.0", wrong),
    lacking: '{"version":"5","specifiers":{}}',
    later: '{"version":"99"}',
    broken: '{"version"',
  };
  const using = `import text from "npm:own-lock@1";\n${answer}`;
  await using server = await startServer({
    isChecked: true,
    flags: ["--registries=server.test:80"],
    files: {
      "named/deno.json": '{ "lock": "./other.lock" }',
      "named/.npmrc": NPMRC,
      "named/other.lock": locks.pinned,
      "named/index.ts": using,
      ...Object.fromEntries(
        Object.entries(locks).flatMap(([name, lock]) => [
          [`${name}/deno.json`, "{}"],
          [`${name}/.npmrc`, NPMRC],
          [`${name}/deno.lock`, lock],
          [`${name}/index.ts`, using],
        ]),
      ),
    },
  });
  await server.answers("/pinned", "1.0.0");
  await server.answers("/named", "1.0.0");
  // A lock file of another name is a part of the revision too.
  const newer = lockOf("own-lock", "1.0.1", await integrityOf("own-lock", "1.0.1"));
  await server.write({ "named/other.lock": newer });
  await server.answers("/named", "1.0.1");
  const wanted = {
    wrong: [
      "A".repeat(86),
      good.slice("sha512-".length),
      "deno install --frozen=false --entrypoint index.ts",
    ],
    lacking: [
      "The lockfile is out of date",
      '"npm:own-lock@1"',
      "deno install --frozen=false --entrypoint index.ts",
    ],
    later: [
      "Unsupported lockfile version '99'",
      "deno install --frozen=false --entrypoint index.ts",
    ],
    broken: ["Failed parsing", "deno install --frozen=false --entrypoint index.ts"],
  };
  for (const [name, parts] of Object.entries(wanted)) {
    const detail = await failureOf(server, name);
    for (const part of parts) {
      assert.ok(detail.includes(part), `${name}: ${detail}`);
    }
  }
});

Deno.test("node_modules without @types/node is enough, and computed imports say what lacks", async () => {
  await publish({ name: "computed", files: versioned("1.0.0") });
  await using server = await startServer({
    isChecked: true,
    flags: ["--registries=server.test:80"],
    files: {
      "plain/package.json": JSON.stringify({ dependencies: { dep: "1" } }),
      "plain/node_modules/dep/package.json": JSON.stringify({ name: "dep", version: "1.0.0" }),
      "plain/node_modules/dep/index.js": 'module.exports = "from the folder";\n',
      "plain/index.ts": `import { createServer } from "node:http";\nimport dep from "dep";
createServer((_request, response) => response.end(dep)).listen(8000);\n`,
      "computed/deno.json": "{}",
      "computed/.npmrc": NPMRC,
      "computed/index.ts": `const name = ["npm:computed", "1"].join("@");
const text = await import(name).catch((error) => error.message);\n${answer}`,
    },
  });
  await server.answers("/plain", "from the folder");
  await server.said("computed ready");
  assert.match(
    await text(server, "/computed"),
    /Failed caching npm package|The lockfile is out of date/,
  );
});

async function temporary(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
