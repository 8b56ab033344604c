import assert from "node:assert/strict";
import { answer } from "../../lib/control/answer_request.ts";
import { failure, type Reply, route } from "../../lib/control/route.ts";
import type { ControlContext } from "../../lib/control/route.ts";
import { connectControl } from "../../lib/control/control_client.ts";
import { DEBUG_PROTOCOL } from "../../lib/control/debug_protocol.ts";
import { type ControlOptions, openControl } from "../../lib/control/server.ts";
import { openUpgraded } from "../../lib/control/upgrade_client.ts";
import { waitUntilKnown } from "../../lib/control/wait_until_known.ts";
import { within } from "../patience.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

/** A supervisor whose first scan and functions the test decides. */
function pretend({ hasScanned = false, unsettled = [] as readonly string[] } = {}) {
  let changed = Promise.withResolvers<void>();
  const functions = new Map<string, unknown>();
  const supervisor = {
    functions,
    unsettled: new Set(unsettled),
    hasScanned,
    changed: () => changed.promise,
    tell() {
      changed.resolve();
      changed = Promise.withResolvers();
    },
  };
  return { supervisor, context: { supervisor } as unknown as ControlContext };
}

const { signal } = new AbortController();

const routes = [
  route({
    method: "GET",
    path: "/functions",
    operation: "list",
    summary: "",
    needsScan: true,
    handle: (_call, { supervisor }) => ({ status: 200, body: [...supervisor.functions.keys()] }),
  }),
  route({
    method: "POST",
    path: "/functions/{name}/reload",
    operation: "reload",
    summary: "",
    handle: ({ name }, { supervisor }) =>
      supervisor.functions.has(name) ? { status: 204 } : failure(404, "There is none"),
  }),
];

async function ask(
  context: ControlContext,
  [method, path]: readonly [string, string],
): Promise<Reply> {
  async function* nothing(): AsyncGenerator<Uint8Array> {}
  const origin = undefined;
  const request = { method, target: `/v1${path}`, host: "localhost", origin, signal };
  return await within(answer({ ...request, body: nothing() }, routes, context), path);
}

Deno.test("answer() waits for the first scan before it says that a function is missing", async () => {
  const { supervisor, context } = pretend();
  const asked = [
    ask(context, ["POST", "/functions/app/reload"]),
    ask(context, ["POST", "/functions/nobody/reload"]),
    ask(context, ["GET", "/functions"]),
  ];
  supervisor.functions.set("app", {});
  supervisor.hasScanned = true;
  supervisor.tell();
  assert.deepEqual((await Promise.all(asked)).map(({ status }) => status), [204, 404, 200]);
  assert.deepEqual((await asked[2])?.body, ["app"]);
});

Deno.test("answer() waits for the first files of a function to settle", async () => {
  const { supervisor, context } = pretend({ hasScanned: true, unsettled: ["app"] });
  const asked = ask(context, ["POST", "/functions/app/reload"]);
  supervisor.functions.set("app", {});
  supervisor.unsettled.clear();
  supervisor.tell();
  assert.equal((await asked).status, 204);
});

Deno.test("waitUntilKnown() answers 503 with the reason when the time is over", async () => {
  const rows: readonly (readonly [Parameters<typeof pretend>[0], boolean, RegExp])[] = [
    [{}, true, /has not read the functions directory yet\. Try again/],
    [
      { hasScanned: true, unsettled: ["app"] },
      true,
      /^The files of "app" are still changing\. Try/,
    ],
    [{ hasScanned: true }, false, /has not read the source of the functions yet\. See/],
  ];
  for (const [state, hasSource, message] of rows) {
    const { supervisor } = pretend(state);
    const options = { ...pretend(state).context, supervisor, hasSource: () => hasSource };
    const reply = await waitUntilKnown({
      ...options as unknown as ControlContext,
      name: "app",
      signal,
      timeoutMs: 1,
    });
    assert.deepEqual([reply?.status, reply?.headers], [503, { "retry-after": "1" }]);
    assert.match((reply?.body as { readonly error: string }).error, message);
  }
});

Deno.test("waitUntilKnown() does not wait for a client that is gone", async () => {
  const { context } = pretend();
  const gone = { ...context, name: "app", signal: AbortSignal.abort() };
  assert.equal((await within(waitUntilKnown(gone), "an answer"))?.status, 503);
});

Deno.test("openControl() answers an upgrade once the functions are known", async () => {
  await using directory = await temporaryDirectory();
  const socket = directory.at("socket");
  const { supervisor } = pretend();
  const debugSessions = { findObstacle: () => undefined, inspectorOf: () => undefined };
  await using _control = await openControl({
    socket,
    supervisor,
    context: { debugSessions },
    report: {},
  } as unknown as ControlOptions);
  let answers = 0;
  const ask = (name: string): Promise<string> =>
    openUpgraded(socket, { path: `/functions/${name}/debug`, protocol: DEBUG_PROTOCOL })
      .then(({ connection }) => {
        connection.close();
        return "upgraded";
      }, (error) => error.message)
      .finally(() => answers++);
  const asked = [ask("app"), ask("nobody")];
  using client = connectControl(socket);
  await client.supervisor();
  assert.equal(answers, 0);
  supervisor.functions.set("app", { isWanted: true, directory: "/f/app" });
  supervisor.hasScanned = true;
  supervisor.tell();
  assert.deepEqual(await within(Promise.all(asked), "both answers"), [
    "upgraded",
    'There is no function "nobody"',
  ]);
});
