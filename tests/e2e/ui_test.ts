import assert from "node:assert/strict";
import { answering, COMMAND, eventually, startServer, within } from "./support/harness.ts";

/** A browser that sends forms as the page's own and keeps one cookie. */
function openBrowser(page: string) {
  let cookie = "";
  const origin = new URL(page).origin;
  async function ask(path: string, form?: Record<string, string>): Promise<Response> {
    const response = await fetch(new URL(path, page), {
      redirect: "manual",
      ...form !== undefined && { method: "POST", body: new URLSearchParams(form) },
      headers: { cookie, ...form !== undefined && { origin, "sec-fetch-site": "same-origin" } },
    });
    cookie = response.headers.get("set-cookie")?.split(";")[0] ?? cookie;
    return response;
  }
  async function read(path: string): Promise<string> {
    return await (await ask(path)).text();
  }
  return {
    ask,
    read,
    async send(path: string, fields: Record<string, string> = {}): Promise<number> {
      const token = /name="token" value="([^"]+)"/.exec(await read("schedules"))![1]!;
      const response = await ask(path, { token, ...fields });
      await response.body?.cancel();
      return response.status;
    },
  };
}

Deno.test("page: on the admin port by a link and a token, and on loopback by ddsrv ui", async () => {
  await using server = await startServer({
    files: {
      "shop/index.ts": `console.log("\\x1b[32mshop\\x1b[0m <b>");\n${answering("shop")}`,
    },
    flags: ["--admin-port", "0", "--ui-write"],
  });
  await server.answers("/shop", "shop");
  const link = (await server.cli("ui", "--link")).stdout.trim();
  assert.match(link, /^http:\/\/127\.0\.0\.1:\d+\/_ui\/\?token=[\w-]{43}$/);
  const page = new URL("./", link).href;
  const browser = openBrowser(page);
  assert.equal((await browser.ask("")).status, 401);
  assert.equal((await browser.ask(link)).status, 303);
  assert.equal((await fetch(link)).status, 403);
  assert.match(await browser.read(""), /functions\/shop">shop<.*data-state="ready">ready</s);
  assert.match(await browser.read("functions/shop"), /Limits and settings/);
  await eventually(
    "the log is on its page",
    async () =>
      /<b class="green">shop<\/b> &lt;b&gt;/.test(await browser.read("functions/shop/logs")),
  );

  const { pid } = await server.inspect("shop");
  assert.equal(await browser.send("functions/shop/reload"), 303);
  await eventually("the page's button reloads", async () => {
    const report = await server.inspect("shop");
    return report.status === "ready" && report.pid !== pid;
  });
  assert.equal(await browser.send("functions/shop/stop"), 303);
  assert.equal((await fetch(`${server.url}/shop`)).status, 503);
  assert.equal(await browser.send("functions/shop/start"), 303);
  await server.answers("/shop", "shop");
  // The path that has the cookie is never a function's.
  await server.write({ "_ui/index.ts": answering("stolen") });
  assert.equal((await fetch(`${server.url}/_ui/`)).status, 404);

  const stream = await browser.ask("events");
  assert.equal(stream.headers.get("content-type"), "text/event-stream");
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  let events = "";
  await eventually("values come as events", async () => {
    events += (await reader.read()).value ?? "";
    return events.includes("shop/memory");
  });

  const own = new Deno.Command(COMMAND[0]!, {
    args: [...COMMAND.slice(1), "ui", "--socket", server.socket],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const lines = own.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value: ownLink = "" } = await within(lines.read(), "the link");
  const ownBrowser = openBrowser(new URL("./", ownLink.trim()).href);
  assert.equal((await ownBrowser.ask(ownLink.trim())).status, 303);
  assert.match(await ownBrowser.read(""), /functions\/shop">shop<.*Read-only/s);
  assert.equal(await ownBrowser.send("functions/shop/stop"), 403);
  own.kill("SIGINT");
  await lines.cancel();
  assert.equal((await within(own.status, "the end of ddsrv ui")).code, 0);

  // A stream that is still open does not delay the end of the server.
  server.signal("SIGTERM");
  assert.equal(await within(server.exited, "the end of serve"), 0);
  await reader.cancel().catch(() => {});
});

Deno.test("page: the token of --ui-token-file logs in, and a page without --ui-write is read-only", async () => {
  const secret = "a-token-of-at-least-24-characters";
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, `${secret}\n`);
  await using server = await startServer({
    flags: ["--admin-port", "0", "--ui-token-file", file],
  });
  await server.said("Probes and metrics on ");
  const page = `${/metrics on (\S+)/.exec(server.output())![1]}/_ui/`;
  const browser = openBrowser(page);
  assert.equal((await browser.ask("login", { secret: "wrong" })).status, 403);
  assert.equal((await browser.ask("login", { secret })).status, 303);
  assert.match(await browser.read(""), /No functions yet.*Read-only/s);
  await Deno.remove(file);
});
