// Tests the image as a user runs it, from the first start to the last stop.
import assert from "node:assert/strict";
import { join } from "node:path";
import { WORLD } from "../world.ts";
import {
  COMMIT,
  type Container,
  curl,
  eventually,
  IMAGE,
  leastPrivilege,
  makeHostDirectories,
  runContainer,
} from "./containers.ts";
import { docker } from "./daemon.ts";

const HELLO = 'Deno.serve(() => new Response("Hello, World!"));\n';

/** Stops a container and returns the duration in milliseconds. */
async function stop(container: Container): Promise<number> {
  const before = performance.now();
  await container.command("stop");
  return performance.now() - before;
}

/** Returns the reason why --privileged is not possible here, or nothing if it is. */
async function whyNotPrivileged(): Promise<string | undefined> {
  const { success, text } = await docker(["run", "--rm", "--privileged", IMAGE, "--version"]);
  return success ? undefined : text.trim();
}

/** Returns the zombies in the container. */
async function zombies(container: Container): Promise<string> {
  return await container.exec("sh", "-c", "grep -l '^State:.*Z' /proc/[0-9]*/status 2>/dev/null");
}

// Some virtual machines lack capabilities that --privileged needs.
const lacksPrivileges = await whyNotPrivileged();
if (lacksPrivileges !== undefined) {
  // deno-lint-ignore no-console
  console.log(`docker run --privileged: skipped, because ${lacksPrivileges}`);
}

const ways: readonly [how: string, rights: readonly string[], isIgnored: boolean][] = [
  ["--privileged", ["--privileged"], lacksPrivileges !== undefined],
  ["least privilege", leastPrivilege(), false],
];

for (const [how, rights, ignore] of ways) {
  const name = `container serves new folders until docker stop, with ${how}`;
  Deno.test({ name, ignore }, async (test) => {
    const { functions, logs, volumes, write } = await makeHostDirectories();
    const flags = ["--publish", "9999:9999", ...volumes, "--health-interval", "1s", ...rights];
    await using container = await runContainer(flags);
    await container.said("Listening on");

    await test.step("serves a folder created on the host, and logs to the host", async () => {
      await write("hello-world/index.ts", `console.log("up");\n${HELLO}`);
      await container.answers("/hello-world", "Hello, World!");
      assert.equal(await curl("localhost:9999/hello-world"), "Hello, World!");
      assert.match(await Deno.readTextFile(join(logs, "hello-world.log")), / stdout F up\n/);
    });
    await test.step("serves a function that listens only on 127.0.0.1", async () => {
      await write("local/index.ts", HELLO.replace("serve(", 'serve({ hostname: "127.0.0.1" }, '));
      await container.answers("/local", "Hello, World!");
    });
    await test.step("serves a template written by ddsrv init", async () => {
      await container.exec("ddsrv", "init", "--template", "kv-counter", "/opt/functions/visits");
      await eventually(
        async () => /^[1-9]\d*\n$/.test(await curl("localhost:9999/visits")),
        () => container.logs(),
      );
    });
    await test.step("gives functions internet access through the host", async () => {
      const url = JSON.stringify(`http://${WORLD.server}/`);
      await write("out/index.ts", `Deno.serve(() => fetch(${url}));\n`);
      await container.answers("/out", `${WORLD.server} sees 198.51.100.2\n`);
    });
    await test.step("lacks only loop devices, and limits each function by control groups", async () => {
      const lines = (await container.exec("ddsrv", "doctor")).trimEnd().split("\n");
      // Lines below a limited layer contain its remedy.
      const layers = lines.filter((line) => /^(?:ok|limited|missing) /.test(line));
      const lacking = layers.filter((line) => !line.startsWith("ok "));
      assert.deepEqual(lacking.map((line) => line.split(/ +/, 2)), [["limited", "disk"]]);
      assert.match(await container.exec("ddsrv", "list"), /hello-world +ready/);
      const pid = (await container.exec("ddsrv", "list", "--format", "{{pid}}")).split("\n")[0]!;
      assert.match(await container.exec("cat", `/proc/${pid}/cgroup`), /\/ddsrv-\w+\/\d+/);
    });
    await test.step("says its version, commit and Deno", async () => {
      const { commit, deno } = JSON.parse(await container.exec("ddsrv", "--version", "--json"));
      assert.deepEqual([commit, deno], [COMMIT, Deno.version.deno]);
      const label = '{{index .Config.Labels "org.opencontainers.image.revision"}}';
      assert.equal(await container.inspect(label), COMMIT);
    });
    await test.step("becomes healthy", async () => {
      const health = (): Promise<string> => container.inspect("{{json .State.Health}}");
      await eventually(async () => (await health()).includes('"healthy"'), health);
    });
    await test.step("reaps orphaned processes", async () => {
      await container.exec("sh", "-c", "(sleep 0.2 & sleep 0.1 &) ; exit 0");
      await eventually(
        async () => !/sleep/.test(await container.exec("sh", "-c", "cat /proc/[0-9]*/comm")),
        () => container.exec("sh", "-c", "cat /proc/[0-9]*/comm"),
      );
      assert.equal(await zombies(container), "");
      assert.equal(await container.exec("cat", "/proc/1/comm"), "tini\n");
    });
    await test.step("exits with 0 within ten seconds of docker stop", async () => {
      const ms = await stop(container);
      assert.ok(ms < 10_000, `${ms} ms`);
      assert.equal(await container.inspect("{{.State.ExitCode}}"), "0");
      assert.match(await container.logs(), /\nStopped$/);
    });
    await test.step("starts again after docker stop and docker kill", async () => {
      for (const end of ["stop", "kill"]) {
        await container.command("start");
        await container.answers("/hello-world", "Hello, World!");
        await container.command(end);
      }
      await container.command("start");
      await container.answers("/local", "Hello, World!");
    });
    await test.step("stops serving a folder removed on the host", async () => {
      await Deno.remove(join(functions, "hello-world"), { recursive: true });
      await container.answers("/hello-world", "Function not found");
    });
  });
}

