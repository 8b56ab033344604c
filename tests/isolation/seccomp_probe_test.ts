import assert from "node:assert/strict";
import { SECCOMP_PROBE } from "../../lib/isolation/seccomp_probe.ts";

Deno.test("SECCOMP_PROBE works while another supervisor changes mounts", () => {
  // With all of `/`, bwrap fails sometimes: "Unable to apply mount flags: remount /run/netns/…".
  assert.doesNotMatch(SECCOMP_PROBE.join(" "), /bind \/ /);
});
