import assert from "node:assert/strict";
import { join } from "node:path";
import { answering, eventually, startServer, writeFiles } from "./support/harness.ts";
import { startCli } from "./support/live_cli.ts";

const NEVER = "setInterval(() => {}, 1000);\n";

Deno.test("add undoes everything when it is interrupted while waiting", async () => {
  await using server = await startServer({ files: { "app/index.ts": answering("one") } });
  await server.answers("/app", "one");
  const { pid } = await server.inspect("app");
  await writeFiles(server.directory, { "app/index.ts": NEVER, "fresh/index.ts": NEVER });
  const env = { DDSRV_SOCKET: server.socket };
  for (const [name, signal, code] of [["app", "SIGINT", 130], ["fresh", "SIGTERM", 143]] as const) {
    const adding = startCli(["add", join(server.directory, name), "--replace"], { env });
    await adding.said(`${name}: starting\n`);
    adding.signal(signal);
    assert.deepEqual(await adding.ended, {
      code,
      stdout: "",
      stderr: `${name}: checking\n${name}: starting\nddsrv: Interrupted. Nothing was changed\n`,
    });
    assert.deepEqual(names(server.functions), ["app"]);
  }
  await server.answers("/app", "one");
  assert.equal((await server.inspect("app")).pid, pid);
  assert.equal((await server.cli("inspect", "fresh")).code, 4);
});

Deno.test("add leaves nothing behind when it is interrupted while reading an archive", async () => {
  await using server = await startServer();
  const env = { DDSRV_SOCKET: server.socket };
  const adding = startCli(["add", "-", "--name", "app"], { env });
  await eventually("something is staged", () => names(server.functions).length > 0);
  adding.signal("SIGINT");
  assert.deepEqual(await adding.ended, {
    code: 130,
    stdout: "",
    stderr: "ddsrv: Interrupted. Nothing was changed\n",
  });
  assert.deepEqual(names(server.functions), []);
});

Deno.test("add on a terminal shows its progress in one line", async () => {
  await using server = await startServer();
  await writeFiles(server.directory, { "app/index.ts": answering("app"), "fresh/index.ts": NEVER });
  const options = { env: { DDSRV_SOCKET: server.socket }, isTerminal: true };
  const { code, stdout } = await startCli(["add", join(server.directory, "app")], options).ended;
  assert.equal(code, 0, stdout);
  assert.match(shown(stdout), /^\rESC\[2KESC\[\?7l⠋ app {2}checking…ESC\[\?7h\r/);
  const last = `\rESC[2Kapp  ready\r\n${server.url}/app\r\n`;
  assert.ok(shown(stdout).endsWith(last), shown(stdout));

  const adding = startCli(["add", join(server.directory, "fresh")], options);
  await adding.said("fresh  starting…");
  // Ctrl-C.
  await adding.write("\x03");
  const ended = await adding.ended;
  assert.equal(ended.code, 130);
  const error = "\rESC[2Kddsrv: Interrupted. Nothing was changed\r\n";
  assert.ok(shown(ended.stdout).endsWith(error), shown(ended.stdout).slice(-200));
  assert.deepEqual(names(server.functions), ["app"]);
});

function shown(text: string): string {
  return text.replaceAll("\x1b", "ESC");
}

function names(directory: string): string[] {
  return Array.from(Deno.readDirSync(directory)).map((entry) => entry.name);
}
