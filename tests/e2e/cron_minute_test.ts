import assert from "node:assert/strict";
import { eventually, startServer } from "./support/harness.ts";
import { openSockets } from "./support/open_sockets.ts";

/** Code whose task logs its version and the minute. */
function ticking(version: string): string {
  return `Deno.cron("each minute", "* * * * *", () => {
      console.log("tick", "${version}", Math.round(Date.now() / 60_000));
    });
    Deno.serve((request) => {
      if (request.headers.get("upgrade") !== "websocket") return new Response("${version}");
      return Deno.upgradeWebSocket(request).response;
    });\n`;
}

// It takes until the next minute.
Deno.test("old and new instance of a reload tick once together at the turn of a minute", async () => {
  await using server = await startServer({
    flags: ["--drain", "10m", "--idle", "3s"],
    files: { "app/index.ts": ticking("old") },
  });
  await server.said("app ready");
  {
    // Keeps the old instance.
    await using _open = await openSockets(server, "app", 1);
    const { pid } = await server.inspect("app");
    // So that the next minute belongs to the new instance.
    await eventually("no minute is near", () => {
      const ms = Date.now() % 60_000;
      return ms > 2_000 && ms < 52_000;
    });
    await server.write({ "app/index.ts": ticking("new") });
    await server.answers("/app", "new");
    await eventually("the new instance ticks", () => server.output().includes("tick new"));
    // The timer of the old one is due at the same moment; its process is there and answers.
    await eventually("a second later", () => Date.now() % 60_000 > 1_500);
    assert.ok((await Deno.stat(`/proc/${pid}`)).isDirectory);
    assert.notEqual((await server.inspect("app")).pid, pid);
  }
  const ticks = [...server.output().matchAll(/tick (old|new) (\d+)/g)];
  const minutes = ticks.map(([, , minute]) => minute);
  assert.equal(new Set(minutes).size, minutes.length, ticks.join());
});
