import { formatRateLimit, type RateLimit } from "../config/rate_limit.ts";
import type { Client } from "./context.ts";
import { type Fault, faultOf } from "./http1/fault.ts";
import { forwardedClient } from "./forwarded_client.ts";
import type { RequestHead } from "./http1/request_head.ts";

/**
 * Counts a request against a rate limit. Returns a fault if the client has exceeded it (RFC 6585,
 * section 4). With `functionName`, the limit applies to that function only.
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
  const key = account.isExempt ? forwardedClient(head, context.isTrusted) : account.key;
  if (key === undefined) return undefined;
  const bucket = functionName === undefined ? key : `${key} ${functionName}`;
  const waitMs = context.limiter.take(bucket, limit, tally.beganAtMs);
  if (waitMs === 0) return undefined;
  context.figures.limitedRequests++;
  return faultOf("rate-limited", {
    detail: `the limit for each client is ${formatRateLimit(limit)}`,
    // Retry-After has whole seconds (RFC 9110, section 10.2.3).
    retryAfterS: Math.ceil(waitMs / 1_000),
  });
}
