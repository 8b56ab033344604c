import { deepEqual, equal, ok } from "node:assert/strict";
import { faultOf } from "../../lib/proxy/http1/fault.ts";
import { countRequest, createTraffic, LATENCY_BOUNDS_MS } from "../../lib/proxy/traffic.ts";
import { begin, GET, OK, openStage, within } from "./harness.ts";

Deno.test("countRequest() adds up requests, errors, bytes and time", () => {
  const traffic = createTraffic();
  countRequest(traffic, { isError: false, receivedBytes: 1, sentBytes: 10, latencyMs: 3 });
  countRequest(traffic, { isError: true, receivedBytes: 2, sentBytes: 20, latencyMs: 4 });
  const { latencies: _, ...sums } = traffic;
  deepEqual(sums, {
    requests: 2,
    errors: 1,
    receivedBytes: 3,
    sentBytes: 30,
    latencyMs: 7,
  });
});

Deno.test("countRequest() counts a latency up to its bound, and above the last one", () => {
  for (const [place, bound] of [...LATENCY_BOUNDS_MS, Infinity].entries()) {
    const below = place === 0 ? 0 : LATENCY_BOUNDS_MS[place - 1]! + 0.001;
    for (const latencyMs of [below, Math.min(bound, 1e9)]) {
      const traffic = createTraffic();
      countRequest(traffic, { isError: false, receivedBytes: 0, sentBytes: 0, latencyMs });
      equal(traffic.latencies.indexOf(1), place, `${latencyMs} ms`);
    }
  }
});

Deno.test("serveClient() counts answered, incomplete, refused and aborted requests", async () => {
  const told = queue();
  await using stage = openStage({ maxBodyBytes: 3 }, { onAccess: told.push });
  const { client, served } = await begin(
    stage,
    "POST /app/x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
  );
  await served.read(3);
  await served.write(OK);
  await client.readUntil("ok");
  await told.next();
  const traffic = stage.routes.trafficOf("app")!;
  const sums = (): readonly number[] => [
    traffic.requests,
    traffic.errors,
    traffic.receivedBytes,
    traffic.sentBytes,
    traffic.latencies.reduce((a, b) => a + b),
  ];
  deepEqual(sums(), [1, 0, 3, 2, 1]);
  ok(traffic.latencyMs > 0 && traffic.latencyMs < 10_000);

  // Faults of the client and disconnects are not errors of the function.
  await client.write("POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n1234");
  await client.readUntil("bytes");
  await told.next();
  await client.write(GET);
  await served.readHead();
  client.close();
  await told.next();
  deepEqual(sums().slice(0, 2), [3, 0]);

  const cut = await begin(stage, GET);
  await cut.served.write(OK.slice(0, -1));
  cut.served.close();
  await cut.client.readAll();
  await told.next();
  deepEqual(sums().slice(0, 2), [4, 1]);

  stage.routes.set("app", { type: "refused", fault: faultOf("function-failed") });
  const refused = await stage.connect();
  await refused.write(GET);
  await refused.readUntil("started");
  await told.next();
  deepEqual(sums().slice(0, 2), [5, 2]);

  stage.routes.delete("app");
  equal(stage.routes.trafficOf("app"), undefined);
  await refused.write(GET);
  await refused.readUntil("not found");
  await told.next();
  equal(stage.routes.trafficOf("app"), undefined);
});

/** A queue of records. */
function queue(): { readonly push: () => void; readonly next: () => Promise<void> } {
  let heard = Promise.withResolvers<void>();
  return {
    push: () => heard.resolve(),
    async next() {
      await within(heard.promise, "a record");
      heard = Promise.withResolvers();
    },
  };
}
