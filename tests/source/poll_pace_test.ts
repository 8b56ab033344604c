import { equal } from "node:assert/strict";
import fc from "fast-check";
import { nextPollMs } from "../../lib/source/poll_pace.ts";

const PACE = { intervalMs: 60_000, isFinal: false, random: 0.5 };

Deno.test("nextPollMs() follows the interval, and doubles its pause after failures", () => {
  equal(nextPollMs({ failures: 0 }, PACE), 60_000);
  equal(nextPollMs({ failures: 0 }, { ...PACE, isFinal: true }), Infinity);
  equal(nextPollMs({ failures: 0 }, { ...PACE, intervalMs: Infinity }), Infinity);
  equal(nextPollMs({ failures: 1 }, PACE), 2_000);
  equal(nextPollMs({ failures: 4 }, PACE), 16_000);
  equal(nextPollMs({ failures: 1_000_000 }, PACE), 120_000);
  equal(nextPollMs({ failures: 1 }, { ...PACE, intervalMs: Infinity }), 2_000);
  equal(nextPollMs({ failures: 1, retryAfterMs: 600_000 }, PACE), 600_000);
});

Deno.test("nextPollMs() never asks more often than every second, or less than every two minutes", () => {
  fc.assert(fc.property(
    fc.nat(),
    fc.double({ min: 0, max: 1, noNaN: true }),
    (failures, random) => {
      const ms = nextPollMs({ failures: failures + 1 }, { ...PACE, random });
      return ms > 1_000 && ms < 135_000;
    },
  ));
});
