import assert from "node:assert/strict";
import type { FunctionReport } from "../../lib/control/api.ts";
import { answering, startServer } from "./support/harness.ts";

Deno.test("reload starts new instances of the named functions, or of all", async () => {
  await using server = await startServer({
    files: { "app/index.ts": answering("app"), "blog/index.ts": answering("blog") },
  });
  const pids = async (): Promise<(number | null)[]> =>
    [await server.inspect("app"), await server.inspect("blog")].map((one) => one.pid);
  await server.answers("/app", "app");
  await server.answers("/blog", "blog");
  const { revision } = await server.inspect("app");
  const [app, blog] = await pids();
  const one = await server.cli("reload", "app", "app");
  assert.deepEqual(one, { code: 0, stdout: "", stderr: "app reloaded\n" });
  const [app2, blog2] = await pids();
  assert.notEqual(app2, app);
  assert.equal(blog2, blog);
  const all = await server.cli("reload", "--all", "--json");
  assert.deepEqual([all.code, all.stderr], [0, ""]);
  const reports = JSON.parse(all.stdout) as FunctionReport[];
  assert.deepEqual(reports.map((report) => [report.name, report.status, report.revision]), [
    ["app", "ready", revision],
    ["blog", "ready", reports[1]!.revision],
  ]);
  const [app3, blog3] = await pids();
  assert.ok(app3 !== app2 && blog3 !== blog2);
});

Deno.test("reload changes nothing if a name is wrong, and continues after a failed function", async () => {
  await using server = await startServer({
    isChecked: true,
    files: {
      "app/index.ts": answering("app"),
      "wrong/index.ts": "const wrong: number = 'text';\n",
    },
  });
  await server.answers("/app", "app");
  await server.said("wrong failed");
  const { pid } = await server.inspect("app");
  assert.deepEqual(await server.cli("reload", "app", "ap"), {
    code: 4,
    stdout: "",
    stderr: 'ddsrv: There is no function "ap". Did you mean "app"? See: ddsrv list\n',
  });
  for (const args of [[], ["app", "--all"]]) {
    const result = await server.cli("reload", ...args);
    assert.deepEqual(result, {
      code: 2,
      stdout: "",
      stderr: "ddsrv: Name the functions to reload, or pass --all\n",
    });
  }
  assert.equal((await server.inspect("app")).pid, pid);
  const both = await server.cli("reload", "wrong", "app");
  assert.deepEqual([both.code, both.stdout], [1, ""]);
  assert.match(
    both.stderr,
    /^ddsrv: "wrong" was not reloaded: The check failed\nTS2322[^]*\napp reloaded\n$/,
  );
  const { stderr, code } = await server.cli("rollback", "ap");
  assert.deepEqual([code, stderr], [
    4,
    'ddsrv: There is no function "ap". Did you mean "app"? See: ddsrv list\n',
  ]);
});
