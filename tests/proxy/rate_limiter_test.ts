import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { parseRateLimit, type Rate } from "../../lib/config/rate_limit.ts";
import { RateLimiter } from "../../lib/proxy/rate_limiter.ts";

function rateOf(text: string): Rate {
  return parseRateLimit(text) as Rate;
}

Deno.test("RateLimiter.take() allows a burst, then the rate, and returns the wait", () => {
  const limiter = new RateLimiter();
  const rate = rateOf("2/s burst 3");
  const take = (nowMs: number): number => limiter.take("a", rate, nowMs);
  for (let count = 0; count < 3; count++) equal(take(0), 0);
  equal(take(0), 500);
  equal(take(100), 400);
  equal(limiter.take("b", rate, 100), 0);
  equal(take(500), 0);
  equal(take(500), 500);
  // The bucket is full again.
  for (let count = 0; count < 3; count++) equal(take(60_000), 0);
  equal(take(60_000), 500);
});

Deno.test("RateLimiter.take() applies a higher rate at once", () => {
  const limiter = new RateLimiter();
  equal(limiter.take("a", rateOf("1/h"), 0), 0);
  equal(limiter.take("a", rateOf("1/h"), 0), 3_600_000);
  equal(limiter.take("a", rateOf("10/s burst 1"), 0), 100);
});

const rates = fc.record({
  count: fc.integer({ min: 1, max: 50 }),
  periodMs: fc.constantFrom(1_000, 60_000),
  burst: fc.integer({ min: 1, max: 20 }),
});
const steps = fc.array(fc.record({ waitMs: fc.nat(2_000), client: fc.nat(5) }), { maxLength: 200 });

Deno.test("RateLimiter.take() keeps a token bucket for each client", () => {
  fc.assert(fc.property(rates, steps, (rate, taken) => {
    const limiter = new RateLimiter();
    const buckets = new Map<number, { tokens: number; atMs: number }>();
    let nowMs = 0;
    for (const { waitMs, client } of taken) {
      nowMs += waitMs;
      const bucket = buckets.get(client) ?? { tokens: rate.burst, atMs: nowMs };
      const filled = bucket.tokens + (nowMs - bucket.atMs) * rate.count / rate.periodMs;
      const tokens = Math.min(rate.burst, filled);
      const wait = limiter.take(String(client), rate, nowMs);
      // At the boundary, rounding may decide either way.
      if (Math.abs(tokens - 1) > 1e-6) equal(wait === 0, tokens >= 1);
      if (wait > 0) ok(Math.abs(wait - (1 - tokens) * rate.periodMs / rate.count) < 1e-3);
      const left = wait === 0 ? Math.max(0, tokens - 1) : tokens;
      buckets.set(client, { tokens: left, atMs: nowMs });
    }
  }));
});

Deno.test("RateLimiter keeps at most maxBuckets and enforces the rate of known clients", () => {
  const limiter = new RateLimiter({ maxBuckets: 100 });
  const rate = rateOf("1/m");
  for (let index = 0; index < 10_000; index++) {
    limiter.take(`2001:db8:0:${index}::/64`, rate, index);
    ok(limiter.size <= 100);
  }
  // The most recent clients are known.
  equal(limiter.take("2001:db8:0:9999::/64", rate, 10_000), 59_999);
});

Deno.test("RateLimiter drops only full buckets below maxBuckets", () => {
  const limiter = new RateLimiter();
  const rate = rateOf("1/m burst 2");
  for (let index = 0; index < 1_000; index++) limiter.take(`peer ${index}`, rate, 0);
  limiter.take("busy", rate, 119_999);
  ok(limiter.size >= 1_000);
  for (const nowMs of [120_000, 240_000, 360_000]) limiter.take("busy", rate, nowMs);
  equal(limiter.size, 1);
});
