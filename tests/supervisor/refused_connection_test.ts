import assert from "node:assert/strict";
import { parseEgress } from "../../lib/config/egress.ts";
import type { RefusedPlace } from "../../lib/namespace/refused_place.ts";
import { refusedConnection } from "../../lib/supervisor/refused_connection.ts";

const OPERATOR = 'the operator can add it to "egress" in the functions directory\'s ddsrv.json';

const rows: readonly [
  what: string,
  egress: string,
  ceiling: string,
  text: string,
  place?: RefusedPlace,
][] = [
  ["10.0.0.5:5432", "internet", "internet", `egress is "internet" (${OPERATOR})`],
  [
    "10.0.0.5:5432",
    "internet",
    "full",
    'egress is "internet" (add it to "egress" in its ddsrv.json)',
  ],
  [
    "203.0.113.9:443",
    "none",
    "internet",
    'egress is "none" (add it to "egress" in its ddsrv.json)',
  ],
  ["203.0.113.9:443", "none", "none", `egress is "none" (${OPERATOR})`],
  ["10.0.0.5:5432", "none", "internet", `egress is "none" (${OPERATOR}, and then to its own)`],
  [
    "203.0.113.9:443",
    "db.example.com:5432",
    "internet",
    'egress does not list it (add it to "egress" in its ddsrv.json)',
  ],
  ["203.0.113.9:443", "203.0.113.9:80", "203.0.113.9:80", `egress does not list it (${OPERATOR})`],
  [
    "169.254.169.254:80",
    "full",
    "full",
    "it is a cloud's metadata service, which has credentials of this host (no egress opens it)",
    "metadata",
  ],
  [
    "198.51.100.2:22",
    "full",
    "full",
    "it is an address of this host (no egress opens it: run the service on another host)",
    "host",
  ],
  [
    "10.213.0.5:8000",
    "full",
    "full",
    "it is another function (no egress opens it: share a database or a queue)",
    "function",
  ],
];

Deno.test("refusedConnection() says why, and who can allow it", () => {
  for (const [what, egress, ceiling, why, place = "elsewhere"] of rows) {
    const [address = "", port] = what.split(":");
    const { text } = refusedConnection(
      { address, port: Number(port), protocol: "tcp", place },
      { egress: parseEgress(egress), ceiling: parseEgress(ceiling) },
    );
    assert.equal(text, `connection to ${what} refused: ${why}`);
  }
});

Deno.test("refusedConnection() tells UDP from TCP", () => {
  const bounds = { egress: "internet", ceiling: "internet" } as const;
  const one = { address: "10.0.0.5", port: 53, place: "elsewhere" } as const;
  const [udp, tcp] = (["udp", "tcp"] as const).map((protocol) =>
    refusedConnection({ ...one, protocol }, bounds)
  );
  assert.match(udp!.text, /^connection to 10\.0\.0\.5:53 \(UDP\) refused: /);
  assert.notEqual(udp!.cause, tcp!.cause);
});
