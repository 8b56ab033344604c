import { answerReply } from "./send_reply.ts";
import type { Client } from "./context.ts";
import { ascii, isAt } from "./http1/octets.ts";
import type { Outcome } from "./outcome.ts";
import type { RequestHead } from "./http1/request_head.ts";
import type { ReloadOutcome } from "./route_table.ts";
import type { RoutedTarget } from "./target.ts";

const POST = ascii("POST ");
const RELOAD = ascii("/reload");

/**
 * Returns true for exactly `POST /NAME/reload`. With a query, with another method, or if the host
 * names the function, the request is for the function itself.
 */
export function isReloadRequest(
  head: RequestHead,
  { rawPrefix, restStart }: RoutedTarget,
): boolean {
  const { bytes, methodStart, targetEnd } = head;
  return rawPrefix !== "" && isAt(bytes, methodStart, POST) &&
    targetEnd - restStart === RELOAD.length && isAt(bytes, restStart, RELOAD);
}

/** Reloads a function, and answers with the result as JSON. */
export async function answerReload(
  client: Client,
  head: RequestHead,
  { name, reload }: {
    readonly name: string;
    readonly reload: (name: string) => Promise<ReloadOutcome>;
  },
): Promise<Outcome> {
  const outcome = await reload(name);
  const message = outcome.isDone
    ? `Server ${name} reloaded successfully`
    : `Server ${name} was not reloaded${client.context.hideErrors ? "" : `: ${outcome.reason}`}`;
  return await answerReply(client, head, {
    reply: {
      status: outcome.isDone ? 200 : 500,
      body: JSON.stringify({ success: outcome.isDone, message }),
      contentType: "application/json",
      fields: { "cache-control": "no-store", "x-content-type-options": "nosniff" },
    },
  });
}
