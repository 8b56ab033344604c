// What a user of the image does, from the first run to the last stop.
import assert from "node:assert/strict";
import { join } from "node:path";
import { WORLD } from "../world.ts";
import {
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

/** Stops it, and gives how long that took. */
async function stop(container: Container): Promise<number> {
  const before = performance.now();
  await container.command("stop");
  return performance.now() - before;
}

/** Why a container can't have all rights here; nothing when it can. */
async function whyNotPrivileged(): Promise<string | undefined> {
  const { success, text } = await docker(["run", "--rm", "--privileged", IMAGE, "--version"]);
  return success ? undefined : text.trim();
}

/** Processes in there that have ended and that nobody has taken in. */
async function zombies(container: Container): Promise<string> {
  return await container.exec("sh", "-c", "grep -l '^State:.*Z' /proc/[0-9]*/status 2>/dev/null");
}

// Some virtual machines have given away capabilities that it asks for.
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
  const name = `docker run, mkdir, index.ts, curl, docker stop: with ${how}`;
  Deno.test({ name, ignore }, async (test) => {
    const { functions, logs, volumes, write } = await makeHostDirectories();
    const flags = ["--publish", "9999:9999", ...volumes, "--health-interval", "1s", ...rights];
    await using container = await runContainer(flags);
    await container.said("Listening on");

    await test.step("a folder that the host makes is served, and logged on the host", async () => {
      await write("hello-world/index.ts", `console.log("up");\n${HELLO}`);
      await container.answers("/hello-world", "Hello, World!");
      assert.equal(await curl("localhost:9999/hello-world"), "Hello, World!");
      assert.match(await Deno.readTextFile(join(logs, "hello-world.log")), / stdout F up\n/);
    });
    await test.step("one that listens on 127.0.0.1 alone is served too", async () => {
      await write("local/index.ts", HELLO.replace("serve(", 'serve({ hostname: "127.0.0.1" }, '));
      await container.answers("/local", "Hello, World!");
    });
    await test.step("ddsrv init writes a template, which is served", async () => {
      await container.exec("ddsrv", "init", "--template", "kv-counter", "/opt/functions/visits");
      await eventually(
        async () => /^[1-9]\d*\n$/.test(await curl("localhost:9999/visits")),
        () => container.logs(),
      );
    });
    await test.step("a function reaches the internet, as the host", async () => {
      const url = JSON.stringify(`http://${WORLD.server}/`);
      await write("out/index.ts", `Deno.serve(() => fetch(${url}));\n`);
      await container.answers("/out", `${WORLD.server} sees 198.51.100.2\n`);
    });
    await test.step("nothing but loop devices is missing, and groups bound each function", async () => {
      const lines = (await container.exec("ddsrv", "doctor")).trimEnd().split("\n");
      // The lines below one that is limited say what to do.
      const layers = lines.filter((line) => /^(?:ok|limited|missing) /.test(line));
      const lacking = layers.filter((line) => !line.startsWith("ok "));
      assert.deepEqual(lacking.map((line) => line.split(/ +/, 2)), [["limited", "disk"]]);
      assert.match(await container.exec("ddsrv", "list"), /hello-world +ready/);
      const pid = (await container.exec("ddsrv", "list", "--format", "{{pid}}")).split("\n")[0]!;
      assert.match(await container.exec("cat", `/proc/${pid}/cgroup`), /\/ddsrv-\w+\/\d+/);
    });
    await test.step("it is healthy", async () => {
      const health = (): Promise<string> => container.inspect("{{json .State.Health}}");
      await eventually(async () => (await health()).includes('"healthy"'), health);
    });
    await test.step("the first process takes in orphans", async () => {
      await container.exec("sh", "-c", "(sleep 0.2 & sleep 0.1 &) ; exit 0");
      await eventually(
        async () => !/sleep/.test(await container.exec("sh", "-c", "cat /proc/[0-9]*/comm")),
        () => container.exec("sh", "-c", "cat /proc/[0-9]*/comm"),
      );
      assert.equal(await zombies(container), "");
      assert.equal(await container.exec("cat", "/proc/1/comm"), "tini\n");
    });
    await test.step("docker stop ends it with 0 within its ten seconds", async () => {
      const ms = await stop(container);
      assert.ok(ms < 10_000, `${ms} ms`);
      assert.equal(await container.inspect("{{.State.ExitCode}}"), "0");
      assert.match(await container.logs(), /\nStopped$/);
    });
    await test.step("it starts again, also after it was killed", async () => {
      for (const end of ["stop", "kill"]) {
        await container.command("start");
        await container.answers("/hello-world", "Hello, World!");
        await container.command(end);
      }
      await container.command("start");
      await container.answers("/local", "Hello, World!");
    });
    await test.step("a folder that the host removes is served no more", async () => {
      await Deno.remove(join(functions, "hello-world"), { recursive: true });
      await container.answers("/hello-world", "Function not found");
    });
  });
}

Deno.test("docker stop: one that ignores SIGTERM, with a request in flight", async () => {
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
  // The end of the stop is the end of the request.
  assert.notEqual(await hanging, "");
});

/** Least privilege has none, so that data is counted. */
const NO_LOOP_DEVICES = /^Warning: The kernel can't limit the data of functions/;

Deno.test("docker run --read-only: with /run and /tmp in memory it serves all the same", async () => {
  const { volumes } = await makeHostDirectories({ "app/index.ts": HELLO });
  const { root } = await makeHostDirectories();
  const flags = ["--publish", "9999", ...volumes, ...leastPrivilege()];
  const writable = ["--tmpfs", "/run", "--tmpfs", "/tmp", "--volume", `${root}:/var/lib/ddsrv`];
  await using container = await runContainer([...flags, "--read-only", ...writable]);
  await container.answers("/app", "Hello, World!");
  const warnings = (await container.logs()).split("\n").filter((line) => /Warning/.test(line));
  assert.deepEqual(warnings.filter((line) => !NO_LOOP_DEVICES.test(line)), []);
});
