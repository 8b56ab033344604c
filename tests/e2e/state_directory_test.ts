import assert from "node:assert/strict";
import { join } from "node:path";
import {
  answering,
  eventually,
  host,
  makeDirectory,
  runCli,
  type Server,
  startServer,
} from "./support/harness.ts";

/** A function that opens its data directory to all users and listens on a socket in it. */
const MEETING = `const data = Deno.env.get("DDSRV_DATA")!;
Deno.chmodSync(data, 0o777);
Deno.writeTextFileSync(data + "/tool", "#!/bin/sh\\nid -u\\n");
Deno.chmodSync(data + "/tool", 0o755);
const path = data + "/meet.sock";
try { Deno.removeSync(path); } catch { /* The first start. */ }
const listener = Deno.listen({ transport: "unix", path });
Deno.chmodSync(path, 0o777);
(async () => { for await (const one of listener) { await one.write(new TextEncoder().encode("hi")); one.close(); } })();
Deno.serve(() => new Response("open"));
`;

/** User id of another local user. */
const LOCAL_USER = 54_322;

/** Runs a program as the local user. Returns true if it succeeds. */
async function asLocalUser(...command: readonly string[]): Promise<boolean> {
  const { success } = await new Deno.Command("setpriv", {
    args: [`--reuid=${LOCAL_USER}`, `--regid=${LOCAL_USER}`, "--clear-groups", ...command],
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

/** Returns a command that connects to a Unix socket, with a program of every Debian. */
function connecting(path: string): string[] {
  const script = `use Socket; socket(S, AF_UNIX, SOCK_STREAM, 0); ` +
    `connect(S, sockaddr_un($ARGV[0])) or exit 1; sysread(S, $b, 2) == 2 or exit 2;`;
  return ["perl", "-e", script, path];
}

/** Starts a server whose state directory is in a directory that all users may enter. */
async function startOpen(directory: string): Promise<Server> {
  await Deno.chmod(directory, 0o755);
  return await startServer({
    directory,
    files: { "meet/index.ts": MEETING },
    flags: ["--egress=none"],
    env: { DDSRV_STATE_DIRECTORY: join(directory, "state") },
  });
}

Deno.test("state directory: local users can't open files in a function's data directory", async () => {
  const directory = await makeDirectory();
  {
    await using server = await startOpen(directory);
    await server.answers("/meet", "open");
    const { pid } = await server.inspect("meet");
    const inside = `/proc/${pid}/root/ddsrv/data`;
    assert.equal((await Deno.stat(inside)).mode! & 0o777, 0o777);
    // Positive control: root can connect, and the user can connect to a socket in
    // an open directory.
    const { success } = await new Deno.Command("perl", {
      args: connecting(`${inside}/meet.sock`).slice(1),
    }).output();
    assert.ok(success);
    const open = join(directory, "open.sock");
    const other = Deno.listen({ transport: "unix", path: open });
    await Deno.chmod(open, 0o777);
    const accepted = (async () => {
      using connection = await other.accept();
      await connection.write(new TextEncoder().encode("hi"));
    })();
    assert.ok(await asLocalUser(...connecting(open)));
    await accepted;
    other.close();

    const state = join(directory, "state");
    const found = (await host("find", state, "-name", "meet.sock")).trim().split("\n");
    for (const path of [`${inside}/meet.sock`, ...found.filter((one) => one !== "")]) {
      assert.ok(!await asLocalUser(...connecting(path)), path);
      assert.ok(!await asLocalUser(path.replace("meet.sock", "tool")), path);
    }
    assert.ok(!await asLocalUser("ls", state));
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("state directory of an older version is closed to other users, with a warning", async () => {
  const directory = await makeDirectory();
  const state = join(directory, "state");
  await Deno.mkdir(state, { mode: 0o755 });
  {
    await using server = await startOpen(directory);
    await eventually(
      "it is said",
      () => server.output().includes(`"${state}" was open to other users (mode 755)`),
    );
    await server.answers("/meet", "open");
    assert.equal((await Deno.stat(state)).mode! & 0o777, 0o700);
    const open = await host("find", state, "-maxdepth", "3", "-type", "d", "-perm", "/077");
    assert.equal(open.split("\n").filter((path) => !path.includes("/cache/")).join(""), "");
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("state directory: serve, check and add report a read-only or full one, with the remedy", async () => {
  const directory = await makeDirectory();
  const state = join(directory, "state");
  await Deno.mkdir(state);
  await Deno.mkdir(join(directory, "good"));
  await Deno.writeTextFile(join(directory, "good/index.ts"), answering("good"));
  const mount = (...args: string[]): Promise<string> => host("mount", ...args);
  const env = { DDSRV_STATE_DIRECTORY: state };
  await mount("-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", state);
  try {
    const ends = `, or choose another with --state-dir or DDSRV_STATE_DIRECTORY (`;
    const said = (why: string): string =>
      `Cannot write to the state directory "${state}": ${why}${ends}`;
    const readOnly = said("its file system is read-only. Mount it writable");
    {
      await using server = await startServer({ files: {}, env });
      // The supervisor has a lock file open, so the state directory can't be remounted read-only.
      const caches = join(state, "cache");
      await mount("-t", "tmpfs", "-o", "ro", "tmpfs", caches);
      try {
        const added = await server.cli("add", join(directory, "good"));
        assert.deepEqual([added.code, added.stdout], [1, ""]);
        assert.ok(added.stderr.includes(readOnly), added.stderr);
      } finally {
        await host("umount", caches);
      }
    }
    await mount("-o", "remount,ro", state);
    const wrong = [["check", join(directory, "good")], ["serve", directory, "--port=0"]];
    for (const args of wrong) {
      const { code, stderr } = await runCli(args, { ...env, DDSRV_SOCKET: `${directory}/s` });
      assert.equal(code, 1);
      assert.ok(stderr.includes(readOnly), stderr);
    }
    await mount("-o", "remount,rw", state);
    await Deno.writeFile(join(state, "filler"), new Uint8Array(2 * 1024 ** 2)).catch(() => {});
    const full = said("its file system is full. Free some space");
    for (const args of wrong) {
      const { code, stderr } = await runCli(args, { ...env, DDSRV_SOCKET: `${directory}/s` });
      assert.equal(code, 1);
      assert.ok(stderr.includes(full), stderr);
    }
  } finally {
    await host("umount", state);
    await Deno.remove(directory, { recursive: true });
  }
});
