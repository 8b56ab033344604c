import assert from "node:assert/strict";
import { join } from "node:path";
import { WORLD } from "../world.ts";
import { answering, cacheDirectory, host, startServer } from "./support/harness.ts";
import { continueParked } from "./support/parked.ts";
import { PROBE, probe } from "./support/probe.ts";

Deno.test("isolation: destinations that a function with egress internet can reach", async () => {
  await using server = await startServer({
    isParking: true,
    files: { "probe/index.ts": PROBE, "other/index.ts": answering("other") },
  });
  await server.answers("/other", "other");
  await server.said("probe ready");
  await continueParked(server, "probe", "other");
  const other = (await server.inspect("other")).upstream!.replace(":", " ");
  const own = (await server.inspect("probe")).upstream!.split(":")[0]!;
  const gateway = own.replace(/\d+$/, (last) => String(Number(last) - 1));
  // A service on all addresses of the host; a function must not reach any of them.
  const service = Deno.listen({ hostname: "0.0.0.0", port: 0 });
  const { port } = service.addr;
  const accepting = (async () => {
    for await (const connection of service) connection.close();
  })();
  const control = await Deno.connect({ hostname: "198.51.100.2", port });
  control.close();

  assert.equal(
    await probe(server, "probe", `fetch|http://${WORLD.server}/`),
    `${WORLD.server} sees 198.51.100.2\n`,
  );
  assert.equal(await probe(server, "probe", "resolve|server.test"), WORLD.server);
  assert.equal(
    await probe(server, "probe", "fetch|http://server.test/"),
    `${WORLD.server} sees 198.51.100.2\n`,
  );
  const refused = [
    `connect|${other}`,
    `connect|198.51.100.2 ${port}`,
    `connect|${gateway} ${port}`,
    `connect|127.0.0.1 ${port}`,
    `connect|${WORLD.neighbour} 80`,
    `connect|${WORLD.metadata} 80`,
  ];
  for (const what of refused) {
    assert.match(await probe(server, "probe", what), /^failed: ConnectionRefused/, what);
  }
  assert.match(await probe(server, "probe", "resolve|unknown.test"), /^failed: NotFound/);
  service.close();
  await accepting.catch(() => {});
});

Deno.test("isolation: destinations that functions with egress none and full can reach", async () => {
  await using server = await startServer({
    flags: ["--egress=full"],
    files: {
      "shut/index.ts": PROBE,
      "shut/ddsrv.json": '{ "egress": "none" }',
      "open/index.ts": PROBE,
    },
  });
  await server.said("shut ready");
  await server.said("open ready");
  for (const address of [WORLD.server, WORLD.neighbour]) {
    assert.equal(
      await probe(server, "open", `fetch|http://${address}/`),
      `${address} sees 198.51.100.2\n`,
    );
    assert.match(
      await probe(server, "shut", `connect|${address} 80`),
      /^failed: ConnectionRefused/,
    );
  }
  const metadata = await probe(server, "open", `connect|${WORLD.metadata} 80`);
  assert.match(metadata, /^failed: ConnectionRefused/);
  const lookUp = await probe(server, "shut", "fetch|http://server.test/");
  assert.match(lookUp, /^failed: /);
  // The connection is refused at once, without a timeout.
  assert.match(
    await probe(server, "shut", `connect|${WORLD.resolver} 53`),
    /^failed: ConnectionRefused/,
  );
});

Deno.test("isolation: files, user, environment and processes", async () => {
  await using server = await startServer({
    isParking: true,
    env: { SECRET_OF_THE_SUPERVISOR: "x", PUBLIC_DENO_GIVEN: "yes" },
    files: {
      "probe/index.ts": PROBE,
      "probe/.env": "OWN=1\n",
      "other/index.ts": answering("other"),
      "_shared/mod.ts": "export const shared = 1;\n",
    },
  });
  await server.answers("/other", "other");
  await server.said("probe ready");
  await continueParked(server, "probe", "other");
  const own = join(server.functions, "probe/index.ts");
  assert.match(await probe(server, "probe", `read|${own}`), /^Deno\.serve/);
  assert.match(await probe(server, "probe", `read|${server.functions}/_shared/mod.ts`), /^export/);
  assert.equal(await probe(server, "probe", "write|/tmp/own"), "written");
  const denied = [
    "read|/etc/shadow",
    "list|/root",
    `read|${server.functions}/other/index.ts`,
    `read|${server.socket}`,
    `connect-unix|${server.socket}`,
    `write|${own}`,
    `write|${server.functions}/probe/new.ts`,
    "write|/usr/new",
    "write|/etc/passwd",
    "run|",
  ];
  for (const what of denied) {
    assert.match(await probe(server, "probe", what), /^failed: /, what);
  }
  assert.equal(await probe(server, "probe", `list|${server.functions}`), "_shared probe");
  const [uid, gid] = (await probe(server, "probe", "uid")).split(" ").map(Number);
  assert.ok(uid! > 100_000 && uid === gid, `${uid} ${gid}`);
  assert.equal(await probe(server, "probe", "user"), "function true true ddsrv");
  const names = (await probe(server, "probe", "env")).split(" ");
  assert.ok(names.includes("OWN") && names.includes("GIVEN"), names.join(" "));
  assert.ok(!names.includes("SECRET_OF_THE_SUPERVISOR"), names.join(" "));
  const { pid } = await server.inspect("probe");
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  assert.match(status, /^NoNewPrivs:\t1$/m);
  for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]) {
    assert.match(status, new RegExp(`^${set}:\\t0+$`, "m"));
  }
  // Neither readable for all users, nor where root's launch chain would use it.
  for (const file of ["cmdline", "environ"]) {
    const text = await Deno.readTextFile(`/proc/${pid}/${file}`);
    assert.ok(!text.includes("GIVEN"), text);
  }
});

