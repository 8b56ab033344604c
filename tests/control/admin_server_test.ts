import { equal, match } from "node:assert/strict";
import { openAdminServer } from "../../lib/control/admin_server.ts";
import { within } from "../proxy/harness.ts";
import { connectFrom, exchangeFrom, openHalf } from "../proxy/local_client.ts";

const REQUEST = "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
const LOOPBACK = { hostname: "127.0.0.1", port: 0 };

function answer(): Promise<{ status: number; text: string }> {
  return Promise.resolve({ status: 200, text: "ok\n" });
}

Deno.test("openAdminServer() answers others while one peer opens many connections", async () => {
  await using server = await openAdminServer({ ...LOOPBACK, answer });
  const { port } = server;
  using _half = await openHalf(port, 400);
  for (let count = 0; count < 5; count++) {
    match(
      await exchangeFrom({ from: "127.0.0.2", port, request: REQUEST }),
      /^HTTP\/1.1 200 .*ok\n$/s,
    );
  }
  // The peer itself has no more of them than its share.
  equal(await exchangeFrom({ from: "127.0.0.1", port, request: REQUEST }), "");
});

Deno.test("openAdminServer() closes connections without a complete request head", async () => {
  await using server = await openAdminServer({ ...LOOPBACK, answer, headTimeoutMs: 50 });
  for (const bytes of ["", "G"]) {
    const socket = await connectFrom({ from: "127.0.0.2", port: server.port });
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.resume();
    if (bytes !== "") socket.write(bytes);
    await within(closed, "the connection to be closed");
  }
});

Deno.test("openAdminServer() reports an error, and closes after an unread body", async () => {
  await using server = await openAdminServer({
    ...LOOPBACK,
    answer: () => Promise.reject(new TypeError("it is broken")),
  });
  const request = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nx";
  const { port } = server;
  match(
    await exchangeFrom({ from: "127.0.0.2", port, request }),
    /^HTTP\/1.1 500 .*TypeError: it is broken\n$/s,
  );
});
