import assert from "node:assert/strict";
import { join } from "node:path";
import { openNotifyReceiver } from "../system/notify_receiver.ts";
import { answering, eventually, makeDirectory, startServer } from "./support/harness.ts";

const HEARD_BY_CHILDREN = 'Deno.serve(() => new Response(Deno.env.get("NOTIFY_SOCKET") ?? "no"));';

Deno.test("serve notifies the service manager of readiness, reloads, stops and its watchdog", async () => {
  const directory = await makeDirectory();
  try {
    const address = join(directory, "notify");
    await using receiver = openNotifyReceiver(address);
    await using server = await startServer({
      directory,
      files: { "hello/index.ts": answering("hello"), "env/index.ts": HEARD_BY_CHILDREN },
      env: { NOTIFY_SOCKET: address, WATCHDOG_USEC: "200000" },
    });
    const heard = (text: string): Promise<void> =>
      eventually(
        `"${text}" in ${receiver.messages}`,
        () => receiver.messages.some((message) => message.includes(text)),
      );
    await heard("READY=1");
    await (await fetch(`${server.url}/hello`)).body?.cancel();
    await heard("STATUS=2 functions, 2 up");
    await server.answers("/env", "no");
    await heard("WATCHDOG=1");

    server.signal("SIGHUP");
    await heard("RELOADING=1\nMONOTONIC_USEC=");
    const states = (): string[] =>
      receiver.messages.flatMap((message) => /^(?:READY|RELOADING|STOPPING)/.exec(message) ?? []);
    await eventually("READY=1 after RELOADING=1", () => states().at(-1) === "READY");

    server.signal("SIGTERM");
    assert.equal(await server.exited, 0);
    assert.deepEqual(states(), ["READY", "RELOADING", "READY", "STOPPING"]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("serve warns about a service manager that does not listen", async () => {
  await using server = await startServer({
    files: { "hello/index.ts": answering("hello") },
    env: { NOTIFY_SOCKET: "/nowhere/notify" },
  });
  await server.said('nothing receives messages at "/nowhere/notify"');
  await server.answers("/hello", "hello");
});
