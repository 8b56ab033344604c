// Clients reach the proxy by IPv6, and IPv4 clients of a socket for both families stay IPv4.
import assert from "node:assert/strict";
import { join } from "node:path";
import { temporaryDirectory } from "../temporary_directory.ts";
import { host, runCli, startServer } from "./support/harness.ts";

const ECHO = `Deno.serve((request, info) => {
  const { headers } = request;
  const fields = ["x-forwarded-for", "x-forwarded-host"].map((name) => headers.get(name));
  return new Response([info.remoteAddr.hostname, ...fields].join(" ") + "\\n");
});\n`;

Deno.test("listen: on ::, peers of both families have their own addresses, and IPv6 networks are trusted", async () => {
  await using server = await startServer({
    flags: ["--hostname=::", "--trusted-proxies=2001:db8:77::/48,::ffff:127.0.0.0/104"],
    files: { "app/index.ts": ECHO },
  });
  const { port, hostname } = new URL(server.url);
  assert.equal(hostname, "localhost");
  await server.said("app ready");
  const ask = (to: string, ...options: string[]): Promise<string> =>
    host("curl", "-s", "-g", ...options, `http://${to}:${port}/app`);
  const claim = (value: string): string[] => ["-H", `X-Forwarded-For: ${value}`];
  // The mapped network of the setting covers 127.0.0.1.
  assert.equal(await ask("127.0.0.1"), `127.0.0.1 127.0.0.1 127.0.0.1:${port}\n`);
  assert.equal(
    await ask("127.0.0.1", ...claim("6.6.6.6, ::ffff:c000:207")),
    `192.0.2.7 6.6.6.6, ::ffff:c000:207, 127.0.0.1 127.0.0.1:${port}\n`,
  );
  assert.equal(await ask("[::1]"), `::1 ::1 [::1]:${port}\n`);
  assert.equal(await ask("[::1]", ...claim("6.6.6.6")), `::1 ::1 [::1]:${port}\n`);
  await host("ip", "addr", "add", "2001:db8:77::1/128", "dev", "lo", "nodad");
  await host("ip", "addr", "add", "2001:db8:78::1/128", "dev", "lo", "nodad");
  try {
    const from = (source: string, ...options: string[]): Promise<string> =>
      ask("[::1]", "--interface", source, ...options);
    assert.equal(
      await from("2001:db8:77::1", ...claim("[2001:db8::9]:4711, 2001:DB8:77:0::5")),
      "2001:db8::9 [2001:db8::9]:4711, 2001:DB8:77:0::5, 2001:db8:77::1 " + `[::1]:${port}\n`,
    );
    assert.equal(
      await from("2001:db8:78::1", ...claim("6.6.6.6")),
      `2001:db8:78::1 2001:db8:78::1 [::1]:${port}\n`,
    );
  } finally {
    await host("ip", "addr", "del", "2001:db8:77::1/128", "dev", "lo");
    await host("ip", "addr", "del", "2001:db8:78::1/128", "dev", "lo");
  }
});

Deno.test("listen: on ::1, printed URLs have brackets", async () => {
  await using server = await startServer({
    flags: ["--hostname=::1", "--admin-hostname=::1", "--admin-port=0"],
    files: { "app/index.ts": ECHO },
  });
  assert.match(server.url, /^http:\/\/\[::1\]:\d+$/);
  await server.said("app ready");
  assert.match(await (await fetch(`${server.url}/app`)).text(), /^::1 ::1 \[::1\]:\d+\n$/);
  const { stdout } = await server.cli("ls");
  assert.ok(stdout.includes(`${server.url}/app`), stdout);
  assert.match(server.output(), /Probes and metrics on http:\/\/\[::1\]:\d+/);
});

for (
  const [hostname, message] of [
    ["fe80::1%uplink", '"fe80::1%uplink" has the zone of an interface'],
    ["[::]", '"[::]" has brackets'],
    ["2001:db8::404", "Cannot listen on [2001:db8::404]:0: "],
  ] as const
) {
  Deno.test(`listen: serve refuses --hostname ${hostname} with a reason`, async () => {
    await using directory = await temporaryDirectory();
    const places = ["--socket", join(directory.path, "socket"), "--logs-dir", directory.path];
    const { code, stderr } = await runCli(
      ["serve", directory.path, "--port=0", ...places, "--hostname", hostname],
      {},
    );
    assert.notEqual(code, 0);
    assert.ok(stderr.includes(message), stderr);
  });
}
