import assert from "node:assert/strict";
import { join } from "node:path";
import type { ChangeReport } from "../../lib/control/api.ts";
import { answering, eventually, type Server, startServer, writeFiles } from "./support/harness.ts";

async function historyOf(server: Server, name = "app"): Promise<readonly ChangeReport[]> {
  const { code, stdout, stderr } = await server.cli("history", name, "--json");
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** Changes as `by result`, newest first. */
async function told(server: Server): Promise<readonly string[]> {
  return (await historyOf(server)).map(({ by, result }) => `${by} ${result}`);
}

/** Waits until the newest change has ended in this way, and the serving revision is kept. */
async function untilTold(server: Server, first: string): Promise<void> {
  await eventually(`"${first}" is recorded`, async () => {
    const [newest] = await historyOf(server);
    const { revision, kept } = await server.inspect("app");
    return `${newest?.by} ${newest?.result}` === first && kept.includes(revision!);
  });
}

Deno.test("history records changes and their origin, and rollback goes back twice, over a restart", async () => {
  const commit = "1f2e3d4c5b6a79880123456789abcdef01234567";
  const state = await Deno.makeTempDir({ prefix: "ddsrv-e2e-" });
  const options = { isChecked: true, flags: ["--state-dir", state] } as const;
  await using server = await startServer({
    ...options,
    files: { "app/index.ts": answering("one") },
  });
  await server.answers("/app", "one");
  await untilTold(server, "add ready");

  await writeFiles(server.directory, {
    "src/index.ts": answering("two"),
    "src/.env": "TOKEN=secret-two\n",
    "src/\x1b[2J.txt": "\x1b]0;title\x07\n",
  });
  const source = join(server.directory, "src");
  const name = ["--name", "app", "--replace"];
  const added = await server.cli("add", source, ...name, "--by", "deploy", "--commit", commit);
  assert.equal(added.code, 0, added.stderr);
  await untilTold(server, "deploy ready");
  const [deploy] = await historyOf(server);
  assert.deepEqual(
    [deploy!.commit, deploy!.user, deploy!.isServing, deploy!.isKept, deploy!.reason],
    [commit, { uid: 0, name: "root" }, true, true, null],
  );
  for (const bad of ["main", "123456", "x".repeat(7), "a".repeat(65)]) {
    assert.equal((await server.cli("add", source, ...name, "--commit", bad)).code, 2, bad);
  }

  await server.write({ "app/index.ts": answering("three"), "app/.env": "TOKEN=secret-three\n" });
  await server.answers("/app", "three");
  await untilTold(server, "edit ready");
  const [third, , first] = await historyOf(server);
  const diff = await server.cli("diff", "app", first!.revision!);
  assert.deepEqual([diff.code, diff.stderr], [0, ""]);
  for (
    const part of ["--- a/index.ts\n+++ b/index.ts\n@@ ", '"one"', '"three"', "\n+\\x1b]0;title"]
  ) {
    assert.ok(diff.stdout.includes(part), diff.stdout);
  }
  assert.match(diff.stdout, /diff --git a\/\.env b\/\.env\nnew file\nFiles .* \(content not shown/);
  for (const part of ["secret-", "\x1b"]) assert.ok(!diff.stdout.includes(part), part);
  const pair = [deploy!.revision!, third!.revision!];
  const json = JSON.parse((await server.cli("diff", "app", ...pair, "--json")).stdout);
  assert.deepEqual([json.from, json.to], pair);
  assert.deepEqual(json.files.map((file: { path: string }) => file.path), [".env", "index.ts"]);
  const same = await server.cli("diff", "app", third!.revision!);
  assert.deepEqual([same.code, same.stdout], [0, ""]);
  assert.match(same.stderr, /^The folders of (\w{12}) and \1 are equal\n$/);
  const unknown = await server.cli("diff", "app", "ffffffff");
  assert.match(
    unknown.stderr,
    /keeps no folder of a revision of "app" that begins with "ffffffff"/,
  );
  assert.deepEqual([unknown.code, (await server.cli("diff", "nobody", "ffff")).code], [1, 4]);
  await server.write({ "app/index.ts": "const wrong: number = 'text';\n" });
  await untilTold(server, "edit failed");
  const [wrong] = await historyOf(server);
  assert.deepEqual([wrong!.stage, wrong!.isServing, wrong!.user], ["check", false, null]);
  assert.match(wrong!.reason!, /^The check failed.*TS2322/);

  // The failed edit, then the code before, then the code before that.
  assert.equal((await server.cli("rollback", "app")).code, 0);
  await untilTold(server, "rollback ready");
  const second = await server.cli("rollback", "app");
  assert.match(
    second.stderr,
    /^app rolled back to revision [0-9a-f]{12} \(deploy of commit 1f2e3d4c5b6a at 2.*Z, served until 2.*Z\)\n$/,
  );
  await server.answers("/app", "two");
  const before = await told(server);
  assert.deepEqual(before, [
    ...["rollback ready", "rollback ready", "edit failed", "edit ready"],
    ...["deploy ready", "add ready"],
  ]);

  // A supervisor that is killed loses nothing, and adds nothing for code that it knows.
  const status = JSON.parse((await server.cli("status", "--json")).stdout);
  assert.deepEqual(
    [status.functions, status.functionsDirectory, status.pid, status.stateDirectory],
    [{ ready: 1 }, server.functions, server.pid, state],
  );
  assert.ok(
    ["--port", "--socket", "--state-dir"].every((one) => status.config.flags.includes(one)),
  );
  assert.ok(status.config.variables.includes("DDSRV_PARKED"));
  server.signal("SIGKILL");
  await server.exited;
  const none = await server.cli("status");
  assert.deepEqual([none.code, none.stdout], [3, ""]);
  assert.match(none.stderr, /^ddsrv: .+\n$/);
  await using again = await startServer({ ...options, directory: server.directory });
  await again.answers("/app", "two");
  assert.deepEqual(await told(again), before);
  assert.equal((await again.cli("rollback", "app")).code, 0);
  await again.answers("/app", "one");
  assert.equal((await again.cli("rollback", "app")).code, 1);

  assert.equal((await again.cli("reload", "app")).code, 0);
  await writeFiles(server.directory, { "a.env": "A=1\n" });
  assert.equal(
    (await again.cli("env", "import", "app", join(server.directory, "a.env"))).code,
    0,
  );
  assert.equal((await again.cli("stop", "app")).code, 0);
  assert.equal((await again.cli("start", "app")).code, 0);
  await untilTold(again, "start ready");
  const now = (await told(again)).slice(0, 5);
  assert.deepEqual(now, [
    "start ready",
    "stop stopped",
    "env ready",
    "reload ready",
    "rollback ready",
  ]);
  const { stdout } = await again.cli("history", "app", "-n", "2");
  const [titles, line, ...others] = stdout.split("\n");
  assert.match(titles!, /^WHEN +BY +REVISION +COMMIT +USER +STATE +RESULT$/);
  assert.match(line!, /^2\d{3}-\S+Z +start +[0-9a-f]{12} +- +root +serving +ready$/);
  assert.deepEqual(others.slice(1), [""]);

  // The history goes with the data.
  assert.equal((await again.cli("rm", "app", "--keep-data", "--yes")).code, 0);
  assert.equal((await told(again))[0], "remove removed");
  assert.equal((await again.cli("rm", "app", "--yes")).code, 0);
  const gone = await again.cli("history", "app");
  assert.deepEqual([gone.code, gone.stdout], [4, ""]);
  assert.match(gone.stderr, /There is no function "app"/);
  await Deno.remove(state, { recursive: true });
});
