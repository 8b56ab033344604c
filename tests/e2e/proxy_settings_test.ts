import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { PAIRS } from "../proxy/certificates.ts";
import { eventually, makeDirectory, runCli, startServer } from "./support/harness.ts";

/** A function that answers with its request. */
const MIRROR = `Deno.serve((request) => {
  const { pathname } = new URL(request.url);
  return Response.json({ pathname, ...Object.fromEntries(request.headers) });
});
`;

type Mirrored = Readonly<Record<string, string>>;

Deno.test("serve routes by host, by path, and with the prefix kept", async () => {
  await using server = await startServer({
    files: {
      "mirror/index.ts": MIRROR,
      "keeper/index.ts": MIRROR,
      "keeper/ddsrv.json": '{ "keepPrefix": true }',
    },
    flags: ["--domain", "Example.org", "--trusted-proxies", "192.0.2.0/24", "--root", "mirror"],
  });
  const ask = async (path: string, headers: Record<string, string> = {}): Promise<Mirrored> =>
    await (await fetch(server.url + path, { headers })).json();
  await server.said("mirror ready");
  await server.said("keeper ready");

  const byPath = await ask("/mirror/a", { "x-forwarded-for": "6.6.6.6", "x-real-ip": "6.6.6.6" });
  deepEqual([byPath.pathname, byPath["x-forwarded-prefix"]], ["/a", "/mirror"]);
  deepEqual([byPath["x-forwarded-for"], byPath["x-real-ip"]], ["127.0.0.1", undefined]);
  match(byPath["x-request-id"]!, /^[0-9a-f-]{36}$/);

  const kept = await ask("/keeper/a");
  deepEqual([kept.pathname, kept["x-forwarded-prefix"]], ["/keeper/a", undefined]);

  const byHost = await rawGet(server.url, "/mirror/a", "MIRROR.example.org:1");
  deepEqual([byHost.pathname, byHost.host], ["/mirror/a", "MIRROR.example.org:1"]);
  equal(byHost["x-forwarded-prefix"], undefined);

  const atRoot = await ask("/no-function/a");
  deepEqual([atRoot.pathname, atRoot["x-forwarded-prefix"]], ["/no-function/a", undefined]);
  const atApex = await rawGet(server.url, "/", "example.org");
  deepEqual([atApex.pathname, atApex["x-forwarded-prefix"]], ["/", undefined]);
  equal((await ask("/keeper/a")).pathname, "/keeper/a");
});

Deno.test("serve trusts forwarding headers only of the configured proxies", async () => {
  await using server = await startServer({
    files: { "mirror/index.ts": MIRROR },
    flags: ["--trusted-proxies", "10.0.0.0/8,127.0.0.1"],
  });
  await server.said("mirror ready");
  const headers = {
    "x-forwarded-for": "203.0.113.9",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "public.example",
    "x-forwarded-prefix": "/outer",
    "x-request-id": "theirs",
  };
  const got: Mirrored = await (await fetch(`${server.url}/mirror/a`, { headers })).json();
  deepEqual(
    Object.keys(headers).map((name) => got[name]),
    ["203.0.113.9, 127.0.0.1", "https", "public.example", "/outer/mirror", "theirs"],
  );
});

