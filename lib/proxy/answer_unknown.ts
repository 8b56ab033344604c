import type { Client } from "./context.ts";
import { indexEntry, indexReply } from "./function_index.ts";
import { faultOf } from "./http1/fault.ts";
import { SLASH } from "./http1/octets.ts";
import type { RequestHead } from "./http1/request_head.ts";
import { isLocalClient } from "./local_client.ts";
import type { Outcome } from "./outcome.ts";
import { answerFault, answerReply } from "./send_reply.ts";
import type { RoutedTarget } from "./target.ts";

const NOT_FOUND = faultOf("function-not-found");

/**
 * Answers a request that is for no function: at `/` with the list of functions, otherwise with 404.
 * Only clients that may see the list get a name suggested, so that nobody can find names by trying.
 */
export async function answerUnknown(
  client: Client,
  head: RequestHead,
  { target, accept, isHtml }: {
    readonly target: RoutedTarget;
    readonly accept: string;
    readonly isHtml: boolean;
  },
): Promise<Outcome> {
  const { routes, suggestions } = client.context;
  const { name, rawPrefix, restStart } = target;
  if (name === undefined || !maySeeNames(client, head)) {
    return await answerFault(client, head, { fault: NOT_FOUND, isHtml });
  }
  const isStart = rawPrefix === "/" && head.bytes[restStart] !== SLASH;
  if (isStart && (head.isGet || head.isHead)) {
    const entries = [...routes.entries()].map(([one, route]) => indexEntry(one, route))
      .sort((a, b) => a.name < b.name ? -1 : 1);
    return await answerReply(client, head, { reply: indexReply(entries, accept) });
  }
  const near = suggestions.suggest(name, routes.names());
  const fault = near === undefined
    ? NOT_FOUND
    : faultOf("function-not-found", { message: `${NOT_FOUND.title}\n\nDid you mean "${near}"?` });
  return await answerFault(client, head, { fault, isHtml });
}

function maySeeNames({ peer, context }: Client, head: RequestHead): boolean {
  const { index, domains } = context;
  return index === "all" || index === "local" && isLocalClient(peer, head, domains);
}
