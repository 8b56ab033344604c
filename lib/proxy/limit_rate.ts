import { formatRateLimit, type RateLimit } from "../config/rate_limit.ts";
import type { Client } from "./context.ts";
import { type Fault, faultOf } from "./http1/fault.ts";
import { forwardedClient } from "./forwarded_client.ts";
import type { RequestHead } from "./http1/request_head.ts";

/**
 * Counts a request against a rate; gives the fault to answer with when its client has sent too many
 * (RFC 6585, section 4). With a name, it is a rate of that function's own.
 */
export function limitRate(
  client: Client,
  head: RequestHead,
  { limit, functionName }: {
    readonly limit: RateLimit;
    readonly functionName?: string | undefined;
  },
): Fault | undefined {
  if (limit === "none") return undefined;
  const { account, context, tally } = client;
  const who = account.isExempt ? forwardedClient(head, context.isTrusted) : account.key;
  if (who === undefined) return undefined;
  const bucket = functionName === undefined ? who : `${who} ${functionName}`;
  const waitMs = context.limiter.take(bucket, limit, tally.beganAtMs);
  if (waitMs === 0) return undefined;
  context.figures.limitedRequests++;
  return faultOf("rate-limited", {
    detail: `a client has ${formatRateLimit(limit)}`,
    // In whole seconds (RFC 9110, section 10.2.3).
    retryAfterS: Math.ceil(waitMs / 1_000),
  });
}
