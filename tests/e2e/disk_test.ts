import assert from "node:assert/strict";
import { join } from "node:path";
import {
  count,
  eventually,
  host,
  makeDirectory,
  type Server,
  startServer,
} from "./support/harness.ts";

/** A function that performs requested operations in its data directory and returns the results. */
const WRITER = `
const data = Deno.env.get("DDSRV_DATA")!;
function run(...args: string[]): string {
  const { code, stderr } = new Deno.Command(args[0]!, { args: args.slice(1) }).outputSync();
  return code === 0 ? "done" : new TextDecoder().decode(stderr).trim();
}
const acts: Record<string, (argument: string) => unknown> = {
  allocate: (size) => run("fallocate", "-l", size, data + "/large"),
  sparse: (size) => run("truncate", "-s", size, data + "/sparse"),
  fill: (size) => run("dd", "if=/dev/zero", "of=" + data + "/filled", "bs=1M", "count=" + size, "status=none"),
  files(most) {
    Deno.mkdirSync(data + "/many", { recursive: true });
    let made = 0;
    try {
      for (; made < Number(most); made++) Deno.writeTextFileSync(data + "/many/" + made, "");
    } catch { /* Full. */ }
    return made;
  },
  links(most) {
    let made = 0;
    Deno.writeTextFileSync(data + "/one", "x");
    try {
      for (; made < Number(most); made++) Deno.linkSync(data + "/one", data + "/link" + made);
    } catch { /* Full. */ }
    return made;
  },
  execute() {
    Deno.writeTextFileSync(data + "/tool", "#!/bin/sh\\nexit 0\\n", { mode: 0o755 });
    return run(data + "/tool");
  },
  write: (text) => { Deno.writeTextFileSync(data + "/kept", text); return "done"; },
  read: () => Deno.readTextFileSync(data + "/kept"),
  clear: () => run("sh", "-c", 'rm -rf "$1"/*', "sh", data),
};
Deno.serve(async (request) => {
  const [act, argument = ""] = await request.json();
  try {
    return new Response(String(await acts[act]!(argument)));
  } catch (error) {
    return new Response((error as Error).name + ": " + (error as Error).message);
  }
});
`;

const SMALL = `{ "permissions": { "run": true }, "dataSize": "64MiB", "dataFiles": 1024 }`;

async function act(server: Server, name: string, ...what: string[]): Promise<string> {
  const body = JSON.stringify(what);
  return await (await fetch(`${server.url}/${name}`, { method: "POST", body })).text();
}

/** Returns loop devices whose image is in a directory. */
async function loopsBelow(directory: string): Promise<string[]> {
  return (await host("losetup", "--list", "--noheadings", "--output", "BACK-FILE"))
    .split("\n").filter((path) => path.includes(directory));
}

async function startSmall(directory: string, policy = SMALL): Promise<Server> {
  return await startServer({
    directory,
    files: { "ddsrv.json": policy, "writer/index.ts": WRITER, "other/index.ts": WRITER },
    env: { DDSRV_STATE_DIRECTORY: join(directory, "state") },
  });
}