Deno.test("isolation: only root can use the control socket, and a function can't bypass the proxy", async () => {
  await using server = await startServer({ files: { "app/index.ts": answering("app") } });
  await server.answers("/app", "app");
  const [hostname, port] = (await server.inspect("app")).upstream!.split(":");
  // A copy that any user may run: the tests' Deno may be in a directory that only root can read.
  const deno = await Deno.makeTempFile({ prefix: "ddsrv-probe-" });
  const attempt = (uid: number, options: Record<string, unknown>): Promise<string> =>
    host(
      "setpriv",
      ...[`--reuid=${uid}`, `--regid=${uid}`, "--clear-groups", deno, "eval"],
      `await Deno.connect(${JSON.stringify(options)})
        .then(() => console.log("connected"), (error) => console.log(error.name))`,
    );
  try {
    await Deno.copyFile(Deno.execPath(), deno);
    await Deno.chmod(deno, 0o755);
    await Deno.chmod(server.directory, 0o755);
    const tcp = { hostname, port: Number(port) };
    const unix = { transport: "unix", path: server.socket };
    assert.equal(await attempt(0, tcp), "connected\n");
    assert.equal(await attempt(65534, tcp), "ConnectionRefused\n");
    assert.equal(await attempt(0, unix), "connected\n");
    assert.equal(await attempt(65534, unix), "PermissionDenied\n");
  } finally {
    await Deno.remove(deno);
  }
});

Deno.test("isolation: a false source address and an unregistered interface reach nothing", async () => {
  await using server = await startServer({ files: { "app/index.ts": answering("app") } });
  await server.answers("/app", "app");
  const { namespace, upstream } = await server.inspect("app");
  const owner = namespace!.split("-")[1]!;
  const address = upstream!.split(":")[0]!;
  const inside = (...command: string[]): Promise<string> =>
    host("ip", "netns", "exec", namespace!, ...command);
  const fetchFrom = (source: string, ...options: string[]): Promise<string> =>
    inside("curl", "-s", ...options, "--interface", source, `http://${WORLD.server}/`);
  assert.equal(await fetchFrom(address), `${WORLD.server} sees 198.51.100.2\n`);
  // As root of that namespace, which a function never is.
  await inside("ip", "addr", "add", "10.213.99.1/32", "dev", "eth0");
  assert.equal(await fetchFrom("10.213.99.1", "-m", "1"), "");
  const counter = await host("nft", "list", "counter", "inet", `ddsrv_${owner}`, "spoofed");
  assert.match(counter, /packets [1-9]/);

  const link = `dd${owner}f32767`;
  try {
    await host("ip", "netns", "add", "stray");
    await host("ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", "stray");
    await host("ip", "addr", "add", "10.213.255.254/31", "dev", link);
    await host("ip", "link", "set", link, "up");
    await host("ip", "-n", "stray", "addr", "add", "10.213.255.255/31", "dev", "eth0");
    await host("ip", "-n", "stray", "link", "set", "eth0", "up");
    await host("ip", "-n", "stray", "route", "add", "default", "via", "10.213.255.254");
    const { port } = new URL(server.url);
    for (const url of [`http://10.213.255.254:${port}/app`, `http://${WORLD.server}/`]) {
      assert.equal(await host("ip", "netns", "exec", "stray", "curl", "-s", "-m", "1", url), "");
    }
  } finally {
    await host("ip", "link", "del", link);
    await host("ip", "netns", "del", "stray");
  }
});

Deno.test("isolation: a function's variables do not affect programs that start it as root", async () => {
  await using server = await startServer();
  const library = join(server.directory, "evil.so");
  // The loader prints an error for each program into which it can't preload.
  await server.write({
    "probe/index.ts": PROBE,
    "probe/.env": `LD_PRELOAD=${library}\nLD_LIBRARY_PATH=${server.directory}\nPATH=/nowhere\n`,
  });
  await server.said("probe ready");
  assert.ok(!server.output().includes("evil.so"), server.output());
  assert.equal(await probe(server, "probe", "user"), "function true true ddsrv");
  const names = (await probe(server, "probe", "env")).split(" ");
  assert.ok(names.includes("LD_PRELOAD"), names.join(" "));
});

