import assert from "node:assert/strict";

const LAUNCHER = new URL("../../packaging/ddsrv", import.meta.url).pathname;

Deno.test("launcher: shellcheck finds nothing to say of it", async () => {
  const { stdout } = await new Deno.Command("shellcheck", { args: [LAUNCHER] }).output();
  assert.equal(new TextDecoder().decode(stdout), "");
});
