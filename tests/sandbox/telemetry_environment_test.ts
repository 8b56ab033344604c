import assert from "node:assert/strict";
import { parseEgress } from "../../lib/config/egress.ts";
import type { Permission } from "../../lib/config/permissions.ts";
import { telemetryEnvironment } from "../../lib/sandbox/telemetry_environment.ts";

const PLACE = "192.168.7.1:4318";

const ON = { OTEL_DENO: "true", OTEL_EXPORTER_OTLP_ENDPOINT: `http://${PLACE}` };

const kept: readonly [what: string, env: Record<string, string>, got: Record<string, string>][] = [
  ["returns nothing without OTEL_DENO", { OTEL_SERVICE_NAME: "x", A: "b" }, {}],
  ["returns variables that Deno reads", { ...ON, A: "b" }, { ...ON, OTEL_SERVICE_NAME: "hello" }],
  ["keeps a service name", { ...ON, OTEL_SERVICE_NAME: "x" }, { ...ON, OTEL_SERVICE_NAME: "x" }],
  ["keeps a service name in the attributes", {
    ...ON,
    OTEL_RESOURCE_ATTRIBUTES: "a=b,service.name=x",
  }, {
    ...ON,
    OTEL_RESOURCE_ATTRIBUTES: "a=b,service.name=x",
  }],
  [
    "drops other variables",
    { ...ON, LD_PRELOAD: "/x", DENO_DIR: "/x", "OTEL_ x": "1", otel_a: "1", OTEL_: "1" },
    { ...ON, OTEL_SERVICE_NAME: "hello" },
  ],
  ["drops OTEL_DENO_VSOCK", { ...ON, OTEL_DENO_VSOCK: "2:1" }, {
    ...ON,
    OTEL_SERVICE_NAME: "hello",
  }],
];

for (const [what, env, expected] of kept) {
  Deno.test(`telemetryEnvironment() ${what}`, () => {
    const got = telemetryEnvironment({ name: "hello", env, net: true, egress: "full" });
    assert.deepEqual(got, { env: expected, problems: [] });
  });
}

/** True if telemetry is sent to an endpoint with a permission and an egress. */
const judged: readonly [endpoint: string, net: Permission, egress: string | undefined, boolean][] =
  [
    [`http://${PLACE}`, true, "full", true],
    [`http://${PLACE}/v1/x`, true, PLACE, true],
    [`http://${PLACE}`, true, "192.168.0.0/16", true],
    [`http://${PLACE}`, true, "192.168.7.1:4317", false],
    [`http://${PLACE}`, true, "internet", false],
    [`http://${PLACE}`, true, "none", false],
    ["https://otlp.example.com", true, "internet", true],
    ["https://OTLP.example.com", true, "otlp.example.com:443", true],
    ["http://otlp.example.com", true, "otlp.example.com:443", false],
    [`http://${PLACE}`, [PLACE], "full", true],
    [`http://${PLACE}`, ["192.168.7.1"], "full", true],
    [`http://${PLACE}`, ["192.168.7.1:80"], "full", false],
    [`http://${PLACE}`, ["192.168.7.11", "192.168.7.1:43180"], "full", false],
    [`http://${PLACE}`, [], "full", false],
    [`http://${PLACE}`, false, "full", false],
    ["http://localhost:4318", true, "full", false],
    ["http://127.0.0.1:4318", true, "full", false],
    ["http://[::1]:4318", true, "full", false],
    ["http://localhost:4318", true, undefined, true],
    ["http://localhost:4318", ["localhost:4318"], undefined, true],
    ["http://localhost:4318", ["localhost:43180"], undefined, false],
    // Hosts that only contain an allowed host.
    [`http://${PLACE}@evil.test`, [PLACE], "full", false],
    [`http://evil.test\\@${PLACE}`, true, "full", false],
    [`http://evil.test#@${PLACE}`, true, "full", false],
    [`http://evil.test?@${PLACE}`, true, "full", false],
    [`http://${PLACE} `, true, "full", false],
    [`http://${PLACE}\n.evil.test`, true, "full", false],
    ["http://%31%39%32.168.7.1", true, "full", false],
    ["unix:/run/x.sock", true, "full", false],
    ["", true, "full", false],
  ];

for (const [endpoint, net, egress, isSent] of judged) {
  const place = `${JSON.stringify(endpoint)}, net ${net}, egress ${egress}`;
  Deno.test(`telemetryEnvironment() ${isSent ? "sends" : "does not send"} to ${place}`, () => {
    for (const signal of ["", "TRACES_", "METRICS_", "LOGS_"]) {
      const common = { ...ON, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
      const single = { ...common, [`OTEL_EXPORTER_OTLP_${signal}ENDPOINT`]: endpoint };
      const got = telemetryEnvironment({
        name: "hello",
        env: single,
        net,
        egress: egress === undefined ? undefined : parseEgress(egress),
      });
      assert.equal(got.env["OTEL_DENO"] === "true", isSent, got.problems[0]);
      assert.equal(got.problems.length, isSent ? 0 : 1);
    }
  });
}

Deno.test("telemetryEnvironment() uses the specification's default endpoint", () => {
  const on = { OTEL_DENO: "true" };
  const portOf = (env: Record<string, string>): string | undefined =>
    telemetryEnvironment({ name: "hello", env, net: [], egress: undefined })
      .problems[0]?.match(/"localhost:(\d+)"/)?.[1];
  assert.equal(portOf(on), "4318");
  assert.equal(portOf({ ...on, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }), "4317");
});

Deno.test("telemetryEnvironment() refuses variables that are too long for execve", () => {
  const env = { ...ON, OTEL_RESOURCE_ATTRIBUTES: "x".repeat(128 * 1024) };
  assert.deepEqual(telemetryEnvironment({ name: "hello", env, net: true, egress: "full" }), {
    env: {},
    problems: [
      "OpenTelemetry is off: its variables are longer than 128 KiB. Shorten them",
    ],
  });
});
