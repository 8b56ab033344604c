// A check reads code that nobody has reviewed. It must run no code of it, disclose nothing, and
// connect only to registries and import hosts that the operator allows.
import assert from "node:assert/strict";
import { join } from "node:path";
import type { PretendPackage } from "../npm_registry.ts";
import { ordinaryUser } from "./support/ordinary_user.ts";
import {
  cacheDirectory,
  makeDirectory,
  runCli,
  startServer,
  writeFiles,
} from "./support/harness.ts";

const REGISTRY = "http://server.test/npm/";

/** Publishes a package on the pretend registry. */
async function publish(offered: PretendPackage): Promise<void> {
  const body = JSON.stringify(offered);
  await (await fetch("http://server.test/packages", { method: "POST", body })).body?.cancel();
}

/** Publishes a package whose install script leaves files. */
async function offer(name: string, ...evidence: readonly string[]): Promise<void> {
  const install = evidence.map((file) => `id -u >${file}; env >>${file}`).join("; ");
  await publish({ name, manifest: { scripts: { install } } });
}

async function asked(): Promise<string> {
  return await (await fetch("http://server.test/asked")).text();
}

/** Ways by which a folder asks Deno for a `node_modules` directory, and so for install scripts. */
const WAYS: readonly (readonly [name: string, config: Readonly<Record<string, unknown>>])[] = [
  ["auto", { nodeModulesDir: "auto", allowScripts: true }],
  ["vendor", { vendor: true, allowScripts: true }],
  ["listed", { nodeModulesDir: "auto", allowScripts: ["npm:way-listed"] }],
];

Deno.test("check runs no package scripts, whatever the folder's configuration says", async () => {
  const place = await makeDirectory();
  try {
    const evidence = join(place, "evidence");
    for (const [way, config] of WAYS) {
      await offer(`way-${way}`, evidence);
      await writeFiles(place, {
        [`${way}/index.ts`]:
          `import a from "npm:way-${way}";\nDeno.serve(() => new Response(a));\n`,
        [`${way}/deno.json`]: JSON.stringify(config),
        [`${way}/.npmrc`]: `registry=${REGISTRY}\n`,
      });
      const env = { DDSRV_REGISTRIES: "server.test:80", CI_SECRET: "s3cret" };
      const { code, stderr } = await runCli(["check", join(place, way)], env);
      assert.equal(code, 0, stderr);
      await assert.rejects(Deno.stat(evidence), Deno.errors.NotFound, way);
      await assert.rejects(Deno.stat(join(place, way, "node_modules")), way);
    }
    // Positive control: the script runs if Deno alone checks the same folder.
    await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "index.ts"],
      cwd: join(place, "auto"),
      env: { DENO_DIR: join(place, "deno") },
    }).output();
    assert.match(await Deno.readTextFile(evidence), /^0\n/);
  } finally {
    await Deno.remove(place, { recursive: true });
  }
});

Deno.test("check does not disclose the caller's environment to a registry", async () => {
  const place = await makeDirectory();
  try {
    await offer("teller", join(place, "evidence"));
    const env = { DDSRV_REGISTRIES: "server.test:80", CI_SECRET: "s3cret-of-the-caller" };
    const lines = [
      "registry=http://server.test/npm/${CI_SECRET}/\n",
      `registry=${REGISTRY}\n//server.test/npm/:_authToken=\${CI_SECRET}\n`,
      `registry=${REGISTRY}\n//server.test/npm/:_authToken=\${CI_SECRET?}\n`,
    ];
    for (const [index, npmrc] of lines.entries()) {
      await writeFiles(place, {
        [`teller-${index}/index.ts`]:
          'import a from "npm:teller";\nDeno.serve(() => new Response(a));\n',
        [`teller-${index}/deno.json`]: "{}",
        [`teller-${index}/.npmrc`]: npmrc,
      });
      await runCli(["check", join(place, `teller-${index}`)], env);
    }
    assert.doesNotMatch(await asked(), /s3cret-of-the-caller/);
    // The function's own variables may be sent to its registry.
    await writeFiles(place, {
      "own/index.ts": 'import a from "npm:teller";\nDeno.serve(() => new Response(a));\n',
      "own/deno.json": "{}",
      "own/.npmrc": lines[1]!,
      "own/.env": "CI_SECRET=t0ken-of-the-function\n",
    });
    const { code, stderr } = await runCli(["check", join(place, "own")], env);
    assert.equal(code, 0, stderr);
    assert.match(await asked(), /\/npm\/teller .*t0ken-of-the-function/);
  } finally {
    await Deno.remove(place, { recursive: true });
  }
});

