import assert from "node:assert/strict";
import { serveAddress } from "../../lib/sandbox/listen_address.ts";

for (
  const [address, text] of [
    [{ type: "tcp", hostname: "0.0.0.0", port: 8_000 }, "tcp:0.0.0.0:8000"],
    [{ type: "tcp", hostname: "127.0.0.1", port: 0 }, "tcp:127.0.0.1:0"],
    [{ type: "unix", path: "/ddsrv/listen/http.sock" }, "duplicate,unix:/ddsrv/listen/http.sock"],
  ] as const
) {
  Deno.test(`serveAddress() of ${text}`, () => {
    assert.equal(serveAddress(address), text);
  });
}

Deno.test("serveAddress() moves Deno's listener", async () => {
  const code = "const server = Deno.serve({ hostname: '0.0.0.0', port: 1, onListen(address) { " +
    "console.log(address.hostname, address.port); queueMicrotask(() => server.shutdown()); } }, " +
    "() => new Response())";
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    env: {
      DENO_SERVE_ADDRESS: serveAddress({ type: "tcp", hostname: "127.0.0.1", port: 0 }),
      NO_COLOR: "1",
    },
    stderr: "null",
  }).output();
  assert.match(new TextDecoder().decode(stdout), /^127\.0\.0\.1 \d{2,}\n$/);
});
