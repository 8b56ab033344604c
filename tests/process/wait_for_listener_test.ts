import assert from "node:assert/strict";
import { type ReadinessOptions, waitForListener } from "../../lib/process/wait_for_listener.ts";
import { within } from "../patience.ts";

const PREFERRED_PORT = 8000;

/** Runs code in a network namespace and returns the port that is found. */
async function portOf(
  code: string,
  options: Partial<ReadinessOptions> = {},
): Promise<number | undefined> {
  await using child = new Deno.Command("unshare", {
    args: ["--net", Deno.execPath(), "eval", code],
  }).spawn();
  const { pid } = child;
  try {
    const found = waitForListener({
      pid,
      preferredPort: PREFERRED_PORT,
      isPortNamed: false,
      isLoaded: () => false,
      signal: AbortSignal.any([]),
      ...options,
    });
    return (await within(found, "a listener"))?.listener.port;
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
  assert.equal(await portOf(code, { isLoaded: () => true }), PREFERRED_PORT);
});

Deno.test("waitForListener() returns another port of a process that stays busy", async () => {
  assert.equal(await portOf("Deno.listen({ port: 7000 }); for (;;);"), 7000);
});

Deno.test("waitForListener() says when a loaded process does not listen", async () => {
  const abort = new AbortController();
  const found = await portOf("setInterval(() => {}, 1000);", {
    isLoaded: () => true,
    onQuiet: () => abort.abort(),
    signal: abort.signal,
  });
  assert.equal(found, undefined);
});
