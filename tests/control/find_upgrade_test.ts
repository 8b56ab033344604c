import assert from "node:assert/strict";
import { parseDebugBegin } from "../../lib/control/debug_request.ts";
import { findUpgrade, type UpgradeRequest } from "../../lib/control/find_upgrade.ts";
import type { FunctionState } from "../../lib/supervisor/state.ts";

const state = (change: Partial<FunctionState>): FunctionState =>
  ({ isWanted: true, directory: "/f/app", ...change }) as FunctionState;

const functions = new Map([
  ["app", state({})],
  ["gone", state({ isWanted: false })],
  ["still", state({ stoppedByHand: { sinceMs: 0, page: undefined } })],
  ["busy", state({})],
]);
const endpoint = { path: "/socket" };
const debugSessions = {
  findObstacle: (name: string) => name === "busy" ? "It has a session" : undefined,
  inspectorOf: (name: string, secret: string) =>
    name === "busy" && secret === "00ff" ? endpoint : undefined,
};

/** Requests that change the default one, and the type of what is found or the status. */
const REQUESTS: readonly (readonly [Partial<UpgradeRequest>, string | number])[] = [
  [{}, "debug"],
  [{ target: "/v1/functions/app/exec", protocol: "ddsrv-run" }, "run"],
  [{ target: "/v1/functions/busy/exec", protocol: "ddsrv-run" }, "run"],
  [{ target: "/v1/functions/app/exec" }, 400],
  [{ protocol: "websocket" }, 400],
  [{ protocol: undefined }, 400],
  [{ method: "GET" }, 404],
  [{ target: "/v1/functions/app" }, 404],
  [{ target: "/v1/functions/nobody/debug" }, 404],
  [{ target: "/v1/functions/gone/debug" }, 404],
  [{ target: "/v1/functions/still/debug" }, 409],
  [{ target: "/v1/functions/busy/debug" }, 409],
  [{ host: "attacker.example" }, 421],
  [{ origin: "http://localhost" }, 403],
  [
    { target: "/v1/functions/busy/inspector", protocol: "ddsrv-inspector", secret: "00ff" },
    "inspector",
  ],
  [{ target: "/v1/functions/busy/inspector", protocol: "ddsrv-inspector", secret: "00fe" }, 404],
  [{ target: "/v1/functions/busy/inspector", protocol: "ddsrv-inspector" }, 404],
  [{ target: "/v1/functions/app/inspector", protocol: "ddsrv-inspector", secret: "00ff" }, 404],
];

for (const [change, expected] of REQUESTS) {
  Deno.test(`findUpgrade() answers ${expected} to ${JSON.stringify(change)}`, () => {
    const found = findUpgrade({
      method: "POST",
      target: "/v1/functions/app/debug",
      host: "localhost",
      origin: undefined,
      protocol: "ddsrv-debug",
      secret: undefined,
      ...change,
    }, { functions, debugSessions });
    assert.equal(found.type === "refused" ? found.reply.status : found.type, expected);
  });
}

Deno.test("parseDebugBegin() accepts a session of at most a day", () => {
  const parse = (value: unknown): unknown =>
    parseDebugBegin(new TextEncoder().encode(JSON.stringify(value)));
  assert.deepEqual(parse({ breaks: true, forMs: 1 }), { breaks: true, forMs: 1 });
  const wrong: readonly unknown[] = [
    null,
    {},
    { breaks: true },
    { breaks: "yes", forMs: 1 },
    { breaks: true, forMs: 0 },
    { breaks: true, forMs: 86_400_001 },
    { breaks: true, forMs: 1.5 },
    { breaks: true, forMs: 1, secret: "mine" },
  ];
  for (const value of wrong) assert.throws(() => parse(value), SyntaxError);
  assert.throws(() => parseDebugBegin(new Uint8Array([0xff])), SyntaxError);
});