Deno.test("isolation: the supervisor does not follow links out of a function's folder", async () => {
  await using server = await startServer({ isChecked: true });
  await server.write({
    "victim/index.ts": answering("victim"),
    "victim/.env": "VICTIM_KEY=secret\n",
    "env/index.ts": PROBE,
    "manifest/index.ts": PROBE,
    "zero/index.ts": PROBE,
    "proc/index.ts": PROBE,
    "fine/index.ts": PROBE,
    "fine/settings/env": "OWN=1\n",
  });
  const link = (target: string, path: string): Promise<void> =>
    Deno.symlink(target, join(server.functions, path));
  await link("../victim/.env", "env/.env");
  await link("/etc/shadow", "manifest/ddsrv.json");
  await link("/dev/zero", "zero/.env");
  await link("/proc/kmsg", "proc/deno.lock");
  await link("settings/env", "fine/.env");
  await server.answers("/victim", "victim");
  for (const name of ["env", "manifest", "zero"]) {
    await server.said(`${name} failed`);
    assert.match(
      (await server.inspect(name)).detail!,
      /leads out of .*Replace it with the file itself/,
    );
  }
  // Its contents can't be hashed; the check reports that it is not readable.
  await server.said("proc failed");
  await server.said("fine ready");
  const names = (await probe(server, "fine", "env")).split(" ");
  assert.ok(names.includes("OWN"), names.join(" "));
});

Deno.test("isolation: a pipe in a folder blocks neither checks nor the supervisor", async () => {
  await using server = await startServer({ files: { "app/index.ts": answering("app") } });
  await server.answers("/app", "app");
  for (const name of ["a", "b", "c"]) {
    await server.write({
      [`${name}/index.ts`]: 'import "./pipe.ts";\nDeno.serve(() => new Response());\n',
    });
    await host("mkfifo", join(server.functions, name, "pipe.ts"));
  }
  for (const name of ["a", "b", "c"]) {
    await server.said(`${name} failed`);
    assert.match((await server.inspect(name)).detail!, /is a pipe, a socket or a device/);
  }
  await server.write({ "late/index.ts": answering("late") });
  await server.answers("/late", "late");
  server.signal("SIGTERM");
  assert.equal(await server.exited, 0);
});

Deno.test("isolation: each function has its own module cache", async () => {
  const importing = `import { serve } from "http://${WORLD.server}/std/http/server.ts";
    serve(() => new Response([...Deno.readDirSync("/ddsrv/cache/remote/http")].length + ""));\n`;
  await using server = await startServer({
    flags: ["--allow-import", `${WORLD.server}:80`],
    files: { "first/index.ts": importing, "second/index.ts": importing },
  });
  await server.answers("/first", "1");
  await server.answers("/second", "1");
  for (const name of ["first", "second"]) {
    assert.ok(
      (await Deno.stat(join(cacheDirectory(server.functions, name), "remote/http", WORLD.server)))
        .isDirectory,
    );
  }
});

Deno.test("isolation: a function that floods its output does not block the output of others", async () => {
  await using server = await startServer({
    files: {
      "app/index.ts": answering("app"),
      "flood/index.ts": `const lines = new TextEncoder().encode("\\n".repeat(65536));
        Deno.serve(() => {
          for (let count = 0; count < 40; count++) Deno.stdout.writeSync(lines);
          return new Response("flooded");
        });\n`,
    },
  });
  await server.answers("/app", "app");
  await server.said("flood ready");
  const flooded = fetch(`${server.url}/flood`).then((response) => response.text());
  let answered = 0;
  while (
    await Promise.race([
      flooded.then(() => false),
      server.answers("/app", "app").then(() => true),
    ])
  ) {
    answered++;
  }
  assert.ok(answered > 0);
  await server.said("lines were dropped");
});

Deno.test("isolation: ddsrv restores firewall rules after a flush", async () => {
  await using server = await startServer({
    files: { "probe/index.ts": PROBE, "other/index.ts": answering("other") },
  });
  await server.answers("/other", "other");
  await server.said("probe ready");
  const { upstream, namespace } = await server.inspect("other");
  const what = `connect|${upstream!.replace(":", " ")}`;
  assert.match(await probe(server, "probe", what), /^failed: ConnectionRefused/);
  await host("nft", "delete", "table", "inet", `ddsrv_${namespace!.split("-")[1]}`);
  await server.said("ddsrv created it again");
  assert.match(await probe(server, "probe", what), /^failed: ConnectionRefused/);
  assert.equal(await probe(server, "probe", "resolve|server.test"), WORLD.server);
});
