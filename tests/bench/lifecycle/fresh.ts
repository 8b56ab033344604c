import { join } from "node:path";
import { connectControl } from "../../../lib/control/control_client.ts";
import { pause, type Server, startServer } from "../../e2e/support/harness.ts";
import { hasSetting } from "./abilities.ts";
import { runBare } from "./bare.ts";
import { compare, type Row } from "./figure.ts";
import { durationOf, takeRounds } from "./rounds.ts";

const ROUNDS = 15;

/** Pause between requests while the old instance still answers. */
const POLL_MS = 2;

/** Time after which the old instance has stopped, and ddsrv has parked what it wants to park. */
const SETTLE_MS = 1_000;

/** A function whose answer is another one in each instance. */
export const IDENTIFIED = "const id = crypto.randomUUID();\nDeno.serve(() => new Response(id));\n";

const BARE = "bare deno run";
const PARKED = "fresh start by a reload";
const UNPARKED = "fresh start by a reload, --parked 0";

/** Measures a start with namespace and sandbox of a function that passed its check before. */
export async function measureFresh(): Promise<Row[]> {
  const files = { "app/index.ts": IDENTIFIED };
  await using server = await startServer({ isParking: true, files });
  await server.said("app ready");
  await using unparked = hasSetting("parked")
    ? await startServer({ isParking: true, flags: ["--parked", "0"], files })
    : undefined;
  await unparked?.said("app ready");
  const taken = await takeRounds({
    [BARE]: () => runBare(join(server.functions, "app/index.ts")),
    [PARKED]: () => reload(server),
    ...(unparked === undefined ? {} : { [UNPARKED]: () => reload(unparked) }),
  }, ROUNDS);
  return [
    ...compare(taken, { [PARKED]: "1.6" }),
    ...(unparked === undefined ? [{ what: UNPARKED, skipped: "no setting parked" }] : []),
  ];
}

/** Reloads the function `app`; returns milliseconds to the first answer of the new instance. */
async function reload(server: Server): Promise<number> {
  using control = connectControl(server.socket);
  const before = await answerOf(server);
  const ms = await durationOf(async () => {
    await control.reload("app");
    while (await answerOf(server) === before) await pause(POLL_MS);
  });
  await pause(SETTLE_MS);
  return ms;
}

async function answerOf(server: Server): Promise<string> {
  return await (await fetch(`${server.url}/app`)).text();
}
