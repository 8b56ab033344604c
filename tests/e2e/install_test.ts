// A check installs the packages of a package.json outside the folder, and each revision has its own.
import assert from "node:assert/strict";
import { join } from "node:path";
import { deriveOwnerId } from "../../lib/owner/owner_id.ts";
import type { PretendPackage } from "../npm_registry.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { eventually, startServer, writeFiles } from "./support/harness.ts";
import { ordinaryUser } from "./support/ordinary_user.ts";

const NPMRC = "registry=http://server.test/npm/\n";

async function publish(offered: PretendPackage): Promise<void> {
  const body = JSON.stringify(offered);
  await (await fetch("http://server.test/packages", { method: "POST", body })).body?.cancel();
}

/** Publishes a package whose module is its version, and which has scripts for each step. */
async function offer(name: string, version: string): Promise<void> {
  const leave = "id -u >evidence; id -u >/tmp/evidence; id -u >/ddsrv/cache/evidence";
  const scripts = { preinstall: leave, install: leave, postinstall: leave };
  const files = { "index.js": `module.exports = "${version}";\n` };
  await publish({ name, version, manifest: { scripts }, files });
}

/** Code that requires a package by a name which no module graph shows. */
function requiring(name: string, ending = ""): string {
  return `const { existsSync } = require("fs");
const name = ["inst", "${name}"].join("-");
require("http").createServer((_, response) => response.end([
  require(name),
  ["node_modules/" + name + "/package.json", "node_modules/" + name + "/evidence", "evidence"]
    .map((path) => existsSync(path)),
  "${ending}",
].join(" "))).listen(3000);\n`;
}

function packageJson(name: string, range: string): string {
  return JSON.stringify({
    type: "commonjs",
    main: "index.js",
    scripts: { postinstall: "id -u >evidence" },
    dependencies: { [`inst-${name}`]: range },
  });
}

async function namesIn(directory: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name).sort();
}

async function asked(): Promise<number> {
  const lines = (await (await fetch("http://server.test/asked")).text()).split("\n");
  return lines.filter((line) => line.includes("/npm/inst-")).length;
}

const ALLOW = JSON.stringify({ allowScripts: true });

Deno.test("packages of a package.json are installed by the check, and belong to the revision", async () => {
  await offer("inst-lib", "1.0.0");
  await using directory = await temporaryDirectory();
  const options = {
    directory: directory.path,
    isChecked: true,
    flags: ["--registries=server.test:80", "--state-dir", directory.at("state")],
  } as const;
  let before: number;
  {
    await using server = await startServer(options);
    const folder = directory.at("made");
    await writeFiles(folder, {
      "package.json": packageJson("lib", "1.0.0"),
      "deno.json": ALLOW,
      ".npmrc": NPMRC,
      "index.js": requiring("lib"),
    });
    // A link of the owner's at this name is hidden, and never followed.
    await writeFiles(directory.at("elsewhere"), { "inst-lib/index.js": 'module.exports = "x";' });
    await Deno.chmod(directory.at("elsewhere"), 0o777);
    await Deno.symlink(directory.at("elsewhere"), join(folder, "node_modules"));
    const files = await namesIn(folder);
    await Deno.rename(folder, join(server.functions, "app"));
    await server.answers("/app", "1.0.0 true,false,false ");

    const home = directory.at(`state/packages/${deriveOwnerId(server.functions)}/app`);
    const sets = async (): Promise<string[]> =>
      (await namesIn(home)).filter((name) => !name.endsWith(".packages"));
    const [first, ...others] = await sets();
    assert.deepEqual(others, []);
    const { ino } = await Deno.stat(join(home, first!));
    const isKept = (count: number): Promise<void> =>
      eventually(
        "its folder is kept",
        async () => (await server.inspect("app")).kept.length === count,
      );
    await isKept(1);
    await server.write({ "app/index.js": requiring("lib", "edited") });
    await server.answers("/app", "1.0.0 true,false,false edited");
    assert.deepEqual(await sets(), [first]);
    assert.equal((await Deno.stat(join(home, first!))).ino, ino, "the same packages, once");

    await isKept(2);
    await offer("inst-lib", "1.1.0");
    await server.write({ "app/package.json": packageJson("lib", "1.1.0") });
    await server.answers("/app", "1.1.0 true,false,false edited");
    assert.equal((await sets()).length, 2);
    assert.equal((await server.cli("rollback", "app")).code, 0);
    await server.answers("/app", "1.0.0 true,false,false edited");
    assert.equal((await sets()).length, 2);
    assert.deepEqual(await namesIn(join(server.functions, "app")), files);
    assert.deepEqual(await namesIn(directory.at("elsewhere")), ["inst-lib"]);
    before = await asked();
  }
  {
    await using server = await startServer(options);
    await server.answers("/app", "1.0.0 true,false,false edited");
    assert.equal(await asked(), before);
  }
  {
    // The snapshot of the last revision that served has its packages too.
    await using server = await startServer({ ...options, files: { "app/index.js": "const = 1;" } });
    await server.said("app failed: ");
    await server.answers("/app", "1.0.0 true,false,false edited");
  }
});

Deno.test("rootless: packages are installed, and ddsrv check writes nothing into the folder", async () => {
  await offer("inst-own", "1.0.0");
  await using user = await ordinaryUser();
  const { directory, command, env } = user;
  const flags = ["--isolation=rootless", "--registries=server.test:80"];
  await using server = await startServer({
    ...{ directory, command, env, flags },
    isChecked: true,
    files: {
      "app/package.json": packageJson("own", "1"),
      "app/deno.json": ALLOW,
      "app/.npmrc": NPMRC,
      "app/index.js": requiring("own"),
    },
  });
  await server.answers("/app", "1.0.0 true,false,false ");
  const folder = join(server.functions, "app");
  const [program = "", ...args] = command;
  const { code, stderr } = await new Deno.Command(program, {
    args: [...args, "check", folder],
    env: { ...env, DDSRV_REGISTRIES: "server.test:80" },
    stdin: "null",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  assert.deepEqual(await namesIn(folder), [".npmrc", "deno.json", "index.js", "package.json"]);
});
