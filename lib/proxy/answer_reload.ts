import { answerReply } from "./send_reply.ts";
import type { Client } from "./context.ts";
import { ascii } from "./http1/octets.ts";
import type { Outcome } from "./outcome.ts";
import type { RequestHead } from "./http1/request_head.ts";
import type { ReloadOutcome } from "./route_table.ts";
import type { RoutedTarget } from "./target.ts";

const POST = ascii("POST");
const RELOAD = ascii("/reload");

/**
 * Whether a request is `POST /NAME/reload` to the byte: with a query, by another method or by a host
 * that names the function, it is the function's own.
 */
export function asksForReload(head: RequestHead, { rawPrefix, restStart }: RoutedTarget): boolean {
  const { bytes, methodStart, methodEnd, targetEnd } = head;
  return rawPrefix !== "" && equals(bytes.subarray(methodStart, methodEnd), POST) &&
    equals(bytes.subarray(restStart, targetEnd), RELOAD);
}

/** Has a function reloaded, and answers when that is done or has failed. */
export async function answerReload(
  client: Client,
  head: RequestHead,
  { name, reload }: {
    readonly name: string;
    readonly reload: (name: string) => Promise<ReloadOutcome>;
  },
): Promise<Outcome> {
  const outcome = await reload(name);
  const said = outcome.isDone
    ? `Server ${name} reloaded successfully`
    : `Server ${name} was not reloaded${client.context.hideErrors ? "" : `: ${outcome.reason}`}`;
  return await answerReply(client, head, {
    reply: {
      status: outcome.isDone ? 200 : 500,
      body: JSON.stringify({ success: outcome.isDone, message: said }),
      contentType: "application/json",
      fields: { "cache-control": "no-store", "x-content-type-options": "nosniff" },
    },
  });
}

function equals(bytes: Uint8Array, expected: Uint8Array): boolean {
  return bytes.length === expected.length && expected.every((byte, index) => bytes[index] === byte);
}
