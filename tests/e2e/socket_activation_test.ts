import assert from "node:assert/strict";
import { join } from "node:path";
import { findListening } from "../../lib/system/listening_address.ts";
import { openSocketLibrary } from "../../lib/system/socket_library.ts";
import { type SpawnedChild, spawnWithFiles } from "../../lib/system/spawn_with_files.ts";
import {
  answering,
  COMMAND,
  eventually,
  makeDirectory,
  testEnvironment,
  writeFiles,
} from "./support/harness.ts";

/** Starts ddsrv as systemd does, with an open socket that this process keeps. */
function activate(directory: string, socket: number, admin: number): SpawnedChild {
  const args = ["serve", join(directory, "functions"), "--port=1", "--no-check"];
  return spawnWithFiles({
    program: "/bin/sh",
    args: ["-c", 'LISTEN_PID=$$ exec "$@"', "sh", ...COMMAND, ...args, "--quiet"],
    env: {
      ...Deno.env.toObject(),
      ...testEnvironment(),
      DDSRV_SOCKET: join(directory, "ddsrv.sock"),
      LOGS_DIRECTORY: join(directory, "logs"),
      DDSRV_PARKED: "0",
      LISTEN_FDS: "2",
      LISTEN_FDNAMES: "proxy:admin",
    },
    files: [socket, admin],
  });
}

async function end(child: SpawnedChild): Promise<void> {
  if (child.poll() === undefined) Deno.kill(child.pid, "SIGTERM");
  await eventually("it has ended", () => Promise.resolve(child.poll() !== undefined));
}

Deno.test("socket activation: connections wait between two processes, and none is refused", async () => {
  const directory = await makeDirectory();
  await writeFiles(join(directory, "functions"), { "app/index.ts": answering("app") });
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using admin = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using library = openSocketLibrary();
  const [socket] = findListening(library, listener.addr);
  const [adminSocket] = findListening(library, admin.addr);
  const url = `http://127.0.0.1:${listener.addr.port}/app`;
  for (let round = 1; round <= 2; round++) {
    // Nobody accepts yet.
    const early = Array.from({ length: 20 }, () => fetch(url).then((answer) => answer.text()));
    const child = activate(directory, socket!, adminSocket!);
    try {
      assert.deepEqual(new Set(await Promise.all(early)), new Set(["app"]));
      const probe = await fetch(`http://127.0.0.1:${admin.addr.port}/readyz`);
      assert.equal(await probe.text(), "ok\n");
    } finally {
      await end(child);
    }
    assert.equal(child.poll(), 0);
  }
  await Deno.remove(directory, { recursive: true });
});