Deno.test("neither the check nor the start of a served function runs package scripts", async () => {
  await offer("served", "/ddsrv/cache/evidence", "/ddsrv/data/evidence", "/tmp/evidence");
  const config = JSON.stringify({ nodeModulesDir: "auto", allowScripts: true, vendor: true });
  const seen = `${READ}Deno.serve(() => new Response(a + " " + seen("/tmp/evidence") + " " +
    seen("/ddsrv/data/evidence")));\n`;
  await using server = await startServer({
    isChecked: true,
    flags: ["--registries=server.test:80"],
  });
  for (const name of ["plain", "linked"]) {
    const folder = join(server.directory, name);
    await writeFiles(folder, {
      "index.ts": `import a from "npm:served";\n${seen}`,
      "deno.json": config,
      ".npmrc": `registry=${REGISTRY}\n`,
    });
    // Deno would install into the one place where a check may write.
    if (name === "linked") await Deno.symlink("/ddsrv/cache", join(folder, "node_modules"));
    await Deno.rename(folder, join(server.functions, name));
  }
  for (const name of ["plain", "linked"]) {
    await server.answers(`/${name}`, "a package missing missing");
    const cache = cacheDirectory(server.functions, name);
    await assert.rejects(Deno.lstat(join(cache, "evidence")), Deno.errors.NotFound, name);
    // In addition, only root may enter the directory of caches.
    assert.equal((await Deno.lstat(join(cache, ".."))).mode! & 0o777, 0o700);
  }
});

const READ = `function seen(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "missing";
  }
}
`;

Deno.test("check fetches only from allowed hosts, whatever the function's egress is", async () => {
  // Functions of other tests may have connected to these through their egress.
  const before = (await asked()).length;
  await publish({ name: "good" });
  await publish({ name: "elsewhere", tarball: "http://neighbour.test/npm/good/-/good-1.0.0.tgz" });
  await publish({ name: "metadata", tarball: "http://metadata.test/npm/good/-/good-1.0.0.tgz" });
  const using = (name: string): string =>
    `import a from "npm:${name}";\nDeno.serve(() => new Response(a));\n`;
  await using server = await startServer({
    isChecked: true,
    // The operator allows the metadata service by name, which must not help.
    flags: ["--egress=none", "--registries=server.test", "--registries=metadata.test"],
    files: {
      "good/deno.json": "{}",
      "good/index.ts": using("good"),
      "good/.npmrc": `registry=${REGISTRY}\n`,
      "other/deno.json": "{}",
      "other/index.ts": using("good"),
      "other/.npmrc": "registry=http://neighbour.test/npm/\n",
      "elsewhere/deno.json": "{}",
      "elsewhere/index.ts": using("elsewhere"),
      "elsewhere/.npmrc": `registry=${REGISTRY}\n`,
      "metadata/deno.json": "{}",
      "metadata/index.ts": using("metadata"),
      "metadata/.npmrc": `registry=${REGISTRY}\n`,
      "import/index.ts":
        'import "http://neighbour.test/a.ts";\nDeno.serve(() => new Response());\n',
    },
  });
  await server.answers("/good", "a package");
  for (
    const [name, said] of [
      ["other", /\.npmrc:1 has the registry neighbour\.test:80, which is not allowed/],
      ["elsewhere", /may not fetch from neighbour\.test:80\. Import from another host/],
      ["metadata", /metadata\.test|403|error/],
      ["import", /neighbour\.test/],
    ] as const
  ) {
    await server.said(`${name} failed`);
    const { detail } = await server.inspect(name);
    assert.match(detail ?? "", said, name);
  }
  const lines = (await asked()).slice(before).split("\n");
  assert.ok(lines.some((line) => line.startsWith("203.0.113.10 /npm/good")));
  // The neighbour and the metadata service got none of these requests; other
  // tests contact them too.
  assert.deepEqual(
    lines.filter((line) => /^(?:192\.168|169\.254)\S+ \/(?:npm\/|a\.ts)/.test(line)),
    [],
  );
  // A changed registry causes a new check, because .npmrc is part of the function's source.
  await server.write({ "other/.npmrc": `registry=${REGISTRY}\n` });
  await server.answers("/other", "a package");
});

