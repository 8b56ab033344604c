import assert from "node:assert/strict";
import { requireServingSystem } from "../../../cli/tree/serving_system.ts";
import { requireHost } from "../../../lib/isolation/require_host.ts";

Deno.test("serve says what it needs on Windows and macOS", async () => {
  assert.throws(() => requireServingSystem("windows"), /needs Linux.+use ddsrv dev.+ddsrv deploy$/);
  requireServingSystem("linux");
  requireServingSystem("darwin");
  await assert.rejects(
    requireHost("full", { os: "darwin" }),
    /needs Linux.+use ddsrv dev.+ddsrv deploy$/,
  );
});