Deno.test("docker stop ends a function that ignores SIGTERM with a request in flight", async () => {
  const { volumes, write } = await makeHostDirectories();
  await using container = await runContainer([
    "--publish",
    "9999",
    ...volumes,
    ...leastPrivilege(),
  ]);
  await write(
    "deaf/index.ts",
    `Deno.addSignalListener("SIGTERM", () => {});
     Deno.serve((request) => {
       if (!request.url.endsWith("/hang")) return new Response("up");
       console.log("It hangs");
       return new Promise(() => {});
     });\n`,
  );
  await container.answers("/deaf", "up");
  const hanging = curl(`${await container.url()}/deaf/hang`, "--max-time", "60");
  await container.said("It hangs");
  const ms = await stop(container);
  // deno-lint-ignore no-console
  console.log(`docker stop took ${Math.round(ms)} ms`);
  assert.equal(await container.inspect("{{.State.ExitCode}}"), "0");
  // docker stop ends when the request ends.
  assert.notEqual(await hanging, "");
});

/** A container with least privilege has no loop devices, so ddsrv measures data instead. */
const NO_LOOP_DEVICES = /^Warning: The kernel can't limit the data of functions/;

Deno.test("docker run --read-only serves functions with /run and /tmp in memory", async () => {
  const { volumes } = await makeHostDirectories({ "app/index.ts": HELLO });
  const { root } = await makeHostDirectories();
  const flags = ["--publish", "9999", ...volumes, ...leastPrivilege()];
  const writable = ["--tmpfs", "/run", "--tmpfs", "/tmp", "--volume", `${root}:/var/lib/ddsrv`];
  await using container = await runContainer([...flags, "--read-only", ...writable]);
  await container.answers("/app", "Hello, World!");
  const warnings = (await container.logs()).split("\n").filter((line) => /Warning/.test(line));
  assert.deepEqual(warnings.filter((line) => !NO_LOOP_DEVICES.test(line)), []);
});