Deno.test("check by an ordinary user runs in the same sandbox, in a user namespace", async () => {
  await using user = await ordinaryUser();
  const evidence = join(user.directory, "evidence");
  await offer("rootless", evidence);
  await writeFiles(user.directory, {
    "app/index.ts": 'import a from "npm:rootless";\nDeno.serve(() => new Response(a));\n',
    "app/deno.json": JSON.stringify({ nodeModulesDir: "auto", allowScripts: true }),
    "app/.npmrc": `registry=${REGISTRY}\n//server.test/npm/:_authToken=\${CI_SECRET}\n`,
    "endless/index.ts": 'import "/dev/zero";\n',
    "other/index.ts": 'import a from "npm:rootless";\nDeno.serve(() => new Response(a));\n',
    "other/deno.json": "{}",
    "other/.npmrc": "registry=http://neighbour.test/npm/\n",
  });
  const env = { ...user.env, DDSRV_REGISTRIES: "server.test", CI_SECRET: "s3cret-of-the-user" };
  const check = async (...names: string[]): Promise<readonly [code: number, said: string]> => {
    const [program = "", ...args] = user.command;
    const paths = names.map((name) => join(user.directory, name));
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args: [...args, "check", ...paths],
      env,
      stdin: "null",
    }).output();
    return [code, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr)];
  };
  const [code, said] = await check("app");
  assert.equal(code, 0, said);
  await assert.rejects(Deno.stat(evidence), Deno.errors.NotFound);
  assert.doesNotMatch(await asked(), /s3cret-of-the-user/);
  const [failed, reasons] = await check("endless", "other");
  assert.equal(failed, 1);
  assert.match(reasons, /Cannot import "\/dev\/zero": a function sees only its own folder/);
  assert.match(reasons, /has the registry neighbour\.test:80, which is not allowed/);
});

Deno.test("check without isolation accepts only folders of the caller", async () => {
  const place = await makeDirectory();
  try {
    await writeFiles(place, { "own/index.ts": "Deno.serve(() => new Response());\n" });
    const check = () => runCli(["check", "--isolation=none", join(place, "own")]);
    assert.equal((await check()).code, 0);
    await Deno.chown(join(place, "own"), 4_321, 4_321);
    const { code, stderr } = await check();
    assert.equal(code, 1);
    assert.match(
      stderr,
      /belongs to user 4321, but ddsrv runs as user 0\. Without isolation, ddsrv checks only your own/,
    );
    // In a sandbox the owner does not matter.
    assert.equal((await runCli(["check", join(place, "own")])).code, 0);
    // A folder is not the caller's own if the owner of its parent can replace it, or if it is
    // behind a link of another user.
    await writeFiles(place, { "home/mine/index.ts": "Deno.serve(() => new Response());\n" });
    await Deno.symlink("home/mine", join(place, "link"));
    const look = (name: string) => runCli(["check", "--isolation=none", join(place, name)]);
    for (const name of ["home/mine", "link"]) assert.equal((await look(name)).code, 0, name);
    await new Deno.Command("chown", { args: ["-h", "4321", join(place, "link")] }).output();
    const linked = await look("link");
    assert.equal(linked.code, 1);
    assert.match(linked.stderr, /leads through the link "link" .+ which user 4321 can change/);
    await Deno.chown(join(place, "home"), 4_321, 4_321);
    const mine = await look("home/mine");
    assert.equal(mine.code, 1);
    assert.match(
      mine.stderr,
      /User 4321 owns ".*home" and can replace ".*", but this is root/,
    );
  } finally {
    await Deno.remove(place, { recursive: true });
  }
});
