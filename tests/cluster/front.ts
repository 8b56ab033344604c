// Three hosts behind Caddy with deploy/caddy/Caddyfile: the script deploy/rolling-upgrade upgrades all
// of them under load, WebSockets reach the same host again, and a host dies.
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ADMIN_PORT, type Host, openHosts } from "./hosts.ts";
import { startLoad } from "./load.ts";
import { command, FRONT_ADDRESS } from "./network.ts";
import { answersOk } from "./supervisor_program.ts";

const DEPLOY = fileURLToPath(new URL("../../deploy/", import.meta.url));

const CLIENTS = 8;

const FILES = {
  "hello/index.ts": `Deno.serve(async (request) => {
    await request.text();
    return new Response("hello");
  });\n`,
  // Each host has its own number, which stays in its data directory.
  "place/index.ts": `const file = Deno.env.get("DDSRV_DATA") + "/place";
    const place = await Deno.readTextFile(file).catch(() => crypto.randomUUID());
    await Deno.writeTextFile(file, place);
    Deno.serve((request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onopen = () => socket.send(place);
      return response;
    });\n`,
};

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** Starts Caddy with the addresses of the hosts. */
async function startCaddy(directory: string, hosts: readonly Host[]): Promise<AsyncDisposable> {
  const text = await Deno.readTextFile(`${DEPLOY}caddy/Caddyfile`);
  const config = join(directory, "Caddyfile");
  const addresses = hosts.map(({ address }) => `${address}:9999`).join(" ");
  await Deno.writeTextFile(config, text.replace(/^\tto .*$/m, () => `\tto ${addresses}`));
  const log = await Deno.open(join(directory, "caddy.log"), { append: true, create: true });
  const child = new Deno.Command("caddy", {
    args: ["run", "--config", config],
    env: { HOME: directory, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  void child.stderr.pipeTo(log.writable);
  await answersOk(`http://${FRONT_ADDRESS}/hello`);
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
    },
  };
}

/**
 * Writes a program in the place of ssh, which runs a command on a host, and says when to restart its
 * service.
 */
async function writeSsh(directory: string): Promise<string> {
  await Deno.mkdir(join(directory, "bin"));
  const programs = {
    // The test restarts the supervisor, and creates the second file then.
    "systemctl": `touch "${directory}/restart-$HOST"
while test -e "${directory}/restart-$HOST"; do sleep 0.1; done`,
    "sudo": 'test "$1" = -n && shift\nexec "$@"',
    "ssh": `HOST=$1 PATH="${directory}/bin:$PATH" exec ip netns exec "$1" sh -c "$2"`,
  };
  for (const [name, script] of Object.entries(programs)) {
    const path = join(directory, "bin", name);
    await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return join(directory, "bin/ssh");
}

/** Runs deploy/rolling-upgrade, and restarts the supervisors for it. */
async function upgrade(directory: string, hosts: readonly Host[]): Promise<string> {
  const child = new Deno.Command(`${DEPLOY}rolling-upgrade`, {
    args: hosts.map(({ name }) => name),
    env: { SSH: await writeSsh(directory), UPGRADE: "true", ADMIN_PORT: `${ADMIN_PORT}` },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let hasEnded = false;
  const ended = child.output().finally(() => hasEnded = true);
  while (!hasEnded) {
    for (const host of hosts) {
      const asked = join(directory, `restart-${host.name}`);
      if (await Deno.stat(asked).catch(() => undefined) === undefined) continue;
      await host.stop("SIGTERM");
      await host.start();
      await Deno.remove(asked);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { success, stdout, stderr } = await ended;
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Opens a WebSocket, returns the place that answers, and closes it. */
async function askPlace(cookie: string | undefined): Promise<{ place: string; cookie: string }> {
  // Deno's WebSocket shows no Set-Cookie.
  const connection = await Deno.connect({ hostname: FRONT_ADDRESS, port: 80 });
  const lines = [
    ...["GET /place HTTP/1.1", `Host: ${FRONT_ADDRESS}`, "Connection: Upgrade"],
    ...["Upgrade: websocket", "Sec-WebSocket-Version: 13"],
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...cookie === undefined ? [] : [`Cookie: ${cookie}`],
  ];
  await connection.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
  let text = "";
  for await (const chunk of connection.readable) {
    text += new TextDecoder().decode(chunk);
    const [, place] = /([0-9a-f-]{36})$/.exec(text) ?? [];
    if (place === undefined) continue;
    const [, given] = /^set-cookie: (ddsrv=[^;\r]*)/im.exec(text) ?? [];
    return { place, cookie: given ?? cookie ?? "" };
  }
  throw new Error(`The front closed the WebSocket: ${text}`);
}

async function main(directory: string): Promise<void> {
  const hosts = await openHosts({
    directory,
    count: 3,
    flags: ["--no-check", "--shutdown-delay", "3s"],
    files: FILES,
  });
  await Promise.all(hosts.map((host) => host.start()));
  try {
    await using _caddy = await startCaddy(directory, hosts);
    const load = {
      urls: [`http://${FRONT_ADDRESS}/hello`],
      expected: "hello",
      clients: CLIENTS,
    };

    const first = await askPlace(undefined);
    for (let count = 0; count < 9; count++) {
      assert.deepEqual(await askPlace(first.cookie), first);
    }
    say("10 WebSockets of one client reached the same host");

    const rolling = startLoad(load);
    const printed = await upgrade(directory, hosts);
    assert.equal(printed.match(/: ready$/gm)?.length, 3, printed);
    const upgraded = await rolling.end();
    say(
      `rolling upgrade of 3 hosts: ${upgraded.answers} answers, ${upgraded.failures.length} ` +
        `lost, the longest took ${upgraded.longestMs} ms`,
    );
    assert.deepEqual(upgraded.failures, []);

    const dying = startLoad(load);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await hosts[1]!.stop("SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    await hosts[1]!.start();
    const died = await dying.end();
    say(
      `kill -9 of a host: ${died.answers} answers, ${died.failures.length} lost of at most ` +
        `${CLIENTS} in flight, the longest took ${died.longestMs} ms`,
    );
    // A client waits for its answer, so each one had at most one request there.
    assert(died.failures.length <= CLIENTS, died.failures.join("\n"));
    assert.deepEqual(died.failures.filter((line) => line.startsWith("GET")), []);
  } finally {
    for (const host of hosts) await host.stop("SIGTERM");
  }
}

const directory = await Deno.makeTempDir({ prefix: "ddsrv-cluster-" });
try {
  await main(directory);
  say("front passed");
} catch (error) {
  for (const name of ["caddy", "host1", "host2", "host3"]) {
    const log = await Deno.readTextFile(join(directory, `${name}.log`)).catch(() => "");
    say(`--- end of ${name}.log\n${log.slice(-1_500)}`);
  }
  say(`front failed: ${(error as Error).message}`);
  Deno.exitCode = 1;
} finally {
  await command("rm", "-rf", directory).catch(() => {});
}
