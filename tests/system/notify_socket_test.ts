import assert from "node:assert/strict";
import { openNotifySocket, socketAddress } from "../../lib/system/notify_socket.ts";
import { openNotifyReceiver } from "./notify_receiver.ts";

Deno.test("socketAddress() ends a path with a zero byte and begins an abstract name with one", () => {
  const bytes = (text: string): number[] => [...new TextEncoder().encode(text)];
  assert.deepEqual([...socketAddress("/run/n")], [1, 0, ...bytes("/run/n\0")]);
  assert.deepEqual([...socketAddress("@n")], [1, 0, ...bytes("\0n")]);
  assert.equal(socketAddress(`/${"n".repeat(106)}`).length, 110);
  for (const address of ["n", "@", "", `/${"n".repeat(107)}`, "vsock:2:1"]) {
    assert.throws(() => socketAddress(address), TypeError, address);
  }
});

Deno.test("openNotifySocket() sends to a path and to an abstract name", async () => {
  const directory = await Deno.makeTempDir({ prefix: "ddsrv-test-" });
  try {
    for (const address of [`${directory}/notify`, `@${directory}`]) {
      await using receiver = openNotifyReceiver(address);
      using socket = openNotifySocket(address);
      assert.equal(socket.send("READY=1"), true);
      assert.equal(socket.send("STATUS=é\nX=1"), true);
      while (receiver.messages.length < 2) await new Promise((done) => setTimeout(done, 1));
      assert.deepEqual(receiver.messages, ["READY=1", "STATUS=é\nX=1"]);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("openNotifySocket() reports at once that a message was not received", async () => {
  const directory = await Deno.makeTempDir({ prefix: "ddsrv-test-" });
  try {
    await Deno.writeTextFile(`${directory}/file`, "");
    using _stream = Deno.listen({ transport: "unix", path: `${directory}/stream` });
    for (const name of ["missing", "file", "stream"]) {
      using socket = openNotifySocket(`${directory}/${name}`);
      assert.equal(socket.send("READY=1"), false, name);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("openNotifySocket() reads the monotonic clock", async () => {
  using socket = openNotifySocket("@ddsrv-test");
  // Both count from the boot, the second one also what was slept through.
  const uptime = Number((await Deno.readTextFile("/proc/uptime")).split(" ")[0]);
  const seconds = Number(socket.monotonicMicroseconds()) / 1e6;
  assert.ok(seconds > 0 && seconds <= uptime + 1, `${seconds} of ${uptime}`);
});
