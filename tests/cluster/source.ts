// Three hosts that get 50 functions from one archive on a server with TLS: the time until all serve a
// version, and what they do when the archive is hostile and the server is away.
import assert from "node:assert/strict";
import { join } from "node:path";
import { archive, type Entry } from "../function/tar/archive.ts";
import { eventually } from "../patience.ts";
import { sha256 } from "../source/pretend_registry.ts";
import { ADMIN_PORT, type Host, openHosts, PORT } from "./hosts.ts";
import { startLoad } from "./load.ts";
import { command, FRONT_ADDRESS } from "./network.ts";

const FUNCTIONS = 50;

const CHANGED = 5;

const CLIENTS = 6;

/** What the server of the archive answers. */
interface Served {
  bytes: Uint8Array<ArrayBuffer>;
  isAway: boolean;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** Archive of all functions; the first ones have this text, and the others keep theirs. */
function versionOf(text: string): Uint8Array<ArrayBuffer> {
  const entries = Array.from({ length: FUNCTIONS }, (_, index): Entry => ({
    name: `f${index}/index.ts`,
    content: `Deno.serve(() => new Response("${index < CHANGED ? text : "same"}"));\n`,
  }));
  // It is reloaded with each version, and always gives the same answer.
  const steady = `// ${text}\nDeno.serve(async (request) => {
    await request.text();
    return new Response("steady");
  });\n`;
  return archive(...entries, { name: "steady/index.ts", content: steady });
}

/** Serves the archive with a certificate of an authority that this writes and all hosts trust. */
async function serveArchive(directory: string, served: Served): Promise<AsyncDisposable> {
  const file = (name: string): string => join(directory, name);
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await command(
    ...["openssl", "req", "-x509", ...key, "-subj", "/CN=authority", "-days", "2"],
    ...["-keyout", file("authority.key"), "-out", file("authority.pem")],
  );
  await command(
    ...["openssl", "req", "-x509", ...key, "-subj", "/CN=server", "-days", "2"],
    ...["-addext", `subjectAltName=IP:${FRONT_ADDRESS}`, "-addext", "basicConstraints=CA:FALSE"],
    ...["-CA", file("authority.pem"), "-CAkey", file("authority.key")],
    ...["-keyout", file("server.key"), "-out", file("server.pem")],
  );
  Deno.env.set("DENO_CERT", file("authority.pem"));
  const server = Deno.serve({
    hostname: FRONT_ADDRESS,
    port: 443,
    cert: await Deno.readTextFile(file("server.pem")),
    key: await Deno.readTextFile(file("server.key")),
    onListen() {},
  }, (request) => {
    if (served.isAway) return new Response("", { status: 503 });
    const etag = `"${sha256(served.bytes)}"`;
    const isKnown = request.headers.get("if-none-match")?.includes(etag);
    return new Response(isKnown ? null : served.bytes, {
      status: isKnown ? 304 : 200,
      headers: { etag },
    });
  });
  return { [Symbol.asyncDispose]: () => server.shutdown() };
}

/** Waits until all hosts are ready with a version; returns their `/readyz`. */
async function converge(hosts: readonly Host[], digest: string): Promise<readonly string[]> {
  return await Promise.all(hosts.map(async ({ name, address }) => {
    let last = "no answer";
    await eventually(`${name} serves ${digest}`, async () => {
      try {
        const response = await fetch(`http://${address}:${ADMIN_PORT}/readyz`);
        last = await response.text();
        return response.ok && response.headers.get("x-ddsrv-source-digest") === digest;
      } catch (error) {
        last = (error as Error).message;
        return false;
      }
    }, { now: () => last });
    return last;
  }));
}

/** Waits until each changed function of all hosts gives this answer. */
async function answerAll(hosts: readonly Host[], expected: string): Promise<void> {
  const urls = hosts.flatMap(({ address }) =>
    Array.from({ length: CHANGED }, (_, index) => `http://${address}:${PORT}/f${index}`)
  );
  await Promise.all(urls.map((url) =>
    eventually(`${url} answers ${expected}`, async () => {
      const response = await fetch(url);
      return await response.text() === expected;
    })
  ));
}

async function main(directory: string): Promise<void> {
  const served: Served = { bytes: versionOf("1"), isAway: false };
  const digest = (): string => `sha256:${sha256(served.bytes)}`;
  const source = `https://${FRONT_ADDRESS}/functions.tar`;
  const hosts = await openHosts({
    directory,
    count: 3,
    flags: ["--no-check", "--source", source, "--source-poll", "1s"],
    files: {},
  });
  await using _server = await serveArchive(directory, served);
  const since = (startedMs: number): string =>
    `${((performance.now() - startedMs) / 1_000).toFixed(1)} s`;
  try {
    let startedMs = performance.now();
    await Promise.all(hosts.map((host) => host.start()));
    await converge(hosts, digest());
    await answerAll(hosts, "1");
    say(`3 hosts with ${FUNCTIONS + 1} functions: ready after ${since(startedMs)}`);

    const load = startLoad({
      urls: hosts.map(({ address }) => `http://${address}:${PORT}/steady`),
      expected: "steady",
      clients: CLIENTS,
    });
    startedMs = performance.now();
    served.bytes = versionOf("2");
    await converge(hosts, digest());
    await answerAll(hosts, "2");
    say(`${CHANGED + 1} changed functions: on all hosts after ${since(startedMs)}`);

    const good = digest();
    served.bytes = archive({ name: "f0/x", type: "2", linkName: "/etc/shadow" });
    await eventually("all hosts refuse the hostile archive", async () => {
      const texts = await converge(hosts, good);
      return texts.every((text) => text.includes("stale"));
    });
    const figures = await load.end();
    say(
      `a new version and a hostile one: ${figures.answers} answers, ${figures.failures.length} ` +
        `lost, the longest took ${figures.longestMs} ms`,
    );
    assert.deepEqual(figures.failures, []);

    served.isAway = true;
    startedMs = performance.now();
    await hosts[1]!.stop("SIGKILL");
    await hosts[1]!.start();
    await converge(hosts, good);
    await answerAll(hosts, "2");
    say(`kill -9 of a host while the server is away: the last version after ${since(startedMs)}`);

    startedMs = performance.now();
    served.bytes = versionOf("3");
    served.isAway = false;
    await converge(hosts, digest());
    await answerAll(hosts, "3");
    say(`the server is back with a new version: on all hosts after ${since(startedMs)}`);
  } finally {
    for (const host of hosts) await host.stop("SIGTERM");
  }
}

const directory = await Deno.makeTempDir({ prefix: "ddsrv-cluster-" });
try {
  await main(directory);
  say("source passed");
} catch (error) {
  for (const name of ["host1", "host2", "host3"]) {
    const log = await Deno.readTextFile(join(directory, `${name}.log`)).catch(() => "");
    say(`--- end of ${name}.log\n${log.slice(-1_500)}`);
  }
  say(`source failed: ${(error as Error).message}`);
  Deno.exitCode = 1;
} finally {
  await command("rm", "-rf", directory).catch(() => {});
}
