import assert from "node:assert/strict";
import { join } from "node:path";
import { findCommit } from "../../cli/commit.ts";
import { printError } from "../../cli/output/print.ts";
import { version } from "../../cli/version.ts";
import { answering, type CliResult, startServer, writeFiles } from "./support/harness.ts";
import { installPackage, missingForPackage } from "./support/installed_package.ts";
import { ordinaryUser } from "./support/ordinary_user.ts";

const missing = await missingForPackage();
const ignore = missing !== undefined;
if (ignore) printError(`The npm package is not tested: ${missing}\n`);

const FILES = {
  "hello/index.ts": answering("hello"),
  // Served by the module that is preloaded for each function, which is a file of the package.
  "exported/index.ts": 'export default { fetch: () => new Response("exported") };\n',
};

interface RunOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

async function run(command: readonly string[], options: RunOptions): Promise<CliResult> {
  const [program = "", ...args] = command;
  const { code, stdout, stderr } = await new Deno.Command(program, { args, ...options }).output();
  const [out = "", err = ""] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, stdout: out, stderr: err };
}

Deno.test({ name: "package: installed, it serves with full isolation", ignore }, async () => {
  await using installed = await installPackage();
  const { program, env, directory } = installed;
  const flags = ["--admin-port", "0"];
  await using server = await startServer({ command: [program], env, files: FILES, flags });
  await server.said("Isolation: full");
  await server.said("Probes and metrics on ");
  // The code of the page is in a module of its own, and its files are files of the package.
  const page = `${/metrics on (\S+)/.exec(server.output())![1]}/_ui/`;
  assert.match(await (await fetch(page)).text(), /<h1>Log in<\/h1>/);
  for (const file of ["style.css", "live.js", "icon.svg"]) {
    assert.ok((await (await fetch(`${page}page/${file}`)).text()).length > 200, file);
  }
  await server.answers("/hello", "hello");
  await server.answers("/exported", "exported");
  const socket = { DDSRV_SOCKET: server.socket };
  const listed = await run([program, "ls", "--quiet"], { env: { ...env, ...socket } });
  assert.deepEqual(listed, { code: 0, stdout: "exported\nhello\n", stderr: "" });

  const written = join(directory, "visits");
  await run([program, "init", "--template", "kv-counter", written], { env });
  const added = await run([program, "add", written], { env: { ...env, ...socket } });
  assert.deepEqual([added.code, added.stdout], [0, `${server.url}/visits\n`], added.stderr);

  // Signals reach the started process itself, and its exit code is that of ddsrv.
  server.signal("SIGTERM");
  await server.said("Stopped");
  assert.equal(await server.exited, 0);
  assert.equal((await run([program, "ls"], { env: { ...env, ...socket } })).code, 3);
  assert.equal((await run([program, "sreve"], { env })).code, 2);

  await writeFiles(directory, { "hostile/deno.json": "{", "hostile/package.json": "{" });
  const hostile = await run([program, "--version"], { env, cwd: join(directory, "hostile") });
  assert.deepEqual(hostile, { code: 0, stdout: `${version}\n`, stderr: "" });

  const report = JSON.parse((await run([program, "--version", "--json"], { env })).stdout);
  assert.equal(report.commit, await findCommit(new URL("../../", import.meta.url)));

  await Deno.remove(join(directory, "node_modules/deno"), { recursive: true });
  const broken = await run([program, "--version"], { env });
  assert.equal(broken.code, 1);
  assert.match(
    broken.stderr,
    /^ddsrv: Cannot find Deno for ".+"\. Install the package again .+ddsrv\n$/,
  );
});

Deno.test({ name: "package: SIGTERM to npx ends it in order", ignore }, async () => {
  // Some users disable install scripts of dependencies.
  await using installed = await installPackage("--ignore-scripts");
  await using server = await startServer({
    command: ["npx", "--offline", "--prefix", installed.directory, "ddsrv"],
    env: installed.env,
    files: FILES,
  });
  await server.answers("/hello", "hello");
  server.signal("SIGTERM");
  await server.said("Stopped");
  await server.exited;
});

Deno.test({ name: "package: an ordinary user serves with less isolation", ignore }, async () => {
  await using installed = await installPackage();
  await using user = await ordinaryUser();
  const command = ["setpriv", `--reuid=${user.uid}`, `--regid=${user.uid}`, "--clear-groups"];
  for (const level of ["rootless", "none"]) {
    await using server = await startServer({
      command: [...command, installed.program],
      env: { ...user.env, npm_command: "" },
      directory: user.directory,
      files: FILES,
      flags: [`--isolation=${level}`],
    });
    await server.said(`Isolation: ${level}`);
    await server.answers("/hello", "hello");
    await server.answers("/exported", "exported");
  }
});

Deno.test({ name: "package: a restart runs the installed launcher", ignore }, async () => {
  await using installed = await installPackage();
  const { program, env } = installed;
  await using server = await startServer({ command: [program], env, files: FILES });
  await server.answers("/hello", "hello");
  const restarted = await run([program, "restart"], {
    env: { ...env, DDSRV_SOCKET: server.socket },
  });
  assert.equal(restarted.code, 0, restarted.stderr + server.output());
  await server.answers("/hello", "hello");
});