Deno.test("disk: data is limited in size and number of files", async () => {
  const directory = await makeDirectory();
  {
    await using server = await startSmall(directory);
    for (const name of ["writer", "other"]) await server.said(`${name} ready`);
    // Data up to the limit is accepted.
    assert.equal(await act(server, "writer", "allocate", "32MiB"), "done");
    const { dataBytes, dataLimitBytes } = await server.inspect("writer");
    assert.ok(dataBytes! >= 2 ** 25 && dataBytes! < 2 ** 26, `${dataBytes}`);
    assert.ok(dataLimitBytes! > 2 ** 25 && dataLimitBytes! <= 2 ** 26, `${dataLimitBytes}`);
    assert.equal(await act(server, "writer", "clear"), "done");
    const usedBefore = Number(
      (await host("du", "-s", "-B1", join(directory, "state"))).split("\t")[0],
    );
    assert.match(await act(server, "writer", "allocate", "3GiB"), /No space left|too large/i);
    assert.match(await act(server, "writer", "fill", "128"), /No space left/);
    assert.equal(await act(server, "other", "write", "neighbour"), "done");
    const used = Number((await host("du", "-s", "-B1", join(directory, "state"))).split("\t")[0]);
    assert.ok(used - usedBefore < 68 * 2 ** 20, `${used - usedBefore}`);
    assert.equal(await act(server, "writer", "clear"), "done");
    // A sparse file takes no space; only written blocks count.
    assert.equal(await act(server, "writer", "sparse", "1GiB"), "done");
    const made = Number(await act(server, "writer", "files", "60000"));
    assert.ok(made > 500 && made <= 1_280, `${made}`);
    assert.equal(await act(server, "writer", "clear"), "done");
    // Hard links take space only in directories.
    assert.equal(await act(server, "writer", "links", "3000"), "3000");
    assert.equal(await act(server, "other", "read"), "neighbour");
    assert.equal(await act(server, "other", "files", "100"), "100");
    // The data directory is mounted noexec; the same program runs from /tmp.
    assert.match(await act(server, "other", "execute"), /PermissionDenied|Permission denied/);
  }
  assert.deepEqual(await loopsBelow(directory), []);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("disk: data survives reloads, kill -9 and a larger dataSize; no mounts are left", async () => {
  const directory = await makeDirectory();
  {
    await using server = await startSmall(directory);
    await server.said("writer ready");
    assert.equal(await act(server, "writer", "write", "first"), "done");
    // Both instances share the file system for a moment.
    assert.equal((await server.cli("reload", "writer")).code, 0);
    assert.equal(await act(server, "writer", "read"), "first");
    assert.equal(await act(server, "writer", "write", "second"), "done");
    assert.equal(count(await Deno.readTextFile("/proc/self/mountinfo"), directory), 0);
    server.signal("SIGKILL");
    await server.exited;
    await eventually(
      "no loop device is left",
      async () => (await loopsBelow(directory)).length === 0,
    );
  }
  {
    await using server = await startSmall(directory, SMALL.replace("64MiB", "128MiB"));
    await server.said("writer ready");
    assert.equal(await act(server, "writer", "read"), "second");
    assert.equal(await act(server, "writer", "fill", "96"), "done");
    // The image grows while the function runs, if root may do that. A smaller size is
    // ignored with a warning.
    await server.write({ "ddsrv.json": SMALL.replace("64MiB", "192MiB") });
    const from = server.output().length;
    server.signal("SIGHUP");
    await server.said("writer ready", from);
    await server.said("Configuration reloaded", from);
    if (await maySetResources()) {
      const fill = (): Promise<string> => act(server, "writer", "fill", "160");
      await eventually("it has grown", async () => await fill() === "done");
    } else {
      printSkip("this root lacks CAP_SYS_RESOURCE; images grow where no instance has them");
      await server.said("Its data is in use, and is enlarged at the next restart of ddsrv", from);
    }
    const smaller = server.output().length;
    await server.write({ "ddsrv.json": SMALL });
    server.signal("SIGHUP");
    await server.said(
      "Its data may use ",
      smaller,
    );
  }
  assert.deepEqual(await loopsBelow(directory), []);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("disk: data of an older version is moved into the image once", async () => {
  const directory = await makeDirectory();
  let home: string;
  let uid: number;
  {
    await using server = await startSmall(directory);
    await server.said("writer ready");
    home = join((await supervisor(server)).dataDirectory, "writer");
    uid = (await Deno.stat(`/proc/${(await server.inspect("writer")).pid}`)).uid!;
  }
  await Deno.remove(home, { recursive: true });
  await Deno.mkdir(join(home, "files/deep"), { recursive: true });
  await Deno.writeTextFile(join(home, "files/kept"), "old");
  await Deno.symlink("/etc/passwd", join(home, "files/deep/link"));
  await host("chown", "-hR", `${uid}:${uid}`, join(home, "files"));
  {
    await using server = await startSmall(directory);
    await server.said("writer ready");
    assert.equal(await act(server, "writer", "read"), "old");
    assert.deepEqual(names(home), ["image", "mount"]);
    assert.equal(await act(server, "writer", "write", "new"), "done");
  }
  // After a run of an older version, ddsrv ignores the older data with a warning and keeps it.
  await Deno.mkdir(join(home, "files"));
  {
    await using server = await startSmall(directory);
    await server.said(`Its data is in an image, so ddsrv ignores "${home}/files"`);
    assert.equal(await act(server, "writer", "read"), "new");
  }
  await Deno.remove(directory, { recursive: true });
});

function printSkip(reason: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`Skipped: ${reason}\n`));
}

/** Returns true if root has CAP_SYS_RESOURCE, which online growth needs. See capabilities(7). */
async function maySetResources(): Promise<boolean> {
  const status = await Deno.readTextFile("/proc/self/status");
  return (BigInt(`0x${/^CapEff:\t(\w+)$/m.exec(status)![1]}`) >> 24n & 1n) === 1n;
}

async function supervisor(server: Server): Promise<{ readonly dataDirectory: string }> {
  using client = Deno.createHttpClient({ proxy: { transport: "unix", path: server.socket } });
  return await (await fetch("http://localhost/v1", { client })).json();
}

function names(directory: string): string[] {
  return Array.from(Deno.readDirSync(directory)).map(({ name }) => name).sort();
}
