import assert from "node:assert/strict";
import { watchStay } from "../../lib/supervisor/stay_watch.ts";
import { useFakeTimers } from "../fake_timers.ts";

const MINUTE_MS = 60_000;

Deno.test("watchStay() believes at once that an instance stays, and later that it does not", () => {
  using clock = useFakeTimers();
  for (
    const [first, later, expected] of [
      [true, true, [true, true]],
      [true, false, [true, false]],
      [false, true, [true]],
      [false, false, [false]],
    ] as const
  ) {
    const looks: boolean[] = [];
    let staysAwake: boolean = first;
    using _ = watchStay({ staysAwake: () => staysAwake, onLook: (look) => looks.push(look) });
    staysAwake = later;
    clock.pass(MINUTE_MS);
    assert.deepEqual(looks.slice(0, expected.length), expected);
    assert.ok(looks.slice(expected.length).every((look) => look === later));
  }
  assert.equal(clock.count(), 0);
});
