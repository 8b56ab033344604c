import assert from "node:assert/strict";
import { answering, startServer } from "./support/harness.ts";
import { startRestartLoad } from "./support/restart_load.ts";

const app = { "app/index.ts": answering("app") };

Deno.test("restart: a new process serves, and no request of many clients fails", async () => {
  await using server = await startServer({ files: app });
  await server.answers("/app", "app");
  const load = startRestartLoad(server, { path: "/app", kept: 16, fresh: 4 });
  await load.answers(100);
  for (let round = 1; round <= 2; round++) {
    const { code, stdout, stderr } = await server.cli("restart");
    assert.equal(code, 0, stderr + server.output());
    assert.match(stdout, /^ddsrv \S+ serves \(pid \d+\)\n$/);
    await load.answers(500);
  }
  const { requests, failures } = await load.stop();
  assert.deepEqual(failures, [], `of ${requests} requests`);
});
