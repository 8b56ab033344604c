import assert from "node:assert/strict";
import { missingCapabilities } from "../../lib/isolation/capabilities.ts";

const ALL = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID", "SETPCAP"]
  .concat(["NET_ADMIN", "SYS_ADMIN"]);

const cases: readonly [what: string, status: string, missing: readonly string[]][] = [
  ["all capabilities", "CapEff:\t000001ffffffffff", []],
  ["exactly the necessary capabilities", "CapEff:\t00000000002011eb", []],
  ["Docker's default capabilities", "CapEff:\t00000000a80425fb", ["NET_ADMIN", "SYS_ADMIN"]],
  ["none", "CapEff:\t0000000000000000", ALL],
  ["a text without capabilities", "Name:\tddsrv", ALL],
  ["capabilities in another set", "CapPrm:\t000001ffffffffff\nCapEff:\t0000000000000000", ALL],
];

for (const [what, status, missing] of cases) {
  Deno.test(`missingCapabilities() of ${what}`, () => {
    assert.deepEqual(missingCapabilities(`${status}\n`), missing);
  });
}
