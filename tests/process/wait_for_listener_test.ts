import assert from "node:assert/strict";
import { waitForListener } from "../../lib/process/wait_for_listener.ts";
import { within } from "../patience.ts";

const PREFERRED_PORT = 8000;

/** Runs code in a network namespace and returns the port that is found. */
async function portOf(code: string): Promise<number | undefined> {
  await using child = new Deno.Command("unshare", {
    args: ["--net", Deno.execPath(), "eval", code],
  }).spawn();
  const { pid } = child;
  try {
    const found = waitForListener({
      pid,
      preferredPort: PREFERRED_PORT,
      signal: AbortSignal.any([]),
    });
    return (await within(found, "a listener"))?.port;
  } finally {
    child.kill("SIGKILL");
  }
}

Deno.test("waitForListener() returns another port if the process then waits for events", async () => {
  assert.equal(await portOf("Deno.listen({ port: 7000 }); setInterval(() => {}, 1000);"), 7000);
});

Deno.test("waitForListener() waits for the preferred port while the process is busy", async () => {
  const code = `Deno.listen({ port: 7000 });
    for (const end = Date.now() + 700; Date.now() < end;);
    Deno.listen({ port: ${PREFERRED_PORT} });
    setInterval(() => {}, 1000);`;
  assert.equal(await portOf(code), PREFERRED_PORT);
});

Deno.test("waitForListener() returns another port of a process that stays busy", async () => {
  assert.equal(await portOf("Deno.listen({ port: 7000 }); for (;;);"), 7000);
});