Deno.test("serve limits bodies, hides errors and logs every request as configured", async () => {
  const directory = await makeDirectory();
  const log = join(directory, "access.log");
  await using server = await startServer({
    isChecked: true,
    directory,
    files: { "mirror/index.ts": MIRROR, "broken/index.ts": "const secret: number = 'x';\n" },
    flags: ["--hide-errors", "--access-log=json", "--access-log-file", log],
    env: { DDSRV_MAX_BODY_SIZE: "3B" },
  });
  await server.said("mirror ready");
  await server.said("broken failed");
  const large = await fetch(`${server.url}/mirror`, { method: "POST", body: "1234" });
  deepEqual([large.status, large.headers.get("x-ddsrv-error")], [413, "body-too-large"]);
  equal(await large.text(), "Content too large");
  const broken = await fetch(`${server.url}/broken`, { headers: { accept: "text/html,*/*" } });
  equal(broken.status, 500);
  const page = await broken.text();
  match(page, /<h1>500 The function could not be started<\/h1>/);
  equal(page.includes("secret"), false);
  const lines = async (): Promise<Record<string, unknown>[]> =>
    (await Deno.readTextFile(log).catch(() => "")).trim().split("\n").filter(Boolean)
      .map((line) => JSON.parse(line));
  await eventually("two lines in the access log", async () => (await lines()).length === 2);
  deepEqual(
    (await lines()).map(({ method, target, status, error }) => [method, target, status, error]),
    [
      ["POST", "/mirror", 413, "body-too-large"],
      ["GET", "/broken", 500, "function-failed"],
    ],
  );
  server.signal("SIGTERM");
  equal(await server.exited, 0);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("serve speaks TLS and reloads a renewed certificate", async () => {
  const directory = await makeDirectory();
  const [cert, key] = [join(directory, "cert.pem"), join(directory, "key.pem")];
  await Deno.writeTextFile(cert, PAIRS.one.cert);
  await Deno.writeTextFile(key, PAIRS.one.key);
  const certificates = await makeDirectory();
  await using server = await startServer({
    directory,
    files: { "mirror/index.ts": MIRROR },
    flags: ["--hostname=localhost", "--tls-cert", cert, "--tls-key", key].concat(
      ["--certificates", certificates],
    ),
  });
  await server.said("mirror ready");
  match(server.url, /^https:\/\/localhost:\d+$/);
  using before = Deno.createHttpClient({ caCerts: [PAIRS.one.authority] });
  using after = Deno.createHttpClient({ caCerts: [PAIRS.two.authority] });
  const first: Mirrored = await (await fetch(`${server.url}/mirror`, { client: before })).json();
  equal(first["x-forwarded-proto"], "https");
  await Deno.writeTextFile(cert, PAIRS.two.cert);
  await Deno.writeTextFile(key, PAIRS.two.key);
  await server.said("Certificate reloaded");
  const second = await fetch(`${server.url}/mirror`, { client: after });
  equal(second.status, 200);
  await second.body?.cancel();
  await Deno.writeTextFile(join(certificates, "localhost.pem"), PAIRS.one.cert + PAIRS.one.key);
  await server.said("Certificate localhost loaded");
  using byName = Deno.createHttpClient({ caCerts: [PAIRS.one.authority] });
  equal((await (await fetch(`${server.url}/mirror`, { client: byName })).json()).pathname, "/");
  server.signal("SIGTERM");
  equal(await server.exited, 0);
  await Deno.remove(directory, { recursive: true });
  await Deno.remove(certificates, { recursive: true });
});

Deno.test("serve reports invalid proxy settings", async () => {
  const rows: [string[], number, RegExp][] = [
    [["--tls-cert", "/none.pem"], 1, /only --tls-cert is set\. Set --tls-key too\n$/],
    [["--tls-cert=/none", "--tls-key=/none"], 1, /Cannot read the certificate: .*Fix --tls-cert/],
    [["--certificates=/none"], 1, /Cannot read the certificates: "\/none" does not exist\. Fix/],
    [["--root", "a/b"], 2, /"a\/b" is not valid\. Give the name of a function, such as www/],
    [["--max-body-size", "5"], 2, /'5' is invalid\. "5" is not a size\. Write a number and a unit/],
    [["--max-fields", "0"], 2, /out of bounds\. Give 1 to 8192\./],
    [["--trusted-proxies", "x"], 2, /"x" is neither an address nor a network/],
    [["--domain", "*.a"], 2, /"\*\.a" is not a domain/],
    [["--access-log", "xml"], 2, /Allowed choices are json, combined\./],
  ];
  const directory = await makeDirectory();
  for (const [flags, exitCode, message] of rows) {
    const { code, stderr } = await runCli(["serve", directory, "--port=0", ...flags]);
    equal(code, exitCode, stderr);
    match(stderr, message);
  }
  await Deno.remove(directory, { recursive: true });
});

/** Sends a request with a chosen Host, which fetch does not allow. */
async function rawGet(url: string, path: string, host: string): Promise<Mirrored> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url).port) });
  await connection.write(new TextEncoder().encode(
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
  ));
  const text = await new Response(connection.readable).text();
  return JSON.parse(text.slice(text.indexOf("\r\n\r\n") + 4));
}
