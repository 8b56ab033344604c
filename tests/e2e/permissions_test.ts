import assert from "node:assert/strict";
import { join } from "node:path";
import { host, startServer } from "./support/harness.ts";
import { PROBE, probe } from "./support/probe.ts";

Deno.test("permissions: a manifest revokes them one by one", async () => {
  const without = (permissions: unknown): string => JSON.stringify({ permissions });
  await using server = await startServer({
    files: {
      "env/index.ts": PROBE,
      "env/.env": "SEEN=1\nHIDDEN=2\n",
      "env/ddsrv.json": without({ env: ["SEEN"] }),
      "files/index.ts": PROBE,
      "files/ddsrv.json": without({ read: ["/tmp"], write: ["/tmp/a"] }),
      "net/index.ts": PROBE,
      "net/ddsrv.json": without({ net: [], sys: false }),
      "bare/index.ts": 'export default { fetch: () => new Response("bare") };\n',
      "bare/.env": "A=1\n",
      "bare/ddsrv.json": without({ net: false, read: false, write: false, env: false, sys: false }),
    },
  });
  for (const name of ["env", "files", "net"]) await server.said(`${name} ready`);
  await server.answers("/bare", "bare");
  assert.equal(await probe(server, "env", "variable|SEEN"), "1");
  assert.match(await probe(server, "env", "variable|HIDDEN"), /^failed: NotCapable/);
  assert.equal(await probe(server, "files", "write|/tmp/a"), "written");
  assert.match(await probe(server, "files", "write|/tmp/b"), /^failed: NotCapable/);
  assert.match(await probe(server, "files", "read|/etc/hosts"), /^failed: NotCapable/);
  assert.match(await probe(server, "net", "connect|198.51.100.2 80"), /^failed: NotCapable/);
  // Its own addresses are open to every function, see permissionFlags().
  assert.match(await probe(server, "net", "connect|127.0.0.1 1"), /^failed: ConnectionRefused/);
  assert.match(await probe(server, "net", "interfaces|"), /^failed: NotCapable/);
});

Deno.test("permissions: functions can't run programs unless the operator allows it", async () => {
  await using server = await startServer({
    files: {
      "quiet/index.ts": PROBE,
      "greedy/index.ts": PROBE,
      "greedy/ddsrv.json": '{ "permissions": { "run": ["git"] } }',
    },
  });
  await server.said("quiet ready");
  // There are no programs to run either.
  assert.match(await probe(server, "quiet", "run|"), /^failed: Not(Capable|Found)/);
  await server.said("greedy failed");
  const { detail } = await server.inspect("greedy");
  assert.match(detail!, /asks for the permission "run", but the settings allow only none/);
});

Deno.test("permissions: with all permissions, the sandbox still holds", async () => {
  await using server = await startServer({
    files: {
      "ddsrv.json": '{ "permissions": "all", "processes": 96 }',
      "app/index.ts": `
        const run = (command: string, ...args: string[]): string => {
          const { stdout, stderr, code } = new Deno.Command(command, { args }).outputSync();
          return code + " " + new TextDecoder().decode(code === 0 ? stdout : stderr).trim();
        };
        Deno.serve((request) => {
          const command = JSON.parse(decodeURIComponent(new URL(request.url).pathname.slice(1)));
          try { return new Response(run(command[0], ...command.slice(1))); }
          catch (error) { return new Response("failed: " + (error as Error).message); }
        });\n`,
      "other/index.ts": PROBE,
    },
  });
  await server.said("app ready");
  await server.said("other ready");
  const run = async (...command: string[]): Promise<string> => {
    const path = encodeURIComponent(JSON.stringify(command));
    return await (await fetch(`${server.url}/app/${path}`)).text();
  };
  // Positive control: programs run.
  assert.match(await run("id", "-u"), /^0 \d{10}$/);
  assert.equal(await run("sh", "-c", "echo x > /tmp/x; cat /tmp/x"), "0 x");
  const own = join(server.functions, "app");
  const attacks: readonly (readonly string[])[] = [
    ["ip", "link", "add", "evil", "type", "dummy"],
    ["mount", "-t", "tmpfs", "tmpfs", "/tmp"],
    ["mount", "-o", "remount,rw", own],
    ["sh", "-c", `echo evil > ${own}/index.ts`],
    ["cat", "/etc/shadow"],
    ["ls", "/root"],
    ["ls", join(server.functions, "other")],
    ["cat", "/proc/1/environ"],
    ["nft", "list", "ruleset"],
    ["nsenter", "--target", "1", "--net", "true"],
    ["su", "-c", "id"],
    ["chroot", "/", "true"],
    ["kill", "-9", "1"],
  ];
  for (const attack of attacks) {
    const came = await run(...attack);
    assert.doesNotMatch(came, /^0 /, `${attack.join(" ")}: ${came}`);
  }
  // It sees only one other process, process 1 of the sandbox.
  const processes = await run("sh", "-c", "ls -d /proc/[0-9]* | wc -l");
  assert.ok(Number(processes.slice(2)) < 6, processes);
  // A setuid program has no effect, because the process can't gain privileges.
  const gained = await run(
    "sh",
    "-c",
    "su root -c 'id -u' </dev/null || mount 2>&1 | head -0; id -u",
  );
  assert.doesNotMatch(gained, /^0 0$/);
  const bomb = await run("sh", "-c", "for i in $(seq 200); do sleep 5 & done; wait; echo all");
  assert.match(bomb, /fork|Resource temporarily unavailable|Cannot/i);
  assert.equal(await probe(server, "other", "variable|PORT"), "8000");
});

Deno.test("permissions: a daemon that leaves its session and ignores SIGTERM stops with its function", async () => {
  await using server = await startServer({
    files: {
      "ddsrv.json": '{ "permissions": { "run": true } }',
      "app/index.ts": `
        new Deno.Command("setsid", {
          args: ["--fork", "sh", "-c", "trap '' TERM HUP; while :; do sleep 1.2345; done"],
          stdin: "null", stdout: "null", stderr: "null",
        }).spawn();
        Deno.serve(() => new Response("app"));\n`,
    },
  });
  await server.answers("/app", "app");
  const daemons = async (): Promise<number> =>
    (await host("ps", "-eo", "args")).split("\n").filter((line) =>
      line.includes("while :; do sleep 1.2345")
    ).length;
  assert.ok(await daemons() > 0);
  assert.equal((await server.cli("rm", "app")).code, 0);
  assert.equal(await daemons(), 0);
});
