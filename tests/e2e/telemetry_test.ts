import assert from "node:assert/strict";
import { WORLD } from "../world.ts";
import { startCollector } from "./support/collector.ts";
import { eventually, host, startServer } from "./support/harness.ts";

const PORT = 4318;

const COLLECTOR = `${WORLD.neighbour}:${PORT}`;

const TELEMETRY = {
  OTEL_DENO: "true",
  OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  OTEL_EXPORTER_OTLP_ENDPOINT: `http://${COLLECTOR}`,
  OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer of-news",
  OTEL_BSP_SCHEDULE_DELAY: "50",
  OTEL_BLRP_SCHEDULE_DELAY: "50",
  OTEL_METRIC_EXPORT_INTERVAL: "100",
};

/** A function that answers with the trace fields of its request. */
const TRACED = `Deno.serve((request) => {
  console.log("It was asked");
  const names = ["traceparent", "tracestate", "baggage"];
  return Response.json(names.map((name) => request.headers.get(name)));
});\n`;

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

/** Unusual but valid fields, which a proxy must not normalize. */
const FIELDS = {
  traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
  tracestate: "vendor=t61rcWkgMzE,  other=1",
  baggage: "user=%20alice;p=1 , k=v",
};

Deno.test("telemetry: traces, logs and metrics of a function pass its egress list", async () => {
  await using collector = await startCollector(WORLD.neighbour, PORT);
  await using server = await startServer({
    files: {
      "ddsrv.json": JSON.stringify({ egress: "full", env: TELEMETRY }),
      "one/index.ts": TRACED,
      "one/ddsrv.json": JSON.stringify({ egress: [COLLECTOR] }),
    },
  });
  await server.said("one ready");
  const response = await fetch(`${server.url}/one`, { headers: FIELDS });
  assert.deepEqual(await response.json(), Object.values(FIELDS));
  const came = (path: string, text: string): boolean =>
    collector.deliveries.some((one) =>
      one.path === path && one.service === "one" && one.text.includes(text) &&
      one.authorization === "Bearer of-news"
    );
  await eventually("the span continues the client's trace", () => came("/v1/traces", TRACE));
  await eventually("the log line", () => came("/v1/logs", "It was asked"));
  await eventually("the log line belongs to the trace", () => came("/v1/logs", TRACE));
  await eventually(
    "how long requests take",
    () => came("/v1/metrics", "http.server.request.duration"),
  );

  // Only its own user and root may see the headers for deliveries.
  const { pid } = await server.inspect("one");
  const environment = `/proc/${pid}/environ`;
  assert.match(await Deno.readTextFile(environment), /of-news/);
  assert.equal(await host("setpriv", "--reuid=54321", "--clear-groups", "cat", environment), "");
  assert.doesNotMatch(await host("ps", "-e", "-o", "args"), /of-news/);
});

Deno.test("telemetry uses only destinations that the function's code may use", async () => {
  await using collector = await startCollector(WORLD.neighbour, PORT);
  const env = { ...TELEMETRY, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://${WORLD.other}:80` };
  await using server = await startServer({
    flags: ["--egress=full"],
    files: {
      "fair/index.ts": TRACED,
      "fair/ddsrv.json": JSON.stringify({ env: TELEMETRY, permissions: { net: [COLLECTOR] } }),
      "sly/index.ts": TRACED,
      "sly/ddsrv.json": JSON.stringify({ env: TELEMETRY, permissions: { net: false } }),
      "split/index.ts": TRACED,
      "split/ddsrv.json": JSON.stringify({ env, egress: [COLLECTOR] }),
      "lost/index.ts": TRACED,
      "lost/ddsrv.json": JSON.stringify({ env: { OTEL_DENO: "true" } }),
    },
  });
  const names = ["sly", "split", "lost", "fair"];
  for (const name of names) await server.said(`${name} ready`);
  for (const name of names) await (await fetch(`${server.url}/${name}`)).body?.cancel();
  const isFrom = (service: string): boolean =>
    collector.deliveries.some((one) => one.service === service);
  await eventually("what may be sent is", () => isFrom("fair"));
  assert.deepEqual(names.filter(isFrom), ["fair"]);
  const problemsOf = async (name: string): Promise<readonly string[]> =>
    (await server.inspect(name)).problems;
  const nothing = "OpenTelemetry is off: ";
  assert.deepEqual(await problemsOf("fair"), []);
  assert.deepEqual(await problemsOf("sly"), [
    `${nothing}the permission "net" does not include "${COLLECTOR}". Add it`,
  ]);
  assert.deepEqual(await problemsOf("split"), [
    `${nothing}the egress "${COLLECTOR}" does not include "${WORLD.other}:80". Add it`,
  ]);
  await server.said(`lost: ${nothing}"localhost:${PORT}" is inside the function's own network.`);
});
