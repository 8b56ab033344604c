import assert from "node:assert/strict";
import { clearSocket } from "../../lib/control/clear_socket.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("clearSocket() creates the directory and removes its own stale socket", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("run/ddsrv/s.sock");
  await clearSocket(path);
  await leaveSocket(path);
  await clearSocket(path);
  await assert.rejects(Deno.lstat(path), Deno.errors.NotFound);
});

Deno.test("clearSocket() removes no file, directory or link", async () => {
  await using directory = await temporaryDirectory();
  const target = directory.at("target.sock");
  await leaveSocket(target);
  const [file, folder, link] = [await directory.write("f"), directory.at("d"), directory.at("l")];
  await Deno.mkdir(folder);
  await Deno.symlink(target, link);
  for (const path of [file, folder, link]) {
    await assert.rejects(clearSocket(path), {
      message: `"${path}" exists and is not a socket. Remove it, or pass another --socket`,
    });
    await Deno.lstat(path);
  }
});

Deno.test("clearSocket() keeps a socket with a listener", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("s.sock");
  using _listener = Deno.listen({ transport: "unix", path });
  await assert.rejects(clearSocket(path), {
    message: `Another process listens on "${path}". Stop it, or pass another --socket`,
  });
  await Deno.lstat(path);
});

Deno.test(
  "clearSocket() keeps the socket of another user",
  { ignore: Deno.uid() !== 0 },
  async () => {
    await using directory = await temporaryDirectory();
    const path = directory.at("s.sock");
    await leaveSocket(path);
    await Deno.chown(path, 54_321, 54_321);
    await assert.rejects(clearSocket(path), {
      message:
        `The stale socket "${path}" belongs to user 54321. Remove it, or pass another --socket`,
    });
    await Deno.lstat(path);
  },
);

Deno.test("clearSocket() reports the maximum length of a path", async () => {
  const path = `/tmp/${"x".repeat(103)}`;
  await assert.rejects(clearSocket(path), {
    name: "RangeError",
    message: `The control socket path has 108 bytes, more than the limit of 107: "${path}". ` +
      `Pass a shorter one with --socket`,
  });
});

/** A socket whose listener was killed. */
async function leaveSocket(path: string): Promise<void> {
  const listener = Deno.listen({ transport: "unix", path: `${path}~` });
  await Deno.rename(`${path}~`, path);
  listener.close();
}
