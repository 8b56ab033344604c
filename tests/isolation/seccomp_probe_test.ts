import assert from "node:assert/strict";
import { SECCOMP_PROBE } from "../../lib/isolation/seccomp_probe.ts";

Deno.test("the probe of the filter depends on no mount of another supervisor", () => {
  // With all of `/`, bwrap fails now and then: "Unable to apply mount flags: remount /run/netns/…".
  assert.doesNotMatch(SECCOMP_PROBE.join(" "), /bind \/ /);
});
